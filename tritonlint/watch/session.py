"""A test session that is watched."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tritonlint.errors import TritonlintError
from tritonlint.facts.hazards.launched import record_file
from tritonlint.facts.hazards.launched.seen import Seen, SeenLaunch
from tritonlint.watch import judging
from tritonlint.watch.judging import ReportFile
from tritonlint.watch.sanitizer import Sanitizer, added_up
from tritonlint.watch.watcher import HazardError

if TYPE_CHECKING:
    from tritonlint.findings.result import Result
    from tritonlint.settings.config import Settings

_KEY = "tritonlint"


@dataclass(frozen=True)
class Asked:
    """What the command line asks for: whether to judge, at each launch if `error`; the reports and
    the record to write; whether to look findings up in Triton's IR; whether launches compute."""

    judge: bool
    error: bool
    reports: tuple[ReportFile, ...]
    record: str | None
    confirm: bool
    dry: bool


@dataclass
class _Outcome:
    """What came of the session."""

    result: Result | None = None
    lines: list[str] = field(default_factory=list)


class Session:
    """The hooks of a session that is watched. In one that xdist distributes the workers watch, and
    hand what they saw to the process that began them, which judges it."""

    def __init__(self, config: pytest.Config, asked: Asked) -> None:
        self._config, self._asked = config, asked
        self._is_worker = hasattr(config, "workerinput")
        self._settings: Settings | None = None
        self._seen: list[Seen] = []
        self._irs: list[tuple[SeenLaunch, str]] = []
        self._counts: list[dict[str, Any]] = []
        self._dry_failures = 0
        self._lost = 0
        self._outcome = _Outcome()
        self._sanitizer = Sanitizer()

    def start(self) -> None:
        """Begin to watch. Raises pytest's UsageError where the settings are not understood."""
        try:
            self._settings = judging.settings(self._config.rootpath)
        except TritonlintError as error:
            raise pytest.UsageError(str(error)) from error
        judge = judging.AtEachLaunch(self._settings) if self._asked.error else None
        self._sanitizer = Sanitizer(judge, self._asked.dry, self._asked.confirm)
        self._sanitizer.start()

    def pytest_collectstart(self) -> None:
        """What is launched while tests are collected belongs to that."""
        if not self._sanitizer.watcher.test:
            self._sanitizer.watcher.test = "collection"

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Everything that a test and its fixtures do."""
        watcher = self._sanitizer.watcher
        watcher.test, watcher.launched_in_test, watcher.found_in_test = item.nodeid, 0, []
        with self._sanitizer.host_operations():
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """A launch in another thread, or one whose error was caught, fails its test too; without
        results, a test that fails says nothing."""
        report = yield
        watcher = self._sanitizer.watcher
        if report.when == "call" and report.passed and watcher.found_in_test:
            report.outcome = "failed"
            report.longrepr = "\n".join(dict.fromkeys(watcher.found_in_test))
        elif self._asked.dry and report.failed and watcher.launched_in_test:
            if call.excinfo is None or not call.excinfo.errisinstance(HazardError):
                self._dry_failures += 1
                why = call.excinfo.exconly().splitlines()[0] if call.excinfo else "it failed"
                reason = f"tritonlint dry run: nothing was computed ({why})"
                report.outcome = "skipped"
                path, line, _ = item.location
                report.longrepr = (path, (line or 0) + 1, f"Skipped: {reason}")
        return report

    def pytest_testnodedown(self, node: Any) -> None:
        """What a worker of xdist saw."""
        text = getattr(node, "workeroutput", {}).get(_KEY)
        if text is None:
            self._lost += 1
            return
        data = json.loads(text)
        self._seen += record_file.load(data["seen"].encode(), "a worker's record")
        self._counts.append(data["counts"])
        self._dry_failures += data["dry_failures"]
        for ir, record in data["irs"]:
            found = record_file.load(record.encode(), "a worker's record")
            self._irs += [(each, ir) for each in found if isinstance(each, SeenLaunch)]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Judge, and write what is asked for."""
        self._sanitizer.stop()
        watcher = self._sanitizer.watcher
        self._seen += watcher.seen()
        self._irs += watcher.texts()
        self._counts.append(self._sanitizer.counts())
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_KEY] = json.dumps(
                {
                    "seen": record_file.dump(self._seen),
                    "irs": [(ir, record_file.dump([each])) for each, ir in self._irs],
                    "counts": self._counts[0],
                    "dry_failures": self._dry_failures,
                }
            )
            return
        try:
            self._outcome.lines = list(self._finish())
        except Exception as error:
            self._outcome.lines = [f"tritonlint could not report: {type(error).__name__}: {error}"]

    def _finish(self) -> Iterator[str]:
        self._seen = record_file.merged(self._seen)
        if self._asked.record is not None:
            path = Path(self._asked.record)
            path.write_text(record_file.dump(self._seen))
            many = len(self._seen)
            recorded = "kind of launches is" if many == 1 else "kinds of launches are"
            yield f"{many} {recorded} recorded in {path}"
        if self._asked.judge:
            yield from self._judge()
        counts = added_up(self._counts)
        kinds = sum(isinstance(each, SeenLaunch) for each in self._seen)
        yield from judging.summary(counts, kinds)
        if self._dry_failures:
            many = self._dry_failures
            tests, count = ("test", "counts") if many == 1 else ("tests", "count")
            failed = "failed after a launch that computed nothing"
            yield f"{many} {tests} {failed}, and {count} as skipped"
        if self._lost:
            yield f"{self._lost} workers ended without saying what they saw"
        if not counts["launches"]:
            yield from _why_none()

    def _judge(self) -> Iterator[str]:
        from tritonlint.engine.seen import judged

        assert self._settings is not None
        result, unused = judged(self._seen, self._settings)
        if self._asked.confirm:
            from tritonlint.watch.confirming import confirmed

            result = confirmed(result, self._irs)
        self._outcome.result = result
        for finding in result.findings:
            yield from judging.said(finding, judging.tests_of(finding, self._seen))
        for each in unused:
            yield f"{each.path}: {each.reason}"
        for skipped in result.skipped:
            yield f"{skipped.path}: {skipped.reason}"
        judging.write(result, self._asked.reports)
        many = len(result.findings)
        yield f"{many} finding{'' if many == 1 else 's'}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what was found, like pytest's own warnings."""
        if self._is_worker or not self._outcome.lines:
            return
        found = self._outcome.result is not None and self._outcome.result.findings
        terminalreporter.section("tritonlint", yellow=bool(found))
        for each in self._outcome.lines:
            terminalreporter.write_line(each)


def _why_none() -> Iterator[str]:
    """What is missing, where no launch was seen."""
    missing = [each for each in ("triton", "torch") if not _is_there(each)]
    if missing:
        names = " and ".join(missing)
        yield f"{names} cannot be imported here, so that no launch can be watched"


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False
