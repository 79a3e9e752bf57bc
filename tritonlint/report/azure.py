"""Logging commands of Azure Pipelines, which list each finding with its place in the run's
summary."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from tritonlint.findings import Finding
from tritonlint.findings.result import Result
from tritonlint.report import Options
from tritonlint.report.printable import plain

_DATA = {"%": "%AZP25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ";": "%3B", "]": "%5D"}


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write one logging command for each finding and each file that could not be checked."""
    out.writelines(_of_finding(each) for each in result.findings)
    for skipped in result.skipped:
        place = {"sourcepath": _path(skipped.path), "code": "not-checked"}
        out.write(_command("error", place, f"not checked: {skipped.reason}"))
    for each in result.limits:  # there is no command for what is no error and no warning
        text = f"{plain(each.path)}:{each.line}: `{each.function}` {each.reason}"
        out.write(f"##[section]{_escaped(text, _DATA)}\n")


def _of_finding(finding: Finding) -> str:
    place = {
        "sourcepath": _path(finding.span.path),
        "linenumber": str(finding.span.line),
        "columnnumber": str(finding.span.column),
        "code": finding.code,
    }
    trace = [f"{s.span.path}:{s.span.line}: {s.message}" for s in finding.trace]
    return _command(finding.severity, place, "\n".join([finding.line, *trace]))


def _command(kind: str, place: dict[str, str], text: str) -> str:
    given = {"type": kind, **place}
    properties = "".join(f"{key}={_escaped(value, _PROPERTY)};" for key, value in given.items())
    return f"##vso[task.logissue {properties}]{_escaped(text, _DATA)}\n"


def _path(shown: str) -> str:
    """The absolute path: the agent maps it to the repository."""
    return str(Path(shown).absolute())


def _escaped(text: str, reserved: dict[str, str]) -> str:
    return "".join(reserved.get(each, each) for each in plain(text))
