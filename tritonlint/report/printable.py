"""Text from files that others wrote, made safe to show."""

from __future__ import annotations

import re

_TAB = "    "
# A byte of a file's name that is no UTF-8 is one of these in Python's text.
_SURROGATE = re.compile("[\ud800-\udfff]")
_FIRST_BYTE = 0xDC00


def printable(text: str) -> str:
    """`text` with tabs widened and every other control character escaped, so that it cannot steer a
    terminal."""
    text = plain(text).replace("\t", _TAB)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def plain(text: str) -> str:
    """`text` with each byte of a name that is no UTF-8 spelled like `\\xff`, since half a surrogate
    pair is refused by strict decoders."""
    return _SURROGATE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    byte = ord(found[0]) - _FIRST_BYTE
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else f"\\u{ord(found[0]):04x}"
