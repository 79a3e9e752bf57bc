"""A replacement of libcst nodes as edits of the text: the fewest, so that all else stays as it
is, to the byte."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tritonlint.edits.concrete import Concrete
from tritonlint.findings import Edit, Span

if TYPE_CHECKING:
    import libcst as cst

_TOKEN = re.compile(r"\w+|\r\n|\s|.", re.S)


def replacing(part: Concrete, replaced: Mapping[cst.CSTNode, cst.CSTNode]) -> tuple[Edit, ...]:
    """The edits that put other nodes in the place of nodes of `part`."""
    return tuple(
        edit
        for old, new in replaced.items()
        for edit in _between(
            part.whole(old), part.source.snippet(part.whole(old)), part.text(new, old)
        )
    )


def _between(place: Span, old: str, new: str) -> Iterator[Edit]:
    """The edits that make `new` of `old`, which stands at `place`, token by token."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    inside = _found_in(before, after)
    if inside is not None:
        yield from _edits(place, old, [(0, 0, "".join(after[:inside]))])
        tail = "".join(after[inside + len(before) :])
        yield from _edits(place, old, [(len(old), len(old), tail)])
        return
    starts = [0]
    for token in before:
        starts.append(starts[-1] + len(token))
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    changes = [
        (starts[a], starts[b], "".join(after[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]
    yield from _edits(place, old, changes)


def _found_in(part: list[str], whole: list[str]) -> int | None:
    """Where in `whole` the run `part` begins."""
    size = len(part)
    return next((n for n in range(len(whole) - size + 1) if whole[n : n + size] == part), None)


def _edits(place: Span, old: str, changes: list[tuple[int, int, str]]) -> Iterator[Edit]:
    for start, end, text in changes:
        if start != end or text:
            (line, column), (end_line, end_column) = _at(place, old, start), _at(place, old, end)
            yield Edit(Span(place.path, line, column, end_line, end_column), text)


def _at(place: Span, text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset into `text`, which stands at `place`."""
    lines = re.split(r"\r\n|\n|\r", text[:offset])
    if len(lines) == 1:
        return place.line, place.column + offset
    return place.line + len(lines) - 1, len(lines[-1]) + 1
