"""The verifier's report as a table for people and as JSON for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tritonlint.verify.cases.outcome import Outcome
from tritonlint.verify.cases.run import Report

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {
    "confirmed": "green",
    "not confirmed": "red",
    "not run": "yellow",
    "smoke passed": "cyan",
    "stale": "yellow",
}


def as_json(report: Report) -> str:
    """The report as one JSON document (version 1): `outcomes`, `recorded` (what the receipts of
    other devices say), `not_run`, `failed`, `device`."""
    data: dict[str, Any] = {
        "version": 1,
        "outcomes": [outcome.as_json() for outcome in report.outcomes],
        "recorded": [outcome.as_json() for outcome in report.recorded],
        "not_run": list(report.not_run),
        "failed": list(report.failed),
        "device": dict(report.device) if report.device else None,
    }
    return json.dumps(data, indent=2, ensure_ascii=False)


def show(report: Report, console: Console) -> None:
    """Print a table with a row for each case and target, then the reasons and what was not run."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("case", "oracle", "target", "as flagged", "as fixed", "verdict"):
        table.add_column(heading, overflow="fold")
    rows = sorted((*report.outcomes, *report.recorded), key=lambda each: each.case)
    for each in rows:
        row = (each.case, each.oracle, each.target, each.flagged, each.fixed)
        table.add_row(*(escape(cell) for cell in row), _verdict(each))
    if rows:
        console.print(table)
    for each in rows:
        if each.reason and each.verdict != "smoke passed":
            console.print(
                escape(f"{each.case} ({each.oracle}, {each.target}): {each.reason}"),
                highlight=False,
            )
    for line in _footer(report):
        console.print(escape(line), highlight=False)


def verdict_of(outcome: Outcome) -> str:
    """The verdict in words; what a receipt confirms was not run now."""
    if outcome.oracle == "receipt" and outcome.verdict == "confirmed":
        return "on record"
    return outcome.verdict


def _verdict(outcome: Outcome) -> str:
    return f"[{_STYLES[outcome.verdict]}]{verdict_of(outcome)}[/]"


def _footer(report: Report) -> list[str]:
    """What was run on which device, what of it this device cannot, and what was not run."""
    from tritonlint.verify.gpu.interpret import CAVEAT

    lines = []
    every = (*report.outcomes, *report.recorded)
    if any(outcome.figures and outcome.oracle != "interpret" for outcome in every):
        lines.append(
            "gpu, receipt: bytes or values of a block that differ from the reference;"
            " as flagged in the median of the blocks that differ, as fixed in the worst"
        )
    if report.device:
        versions = [
            f"{key} {report.device[key]}" for key in ("torch", "triton", "python", "driver")
        ]
        lines.append(
            f"{report.device['device']} ({report.device['capability']}): {', '.join(versions)}"
        )
        compared = {f.reference for outcome in report.outcomes for f in outcome.figures}
        lines.append(f"compared with {' and '.join(sorted(compared))}" if compared else "")
        lines += [f"{o.case}: {each}" for o in report.outcomes for each in o.agreements]
        lines.append(report.device.get("references", ""))
    skipped = {name.split()[0] for outcome in report.outcomes for name in outcome.skipped}
    if skipped:
        lines.append(f"not run on this device: the configurations of {', '.join(sorted(skipped))}")
    if any(outcome.oracle == "interpret" for outcome in report.outcomes):
        lines.append(f"interpret: {CAVEAT}")
    verdicts = [outcome.verdict for outcome in report.outcomes]
    if verdicts:
        lines.append(", ".join(f"{verdicts.count(v)} {v}" for v in _STYLES if v in verdicts))
    if report.recorded:
        lines.append(_on_record(report.recorded))
    return [*filter(None, lines), *(() if report.missing else report.not_run)]


def _on_record(recorded: tuple[Outcome, ...]) -> str:
    """How many receipts there are of which device, and how many of them are stale."""
    parts = []
    for device in sorted({each.target for each in recorded}):
        verdicts = [each.verdict for each in recorded if each.target == device]
        stale = verdicts.count("stale")
        parts.append(f"{len(verdicts)} of {device}" + (f" ({stale} stale)" if stale else ""))
    return f"receipts, not run now: {', '.join(parts)}"
