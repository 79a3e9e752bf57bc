"""The report for people: every finding with its code, trace, trigger and fix, then the counts."""

from __future__ import annotations

from typing import TextIO

from tritonlint.findings import MEANING
from tritonlint.findings.result import Result
from tritonlint.report import Options
from tritonlint.report.summary import closing


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write the findings, then the counts. A clean run does not wait for rich to be imported."""
    if result.findings:
        from tritonlint.report import blocks

        blocks.write(result.findings, out, options)
        if not options.quiet:
            present = {each.confidence for each in result.findings}
            meant = (f"{name}: {what}" for name, what in MEANING.items() if name in present)
            out.write(f"({'; '.join(meant)})\n")
    closing(result, out, options)
