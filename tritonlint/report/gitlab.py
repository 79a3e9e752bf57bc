"""GitLab's Code Quality report: an array of violations that a merge request shows beside their
lines."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, TextIO

from tritonlint.findings import Finding
from tritonlint.findings.result import Limit, Result, Skipped
from tritonlint.report import Options
from tritonlint.report.machine import as_json
from tritonlint.report.repository import from_top, root
from tritonlint.report.unique import fingerprints

_SEVERITY = {"error": "major", "warning": "minor"}


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write one violation for each finding and each file that could not be checked."""
    out.write(as_json(document(result), indent=2) + "\n")


def document(result: Result) -> list[dict[str, Any]]:
    """The violations as plain data."""
    top = root()
    keys = fingerprints(result.findings)
    found = zip(result.findings, keys, strict=True)
    return [
        *(_violation(finding, key, top) for finding, key in found),
        *(_not_checked(each, top) for each in result.skipped),
        *(_limit(each, top) for each in result.limits),
    ]


def _violation(finding: Finding, key: str, top: Path) -> dict[str, Any]:
    span = finding.span
    return {
        "description": finding.line,
        "check_name": finding.code,
        "fingerprint": key,
        "severity": _SEVERITY[finding.severity],
        "location": {
            "path": from_top(span.path, top),
            "positions": {
                "begin": {"line": span.line, "column": span.column},
                "end": {"line": span.end_line, "column": span.end_column},
            },
        },
    }


def _not_checked(skipped: Skipped, top: Path) -> dict[str, Any]:
    path = from_top(skipped.path, top)
    return _remark("not-checked", "blocker", f"not checked: {skipped.reason}", path)


def _limit(limit: Limit, top: Path) -> dict[str, Any]:
    path, text = from_top(limit.path, top), f"`{limit.function}` {limit.reason}"
    return _remark("limit", "info", text, path, limit.function, line=limit.line)


def _remark(
    name: str, severity: str, text: str, path: str, *more: str, line: int = 1
) -> dict[str, Any]:
    """What is no finding; the fingerprint is that of its name, its file and `more`."""
    key = hashlib.sha256("\0".join((name, path, *more)).encode(errors="surrogateescape"))
    return {
        "description": text,
        "check_name": name,
        "fingerprint": key.hexdigest()[:16],
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }
