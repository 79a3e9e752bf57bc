"""Runs the oracles over the cases: which can run here, which did, and what they saw."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tritonlint.engine.observer import QUIET, Observer
from tritonlint.errors import TritonlintError, VerifyError
from tritonlint.extras import install_hint
from tritonlint.facts.index.universe import Texts
from tritonlint.verify.cases import compiled, receipts
from tritonlint.verify.cases.outcome import Outcome
from tritonlint.verify.cases.sources import Source
from tritonlint.verify.cases.steps import Steps
from tritonlint.verify.confined.confined import Unconfined
from tritonlint.verify.worker import Worker

ORACLES = ("compile", "gpu", "interpret")
RUN_SECONDS = 300.0
# So many steps a case takes: with `compile`, which has an outcome for each target, two for each.
_STEPS = {"compile": 2 * len(compiled.TARGETS), "gpu": 6, "interpret": 3}
_MODULES = {
    "gpu": "tritonlint.verify.gpu.gpu",
    "interpret": "tritonlint.verify.gpu.interpret",
}
_ENVIRONMENT = {"interpret": {"TRITON_INTERPRET": "1"}}


@dataclass(frozen=True)
class Case:
    """A case: where its code comes from, the name that reports use, and the texts of its files as
    the tool fixes them now."""

    source: Source
    name: str
    texts: Mapping[str, str]

    @property
    def folder(self) -> Path:
        return self.source.folder


@dataclass(frozen=True)
class Report:
    """What was run. `not_run` says what was not, and why; `missing` are the oracles among them that
    were asked for by name, `failed` the cases that an oracle could not finish. `recorded` is what
    the receipts of other devices say."""

    outcomes: tuple[Outcome, ...]
    not_run: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    device: Mapping[str, Any] | None = None
    recorded: tuple[Outcome, ...] = ()


def name_of(folder: Path) -> str:
    """A case's name in reports: its rule's folder and its own, `TL001/implicit_store`."""
    resolved = folder.resolve()
    return f"{resolved.parent.name}/{resolved.name}"


def prepare(source: Source, known: Texts | None = None) -> Case:
    """The case with the fixes that the tool makes now; `known` is what is told of the files beside
    it already. Raises TritonlintError when it cannot make them."""
    return Case(source, name_of(source.folder), source.fixed_texts(known))


def _prepared(source: Source, known: Texts) -> Case | str:
    """The case, or why the tool cannot fix it."""
    try:
        return prepare(source, known)
    except TritonlintError as error:
        return str(error)


def run(
    sources: Sequence[Source],
    oracles: Sequence[str] | None = None,
    receipts_into: Path | None = None,
    releases: Path | None = None,
    unconfined: bool = False,
    observer: Observer = QUIET,
) -> Report:
    """Run the oracles over the cases: those asked for, else `compile`, and `gpu` where there is
    one.

    With `receipts_into` each confirmed GPU run writes `<rule>/<case>/receipt.json` below that
    folder. `releases` is where public releases are unpacked, for references that are compiled.
    With `unconfined` the compile oracle goes on where its kernels cannot be confined. `observer` is
    told how far the run is.
    """
    asked = tuple(dict.fromkeys(oracles)) if oracles else ()
    wanted = asked or ("compile", "gpu")
    of_a_case = 1 + sum(_STEPS[each] for each in wanted if not _absent(each))
    steps = Steps(of_a_case * len(sources), observer)
    known = Texts({})
    prepared = [(name_of(x.folder), _prepared(x, known)) for x in steps.through(sources)]
    seen = _Seen(asked, tuple(case for _, case in prepared if isinstance(case, Case)), steps)
    for name, error in prepared:
        if isinstance(error, str):
            seen.failed.append(name)
            for oracle in asked or ("compile",):
                seen.outcomes.append(_not_confirmed(name, oracle, "", error))
    for oracle in wanted:
        if oracle == "compile":
            _compile(seen, unconfined)
        else:
            _execute(oracle, seen, releases)
    report = seen.report()
    if receipts_into is not None:
        write_receipts(report, seen.cases, receipts_into)
    return report


@dataclass
class _Seen:
    """What was run so far, of the oracles that were `asked` for (none: those that can run)."""

    asked: tuple[str, ...]
    cases: tuple[Case, ...]
    steps: Steps
    outcomes: list[Outcome] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    device: Mapping[str, Any] | None = None

    def add(self, outcomes: Iterable[tuple[Outcome, bool]], steps: int) -> None:
        """Add outcomes, each with whether the oracle broke on it, and taking so many steps."""
        for outcome, broke in self.steps.through(outcomes, steps):
            self.outcomes.append(outcome)
            self.failed += [outcome.case] if broke else []

    def without(self, oracle: str, error: VerifyError) -> None:
        """Note that an oracle did not run."""
        self.not_run.append(f"{oracle} oracle not run: {error}")
        if oracle in self.asked or isinstance(error, Unconfined):
            self.missing.append(oracle)

    def report(self) -> Report:
        return Report(
            tuple(self.outcomes),
            tuple(self.not_run),
            tuple(self.missing),
            tuple(self.failed),
            self.device,
        )


def _compile(seen: _Seen, unconfined: bool) -> None:
    """Run the compile oracle over the cases."""
    try:
        needs("compile")
        seen.add(_compiled(seen.cases, unconfined), _STEPS["compile"] // len(compiled.TARGETS))
    except VerifyError as error:
        seen.without("compile", error)


def _execute(oracle: str, seen: _Seen, releases: Path | None) -> None:
    """Run an oracle that runs kernels, in a process of its own."""
    with Worker(_ENVIRONMENT.get(oracle)) as worker:
        try:
            facts = ready(oracle, worker, releases)
        except VerifyError as error:
            seen.without(oracle, error)
            return
        seen.device = facts if oracle == "gpu" else seen.device
        seen.add(_each(oracle, seen.cases, worker, facts), _STEPS[oracle])


def ready(oracle: str, worker: Worker, releases: Path | None = None) -> Mapping[str, Any]:
    """What the oracle needs to know of this machine. Raises VerifyError, with what is missing, when
    it cannot run."""
    needs(oracle)
    if oracle != "gpu":
        return {}
    asked = (str(releases.resolve()) if releases else "",)
    facts: Mapping[str, Any] = worker.ask(_MODULES["gpu"], "device_facts", asked, RUN_SECONDS)
    return facts


def needs(oracle: str) -> None:
    """Raise VerifyError, naming them, when packages that the oracle needs are not installed."""
    extra = "verify" if oracle == "compile" else "gpu"
    absent = _absent(oracle)
    if absent:
        raise VerifyError(f"{' and '.join(absent)} not installed ({install_hint(extra)})")


def _absent(oracle: str) -> list[str]:
    """The packages that an oracle needs and that are not installed."""
    names = ("triton",) if oracle == "compile" else ("torch", "triton", "numpy")
    return [name for name in names if importlib.util.find_spec(name) is None]


def _each(
    oracle: str, cases: Sequence[Case], worker: Worker, facts: Mapping[str, Any]
) -> Iterator[tuple[Outcome, bool]]:
    """The outcome of every case, and whether the oracle broke on it."""
    target = facts.get("device", "") if oracle == "gpu" else "cpu"
    for case in cases:
        knows: object = facts if oracle == "gpu" else target
        task = (case.source, case.name, dict(case.texts), knows)
        try:
            yield worker.ask(_MODULES[oracle], "run_case", task, RUN_SECONDS), False
        except VerifyError as error:
            yield _not_confirmed(case.name, oracle, target, str(error)), True


def _compiled(cases: Sequence[Case], unconfined: bool) -> Iterator[tuple[Outcome, bool]]:
    """The same for the compile oracle. Raises Unconfined, which says what to do."""
    try:
        known = [(case.folder, case.name, case.texts) for case in cases]
        yield from compiled.outcomes(known, unconfined)
    except Unconfined as error:
        raise Unconfined(f"{error}; install bubblewrap, or use --unconfined") from error


def _not_confirmed(case: str, oracle: str, target: str, reason: str) -> Outcome:
    return Outcome(case, oracle, target, "not confirmed", reason=reason)


def write_receipts(report: Report, cases: Sequence[Case], into: Path) -> list[Path]:
    """Write the receipt of every case that the GPU confirmed; the paths written."""
    by_name = {case.name: case for case in cases}
    written = []
    for outcome in report.outcomes:
        if outcome.oracle != "gpu" or outcome.verdict != "confirmed" or report.device is None:
            continue
        case = by_name[outcome.case]
        path = into / outcome.case / receipts.RECEIPT
        receipts.write(
            path,
            receipts.make_run(outcome, report.device, receipts.hashes(case.source, case.texts)),
        )
        written.append(path)
    return written
