"""Replays the launches of a user's own program that `check` flags: with the argument as passed, and
with it viewed as the fix says, on copies of the same inputs.

No reference is needed to see that the two differ: where they do, the launch hands the kernel
something else than the fix would. The program runs in a child process (`recorder.py`); the launches
that it makes itself are not changed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tritonlint.engine import check
from tritonlint.engine.discovery import discover
from tritonlint.errors import SourceError, UsageError, VerifyError
from tritonlint.findings import Finding
from tritonlint.settings import config
from tritonlint.verify.cases.run import needs
from tritonlint.verify.worker import Worker

SECONDS = 1800.0


@dataclass(frozen=True)
class Flagged:
    """A launch that a finding is about: its file and line, the kernel and the parameter; `view` is
    the dtype expression that the fix writes, in the file `written_in`."""

    code: str
    path: str
    line: int
    kernel: str
    parameter: str
    view: str
    written_in: str


@dataclass(frozen=True)
class Difference:
    """One tensor argument after both replays. `elements` of it exist, `written` were changed by
    either, `differing` are not the same in both; `nan_as_passed` and `nan_as_fixed` of the written
    ones are not a number."""

    parameter: str
    elements: int
    written: int
    differing: int
    nan_as_passed: int
    nan_as_fixed: int


@dataclass(frozen=True)
class Replayed:
    """One launch, the `number`-th of its kind; the dtypes that the argument had. `reason` says why
    it could not be replayed."""

    flagged: Flagged
    number: int
    as_passed: str = ""
    as_fixed: str = ""
    differences: tuple[Difference, ...] = ()
    reason: str = ""

    @property
    def differs(self) -> bool:
        """Whether anything that the kernel wrote depends on the view."""
        return any(each.differing for each in self.differences)


@dataclass(frozen=True)
class Replays:
    """What came of running `entry`: the device, the launches replayed, the number of launches of
    each kind that were not, since enough of it were, what was flagged and never launched, and the
    error that ended the program, if one did."""

    entry: str
    device: str
    launches: tuple[Replayed, ...]
    passed_over: int
    never_launched: tuple[Flagged, ...]
    error: str


def replay(entry: str, paths: Iterable[Path]) -> Replays:
    """Call `entry` (`module:function`) and replay the launches that are flagged at or below
    `paths`.

    Raises UsageError for an entry of another form; SourceError for a file that cannot be checked;
    VerifyError when nothing is flagged that could be replayed, when torch or Triton are missing, or
    when the entry cannot be called or ran no flagged launch.
    """
    module, colon, function = entry.partition(":")
    if not (colon and function.isidentifier() and all(p.isidentifier() for p in module.split("."))):
        raise UsageError(f"{entry}: not of the form module:function")
    flagged = find_flagged(paths)
    needs("replay")
    with Worker() as worker:
        task = (module, function, flagged, str(Path.cwd()))
        answer: Mapping[str, Any] = worker.ask(
            "tritonlint.verify.replay.recorder", "record", task, SECONDS
        )
    replays = Replays(entry, **answer)
    if not replays.launches:
        where = f": it ended with {replays.error}" if replays.error else ""
        raise VerifyError(f"{entry} ran none of the {len(flagged)} flagged launches{where}")
    return replays


def find_flagged(paths: Iterable[Path]) -> tuple[Flagged, ...]:
    """The flagged launches at or below `paths` whose fix is a view. Raises as `replay` does."""
    roots = list(paths)
    settings = config.load(roots[0])
    result = check.check(discover(roots, settings), settings)
    for each in result.skipped:
        raise SourceError(each.path, each.reason)
    found = tuple(filter(None, map(flagged_launch, result.findings)))
    if not found:
        shown = ", ".join(map(str, roots))
        raise VerifyError(f"{shown}: no finding here that a view of a launch's argument would fix")
    return found


def flagged_launch(finding: Finding) -> Flagged | None:
    """The launch of a finding, None where there is none or its fix is no view."""
    site = finding.launch
    for edit in finding.fix.edits if finding.fix else ():
        expression = viewed_as(edit.replacement)
        if site is not None and expression is not None:
            return Flagged(
                finding.code,
                str(Path(site.path).resolve()),
                site.line,
                site.kernel,
                site.parameter,
                expression,
                str(Path(edit.span.path).resolve()),
            )
    return None


def viewed_as(replacement: str) -> str | None:
    """The dtype expression of an inserted `.view(...)`; None for another text."""
    try:
        tree = ast.parse("tensor" + replacement.lstrip(")"), mode="eval")
    except SyntaxError:
        return None
    match tree.body:
        case ast.Call(func=ast.Attribute(attr="view"), args=[dtype], keywords=[]):
            return ast.unparse(dtype)
    return None
