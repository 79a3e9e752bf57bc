"""The first line of a message: short enough to be read at a glance."""

from __future__ import annotations

import re

MOST = 99
_QUOTED = re.compile(r"`([^`]+)`")
# No name is made shorter than this.
_LEAST = 12
_CUT = "..."


def headline(message: str) -> str:
    """`message` as one line of at most MOST characters, where its longest names (in backticks) are
    cut in the middle; those that are cut are whole in the trace and at the place. What is too long
    without its names stays so."""
    line = " ".join(message.split())
    while len(line) > MOST:
        name = max(_QUOTED.findall(line), key=len, default="")
        length = max(len(name) - (len(line) - MOST), _LEAST)
        if len(name) <= length:
            break
        # A little at a time, so that of several long names none goes before the others.
        line = line.replace(f"`{name}`", f"`{_shorter(name, max(length, len(name) - 8))}`", 1)
    return line


def _shorter(name: str, length: int) -> str:
    """`name` with its middle left out."""
    bare = name.replace(_CUT, "")
    left = length - len(_CUT)
    return bare[: left - left // 2] + _CUT + bare[len(bare) - left // 2 :]
