"""Findings as the diagnostics of an editor, the steps of their traces as related information."""

from __future__ import annotations

import ast

from lsprotocol import types

from tritonlint.errors import UsageError
from tritonlint.findings import Finding
from tritonlint.findings.result import Skipped
from tritonlint.rule import documentation
from tritonlint.server.documents import Checked
from tritonlint.server.places import Places
from tritonlint.source import SourceFile, Span

_SEVERITY = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
}
SOURCE = "tritonlint"


def diagnostics(checked: Checked, places: Places, related: bool) -> list[types.Diagnostic]:
    """The diagnostics of a document. Without `related` the client shows no related information, and
    the trace is a part of the message."""
    found = [diagnostic(each, places, related) for each in checked.findings]
    return found + [_not_checked(each, checked.document.source, places) for each in checked.skipped]


def diagnostic(finding: Finding, places: Places, related: bool = True) -> types.Diagnostic:
    """One finding."""
    message = f"{finding.line} ({finding.confidence})"
    if not related:
        steps = [f"{s.span.path}:{s.span.line}: {s.message}" for s in finding.trace]
        message = "\n".join([message, *steps])
    return types.Diagnostic(
        range=places.range(finding.span),
        severity=_SEVERITY[finding.severity],
        code=finding.code,
        code_description=_described(finding.code),
        source=SOURCE,
        message=message,
        related_information=[
            types.DiagnosticRelatedInformation(places.location(step.span), step.message)
            for step in finding.trace
        ]
        if related
        else None,
    )


def _described(code: str) -> types.CodeDescription | None:
    """Where the rule is explained; None for what comes from no rule."""
    try:
        return types.CodeDescription(documentation.address(code))
    except UsageError:
        return None


def _not_checked(skipped: Skipped, source: SourceFile, places: Places) -> types.Diagnostic:
    line = _broken_line(source)
    return types.Diagnostic(
        range=places.range(Span(source.path, line, 1, line, 1)),
        severity=types.DiagnosticSeverity.Information,
        source=SOURCE,
        message=f"not checked: {skipped.reason}",
    )


def _broken_line(source: SourceFile) -> int:
    """The line at which Python gives up on a file, 1 when it does not."""
    try:
        ast.parse(source.data)
    except SyntaxError as error:
        return min(error.lineno or 1, source.data.count(b"\n") + 1)
    except (ValueError, RecursionError, MemoryError):
        pass
    return 1
