"""Which functions and classes hand out classes and objects of others, as their text says:
`def get_impl_cls(): return Impl`, `impl_cls = Impl` in a class. What is called on what they hand
out can be a method of those."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tritonlint.facts.index.headers import Header, nesting
from tritonlint.facts.index.words import LETTER

# A class that is returned, or an object of it; one that an annotation says is given; and an
# attribute or an entry that is returned.
_CLASS = rb"_*[A-Z]%s*" % LETTER
_RETURNED = re.compile(rb"\breturn[ \t]+(?:[\w.]+\.)?(%s)[ \t]*(?:\(|\n|$)" % _CLASS)
_SAID = re.compile(rb"->[ \t]*(?:[\w.]+\[)?[\"']?(?:[\w.]+\.)?(%s)[\"']?\]?[ \t]*:" % _CLASS)
_HELD = re.compile(rb"\breturn[ \t]+self\.\w+[ \t]*(?:\n|$)")
_ENTRY = re.compile(rb"\breturn[ \t]+(%s+)(?:\[|\.get\()" % LETTER)
# A class that an attribute of another is.
_ATTRIBUTE = re.compile(rb"^[ \t]+\w+[ \t]*(?::[^=\n]*)?=[ \t]*(%s)[ \t]*$" % _CLASS, re.M)
_NAME = re.compile(rb"(?<![\w.])[\w.]+")
# A lambda names what it calls so near.
_NEAR = 160
# What a call gives an attribute, or each item of one, and an attribute that is called.
_GIVEN = re.compile(
    rb"self\.\w+[ \t]*(?::[^=\n]*)?=\s*(?:[\[({]\s*(?:[\w.\"']+[ \t]*:\s*)?)?([a-z_][\w.]*)\("
)
_CALLED = re.compile(rb"\bself\.(%s+)[ \t]*(?:\[[^\]\n]*\][ \t]*)?\(" % LETTER)
# What an attribute is given that can be called then, or has what can be: a lambda, a kernel with
# its grid.
_LAUNCHER = re.compile(
    rb"self\.\w+[ \t]*(?::[^=\n]*)?=(?:[^\n]*\blambda\b|[\s(\[{]*lambda\b"
    rb"|[^\n]*\bpartial\(\s*[\w.]+\[|[ \t(]*[\w.]+\[(?:\(|\w*grid|lambda\b))"
)


def out(text: bytes, found: Sequence[Header], known: set[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of a function, or the class that it is a method of, and a class or a table that it
    hands out of those that are `known`."""
    ends = [*(each.begin for each in found[1:]), len(text)]
    owners = [b""] * len(found)
    for inner, outer in nesting([each.indent for each in found]):
        owners[inner] = found[outer].name if found[outer].is_class else b""
    made: dict[bytes, list[bytes]] = {}
    for header, end, owner in zip(found, ends, owners, strict=False):
        if owner and header.name == b"__init__":
            made[owner] = re.findall(_CLASS, text[header.start : end])
    for header, end, owner in zip(found, ends, owners, strict=False):
        if header.is_class:
            named = _ATTRIBUTE.findall(text, header.start, end)
        else:
            named = [*_RETURNED.findall(text, header.start, end)]
            named += _SAID.findall(text, header.start, end)
            named += _ENTRY.findall(text, header.start, end)
            if made.get(owner) and _HELD.search(text, header.start, end):
                named += made[owner]
        other = owner or header.name
        yield from ((other, each) for each in named if each in known and each != other)


def given(text: bytes, start: int, end: int) -> set[bytes]:
    """What is called to give attributes of `self` something."""
    return set(_GIVEN.findall(text, start, end))


def called(text: bytes, start: int, end: int) -> set[bytes]:
    """The attributes of `self` that are called."""
    return set(_CALLED.findall(text, start, end))


def launched(text: bytes, start: int, end: int) -> set[bytes]:
    """What is named where an attribute of `self` is given what may launch where it is called."""
    return {
        name
        for found in _LAUNCHER.finditer(text, start, end)
        for name in _NAME.findall(text, found.start(), min(found.end() + _NEAR, end))
    }
