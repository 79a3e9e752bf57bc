"""What an oracle says about a case."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["confirmed", "not confirmed", "not run", "smoke passed"]


@dataclass(frozen=True)
class Figures:
    """How many bytes of each block of a region differ from the reference. `bytes_per_block` is the
    size of a block, `flagged` and `fixed` have one count for each block, `reference` says what they
    are compared with."""

    configuration: str
    region: str
    bytes_per_block: int
    flagged: tuple[int, ...]
    fixed: tuple[int, ...]
    reference: str = ""


@dataclass(frozen=True)
class Outcome:
    """One case under one oracle on one target (`cuda:90`) or device (`NVIDIA H200`).

    `flagged` and `fixed` are what was seen, in words; `reason` says why, wherever the verdict is
    not `confirmed`; `skipped` names the configurations that this device cannot run.
    """

    case: str
    oracle: str
    target: str
    verdict: Verdict
    flagged: str = ""
    fixed: str = ""
    reason: str = ""
    figures: tuple[Figures, ...] = ()
    skipped: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return asdict(self)


def differ_text(count: int, total: int) -> str:
    """A number of differing bytes as the tables show it: `8176 / 8192 differ (99.8 %)`."""
    share = f" ({100 * count / total:.1f} %)" if count else ""
    return f"{count} / {total} differ{share}"
