"""`tritonlint check`: report findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tritonlint.cli import options, output, reports
from tritonlint.errors import SourceError, UsageError
from tritonlint.source import read_source

if TYPE_CHECKING:
    from tritonlint.config import Settings
    from tritonlint.engine import Result

CLEAN, FINDINGS, FAILED = 0, 1, 2


@click.command("check", short_help="Report silent dtype casts.")
@options.selection
@reports.options
@click.option("--exit-zero", is_flag=True, help="Exit with 0 when there are findings.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write results of earlier runs.")
@click.option(
    "--confirm",
    type=click.Choice(["compile"]),
    help="Put each finding to Triton's compiler, as the launch has it and as fixed. Needs Triton, "
    "but no GPU. It executes the kernels' source (without importing their package).",
)
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option("--diff-base", metavar="REV", help="Only what lies on lines changed since REV.")
@click.option("--show-suppressed", is_flag=True, help="List the suppressed findings too.")
@click.option("--add-ignore", is_flag=True, help="Write ignore comments for the findings.")
@click.option("--reason", metavar="TEXT", help="The reason that --add-ignore writes.")
def command(
    paths: tuple[Path, ...],
    output_formats: tuple[reports.Report, ...],
    output_file: Path | None,
    exit_zero: bool,
    no_cache: bool,
    confirm: str | None,
    statistics: bool,
    diff_base: str | None,
    show_suppressed: bool,
    add_ignore: bool,
    reason: str | None,
    **selected: object,
) -> int:
    """Report silent dtype casts between Triton kernels and their launches.

    PATHS are files or folders; the default is the working directory. Exit code: 0 clean, 1
    findings, 2 some file could not be checked or the command line or the settings are wrong.
    """
    if reason and not add_ignore:
        raise UsageError("--reason goes with --add-ignore")
    wanted = reports.asked_for(output_formats, output_file, statistics)
    paths = paths or (Path("."),)
    settings = options.settings_for(paths, selected)
    result = run(paths, settings, cached=not no_cache)
    stale = _stale(result, paths, settings)
    result = result if diff_base is None else _changed(result, diff_base, paths)
    result = confirmed(result, settings, not no_cache) if confirm else result
    if add_ignore:
        from tritonlint.cli import ignores

        return ignores.add(result, reason or "")
    reports.write(result, wanted, show_suppressed)
    output.note(stale)
    output.complain(f"{each.path}: {each.reason}" for each in result.skipped)
    return exit_code(result, exit_zero)


def run(paths: tuple[Path, ...], settings: Settings, cached: bool = False) -> Result:
    """Check the files at and below `paths`. A folder that cannot be listed is among the skipped,
    and so is every named file that cannot be parsed, even if nothing in it is about Triton. With
    `cached`, results of earlier runs are used and kept."""
    from tritonlint.cache import Cache, default_folder
    from tritonlint.discovery import discover
    from tritonlint.engine import Skipped, check

    errors: list[SourceError] = []
    files = discover(paths, settings, errors.append)
    cache = Cache(default_folder(Path.cwd())) if cached else None
    result = check(files, settings, cache)
    named = set(paths)
    errors += _unreadable(path for path in files if path in named)
    reasons = {each.path: each.reason for each in errors}
    reasons |= {each.path: each.reason for each in result.skipped}
    return replace(result, skipped=tuple(Skipped(*each) for each in sorted(reasons.items())))


def confirmed(result: Result, settings: Settings, cached: bool = False) -> Result:
    """The result with what the compiler says of each finding. One that it refutes is `possible`
    then, and where that is not shown, a note says what is left out. Raises VerifyError where the
    compiler cannot be asked."""
    from tritonlint.cache import default_folder
    from tritonlint.engine import shown
    from tritonlint.verify.answers import Answers
    from tritonlint.verify.confirm import confirm

    answers = Answers(default_folder(Path.cwd()) if cached else None)
    told = confirm(result.findings, settings, answers)
    kept = shown(told, settings)
    output.note(
        f"{each.span.path}:{each.span.line}:{each.span.column}: {each.code} is refuted by the "
        f"compiler and left out: {each.confirmed_reason}"
        for each in told
        if each not in kept
    )
    return replace(result, findings=kept)


def _changed(result: Result, revision: str, paths: tuple[Path, ...]) -> Result:
    """What of `result` lies on lines that changed since `revision`."""
    from tritonlint import changes

    since = changes.since(revision, options.common_folder(paths))
    return changes.only_changed(result, since)


def _stale(result: Result, paths: tuple[Path, ...], settings: Settings) -> list[str]:
    """What is to be said of a baseline that knows of findings which are gone."""
    if settings.baseline is None:
        return []
    from tritonlint import baseline
    from tritonlint.engine import selection

    known = baseline.read(Path(settings.baseline))
    gone = baseline.stale(known, result, paths, selection(settings))
    hint = f"{settings.baseline}: remove what is stale with `tritonlint baseline prune`"
    return [*baseline.lines(gone, "stale in the baseline"), hint] if gone else []


def _unreadable(files: Iterable[Path]) -> Iterator[SourceError]:
    """Why each of `files` that Python could not run cannot be run. The engine asks only those that
    could hold a finding: in a tree, parsing all of them would take longer than checking it."""
    for file in files:
        try:
            _ = read_source(file).tree
        except SourceError as error:
            yield error


def exit_code(result: Result, exit_zero: bool = False) -> int:
    """0 clean, 1 findings, 2 when something was skipped, which `exit_zero` does not excuse."""
    if result.skipped:
        return FAILED
    return FINDINGS if result.findings and not exit_zero else CLEAN
