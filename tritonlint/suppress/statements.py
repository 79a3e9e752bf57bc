"""A file as logical lines and comments, read with `tokenize`: a string that looks like a comment is
none."""

from __future__ import annotations

import bisect
import tokenize
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tritonlint.frozen import dataclass
from tritonlint.source import SourceFile

_LAYOUT = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
    }
)


class Lines(NamedTuple):
    """Physical lines, from 1, both ends included."""

    first: int
    last: int


@dataclass(frozen=True)
class Comment:
    """A comment from its `#` on, its place, and whether it has the line to itself."""

    text: str
    line: int
    column: int
    alone: bool


@dataclass(frozen=True)
class Statements:
    """The logical lines of a file in order, its comments, and the lines to whose end a comment can
    be added. Decorators belong to the header that they stand above, and make one logical line with
    it."""

    lines: tuple[Lines, ...]
    comments: tuple[Comment, ...]
    open_ended: frozenset[int]

    def around(self, line: int) -> Lines | None:
        """The logical line that the physical `line` is a part of, None for a line between two."""
        index = bisect.bisect_right(self.lines, line, key=lambda each: each.first) - 1
        found = self.lines[index] if index >= 0 else None
        return found if found and found.last >= line else None

    def below(self, line: int) -> Lines | None:
        """The first logical line that begins after `line`."""
        index = bisect.bisect_right(self.lines, line, key=lambda each: each.first)
        return self.lines[index] if index < len(self.lines) else None


def read(source: SourceFile) -> Statements:
    """The statements of `source`; none at all for text that is not Python."""
    # The tokenizers of different versions disagree on a lone `\r`; columns stay as they are.
    lines = [f"{line.rstrip(chr(10) + chr(13))}\n" for line in source.lines]
    try:
        tokens = list(tokenize.generate_tokens(iter([*lines, ""]).__next__))
    except (tokenize.TokenError, SyntaxError):
        return Statements((), (), frozenset())
    comments = [
        Comment(each.string, row, column + 1, not lines[row - 1][:column].strip())
        for each in tokens
        if each.type == tokenize.COMMENT
        for row, column in [each.start]
    ]
    ends = (tokenize.NL, tokenize.NEWLINE)
    return Statements(
        tuple(_with_decorators(_logical(tokens))),
        tuple(comments),
        frozenset(each.start[0] for each in tokens if each.type in ends),
    )


def _logical(tokens: Iterable[tokenize.TokenInfo]) -> Iterator[tuple[Lines, bool]]:
    """Each logical line, and whether it is a decorator."""
    head: tokenize.TokenInfo | None = None
    for token in tokens:
        if head is not None and token.type == tokenize.NEWLINE:
            yield Lines(head.start[0], token.start[0]), head.string == "@"
            head = None
        elif head is None and token.type not in _LAYOUT:
            head = token


def _with_decorators(logical: Iterable[tuple[Lines, bool]]) -> Iterator[Lines]:
    first: int | None = None
    for lines, decorator in logical:
        first = lines.first if first is None else first
        if not decorator:
            yield Lines(first, lines.last)
            first = None
