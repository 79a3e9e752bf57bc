"""One line per finding: `path:line:column: CODE [*] message`, with a mark where there is a fix."""

from __future__ import annotations

from typing import TextIO

from tritonlint.findings.result import Result
from tritonlint.report import Options
from tritonlint.report.printable import printable
from tritonlint.report.summary import MARKS, closing


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write the findings, then the counts."""
    for each in result.findings:
        span = each.span
        place = f"{printable(span.path)}:{span.line}:{span.column}"
        mark = MARKS[each.fix.applicability] + " " if each.fix else ""
        out.write(f"{place}: {each.code} {mark}{printable(each.line)}\n")
    closing(result, out, options, marked=True)
