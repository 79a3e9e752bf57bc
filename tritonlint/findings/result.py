"""What a run comes to: the findings, and what it did not look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from tritonlint.findings import Finding, Suppressed
from tritonlint.frozen import dataclass


@dataclass(frozen=True)
class Skipped:
    """A file that was not analysed, or not by every rule, and why."""

    path: str
    reason: str


@dataclass(frozen=True, order=True)
class Limit:
    """A function, by the line of its header, that was looked at only so far: what was not seen
    beyond that, and why."""

    path: str
    line: int
    function: str
    reason: str


@dataclass(frozen=True)
class Result:
    """The findings that the settings select, sorted; what was skipped; how many files were looked
    at; the findings that a comment or the baseline takes out; what was seen at run time and is not
    used, since the code is another now; `limits` at which functions were not followed further.
    `read` is what the files held that have findings, by their
    paths, and `judged` what the rules found before any comment took something out, when it was this
    run that read them; `sought` are then the names that were looked for in the text of all files,
    None where rules look at files by their text."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    files: int
    suppressed: tuple[Suppressed, ...] = ()
    unused: tuple[Skipped, ...] = ()
    limits: tuple[Limit, ...] = ()
    read: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)
    judged: tuple[Finding, ...] = field(default=(), compare=False, repr=False)
    sought: frozenset[str] | None = field(default=None, compare=False, repr=False)
