"""What a rule reports: a Finding with its trace, its trigger and, where there is one, a Fix."""

from __future__ import annotations

import hashlib
from dataclasses import field
from typing import Literal

from tritonlint.findings.claim import Claim
from tritonlint.frozen import dataclass
from tritonlint.source import Span

Severity = Literal["error", "warning"]
Confidence = Literal["certain", "likely", "possible"]
Applicability = Literal["safe", "unsafe"]
Confirmed = Literal["confirmed", "refuted", "undecided"]
Suppression = Literal["in-source", "baseline"]

__all__ = ["Edit", "Finding", "Fix", "LaunchSite", "Span", "Step", "Suppressed"]

# What is meant by each confidence, the highest first.
MEANING: dict[Confidence, str] = {
    "certain": "every step is written in the code",
    "likely": "a step is inferred, as from a name or from other uses of the buffer",
    "possible": "the code can be read another way",
}
CONFIDENCES: tuple[Confidence, ...] = tuple(MEANING)


@dataclass(frozen=True)
class Step:
    """One step of a trace: a place and what happens there."""

    span: Span
    message: str


@dataclass(frozen=True)
class Edit:
    """Replace the text of `span` (empty for an insertion) by `replacement`."""

    span: Span
    replacement: str


@dataclass(frozen=True)
class Fix:
    """Edits that remove a finding, applied together or not at all."""

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class LaunchSite:
    """The kernel call that a finding is about. `line` is where the launch expression begins."""

    path: str
    line: int
    kernel: str
    parameter: str
    argument: str


@dataclass(frozen=True)
class Finding:
    """One hazard. `message` is its headline, `trigger` the concrete value, dtype or shape that goes
    wrong, `help` what to do where that is known; `line` is all of that. `snippet` is the source
    text of the span, `function` the name of the function around it (both feed the
    fingerprint, so that edits elsewhere in the file do not change it). `confirmed` is what the
    compiler said, if it was asked, and `confirmed_reason` why; `claim` is what it is asked about,
    where the rule knows more than the place. `held` says why its fix is not offered."""

    code: str
    name: str
    message: str
    severity: Severity
    confidence: Confidence
    span: Span
    trigger: str
    trace: tuple[Step, ...] = ()
    launch: LaunchSite | None = None
    fix: Fix | None = None
    confirmed: Confirmed | None = None
    confirmed_reason: str = ""
    claim: Claim | None = None
    function: str = ""
    snippet: str = field(default="", repr=False)
    held: str = ""
    help: str = ""

    @property
    def line(self) -> str:
        """All that is said in one line: the headline, the trigger and the help."""
        said = " ".join(self.message.split())
        trigger = f": {self.trigger}" if self.trigger and self.trigger not in said else ""
        return f"{said}{trigger}" + (f"; {self.help}" if self.help else "")

    @property
    def sort_key(self) -> tuple[object, ...]:
        site = self.launch
        return (
            self.span,
            self.code,
            (site.path, site.line, site.kernel, site.parameter) if site else (),
        )

    @property
    def fingerprint(self) -> str:
        """A 16-digit hexadecimal key of rule, path, function, code of the span and launched
        parameter; not of lines."""
        site = self.launch
        parts = [self.code, self.span.path, self.function, " ".join(self.snippet.split())]
        parts += [site.path, site.kernel, site.parameter] if site else []
        return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:16]


@dataclass(frozen=True)
class Suppressed:
    """A finding that does not count: a comment beside the code or the baseline says so, and
    `justification` why (empty when it does not)."""

    finding: Finding
    kind: Suppression
    justification: str = ""
