"""The JSON report, version 1, and its schema."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TextIO

from tritonlint.findings import (
    CONFIDENCES,
    Edit,
    Finding,
    Fix,
    LaunchSite,
    Span,
    Step,
    Suppressed,
)
from tritonlint.findings.result import Result
from tritonlint.report import Options
from tritonlint.report.machine import as_json
from tritonlint.report.summary import Summary

VERSION = 1


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write the report as one JSON document."""
    out.write(as_json(document(result), indent=2) + "\n")


def document(result: Result) -> dict[str, Any]:
    """The report as plain data; `schema()` describes it."""
    return {
        "version": VERSION,
        "findings": [finding(each) for each in result.findings],
        "suppressed": [_suppressed(each) for each in result.suppressed],
        "skipped": [{"path": each.path, "reason": each.reason} for each in result.skipped],
        "limits": [asdict(each) for each in result.limits],
        "summary": Summary.of(result).as_data(),
    }


def finding(each: Finding) -> dict[str, Any]:
    """One finding as plain data."""
    return {
        "code": each.code,
        "name": each.name,
        "message": each.message,
        "severity": each.severity,
        "confidence": each.confidence,
        "confirmed": each.confirmed,
        "confirmed_reason": each.confirmed_reason or None,
        **_span(each.span),
        "trigger": each.trigger,
        "help": each.help or None,
        "launch": launch(each.launch) if each.launch else None,
        "trace": [_step(step) for step in each.trace],
        "fix": _fix(each.fix) if each.fix else None,
        "fingerprint": each.fingerprint,
    }


def _suppressed(each: Suppressed) -> dict[str, Any]:
    by = {"kind": each.kind, "justification": each.justification}
    return {**finding(each.finding), "suppression": by}


def _span(span: Span) -> dict[str, Any]:
    return {
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _step(step: Step) -> dict[str, Any]:
    span = step.span
    return {"path": span.path, "line": span.line, "column": span.column, "message": step.message}


def launch(site: LaunchSite) -> dict[str, Any]:
    """A launch as plain data."""
    return {
        "path": site.path,
        "line": site.line,
        "kernel": site.kernel,
        "parameter": site.parameter,
        "argument": site.argument,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "applicability": fix.applicability,
        "message": fix.message,
        "edits": [_edit(edit) for edit in fix.edits],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {**_span(edit.span), "replacement": edit.replacement}


_TEXT: dict[str, Any] = {"type": "string"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_PLACE: dict[str, Any] = {"type": "integer", "minimum": 1}
_START = {"path": _TEXT, "line": _PLACE, "column": _PLACE}
_SPAN = {**_START, "end_line": _PLACE, "end_column": _PLACE}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `document()`."""
    suppression = {"enum": ["in-source", "baseline"]}
    by = _object({"kind": suppression, "justification": _TEXT})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tritonlint check --output-format json",
        **_object(
            {
                "version": {"const": VERSION},
                "findings": _array(_object(_finding_schema())),
                "suppressed": _array(_object({**_finding_schema(), "suppression": by})),
                "skipped": _array(_object({"path": _TEXT, "reason": _TEXT})),
                "limits": _array(
                    _object({"path": _TEXT, "line": _PLACE, "function": _TEXT, "reason": _TEXT})
                ),
                "summary": _object(_summary_schema()),
            }
        ),
    }


def lines_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of each line of `--output-format json-lines`."""
    whole = schema()["properties"]
    kinds = {
        "finding": whole["findings"]["items"],
        "suppressed": whole["suppressed"]["items"],
        "skipped": whole["skipped"]["items"],
        "limit": whole["limits"]["items"],
        "summary": _object({"version": {"const": VERSION}, **_summary_schema()}),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tritonlint check --output-format json-lines, one line",
        "oneOf": [
            _object({"type": {"const": kind}, **each["properties"]}) for kind, each in kinds.items()
        ],
    }


def _summary_schema() -> dict[str, Any]:
    counts = dict.fromkeys(("files", "findings", "errors", "warnings", "skipped"), _COUNT)
    fixable = _object({"safe": _COUNT, "unsafe": _COUNT})
    by_code = {"type": "object", "additionalProperties": _COUNT}
    return {**counts, "suppressed": _COUNT, "fixable": fixable, "codes": by_code}


def _finding_schema() -> dict[str, Any]:
    names = ("path", "kernel", "parameter", "argument")
    launch = _object({**dict.fromkeys(names, _TEXT), "line": _PLACE})
    edit = _object({**_SPAN, "replacement": _TEXT})
    applicability = {"enum": ["safe", "unsafe"]}
    fix = _object({"applicability": applicability, "message": _TEXT, "edits": _array(edit)})
    return {
        "code": {"type": "string", "pattern": "^[A-Z]+[0-9]+$"},
        "name": _TEXT,
        "message": _TEXT,
        "severity": {"enum": ["error", "warning"]},
        "confidence": {"enum": list(CONFIDENCES)},
        "confirmed": {"enum": [None, "confirmed", "refuted", "undecided"]},
        "confirmed_reason": {"type": ["string", "null"]},
        **_SPAN,
        "trigger": _TEXT,
        "help": {"type": ["string", "null"]},
        "launch": {"anyOf": [{"type": "null"}, launch]},
        "trace": _array(_object({**_START, "message": _TEXT})),
        "fix": {"anyOf": [{"type": "null"}, fix]},
        "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{16}$"},
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}
