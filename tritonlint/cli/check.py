"""`tritonlint check`: report findings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tritonlint.cli import options, output, progress, reports, stdin
from tritonlint.errors import SourceError, UsageError
from tritonlint.observer import QUIET, Observer
from tritonlint.scopes import Scopes

if TYPE_CHECKING:
    from tritonlint.config import Settings
    from tritonlint.engine import Result

CLEAN, FINDINGS, FAILED = 0, 1, 2


@click.command("check", short_help="Report silent dtype casts.")
@options.selection
@reports.options
@click.option("--exit-zero", is_flag=True, help="Exit with 0 when there are findings.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write results of earlier runs.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@options.jobs
@click.option(
    "--stdin-filename",
    type=click.Path(path_type=Path),
    help="The path that the text on standard input (PATHS: -) stands for.",
)
@click.option("--profile", is_flag=True, help="Show where the time goes (without the cache).")
@click.option("--watch", is_flag=True, help="Check again whenever a file changes.")
def command(
    paths: tuple[Path, ...],
    output_formats: tuple[reports.Report, ...],
    output_file: Path | None,
    exit_zero: bool,
    no_cache: bool,
    statistics: bool,
    jobs: int | None,
    stdin_filename: Path | None,
    profile: bool,
    watch: bool,
    **selected: object,
) -> int:
    """Report silent dtype casts between Triton kernels and their launches.

    PATHS are files or folders, or - for standard input; the default is the working directory. Exit
    code: 0 clean, 1 findings, 2 some file could not be checked or the command line or the settings
    are wrong.
    """
    wanted = reports.asked_for(output_formats, output_file, statistics)
    paths = paths or (Path("."),)
    if watch:
        return _watch(paths, stdin_filename)
    text = stdin.read(paths, stdin_filename)
    settings = options.settings_for((text.path,) if text else paths, selected)
    with progress.observed(profile) as observer:
        if text:
            result = run_text(text.path, text.data, settings)
        else:
            result = run(paths, settings, not (no_cache or profile), jobs, observer)
        with observer.stage("report"):
            reports.write(result, wanted, text)
    output.complain(f"{each.path}: {each.reason}" for each in result.skipped)
    return exit_code(result, exit_zero)


def _watch(paths: tuple[Path, ...], stdin_filename: Path | None) -> int:
    from tritonlint.cli import watching

    if stdin.is_asked_for(paths, stdin_filename):
        raise UsageError("--watch goes with files and folders, not with standard input")
    context = click.get_current_context()
    given = context.params | {"watch": False}
    return watching.watch(paths, lambda: int(context.invoke(command, **given)))


def run(
    paths: tuple[Path, ...],
    settings: Settings,
    cached: bool = False,
    jobs: int | None = None,
    observer: Observer = QUIET,
) -> Result:
    """Check the files at and below `paths`. A folder that cannot be listed is among the skipped,
    and so is every named file that cannot be parsed, even if nothing in it is about Triton. With
    `cached`, results of earlier runs are used and kept."""
    from tritonlint.cache import Cache, default_folder
    from tritonlint.discovery import discover
    from tritonlint.engine import Skipped, check

    errors: list[SourceError] = []
    with observer.stage("discover"):
        files = discover(paths, settings, errors.append)
        for each in Scopes(settings).every(files)[1:]:
            options.check_rules(each)
    cache = Cache(default_folder(Path.cwd())) if cached else None
    named = frozenset(paths).intersection(files)
    result = check(files, settings, cache, named, jobs, observer)
    skipped = {*result.skipped, *(Skipped(each.path, each.reason) for each in errors)}
    return replace(result, skipped=tuple(sorted(skipped, key=lambda s: (s.path, s.reason))))


def run_text(path: Path, data: bytes, settings: Settings) -> Result:
    """Check `data` as if the file at `path` held it; one that `settings` exclude is no file."""
    from tritonlint.discovery import is_excluded
    from tritonlint.engine import Result, check_texts
    from tritonlint.patterns import matcher

    excluded = matcher((*settings.exclude, *settings.extend_exclude))
    if settings.force_exclude and is_excluded(path, excluded):
        return Result((), (), 0)
    return check_texts({path: data}, settings, named=True)


def exit_code(result: Result, exit_zero: bool = False) -> int:
    """0 clean, 1 findings, 2 when something was skipped, which `exit_zero` does not excuse."""
    if result.skipped:
        return FAILED
    return FINDINGS if result.findings and not exit_zero else CLEAN
