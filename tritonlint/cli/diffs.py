"""Changes of files as unified diffs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TextIO

import click

from tritonlint.report import output

if TYPE_CHECKING:
    from tritonlint.fixing.plans import Change

_COLORS = {"---": "bold", "+++": "bold", "@@": "cyan", "-": "red", "+": "green"}


def write_diff(stream: TextIO, changes: Iterable[Change]) -> None:
    """Write the changes to `stream`, in color where it shows colors."""
    color = output.use_color(stream)
    for change in changes:
        stream.writelines(_painted(line) if color else line for line in diff(change))


def diff(change: Change) -> Iterator[str]:
    """The change as the lines of a unified diff, each with its line end."""
    from difflib import unified_diff

    from tritonlint.source import SourceFile

    before, after = (SourceFile(change.path, each).lines for each in (change.before, change.after))
    for line in unified_diff(before, after, change.path, change.path):
        yield line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n"


def _painted(line: str) -> str:
    from tritonlint.report.printable import printable

    text = line.rstrip("\r\n")
    color = next((each for sign, each in _COLORS.items() if text.startswith(sign)), "")
    shown = printable(text)
    if color == "bold":
        return click.style(shown, bold=True) + "\n"
    return (click.style(shown, fg=color) if color else shown) + "\n"
