"""The verifier's report as a table for people and as JSON for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tritonlint.verify.run import Report

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {
    "confirmed": "green",
    "not confirmed": "red",
    "not run": "yellow",
    "smoke passed": "cyan",
}


def as_json(report: Report) -> str:
    """The report as one JSON document (version 1): `outcomes`, `not_run`, `failed`, `device`."""
    data: dict[str, Any] = {
        "version": 1,
        "outcomes": [outcome.as_json() for outcome in report.outcomes],
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
    for each in report.outcomes:
        verdict = f"[{_STYLES[each.verdict]}]{each.verdict}[/]"
        row = (each.case, each.oracle, each.target, each.flagged, each.fixed)
        table.add_row(*(escape(cell) for cell in row), verdict)
    if report.outcomes:
        console.print(table)
    for each in report.outcomes:
        if each.reason and each.verdict != "smoke passed":
            console.print(
                escape(f"{each.case} ({each.oracle}, {each.target}): {each.reason}"),
                highlight=False,
            )
    for line in _footer(report):
        console.print(escape(line), highlight=False)


def _footer(report: Report) -> list[str]:
    """What was run on which device, what of it this device cannot, and what was not run."""
    from tritonlint.verify.interpret import CAVEAT

    lines = []
    if any(outcome.figures and outcome.oracle == "gpu" for outcome in report.outcomes):
        lines.append(
            "gpu: bytes of a block that differ from the reference;"
            " as flagged in the median block, as fixed in the worst"
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
        lines.append(report.device.get("reference", ""))
    skipped = {name.split()[0] for outcome in report.outcomes for name in outcome.skipped}
    if skipped:
        lines.append(f"not run on this device: the configurations of {', '.join(sorted(skipped))}")
    if any(outcome.oracle == "interpret" for outcome in report.outcomes):
        lines.append(f"interpret: {CAVEAT}")
    verdicts = [outcome.verdict for outcome in report.outcomes]
    if verdicts:
        lines.append(", ".join(f"{verdicts.count(v)} {v}" for v in _STYLES if v in verdicts))
    return [*filter(None, lines), *(() if report.missing else report.not_run)]
