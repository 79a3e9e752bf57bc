"""Annotations for GitHub Actions: workflow commands that put each finding beside its line in a pull
request."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

from tritonlint.engine import Result
from tritonlint.findings import Finding
from tritonlint.report import Options


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write one workflow command for each finding and each file that could not be checked."""
    out.writelines(_command(f.severity, _place(f), _text(f)) for f in result.findings)
    for skipped in result.skipped:
        place = {"file": _path(skipped.path), "title": "tritonlint: not checked"}
        out.write(_command("error", place, skipped.reason))


def _place(finding: Finding) -> dict[str, str]:
    span = finding.span
    place = {"file": _path(span.path), "line": str(span.line), "endLine": str(span.end_line)}
    # Columns are only understood within one line.
    if span.line == span.end_line:
        place |= {"col": str(span.column), "endColumn": str(span.end_column)}
    return place | {"title": f"{finding.code} {finding.name}"}


def _text(finding: Finding) -> str:
    trace = [f"{_path(s.span.path)}:{s.span.line}: {s.message}" for s in finding.trace]
    lines = [finding.message, *trace]
    if finding.fix:
        lines.append(f"fix ({finding.fix.applicability}): {finding.fix.message}")
    return "\n".join(lines)


def _command(kind: str, place: dict[str, str], text: str) -> str:
    properties = ",".join(f"{key}={_property(value)}" for key, value in place.items())
    return f"::{kind} {properties}::{_data(text)}\n"


def _path(shown: str) -> str:
    """The path from the top of the repository, which annotations need, where the run stands below
    it."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if not workspace:
        return shown
    absolute = Path(shown).absolute()
    if absolute.is_relative_to(workspace):
        return absolute.relative_to(workspace).as_posix()
    return shown


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
