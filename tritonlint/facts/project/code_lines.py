"""The lines of a file that are code: what is left without comments and blank lines, and where."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

# After the end of a line, one that holds nothing or a comment alone; and a comment after code
# without quotes, so that what follows the `#` is no string.
_EMPTY = re.compile(rb"\n[ \t\f\r]*(?:#[^\n]*(?=\n)|(?=\n))")
_TRAILING = re.compile(rb"\n([^\n\"'#]+)#[^\r\n]*")
# Where a line goes on in the next one, as a string or as code, that is not told line by line.
_CONTINUED = re.compile(rb"\\\r?\n[ \t\f]*(?:[#\r\n]|[^\n\"'#]*#)")
_RETURN = re.compile(rb"\r(?!\n)")
# What in front of a string in triple quotes leaves open whether it is one.
_UNCLEAR = re.compile(rb"[#\"']")
_QUOTES = (b'"""', b"'''")


def digest(text: bytes) -> str:
    """A digest of the code of a file: the same for two texts between which only comments and blank
    lines differ, as far as these are plain to see."""
    made = _new()
    for is_code, part in _parts(text):
        made.update(_without_comments(b"\n" + part) if is_code else b"\0" + part)
    return made.hexdigest()


def code_of(text: bytes) -> bytes:
    """A text without what `digest` leaves out."""
    parts = (_without_comments(b"\n" + part) if is_code else part for is_code, part in _parts(text))
    return b"".join(parts)


def raw_digest(text: bytes) -> str:
    """A digest of all that a file holds."""
    made = _new()
    made.update(text)
    return made.hexdigest()


def _new() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=12)


def numbers(text: bytes) -> list[int]:
    """The numbers of the lines that count for `digest`, in order, from 1."""
    if b"\r" in text and _RETURN.search(text):
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    left_out: set[int] = set()
    line = 1
    for is_code, part in _parts(text):
        code = b"\n" + part if is_code else b""
        at, counted = line, 0
        for each in _EMPTY.finditer(code):
            at += code.count(b"\n", counted, each.start())
            counted = each.start()
            left_out.add(at)
        line += part.count(b"\n")
    return [each for each in range(1, line + 1) if each not in left_out]


def _without_comments(text: bytes) -> bytes:
    return _TRAILING.sub(lambda found: b"\n" + found[1].rstrip(), _EMPTY.sub(b"", text))


def _parts(text: bytes) -> Iterator[tuple[bool, bytes]]:
    """The text in parts: those that are code, in whole lines, and others, which may be strings."""
    if b"\r" in text and _RETURN.search(text):
        return iter(((False, text),))
    if b"\\" in text and _CONTINUED.search(text):
        return iter(((False, text),))
    found = [each for each in _QUOTES if each in text]
    if not found:
        return iter(((True, text),))
    parts = text.split(found[0])
    opening = (part[part.rfind(b"\n") + 1 :] for part in parts[:-1:2])
    if len(found) > 1 or b"\\" + found[0] in text or len(parts) % 2 == 0:
        return iter(((False, text),))
    if any(map(_UNCLEAR.search, opening)):
        return iter(((False, text),))
    return _around_strings(parts)


def _around_strings(parts: Sequence[bytes]) -> Iterator[tuple[bool, bytes]]:
    """`parts` of a text, every other of which is a string. What follows a string in its line is no
    line of its own."""
    yield True, parts[0]
    for string, after in zip(parts[1::2], parts[2::2], strict=True):
        rest, end, more = after.partition(b"\n")
        yield False, string + b"\0" + rest + end
        yield True, more
