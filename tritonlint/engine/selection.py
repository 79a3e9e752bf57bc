"""What the settings select: the rules that are on for a file, and the findings that are shown."""

from __future__ import annotations

from collections.abc import Iterable

from tritonlint.findings import CONFIDENCES, Finding
from tritonlint.rule import chosen
from tritonlint.settings.config import Settings
from tritonlint.settings.patterns import matcher
from tritonlint.settings.scopes import Scopes


def codes_for(path: str, settings: Settings) -> list[str]:
    """The rules that are on for the file at `path`, sorted."""
    off: set[str] = set()
    for pattern, codes in settings.per_file_ignores:
        inside = matcher([pattern.removeprefix("!")])(path)
        if inside != pattern.startswith("!"):
            off |= _matching(codes)
    return sorted(chosen.selected(settings) - off)


def _matching(codes: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*map(chosen.matching, codes))


def shown(findings: Iterable[Finding], scopes: Scopes) -> tuple[Finding, ...]:
    """Those of `findings` that the settings of their files show, sorted."""

    def is_shown(finding: Finding) -> bool:
        lowest = scopes.of(finding.span.path).confidence
        return CONFIDENCES.index(finding.confidence) <= CONFIDENCES.index(lowest)

    return tuple(sorted(filter(is_shown, findings), key=lambda finding: finding.sort_key))
