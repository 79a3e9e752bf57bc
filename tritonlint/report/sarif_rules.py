"""What a SARIF log says of the rules that its results name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tritonlint.errors import UsageError
from tritonlint.findings import Finding
from tritonlint.rule import documentation


def descriptors(findings: Iterable[Finding]) -> dict[str, dict[str, Any]]:
    """A reporting descriptor for each rule that `findings` name, by its code, sorted."""
    first: dict[str, Finding] = {}
    for each in findings:
        first.setdefault(each.code, each)
    return {code: _descriptor(first[code]) for code in sorted(first)}


def _descriptor(finding: Finding) -> dict[str, Any]:
    data = {
        "id": finding.code,
        "name": _pascal(finding.name),
        "defaultConfiguration": {"level": finding.severity},
    }
    try:
        about = documentation.of(finding.code)
    except UsageError:
        # A finding about a comment or a setting comes from no rule's file.
        return {**data, "shortDescription": {"text": finding.name}}
    return {
        **data,
        "shortDescription": {"text": about.name},
        "fullDescription": {"text": about.summary},
        "helpUri": documentation.address(finding.code),
        "help": {"text": about.text, "markdown": about.text},
        "properties": {"tags": ["correctness"], "status": about.status, "fix": about.fix},
    }


def _pascal(name: str) -> str:
    """A rule's name as the format spells names: `numeric-store` is `NumericStore`."""
    return "".join(part.capitalize() for part in name.split("-"))
