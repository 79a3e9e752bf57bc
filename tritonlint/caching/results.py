"""Results as data that JSON can hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tritonlint.findings import Edit, Finding, Fix, LaunchSite, Span, Step, Suppressed
from tritonlint.findings.claim import Claim, Known
from tritonlint.findings.result import Limit, Result, Skipped
from tritonlint.frozen import replace


def plain(result: Result) -> dict[str, Any]:
    """A result as data, without what its files held."""
    return {**asdict(replace(result, judged=(), sought=None)), "read": {}}


def result(data: dict[str, Any]) -> Result:
    """The result that `plain` made this of. Raises ValueError, TypeError or KeyError."""
    return Result(
        tuple(finding(each) for each in data["findings"]),
        tuple(Skipped(**each) for each in data["skipped"]),
        int(data["files"]),
        tuple(_suppressed(each) for each in data["suppressed"]),
        limits=tuple(Limit(**each) for each in data["limits"]),
    )


def _suppressed(data: dict[str, Any]) -> Suppressed:
    return Suppressed(finding(data["finding"]), data["kind"], data["justification"])


def finding(data: dict[str, Any]) -> Finding:
    """The finding that `asdict` made this of."""
    launch, fix = data["launch"], data["fix"]
    return Finding(
        **{
            **data,
            "span": Span(**data["span"]),
            "trace": tuple(Step(Span(**each["span"]), each["message"]) for each in data["trace"]),
            "launch": LaunchSite(**launch) if launch else None,
            "claim": _claim(data["claim"]) if data["claim"] else None,
            "fix": Fix(fix["applicability"], fix["message"], _edits(fix["edits"])) if fix else None,
        }
    )


def _claim(data: dict[str, Any]) -> Claim:
    known = (
        Known(each["parameter"], tuple(each["dtypes"]), tuple(each["values"]), each["open"])
        for each in data["known"]
    )
    return Claim(**{**data, "known": tuple(known)})


def _edits(data: Sequence[dict[str, Any]]) -> tuple[Edit, ...]:
    return tuple(Edit(Span(**each["span"]), each["replacement"]) for each in data)
