"""Edits on a text: positions to offsets, which edits exclude each other, and what the text
becomes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from tritonlint.findings import Edit, Span


class Positions:
    """Offsets into `text` of the lines and columns that a Span counts (from 1, in characters)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: Sequence[str] = io.StringIO(text, newline="").readlines()
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))

    def offset(self, line: int, column: int) -> int:
        """The offset of a place. Raises ValueError for one outside the text."""
        if not 1 <= line <= len(self._starts) or column < 1:
            raise ValueError(f"line {line}, column {column} is outside the file")
        offset = self._starts[line - 1] + column - 1
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        if offset > end:
            raise ValueError(f"line {line}, column {column} is outside the file")
        return offset

    def range(self, span: Span) -> tuple[int, int]:
        """Start and end (exclusive) of `span`. Raises ValueError for a span outside the text or
        turned around."""
        start = self.offset(span.line, span.column)
        end = self.offset(span.end_line, span.end_column)
        if end < start:
            raise ValueError(f"line {span.line}: the span ends before it begins")
        return start, end

    @property
    def newline(self) -> str:
        """The line end that the text uses first; `\\n` when it has none."""
        first = self.lines[0] if self.lines else ""
        return first[len(first.rstrip("\r\n")) :] or "\n"


def conflict(one: Edit, other: Edit) -> bool:
    """Whether two edits cannot both be made: they overlap, or insert different texts at one place.

    The same edit, asked for twice (two kernels of one launch), is no conflict: it is made once.
    """
    if one == other or one.span.path != other.span.path:
        return False
    a, b = one.span, other.span
    a_start, a_end = (a.line, a.column), (a.end_line, a.end_column)
    b_start, b_end = (b.line, b.column), (b.end_line, b.end_column)
    return a_start == b_start and a_end == b_end or (a_start < b_end and b_start < a_end)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """`text` with `edits` made, each once, new lines ending as the text's lines do.

    Raises ValueError when two edits overlap or one lies outside the text.
    """
    positions = Positions(text)
    changes = sorted({(*positions.range(e.span), e.replacement) for e in edits})
    parts: list[str] = []
    done = 0
    for start, end, replacement in changes:
        if start < done:
            raise ValueError("two edits overlap")
        new = replacement.replace("\r\n", "\n").replace("\n", positions.newline)
        parts += [text[done:start], new]
        done = end
    return "".join([*parts, text[done:]])
