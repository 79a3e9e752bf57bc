"""SARIF 2.1.0: the log that code scanning services and editors read.

Columns count Unicode code points, and paths are URIs from the top of the repository.
"""

from __future__ import annotations

import re
from typing import Any, TextIO

from tritonlint import __version__
from tritonlint.findings import Edit, Finding, Fix, Span, Step, Suppressed
from tritonlint.findings.result import Limit, Result, Skipped
from tritonlint.report import Options
from tritonlint.report.json import launch
from tritonlint.report.machine import as_json
from tritonlint.report.printable import plain
from tritonlint.report.repository import root, uri
from tritonlint.report.sarif_rules import descriptors
from tritonlint.report.unique import fingerprints

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_BASE = "SRCROOT"
_NOT_CHECKED = "not-checked"
_NOTICE = {
    "id": _NOT_CHECKED,
    "shortDescription": {"text": "A file was not checked."},
    "fullDescription": {"text": "A file was not checked, or not by every rule."},
    "help": {"text": "The message says why. Correct the file, or exclude it."},
}
_LIMIT = "limit"
_LIMIT_NOTICE = {
    "id": _LIMIT,
    "name": "Limit",
    "shortDescription": {"text": "A function was not followed further."},
}
_SUPPRESSIONS = {"in-source": "inSource", "baseline": "external"}
# `kernel[grid](values)` would read as a link of the format's message syntax.
_LINK = re.compile(r"\[(?=[^]]*]\()")


def render(result: Result, out: TextIO, options: Options) -> None:
    """Write the log of one run."""
    out.write(as_json(document(result), indent=2) + "\n")


def document(result: Result) -> dict[str, Any]:
    """The log as plain data."""
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [_Run(result).data()]}


class _Run:
    """One run. Suppressed findings are results too, and say so."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.top = root()
        found = [(each, None) for each in result.findings]
        suppressed = [(each.finding, each) for each in result.suppressed]
        self.entries: list[tuple[Finding, Suppressed | None]] = sorted(
            [*found, *suppressed], key=lambda entry: entry[0].sort_key
        )
        self.rules = descriptors([finding for finding, _ in self.entries])

    def data(self) -> dict[str, Any]:
        keys = fingerprints(finding for finding, _ in self.entries)
        return {
            "tool": {"driver": self._driver()},
            "invocations": [self._invocation()],
            "originalUriBaseIds": {_BASE: {"uri": f"{self.top.as_uri().rstrip('/')}/"}},
            "columnKind": "unicodeCodePoints",
            "results": [
                self._result(*entry, key) for entry, key in zip(self.entries, keys, strict=True)
            ],
        }

    def _driver(self) -> dict[str, Any]:
        return {
            "name": "tritonlint",
            "semanticVersion": __version__,
            "rules": list(self.rules.values()),
            "notifications": [_NOTICE, _LIMIT_NOTICE],
        }

    def _invocation(self) -> dict[str, Any]:
        skipped = self.result.skipped
        return {
            "executionSuccessful": not skipped,
            "toolExecutionNotifications": [
                *(self._notification(each) for each in skipped),
                *(self._limit(each) for each in self.result.limits),
            ],
        }

    def _limit(self, limit: Limit) -> dict[str, Any]:
        place = {**self._file(limit.path), "region": {"startLine": limit.line}}
        return {
            "descriptor": {"id": _LIMIT, "index": 1},
            "level": "note",
            "message": {"text": f"`{plain(limit.function)}` {limit.reason}"},
            "locations": [{"physicalLocation": place}],
        }

    def _notification(self, skipped: Skipped) -> dict[str, Any]:
        return {
            "descriptor": {"id": _NOT_CHECKED, "index": 0},
            "level": "error",
            "message": {"text": f"{plain(skipped.path)}: not checked: {skipped.reason}"},
            "locations": [{"physicalLocation": self._file(skipped.path)}],
        }

    def _result(self, finding: Finding, by: Suppressed | None, key: str) -> dict[str, Any]:
        data = {
            "ruleId": finding.code,
            "ruleIndex": list(self.rules).index(finding.code),
            "kind": "fail",
            "level": finding.severity,
            "message": _message(finding.line),
            "locations": [self._location(finding.span)],
            "partialFingerprints": {"tritonlint/v1": key},
            "suppressions": [_suppression(by)] if by else [],
            "properties": _properties(finding),
        }
        if finding.trace:
            data["codeFlows"] = [{"threadFlows": [{"locations": self._flow(finding.trace)}]}]
            data["relatedLocations"] = [
                {"id": number, **self._location(step.span, step.message)}
                for number, step in enumerate(finding.trace, 1)
            ]
        if finding.fix:
            data["fixes"] = [self._fix(finding.fix)]
        return data

    def _flow(self, trace: tuple[Step, ...]) -> list[dict[str, Any]]:
        return [{"location": self._location(step.span, step.message)} for step in trace]

    def _location(self, span: Span, message: str = "") -> dict[str, Any]:
        place = {"physicalLocation": {**self._file(span.path), "region": _region(span)}}
        return {**place, "message": _message(message)} if message else place

    def _file(self, path: str) -> dict[str, Any]:
        return {"artifactLocation": self._artifact(path)}

    def _artifact(self, path: str) -> dict[str, str]:
        found = uri(path, self.top)
        return {"uri": found} if found.startswith("file:") else {"uri": found, "uriBaseId": _BASE}

    def _fix(self, fix: Fix) -> dict[str, Any]:
        by_path: dict[str, list[Edit]] = {}
        for edit in sorted(set(fix.edits), key=lambda each: (each.span, each.replacement)):
            by_path.setdefault(edit.span.path, []).append(edit)
        changes = [
            {
                "artifactLocation": self._artifact(path),
                "replacements": [_replacement(edit) for edit in edits],
            }
            for path, edits in by_path.items()
        ]
        text = f"{fix.message} ({fix.applicability} fix)"
        return {
            "description": {"text": text},
            "artifactChanges": changes,
            "properties": {"applicability": fix.applicability},
        }


def _message(text: str) -> dict[str, str]:
    return {"text": _LINK.sub(r"\\[", text)}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    return {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.replacement}}


def _suppression(by: Suppressed) -> dict[str, Any]:
    data = {"kind": _SUPPRESSIONS[by.kind], "status": "accepted"}
    return {**data, "justification": by.justification} if by.justification else data


def _properties(finding: Finding) -> dict[str, Any]:
    return {
        "confidence": finding.confidence,
        "confirmed": finding.confirmed,
        "confirmed_reason": finding.confirmed_reason or None,
        "trigger": finding.trigger,
        "launch": launch(finding.launch) if finding.launch else None,
    }
