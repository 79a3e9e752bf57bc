"""`tritonlint autofix`: show the fixes as a diff, or write them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tritonlint.cli import check, options, output
from tritonlint.errors import SourceError

if TYPE_CHECKING:
    from tritonlint.engine import Result
    from tritonlint.findings import Finding
    from tritonlint.fixing import Change, Plan

_COLORS = {"---": "bold", "+++": "bold", "@@": "cyan", "-": "red", "+": "green"}


@click.command("autofix", short_help="Show or write the fixes.")
@options.selection
@click.option("--apply", "write", is_flag=True, help="Write the fixes (default: show a diff).")
@click.option("--unsafe-fixes", is_flag=True, help="Make fixes that may change results too.")
def command(paths: tuple[Path, ...], write: bool, unsafe_fixes: bool, **selected: object) -> int:
    """Fix silent dtype casts between Triton kernels and their launches.

    Shows a unified diff, and exits with 1 when there is something to change. With --apply writes
    it, and exits with 1 when findings are left. 2: some file could not be checked or written.
    """
    from tritonlint import fixing

    paths = paths or (Path("."),)
    settings = options.settings_for(paths, selected)
    result = check.run(paths, settings)
    plan = fixing.plan(result, settings, unsafe_fixes)
    if write:
        unwritten = _write(plan)
        # What is left is asked of the files as they are now: a fix in one may have settled a
        # finding in another.
        after = check.run(paths, settings) if plan.changes else result
        with output.destination(None) as stream:
            _tell(stream, plan, after, {path for paths in unwritten for path in paths})
        code = check.exit_code(after)
    else:
        with output.destination(None) as stream:
            _show(stream, plan)
        unwritten, after = {}, result
        code = check.exit_code(result) if result.skipped else int(bool(plan.changes))
        _say(_would(plan))
    _say(f"not kept: {_line(r.finding)}: {r.reason}" for r in plan.reverted)
    _say(_hint(after, unsafe_fixes))
    output.complain(f"{each.path}: {each.reason}" for each in after.skipped)
    output.complain(str(each) for each in unwritten.values())
    return check.FAILED if unwritten else code


def _write(plan: Plan) -> dict[tuple[str, ...], SourceError]:
    """Write each group of changes; the paths and the error of those that could not be written and
    are as before."""
    from tritonlint.writing import write

    unwritten = {}
    for group in plan.groups:
        try:
            write(group)
        except SourceError as error:
            unwritten[tuple(change.path for change in group)] = error
    return unwritten


def _show(stream: TextIO, plan: Plan) -> None:
    color = output.use_color(stream)
    for change in plan.changes:
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


def _tell(stream: TextIO, plan: Plan, after: Result, unwritten: set[str]) -> None:
    from tritonlint.report.summary import count

    changed = {change.path for change in plan.changes} - unwritten
    done = [each for each in plan.applied if _edited(each).isdisjoint(unwritten)]
    stream.writelines(f"fixed: {_line(f)}: {f.fix.message if f.fix else ''}\n" for f in done)
    fixed = f"Fixed {count(len(done), 'finding')} in {count(len(changed), 'file')}"
    left = f"{count(len(after.findings), 'finding')} left"
    stream.writelines(f"left: {_line(f)}: {f.message}\n" for f in after.findings)
    stream.write(f"{fixed}; {left} ({count(after.files, 'file')} checked).\n")


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
