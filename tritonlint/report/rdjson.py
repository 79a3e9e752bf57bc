"""The Reviewdog Diagnostic Format: one JSON document that reviewdog turns into review comments.

Its columns count bytes of UTF-8.
"""

from __future__ import annotations

from typing import Any, TextIO

from tritonlint.edits import edits
from tritonlint.findings import Finding, Span
from tritonlint.findings.result import Limit, Result, Skipped
from tritonlint.report import Options, Text
from tritonlint.report.machine import as_json
from tritonlint.report.sources import Sources


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write one diagnostic for each finding and each file that could not be checked."""
    out.write(as_json(document(result, options.text), indent=2) + "\n")


def document(result: Result, text: Text | None = None) -> dict[str, Any]:
    """The diagnostics as plain data; `text` stands in for the file at its path."""
    sources = Sources(text)
    return {
        "source": {"name": "tritonlint"},
        "diagnostics": [
            *(_diagnostic(each, sources) for each in result.findings),
            *(_not_checked(each) for each in result.skipped),
            *(_limit(each) for each in result.limits),
        ],
    }


def _diagnostic(finding: Finding, sources: Sources) -> dict[str, Any]:
    return {
        "message": finding.line,
        "location": _location(finding.span, sources),
        "severity": finding.severity.upper(),
        "code": {"value": finding.code},
        "suggestions": _suggestions(finding, sources),
        "related_locations": [
            {"message": step.message, "location": _location(step.span, sources)}
            for step in finding.trace
        ],
    }


def _not_checked(skipped: Skipped) -> dict[str, Any]:
    return {
        "message": f"not checked: {skipped.reason}",
        "location": {"path": skipped.path},
        "severity": "ERROR",
        "code": {"value": "not-checked"},
    }


def _limit(limit: Limit) -> dict[str, Any]:
    return {
        "message": f"`{limit.function}` {limit.reason}",
        "location": {"path": limit.path, "range": {"start": {"line": limit.line}}},
        "severity": "INFO",
        "code": {"value": "limit"},
    }


def _location(span: Span, sources: Sources) -> dict[str, Any]:
    return {"path": span.path, "range": _range(span, sources)}


def _range(span: Span, sources: Sources) -> dict[str, Any]:
    return {
        "start": _position(span.path, span.line, span.column, sources),
        "end": _position(span.path, span.end_line, span.end_column, sources),
    }


def _position(path: str, line: int, column: int, sources: Sources) -> dict[str, int]:
    """A place in bytes; without a column when the file cannot be read any more."""
    source = sources.get(path)
    if source is None:
        return {"line": line}
    text = source.lines[line - 1] if line <= len(source.lines) else ""
    return {"line": line, "column": len(text[: column - 1].encode()) + 1}


def _suggestions(finding: Finding, sources: Sources) -> list[dict[str, Any]]:
    """The fix as one suggestion, since a reader applies each by itself: the text from its first to
    its last edit. None for an unsafe fix, one that changes other files, and one that does not fit
    the file any more."""
    fix, path = finding.fix, finding.span.path
    source = sources.get(path)
    if fix is None or fix.applicability != "safe" or source is None:
        return []
    if any(edit.span.path != path for edit in fix.edits):
        return []
    first = min(edit.span for edit in fix.edits)
    last = max(fix.edits, key=lambda edit: (edit.span.end_line, edit.span.end_column)).span
    whole = Span(path, first.line, first.column, last.end_line, last.end_column)
    try:
        start, end = source.range(whole)
        changed = edits.apply(source.text, fix.edits)
    except ValueError:
        return []
    kept = len(source.text) - end
    return [{"range": _range(whole, sources), "text": changed[start : len(changed) - kept]}]
