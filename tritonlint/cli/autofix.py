"""`tritonlint autofix`: show the fixes as a diff, or write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tritonlint.cli import options, running, stdin
from tritonlint.cli.diffs import write_diff
from tritonlint.errors import SourceError, UsageError
from tritonlint.report import output

if TYPE_CHECKING:
    from tritonlint.facts.index.universe import Texts
    from tritonlint.findings import Finding
    from tritonlint.findings.result import Result
    from tritonlint.fixing.plans import Ask, Plan
    from tritonlint.report import Text
    from tritonlint.settings.config import Settings


@click.command("autofix", short_help="Show or write the fixes.")
@options.selection
@click.option("--apply", "write", is_flag=True, help="Write the fixes (default: show a diff).")
@click.option("--unsafe-fixes", is_flag=True, help="Also make fixes that may change results.")
@click.option("--interactive", is_flag=True, help="Ask about each fix, and write those you accept.")
@click.option("--allow-dirty", is_flag=True, help="Also write files with uncommitted changes.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write results of earlier runs.")
@click.option(
    "--stdin-filename",
    type=click.Path(path_type=Path),
    help="The path that the text on standard input (PATHS: -) stands for.",
)
def command(
    paths: tuple[Path, ...],
    write: bool,
    unsafe_fixes: bool,
    interactive: bool,
    allow_dirty: bool,
    no_cache: bool,
    stdin_filename: Path | None,
    **selected: object,
) -> int:
    """Fix silent dtype casts between Triton kernels and their launches.

    Shows a diff, or with --apply or --interactive writes the fixes. A file with uncommitted changes
    is written only with --allow-dirty. With - the fixed text of standard input goes to standard
    output. Exit code: 0 nothing is left to fix, 1 there are fixes to make or findings left, 2 some
    file could not be checked or written.
    """
    paths = paths or (Path("."),)
    text = stdin.read(paths, stdin_filename)
    if text:
        if interactive:
            raise UsageError("--interactive goes with files, not with standard input")
        settings = options.settings_for((text.path,), selected)
        return _fix_text(text, settings, write, unsafe_fixes)
    settings = options.settings_for(paths, selected)
    from tritonlint.facts.index.universe import Texts
    from tritonlint.fixing import repairing

    repaired = repairing.repair if write or interactive else repairing.half_done
    output.note(repaired(paths))
    texts = Texts({})
    result = running.run(paths, settings, not no_cache, texts=texts)
    plan = _plan(result, settings, unsafe_fixes, write, interactive, allow_dirty, texts)
    unwritten = _write(plan) if write or interactive else {}
    if write or interactive:
        # Asked of the files as they are now: a fix in one may have settled a finding in another.
        after = running.run(paths, settings, not no_cache) if plan.changes else result
        code = _wrote(plan, after, unwritten)
    else:
        after, code = result, _showed(plan, result)
    _end(plan, after, unsafe_fixes, paths)
    output.complain(str(each) for each in unwritten.values())
    return running.FAILED if unwritten else code


def _end(plan: Plan, after: Result, unsafe_fixes: bool, paths: tuple[Path, ...]) -> None:
    """Say what was not kept, what else could be done, and what could not be checked."""
    _say(f"not kept: {_line(r.finding)}: {r.reason}" for r in plan.reverted)
    _say(_hint(after, unsafe_fixes))
    output.note(running.nothing_checked(after, paths))
    output.complain(f"{each.path}: {each.reason}" for each in after.skipped)


def _plan(
    result: Result,
    settings: Settings,
    unsafe: bool,
    write: bool,
    interactive: bool,
    allow_dirty: bool,
    texts: Texts,
) -> Plan:
    """What is to be done to the files, as far as it is wanted. Raises UsageError where it would be
    written over changes that git does not have."""
    from tritonlint.fixing import fixing

    if interactive and not allow_dirty:
        # Before the first question, not after the last answer.
        _must_be_saved(_fixable(result, unsafe))
    plan = fixing.plan(result, settings, unsafe, _asking() if interactive else None, known=texts)
    if (write or interactive) and not allow_dirty:
        _must_be_saved({change.path for change in plan.changes})
    return plan


def _wrote(plan: Plan, after: Result, unwritten: Iterable[tuple[str, ...]]) -> int:
    """Tell what was written, and what is left. Returns the exit code."""
    with output.destination(None) as stream:
        _tell(stream, plan, after, {path for paths in unwritten for path in paths})
    return running.exit_code(after)


def _showed(plan: Plan, result: Result) -> int:
    """Show what would be written. Returns the exit code."""
    with output.destination(None) as stream:
        write_diff(stream, plan.changes)
    _say(_would(plan))
    return running.exit_code(result) if result.skipped else int(bool(plan.changes))


def _fix_text(text: Text, settings: Settings, write: bool, unsafe: bool) -> int:
    """Fix text from standard input: as a filter, the fixed text goes to standard output with
    `write`, else a diff does. What is left or could not be checked is said on standard error."""
    from tritonlint.fixing import fixing
    from tritonlint.source import display_path

    result = running.run_text(text.path, text.data, settings)
    given = {display_path(text.path): text.data}
    plan = fixing.plan(result, settings, unsafe, None, given)
    with output.destination(None) as stream:
        if write:
            after = next((each.after for each in plan.changes), text.data)
            stream.flush()
            stream.buffer.write(after)
        else:
            write_diff(stream, plan.changes)
    _say(f"not kept: {_line(r.finding)}: {r.reason}" for r in plan.reverted)
    output.complain(f"{each.path}: {each.reason}" for each in result.skipped)
    if result.skipped:
        return running.FAILED
    return int(bool(plan.remaining)) if write else int(bool(plan.changes))


def _asking() -> Ask:
    from tritonlint.cli.interactive import Questions

    return Questions().ask


def _fixable(result: Result, unsafe: bool) -> set[str]:
    """The files that fixes of `result` would change."""
    fixes = [each.fix for each in result.findings if each.fix]
    wanted = [each for each in fixes if unsafe or each.applicability == "safe"]
    return {edit.span.path for fix in wanted for edit in fix.edits}


def _must_be_saved(paths: set[str]) -> None:
    """Raises UsageError when git does not have the content of one of the files."""
    from tritonlint.fixing.worktree import unsaved

    dirty = unsaved(paths)
    if dirty:
        raise UsageError(
            f"{', '.join(dirty)}: uncommitted changes, which a fix would be mixed into, so nothing"
            " is written; commit or stage them, or use --allow-dirty"
        )


def _write(plan: Plan) -> dict[tuple[str, ...], SourceError]:
    """Write each group of changes; the paths and the error of those that could not be written and
    are as before."""
    from tritonlint.fixing.writing import write

    unwritten = {}
    for group in plan.groups:
        try:
            write(group)
        except SourceError as error:
            unwritten[tuple(change.path for change in group)] = error
    return unwritten


def _tell(stream: TextIO, plan: Plan, after: Result, unwritten: set[str]) -> None:
    from tritonlint.report.summary import count

    changed = {change.path for change in plan.changes} - unwritten
    done = [each for each in plan.applied if _edited(each).isdisjoint(unwritten)]
    stream.writelines(f"fixed: {_line(f)}: {f.fix.message if f.fix else ''}\n" for f in done)
    fixed = f"Fixed {count(len(done), 'finding')} in {count(len(changed), 'file')}"
    left = f"{count(len(after.findings), 'finding')} left"
    stream.writelines(f"left: {_line(f)}: {f.line}\n" for f in after.findings)
    stream.write(f"{fixed}; {left} ({count(after.files, 'file')} checked).\n")
    if plan.declined:
        stream.write(f"{count(plan.declined, 'fix')} left as you wanted.\n")


def _edited(finding: Finding) -> set[str]:
    return {edit.span.path for edit in finding.fix.edits} if finding.fix else set()


def _would(plan: Plan) -> Iterator[str]:
    from tritonlint.report.summary import count

    if plan.changes:
        fixed, files = count(len(plan.applied), "finding"), count(len(plan.changes), "file")
        yield f"Would fix {fixed} in {files}; write with --apply."
    else:
        yield "Nothing to fix."
    if plan.deferred:
        yield f"{count(plan.deferred, 'fix')} overlapped another and came in a later pass."


def _hint(result: Result, unsafe: bool) -> Iterator[str]:
    """What the fixes that were left out need, and how many findings have none."""
    from tritonlint.report.summary import count

    withheld = [f for f in result.findings if f.fix and f.fix.applicability == "unsafe"]
    if withheld and not unsafe:
        yield f"{count(len(withheld), 'more finding')} fixable with --unsafe-fixes."
    without = [f for f in result.findings if f.fix is None]
    if without:
        yield f"{count(len(without), 'finding')} without an automatic fix; see `tritonlint check`."


def _say(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line, err=True)


def _line(finding: Finding) -> str:
    return f"{finding.span.path}:{finding.span.line}:{finding.span.column}: {finding.code}"
