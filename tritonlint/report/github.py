"""Annotations for GitHub Actions: workflow commands that put each finding beside its line in a pull
request."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from tritonlint.findings import Finding
from tritonlint.findings.result import Result
from tritonlint.report import Options
from tritonlint.report.printable import plain
from tritonlint.report.repository import from_top, root


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write one workflow command for each finding and each file that could not be checked."""
    top = root()
    out.writelines(_command(f.severity, _place(f, top), _text(f, top)) for f in result.findings)
    for skipped in result.skipped:
        place = {"file": from_top(skipped.path, top), "title": "tritonlint: not checked"}
        out.write(_command("error", place, skipped.reason))
    for each in result.limits:
        place = {"file": from_top(each.path, top), "line": str(each.line), "title": "tritonlint"}
        out.write(_command("notice", place, f"`{each.function}` {each.reason}"))


def _place(finding: Finding, top: Path) -> dict[str, str]:
    span = finding.span
    place = {"file": from_top(span.path, top), "line": str(span.line)}
    place["endLine"] = str(span.end_line)
    # Columns are only understood within one line.
    if span.line == span.end_line:
        place |= {"col": str(span.column), "endColumn": str(span.end_column)}
    return place | {"title": f"{finding.code} {finding.name}"}


def _text(finding: Finding, top: Path) -> str:
    trace = [f"{from_top(s.span.path, top)}:{s.span.line}: {s.message}" for s in finding.trace]
    lines = [finding.line, *trace]
    if finding.fix:
        lines.append(f"fix ({finding.fix.applicability}): {finding.fix.message}")
    return "\n".join(lines)


def _command(kind: str, place: dict[str, str], text: str) -> str:
    properties = ",".join(f"{key}={_property(value)}" for key, value in place.items())
    return f"::{kind} {properties}::{_data(text)}\n"


def _data(text: str) -> str:
    return plain(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
