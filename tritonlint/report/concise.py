"""One line per finding: `path:line:column: CODE message`."""

from __future__ import annotations

from typing import TextIO

from tritonlint.engine.check import Result
from tritonlint.report import Options
from tritonlint.report.printable import printable
from tritonlint.report.summary import closing


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write the findings, then the counts."""
    for each in result.findings:
        span = each.span
        message = printable(" ".join(each.message.split()))
        out.write(f"{printable(span.path)}:{span.line}:{span.column}: {each.code} {message}\n")
    closing(result, out, options)
