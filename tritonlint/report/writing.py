"""The reports of a run: in which formats, and where each goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tritonlint.report import Options, Text, output, renderer

if TYPE_CHECKING:
    from tritonlint.findings.result import Result


@dataclass(frozen=True)
class Report:
    """One report: its format, and the file that it goes to (None: standard output)."""

    format: str
    file: Path | None = None


def write(
    result: Result,
    reports: Sequence[Report],
    list_suppressed: bool = False,
    text: Text | None = None,
    quiet: bool = False,
) -> None:
    """Write each of `reports`, the suppressed findings in those for people if `list_suppressed`,
    without their closing lines if `quiet`; `text` is what a file was taken to hold. Raises
    UsageError for a file that cannot be written."""
    for each in reports:
        render = renderer(each.format)
        with output.destination(each.file) as stream:
            color = output.use_color(stream)
            options = Options(color, each.file is not None, list_suppressed, text, quiet)
            render(result, stream, options)
