"""What fixing comes to: the files that change, the fixes that are made, and those that are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tritonlint.findings import Finding


@dataclass(frozen=True)
class Change:
    """A file that fixes change: its path as messages show it, its bytes as they were read and as
    they become."""

    path: str
    before: bytes
    after: bytes


@dataclass(frozen=True)
class Reverted:
    """A fix that was not kept, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True)
class Plan:
    """What fixing comes to: groups of changes (a fix may span files, which are then written
    together), the findings that were fixed, the fixes that were not kept, the number of passes and
    of fixes that waited for a later pass, the number of those that were asked about and not wanted,
    and the findings that are left in the files that were looked at."""

    groups: tuple[tuple[Change, ...], ...]
    applied: tuple[Finding, ...]
    reverted: tuple[Reverted, ...]
    remaining: tuple[Finding, ...]
    passes: int
    deferred: int
    declined: int = 0

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, by path."""
        return tuple(sorted((c for group in self.groups for c in group), key=lambda c: c.path))


# Asked about a fix that holds, with what it changes: whether to make it.
Ask = Callable[[Finding, Sequence[Change]], bool]
