"""`tritonlint baseline`: write, check and prune the file of known findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tritonlint.cli import options, running
from tritonlint.errors import UsageError
from tritonlint.findings import Finding
from tritonlint.report import output
from tritonlint.suppress import baseline
from tritonlint.suppress.baseline import Baseline, Entry

if TYPE_CHECKING:
    from tritonlint.findings.result import Result


@click.group("baseline", short_help="Keep a file of known findings.")
def command() -> None:
    """Keep a file of known findings, which do not count in `tritonlint check --baseline FILE`.

    It only shrinks: a finding that is new is not added to it by accident, and one that is gone is
    named. Without --baseline, and without that setting, the file is tritonlint-baseline.json.
    """


@dataclass(frozen=True)
class _State:
    """The baseline, a run without it, and how the two differ: the findings that it does not know,
    and the entries that no finding answers to."""

    known: Baseline
    result: Result
    new: tuple[Finding, ...]
    stale: Counter[Entry]


@command.command("write")
@options.selection
@click.option("--force", is_flag=True, help="Add findings to an existing baseline.")
def write(paths: tuple[Path, ...], force: bool, **selected: object) -> int:
    """Write the findings as they are now.

    An existing baseline only shrinks: findings that are gone are removed, and new ones are refused
    without --force. Exit code: 0 written, 1 refused, 2 some file could not be checked.
    """
    state = _state(paths, selected, must_exist=False)
    first = not state.known.path.exists()
    if state.new and not (first or force):
        _say(_new(state))
        _say([f"{state.known.path} is as it was; fix or ignore these, or give --force."])
        return running.FAILED if state.result.skipped else running.FINDINGS
    counts = Counter(state.known.counts) - state.stale + state.known.counted(state.new)
    _store(replace(state.known, counts=counts))
    _say(baseline.lines(state.stale, "removed"))
    added, gone = len(state.new), state.stale.total()
    _say([f"{state.known.path}: {counts.total()} known ({added} added, {gone} removed)."])
    return running.FAILED if state.result.skipped else running.CLEAN


@command.command("check")
@options.selection
def verify(paths: tuple[Path, ...], **selected: object) -> int:
    """Name the findings that are new and the entries that are stale.

    Exit code: 0 the baseline is what is found, 1 it is not, 2 some file could not be checked.
    """
    state = _state(paths, selected)
    _say([*_new(state), *baseline.lines(state.stale, "stale")])
    new, gone, known = len(state.new), state.stale.total(), sum(state.known.counts.values())
    _say([f"{state.known.path}: {known} known, {new} new, {gone} stale."])
    if state.result.skipped:
        return running.FAILED
    return running.FINDINGS if new or gone else running.CLEAN


@command.command("prune")
@options.selection
def prune(paths: tuple[Path, ...], **selected: object) -> int:
    """Remove the entries that are stale, and name them.

    Exit code: 0, or 2 when some file could not be checked (its entries stay).
    """
    state = _state(paths, selected)
    counts = Counter(state.known.counts) - state.stale
    if state.stale:
        _store(replace(state.known, counts=counts))
    _say(baseline.lines(state.stale, "removed"))
    _say([f"{state.known.path}: {counts.total()} known ({state.stale.total()} removed)."])
    return running.FAILED if state.result.skipped else running.CLEAN


def _state(paths: tuple[Path, ...], selected: dict[str, object], must_exist: bool = True) -> _State:
    from tritonlint.rule import chosen

    paths = paths or (Path("."),)
    settings = options.settings_for(paths, selected)
    file = Path(settings.baseline or baseline.DEFAULT)
    if must_exist or file.exists():
        known = baseline.read(file)
    else:
        known = Baseline(file, {})
    found = running.run(paths, replace(settings, baseline=None))
    output.complain(f"{each.path}: {each.reason}" for each in found.skipped)
    result = baseline.apply(found, known)
    gone = baseline.stale(known, result, paths, chosen.selected(settings))
    return _State(known, result, result.findings, gone)


def _store(known: Baseline) -> None:
    """Replace the file as a whole. Raises UsageError when it cannot be written."""
    part = known.path.with_name(f"{known.path.name}.part")
    try:
        part.write_text(known.text(), encoding="utf-8", newline="\n")
        part.replace(known.path)
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(f"{known.path}: cannot be written: {reason}") from error


def _new(state: _State) -> Iterator[str]:
    for each in state.new:
        span = each.span
        yield f"new: {span.path}:{span.line}:{span.column}: {each.code} {each.line}"


def _say(said: Iterable[str]) -> None:
    from tritonlint.report.printable import printable

    with output.destination(None) as stream:
        stream.writelines(f"{printable(line)}\n" for line in said)
