"""Text for programs: JSON in ASCII, and strings without what a strict decoder refuses."""

from __future__ import annotations

import json
import re

# A byte of a file's name that is no UTF-8 is one of these in Python's text.
_SURROGATE = re.compile("[\ud800-\udfff]")
_FIRST_BYTE = 0xDC00


def as_json(document: object, indent: int | None = None) -> str:
    """`document` as JSON in ASCII: whatever the encoding of the stream, it can be parsed."""
    return json.dumps(_plain(document), indent=indent)


def plain(text: str) -> str:
    """`text` with each byte of a name that is no UTF-8 spelled like `\\xff`, since half a surrogate
    pair is refused by strict decoders."""
    return _SURROGATE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    byte = ord(found[0]) - _FIRST_BYTE
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else f"\\u{ord(found[0]):04x}"


def _plain(value: object) -> object:
    match value:
        case str():
            return plain(value)
        case dict():
            return {plain(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
    return value
