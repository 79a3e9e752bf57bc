"""The reports of a run: which formats were asked for, and where each goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import click

from tritonlint import report
from tritonlint.errors import UsageError
from tritonlint.report.writing import Report

F = TypeVar("F", bound=Callable[..., object])


def _reports(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[Report, ...]:
    """What each `FORMAT` or `FORMAT=FILE` stands for."""
    found = []
    for value in values:
        name, separate, file = value.partition("=")
        if name not in report.FORMATS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(report.FORMATS)}")
        if separate and not file:
            raise click.BadParameter(f"{value!r} names no file after the `=`")
        found.append(Report(name, Path(file) if file else None))
    return tuple(found)


def _formats(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [each for each in report.FORMATS if each.startswith(incomplete)]


def options(command: F) -> F:
    """Add `--output-format` (a tuple of Report) and `--output-file`."""
    file = click.option(
        "--output-file", type=click.Path(path_type=Path), help="Write the report here."
    )
    formats = click.option(
        "--output-format",
        "output_formats",
        multiple=True,
        callback=_reports,
        metavar="FORMAT[=FILE]",
        shell_complete=_formats,
        help=f"How to report, and into which file; may be repeated. One of "
        f"{', '.join(report.FORMATS)} (default: text).",
    )
    return formats(file(command))


def asked_for(
    given: Sequence[Report], file: Path | None, statistics: bool = False
) -> tuple[Report, ...]:
    """The reports that the command line asks for. `statistics` takes the place of each text format.

    Raises UsageError for two that go to one place, and for options that do not go together.
    """
    found = [*given] or [Report("text")]
    if file is not None:
        open_ended = [each for each in found if each.file is None]
        if len(open_ended) != 1:
            raise UsageError("--output-file goes with one --output-format that names no file")
        found = [replace(each, file=file) if each.file is None else each for each in found]
    places = [each.file for each in found]
    if places.count(None) > 1:
        raise UsageError("only one report can go to standard output; use --output-format X=FILE")
    twice = next((each for each in places if places.count(each) > 1), None)
    if twice is not None:
        raise UsageError(f"{twice}: two reports would go to this file")
    if statistics:
        found = [
            replace(each, format="statistics") if each.format in report.TEXT_FORMATS else each
            for each in found
        ]
        if not any(each.format == "statistics" for each in found):
            raise UsageError(f"--statistics goes with text or concise, not {found[0].format}")
    return tuple(found)
