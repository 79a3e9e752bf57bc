"""JSON Lines: one object a line, for readers that take a report as a stream.

`type` says what a line is: a finding, a suppressed finding, a file that was not checked, and last
the summary.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from tritonlint.findings.result import Result
from tritonlint.report import Options
from tritonlint.report.json import document
from tritonlint.report.machine import as_json

_KINDS = {
    "finding": "findings",
    "suppressed": "suppressed",
    "skipped": "skipped",
    "limit": "limits",
}


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write one line for each object."""
    out.writelines(f"{as_json(each)}\n" for each in objects(result))


def objects(result: Result) -> Iterator[dict[str, Any]]:
    """The lines as plain data: the parts of the JSON report, each with its type."""
    whole = document(result)
    for kind, key in _KINDS.items():
        for each in whole[key]:
            yield {"type": kind, **each}
    yield {"type": "summary", "version": whole["version"], **whole["summary"]}
