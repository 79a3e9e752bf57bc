"""The headers of functions and classes in a text, and which stands in which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from tritonlint.facts.index.words import LETTER
from tritonlint.frozen import dataclass

# Each begins with a literal: what else is asked of a place is asked of the few that match, since a
# pattern for all of it takes several times as long.
_DEF = re.compile(rb"def[ \t]+(%s+)\s*[\(\[\\]" % LETTER)
_CLASS = re.compile(rb"class[ \t]+(%s+)\s*[\(\[\\:]" % LETTER)


@dataclass(frozen=True)
class Header:
    """Where the header of a function or a class begins, where its name ends, what it is indented
    by, its name."""

    begin: int
    start: int
    indent: int
    name: bytes
    is_class: bool


def headers(text: bytes) -> Iterator[Header]:
    """The headers of a file, in order."""
    functions, classes = _DEF.finditer(text), _CLASS.finditer(text)
    for found in sorted((*functions, *classes), key=re.Match.start):
        before = text[text.rfind(b"\n", 0, found.start()) + 1 : found.start()]
        is_class = found[0].startswith(b"class")
        if before.strip() == b"" or (before.strip() == b"async" and not is_class):
            indent = len(before) - len(before.lstrip())
            yield Header(found.start(), found.end(1), indent, found[1], is_class)


def decorators(text: bytes, header: Header) -> bytes:
    """The decorators of a function or class, those that stand in one line each."""
    end = text.rfind(b"\n", 0, header.begin) + 1
    begin = end
    while begin:
        line = text.rfind(b"\n", 0, begin - 1) + 1
        if not text[line:begin].lstrip().startswith(b"@"):
            break
        begin = line
    return text[begin:end]


def nesting(indents: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of the index of a function and that of the one around it, innermost first."""
    around: list[tuple[int, int]] = []
    stack: list[int] = []
    for index, indent in enumerate(indents):
        while stack and indents[stack[-1]] >= indent:
            stack.pop()
        if stack:
            around.append((index, stack[-1]))
        stack.append(index)
    return reversed(around)


def outside(
    text: bytes, found: Sequence[Header], outermost: Sequence[int], ends: Sequence[int]
) -> Iterator[bytes]:
    """The parts of a text outside of the functions whose headers were found."""
    yield text[: found[0].begin if found else len(text)]
    for index, end in enumerate(ends if found else ()):
        outer = found[outermost[index]]
        start = found[index].start
        if outer.is_class:
            yield text[start:end]
        elif left := _dedent(outer.indent).search(text, start, end):
            yield text[left.end() : end]


@cache
def _dedent(indent: int) -> re.Pattern[bytes]:
    """Where a statement begins that is indented by at most `indent`: the function before ends."""
    return re.compile(rb"\n[ \t]{0,%d}(?=[^\s)\]}#])" % indent)
