"""Text from files that others wrote, made safe to show."""

from __future__ import annotations

_TAB = "    "


def printable(text: str) -> str:
    """`text` with tabs widened and every other control character escaped, so that it cannot steer a
    terminal."""
    text = text.replace("\t", _TAB)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
