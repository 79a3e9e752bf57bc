"""Reveal comments: taking them out of a file, and putting into it those that the facts call for.

A comment stands on a line of its own below the statement that it tells about. The facts are asked
about the text without such comments, so that they cannot read the answer; the line numbers that
they give are then those of the text with the comments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

MARK = "# reveal: "
_LINE = re.compile(r"<(\d+)>")


@dataclass(frozen=True)
class Revealed:
    """Facts that belong together: `lines` say them, with line numbers as `line_number` writes them.
    They go below line `after`, as far to the right as `indent` says."""

    after: int
    indent: int
    lines: tuple[str, ...]


def line_number(line: int) -> str:
    """A line of the text without comments, as a fact's text refers to it."""
    return f"<{line}>"


def without_comments(text: str) -> str:
    """The text as the facts are shown it."""
    return "".join(
        line
        for line in text.splitlines(keepends=True)
        if not line.lstrip().startswith(MARK.rstrip())
    )


def with_comments(text: str, facts: Iterable[Revealed]) -> str:
    """The text (without comments) with those for `facts`, in their order; what is said twice is
    written once."""
    below: dict[int, list[Revealed]] = {}
    for fact in dict.fromkeys(facts):
        below.setdefault(fact.after, []).append(fact)
    moved = _moved(below)
    lines = text.splitlines()
    written: list[str] = []
    for number, line in enumerate(lines, 1):
        written.append(line)
        for fact in below.get(number, ()):
            for said in fact.lines:
                said = _LINE.sub(lambda found: str(moved(int(found[1]))), said)
                written.append(f"{' ' * fact.indent}{MARK}{said}")
    return "\n".join(written) + "\n"


def _moved(below: Mapping[int, Sequence[Revealed]]) -> Callable[[int], int]:
    """Where a line is after the comments above it were put in."""
    added = {after: sum(len(fact.lines) for fact in facts) for after, facts in below.items()}
    return lambda line: line + sum(count for after, count in added.items() if after < line)
