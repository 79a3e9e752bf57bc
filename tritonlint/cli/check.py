"""`tritonlint check`: report findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tritonlint.cli import options, progress, reports, running, stdin
from tritonlint.engine import run_settings
from tritonlint.errors import UsageError
from tritonlint.frozen import dataclass
from tritonlint.report import output, writing
from tritonlint.settings.user import unfinished_folder

if TYPE_CHECKING:
    from tritonlint.engine.observer import Observer
    from tritonlint.findings.result import Result
    from tritonlint.settings.config import Settings


@click.command("check", short_help="Report silent dtype casts.")
@options.selection
@reports.options
@click.option("--fix", is_flag=True, help="Write the fixes: `autofix --apply`.")
@click.option("--diff", is_flag=True, help="Show the fixes as a diff: `autofix`.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --fix or --diff: also fixes that may change results."
)
@click.option(
    "--allow-dirty", is_flag=True, help="With --fix: also write files with uncommitted changes."
)
@click.option("--quiet", "-q", is_flag=True, help="Print only findings and errors.")
@click.option("--verbose", "-v", is_flag=True, help="Say which settings and rules are used.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write results of earlier runs.")
@click.option(
    "--confirm",
    type=click.Choice(["compile"]),
    help="Ask Triton's compiler about each finding, as the launch has it and as fixed. Needs"
    " Triton, but no GPU. Executes the constants that kernels read, in a confined process; their"
    " package is not imported.",
)
@click.option(
    "--confirm-unconfined",
    is_flag=True,
    help="Let --confirm execute kernels as you, where nothing can confine them.",
)
@click.option("--statistics", is_flag=True, help="Count the findings of each rule.")
@click.option("--diff-base", metavar="REV", help="Report only what is on lines changed since REV.")
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
def command(**given: Any) -> int:
    """Report silent dtype casts between Triton kernels and their launches.

    PATHS are files or folders, or - for standard input; the default is the working directory. Exit
    code: 0 clean, 1 findings, 2 some file could not be checked or the command line or the settings
    are wrong.
    """
    own = {each.name: given.pop(each.name) for each in fields(_Asked) if each.name != "selected"}
    asked = _Asked(**{**own, "paths": own["paths"] or (Path("."),)}, selected=given)
    if asked.reason and not asked.add_ignore:
        raise UsageError("--reason goes with --add-ignore")
    if asked.add_ignore and (asked.output_formats or asked.output_file or asked.statistics):
        raise UsageError("--add-ignore writes comments and no report; ask for one in another run")
    wanted = reports.asked_for(asked.output_formats, asked.output_file, asked.statistics)
    if asked.fix or asked.diff:
        return _autofix(asked)
    if asked.unsafe_fixes:
        raise UsageError("--unsafe-fixes goes with --fix or --diff")
    if asked.allow_dirty:
        raise UsageError("--allow-dirty goes with --fix")
    if asked.quiet and asked.verbose:
        raise UsageError("--quiet and --verbose contradict each other")
    if asked.watch:
        return _watch(asked.paths, asked.stdin_filename)
    return _check(asked, wanted)


@dataclass(frozen=True, eq=False)
class _Asked:
    """What the command line asks for; `selected` are the options about rules and files."""

    paths: tuple[Path, ...]
    output_formats: tuple[writing.Report, ...]
    output_file: Path | None
    fix: bool
    diff: bool
    unsafe_fixes: bool
    allow_dirty: bool
    quiet: bool
    verbose: bool
    exit_zero: bool
    no_cache: bool
    confirm: str | None
    confirm_unconfined: bool
    statistics: bool
    diff_base: str | None
    show_suppressed: bool
    add_ignore: bool
    reason: str | None
    jobs: int | None
    stdin_filename: Path | None
    profile: bool
    watch: bool
    selected: dict[str, object]


def _half_done(paths: Sequence[Path]) -> list[str]:
    """What to tell of files that a killed run of `autofix` left half replaced."""
    if unfinished_folder() is None:
        return []
    from tritonlint.fixing import repairing

    return repairing.half_done(paths)


def _check(asked: _Asked, wanted: Sequence[writing.Report]) -> int:
    """Check, and report as `wanted`. Returns the exit code."""
    text = stdin.read(asked.paths, asked.stdin_filename)
    if text and (asked.add_ignore or asked.confirm):
        option = "--add-ignore" if asked.add_ignore else "--confirm"
        raise UsageError(f"{option} goes with files, not with standard input")
    paths = (text.path,) if text else asked.paths
    settings = options.settings_for(paths, asked.selected)
    if asked.verbose:
        output.note(_used(settings))
    notebooks: list[Path] = []
    with progress.observed(asked.profile) as observer:
        if text:
            result = running.run_text(text.path, text.data, settings)
        else:
            cached = not (asked.no_cache or asked.profile)
            result = running.run(paths, settings, cached, asked.jobs, observer, notebooks.append)
        stale = _stale(result, paths, settings)
        result = _asked_about(asked, result, settings, observer)
        if asked.add_ignore:
            from tritonlint.cli import ignores

            return ignores.add(result, asked.reason or "")
        with observer.stage("report"):
            writing.write(result, wanted, asked.show_suppressed, text, asked.quiet)
    if not asked.quiet:
        if not text:
            output.note(_half_done(paths))
        output.note(stale)
        output.note(f"{each.path}: {each.reason}" for each in result.unused)
        output.note(running.nothing_checked(result, paths))
        output.note(_unread(notebooks))
    output.complain(f"{each.path}: {each.reason}" for each in result.skipped)
    return running.exit_code(result, asked.exit_zero)


def _asked_about(asked: _Asked, result: Result, settings: Settings, observer: Observer) -> Result:
    """What of the result lies on changed lines, and what the compiler says of it, where that is
    asked for."""
    if asked.diff_base is not None:
        result = _changed(result, asked.diff_base, asked.paths)
    if asked.confirm:
        with observer.stage("confirm"):
            kept = None if asked.no_cache else asked.paths
            result = running.confirmed(result, settings, kept, asked.confirm_unconfined)
    return result


def _autofix(asked: _Asked) -> int:
    """The same as `autofix`, which has no options of reports and of watching."""
    others = {
        "--output-format": asked.output_formats,
        "--output-file": asked.output_file,
        "--statistics": asked.statistics,
        "--confirm": asked.confirm,
        "--exit-zero": asked.exit_zero,
        "--diff-base": asked.diff_base,
        "--add-ignore": asked.add_ignore,
        "--watch": asked.watch,
    }
    useless = " and ".join(name for name, value in others.items() if value)
    if useless:
        raise UsageError(f"--fix and --diff make no report, and do not go with {useless}")
    from tritonlint.cli import autofix

    given = {"paths": asked.paths, "write": asked.fix, "unsafe_fixes": asked.unsafe_fixes}
    given |= {"interactive": False, "allow_dirty": asked.allow_dirty}
    given |= {"no_cache": asked.no_cache, "stdin_filename": asked.stdin_filename}
    context = click.get_current_context()
    return int(context.invoke(autofix.command, **given, **asked.selected))


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
