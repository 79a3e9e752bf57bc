"""The number of findings of each rule, most first."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from tritonlint.findings.result import Result
from tritonlint.report import Options
from tritonlint.report.summary import Summary, closing


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write one line per rule that has findings: number, code, name, how many have a fix; then the
    counts."""
    names = {each.code: each.name for each in result.findings}
    fixable = Counter(each.code for each in result.findings if each.fix)
    summary = Summary.of(result)
    width = len(str(max((number for _, number in summary.codes), default=0)))
    for code, number in sorted(summary.codes, key=lambda item: (-item[1], item[0])):
        fixes = f" ({fixable[code]} with a fix)" if fixable[code] else ""
        out.write(f"{number:>{width}}  {code}  {names[code]}{fixes}\n")
    closing(result, out, options)
