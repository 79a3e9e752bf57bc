"""Fingerprints that tell apart equal code in one function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tritonlint.findings import Finding


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """The fingerprint of each of `findings`, in order; the second of equal ones ends with `:2`, and
    so on. Readers keep one finding of a fingerprint."""
    seen: Counter[str] = Counter()
    unique: list[str] = []
    for each in findings:
        key = each.fingerprint
        seen[key] += 1
        unique.append(key if seen[key] == 1 else f"{key}:{seen[key]}")
    return unique
