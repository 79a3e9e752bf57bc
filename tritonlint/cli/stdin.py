"""Text from standard input, which stands for a file."""

from __future__ import annotations

import sys
from pathlib import Path

from tritonlint.errors import UsageError
from tritonlint.report import Text

MARK = Path("-")


def is_asked_for(paths: tuple[Path, ...], filename: Path | None) -> bool:
    """Whether the text is to come from standard input."""
    return MARK in paths or filename is not None


def read(paths: tuple[Path, ...], filename: Path | None) -> Text | None:
    """The text on standard input with the path that it stands for, if `paths` ask for it by `-` or
    `filename` is given; else None.

    Raises UsageError when there are other paths too, and when standard input is closed.
    """
    if not is_asked_for(paths, filename):
        return None
    if set(paths) - {MARK, Path(".")}:
        raise UsageError("standard input (-, --stdin-filename) is checked without other paths")
    if sys.stdin is None:
        raise UsageError("standard input is closed: there is nothing to check")
    return Text(filename or MARK, sys.stdin.buffer.read())
