"""Excerpts of source as rows: a line with a marker under a span, and the lines that a fix
changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len

from tritonlint.edits import edits
from tritonlint.findings import Edit, Span
from tritonlint.report.printable import printable
from tritonlint.report.sources import Sources

_MOST_LINES = 4

RowKind = Literal["code", "mark", "elision", "removed", "added"]


@dataclass(frozen=True)
class Row:
    """One row of an excerpt: its line number (None for a marker or new line) and the text after the
    gutter."""

    kind: RowKind
    number: int | None
    text: str


def excerpt(sources: Sources, span: Span, mark: str, context: int = 0) -> list[Row]:
    """The lines of `span` with `mark` repeated under it, and `context` lines around; empty when it
    cannot be read."""
    source = sources.get(span.path)
    if source is None or not 1 <= span.line <= len(source.lines):
        return []
    last = min(span.end_line, len(source.lines))
    rows = [_code(source, n) for n in range(max(1, span.line - context), span.line)]
    rows += _marked(source, span, mark)
    for number in range(span.line + 1, last + 1):
        if number - span.line >= _MOST_LINES:
            rows.append(Row("elision", None, "..."))
            break
        rows.append(_code(source, number))
    after = range(last + 1, min(last + context, len(source.lines)) + 1)
    return [*rows, *(_code(source, n) for n in after)]


def _code(source: edits.Positions, number: int) -> Row:
    return Row("code", number, printable(source.lines[number - 1].rstrip("\r\n")))


def _marked(source: edits.Positions, span: Span, mark: str) -> list[Row]:
    line = source.lines[span.line - 1].rstrip("\r\n")
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    before = cell_len(printable(line[: span.column - 1]))
    width = max(1, cell_len(printable(line[span.column - 1 : end])))
    return [_code(source, span.line), Row("mark", None, " " * before + mark * width)]


def patch(sources: Sources, changes: Iterable[Edit]) -> Iterator[tuple[str, list[Row]]]:
    """For each file and run of lines that `changes` touch: the path, and the lines as they are and
    as they become."""
    for block in _blocks(changes):
        path = block[0].span.path
        source = sources.get(path)
        if source is None:
            continue
        first = block[0].span.line
        last = min(max(edit.span.end_line for edit in block), len(source.lines))
        old = "".join(source.lines[first - 1 : last])
        try:
            new = edits.apply(old, [_moved(edit, first - 1) for edit in block])
        except ValueError:
            # The file changed since it was checked; the fix itself is refused for the same reason.
            continue
        yield path, _without_common(_rows("removed", first, old), _rows("added", first, new))


def _rows(kind: RowKind, first: int, text: str) -> list[Row]:
    lines = edits.Positions(text).lines
    return [Row(kind, first + i, printable(line.rstrip("\r\n"))) for i, line in enumerate(lines)]


def _without_common(old: list[Row], new: list[Row]) -> list[Row]:
    """Without the lines that stand unchanged at the start and the end (an insertion changes no
    line)."""
    while old and new and old[0].text == new[0].text:
        del old[0], new[0]
    while old and new and old[-1].text == new[-1].text:
        del old[-1], new[-1]
    return [*old, *new]


def _blocks(changes: Iterable[Edit]) -> Iterator[list[Edit]]:
    block: list[Edit] = []
    for edit in sorted(set(changes), key=lambda e: (e.span, e.replacement)):
        same = block and block[0].span.path == edit.span.path
        if block and not (same and edit.span.line <= max(e.span.end_line for e in block)):
            yield block
            block = []
        block.append(edit)
    if block:
        yield block


def _moved(edit: Edit, up: int) -> Edit:
    span = edit.span
    moved = Span(span.path, span.line - up, span.column, span.end_line - up, span.end_column)
    return Edit(moved, edit.replacement)
