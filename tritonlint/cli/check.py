"""`tritonlint check`: report findings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tritonlint.cli import options, progress, reports, running, stdin
from tritonlint.engine import run_settings
from tritonlint.errors import UsageError
from tritonlint.report import output, writing

if TYPE_CHECKING:
    from tritonlint.findings.result import Result
    from tritonlint.settings.config import Settings


@click.command("check", short_help="Report silent dtype casts.")
@options.selection
@reports.options
@click.option("--fix", is_flag=True, help="Write the fixes: `autofix --apply`.")
@click.option("--diff", is_flag=True, help="Show the fixes as a diff: `autofix`.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --fix or --diff: those that may change results too."
)
@click.option("--quiet", "-q", is_flag=True, help="Print findings and errors, nothing else.")
@click.option("--verbose", "-v", is_flag=True, help="Say which settings, rules and files are used.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 when there are findings.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write results of earlier runs.")
@click.option(
    "--confirm",
    type=click.Choice(["compile"]),
    help="Put each finding to Triton's compiler, as the launch has it and as fixed. Needs Triton, "
    "but no GPU. It executes the kernels' source (without importing their package), confined.",
)
@click.option(
    "--confirm-unconfined",
    is_flag=True,
    help="Let --confirm execute kernels as you, where nothing can confine them.",
)
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option("--diff-base", metavar="REV", help="Only what lies on lines changed since REV.")
@click.option("--show-suppressed", is_flag=True, help="List the suppressed findings too.")
@click.option("--add-ignore", is_flag=True, help="Write ignore comments for the findings.")
@click.option("--reason", metavar="TEXT", help="The reason that --add-ignore writes.")
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
    output_formats: tuple[writing.Report, ...],
    output_file: Path | None,
    fix: bool,
    diff: bool,
    unsafe_fixes: bool,
    quiet: bool,
    verbose: bool,
    exit_zero: bool,
    no_cache: bool,
    confirm: str | None,
    confirm_unconfined: bool,
    statistics: bool,
    diff_base: str | None,
    show_suppressed: bool,
    add_ignore: bool,
    reason: str | None,
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
    if reason and not add_ignore:
        raise UsageError("--reason goes with --add-ignore")
    if add_ignore and (output_formats or output_file or statistics):
        raise UsageError("--add-ignore writes comments and no report; ask for one in another run")
    wanted = reports.asked_for(output_formats, output_file, statistics)
    paths = paths or (Path("."),)
    if fix or diff:
        asked = (output_formats, output_file, exit_zero, confirm, statistics, diff_base, add_ignore)
        if any(asked) or watch:
            raise UsageError("--fix and --diff are `autofix`, which makes no report")
        return _autofix(paths, fix, unsafe_fixes, stdin_filename, selected)
    if unsafe_fixes:
        raise UsageError("--unsafe-fixes goes with --fix or --diff")
    if quiet and verbose:
        raise UsageError("--quiet and --verbose contradict each other")
    if watch:
        return _watch(paths, stdin_filename)
    text = stdin.read(paths, stdin_filename)
    if text and (add_ignore or confirm):
        option = "--add-ignore" if add_ignore else "--confirm"
        raise UsageError(f"{option} goes with files, not with standard input")
    settings = options.settings_for((text.path,) if text else paths, selected)
    if verbose:
        output.note(_used(settings))
    notebooks: list[Path] = []
    with progress.observed(profile) as observer:
        if text:
            result = running.run_text(text.path, text.data, settings)
        else:
            cached = not (no_cache or profile)
            result = running.run(paths, settings, cached, jobs, observer, notebooks.append)
        stale = _stale(result, (text.path,) if text else paths, settings)
        result = result if diff_base is None else _changed(result, diff_base, paths)
        if confirm:
            with observer.stage("confirm"):
                kept = None if no_cache else paths
                result = running.confirmed(result, settings, kept, confirm_unconfined)
        if add_ignore:
            from tritonlint.cli import ignores

            return ignores.add(result, reason or "")
        with observer.stage("report"):
            writing.write(result, wanted, show_suppressed, text, quiet)
    if not quiet:
        output.note(stale)
        output.note(f"{each.path}: {each.reason}" for each in result.unused)
        output.note(running.nothing_checked(result, (text.path,) if text else paths))
        output.note(_unread(notebooks))
    output.complain(f"{each.path}: {each.reason}" for each in result.skipped)
    return running.exit_code(result, exit_zero)


def _autofix(
    paths: tuple[Path, ...],
    write: bool,
    unsafe: bool,
    stdin_filename: Path | None,
    selected: dict[str, object],
) -> int:
    from tritonlint.cli import autofix

    given = {"paths": paths, "write": write, "unsafe_fixes": unsafe, "interactive": False}
    given |= {"allow_dirty": False, "stdin_filename": stdin_filename, **selected}
    return int(click.get_current_context().invoke(autofix.command, **given))


def _used(settings: Settings) -> list[str]:
    """What a run goes by: its settings file and its rules."""
    from tritonlint.rule import chosen

    file = settings.file or "none, the defaults hold"
    return [f"settings: {file}", f"rules: {', '.join(sorted(chosen.selected(settings)))}"]


def _unread(notebooks: list[Path]) -> list[str]:
    """What is to be said of notebooks that speak of Triton: they are not looked at."""
    found = sorted(map(str, notebooks))
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return [f"notebooks are not checked: {', '.join(found[:3])}{more}"] if found else []


def _watch(paths: tuple[Path, ...], stdin_filename: Path | None) -> int:
    from tritonlint.cli import watching

    if stdin.is_asked_for(paths, stdin_filename):
        raise UsageError("--watch goes with files and folders, not with standard input")
    context = click.get_current_context()
    given = context.params | {"watch": False}
    return watching.watch(paths, lambda: int(context.invoke(command, **given)))


def _changed(result: Result, revision: str, paths: tuple[Path, ...]) -> Result:
    """What of `result` lies on lines that changed since `revision`."""
    from tritonlint.suppress import changes

    since = changes.since(revision, run_settings.common_folder(paths))
    return changes.only_changed(result, since)


def _stale(result: Result, paths: tuple[Path, ...], settings: Settings) -> list[str]:
    """What is to be said of a baseline that knows of findings which are gone."""
    if settings.baseline is None:
        return []
    from tritonlint.rule import chosen
    from tritonlint.suppress import baseline

    known = baseline.read(Path(settings.baseline))
    gone = baseline.stale(known, result, paths, chosen.selected(settings))
    hint = f"{settings.baseline}: remove what is stale with `tritonlint baseline prune`"
    return [*baseline.lines(gone, "stale in the baseline"), hint] if gone else []
