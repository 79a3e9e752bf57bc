"""What an oracle says about a case."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["confirmed", "not confirmed", "not run", "smoke passed", "stale"]
# As fixed, of a case whose finding the tool does not repair.
NO_FIX = "no automatic fix"


@dataclass(frozen=True)
class Figures:
    """How many bytes or values of each block of a region differ from the reference.
    `bytes_per_block` is how many a block has, `flagged` and `fixed` have one count for each block
    (`fixed` none where there is no fix), `reference` says what they are compared with.
    `unexplained` counts those that are, as flagged, not what the verifier says that the hazard
    makes of them; it is empty where the verifier does not say."""

    configuration: str
    region: str
    bytes_per_block: int
    flagged: tuple[int, ...]
    fixed: tuple[int, ...]
    reference: str = ""
    unexplained: tuple[int, ...] = ()


@dataclass(frozen=True)
class ByteMap:
    """What became of each byte or value of one block of a region, for a picture. `flagged` and
    `fixed` are packed arrays (`evidence.unpack`) of RIGHT, WRONG or NAN; `fixed` is empty where
    there is no fix."""

    configuration: str
    region: str
    block: int
    flagged: str
    fixed: str


@dataclass(frozen=True)
class Curve:
    """What the kernel stores for a range of inputs, for a picture: `inputs` packed float32,
    `flagged` and `fixed` packed codes of the format `format`."""

    format: str
    inputs: str
    flagged: str
    fixed: str


@dataclass(frozen=True)
class Outcome:
    """One case under one oracle on one target (`cuda:90`) or device (`NVIDIA H200`).

    `flagged` and `fixed` are what was seen, in words; `reason` says why, wherever the verdict is
    not `confirmed`; `skipped` names the configurations that this device cannot run; `map` and
    `curve` are the data of two pictures; `agreements` says how far the references agree.
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
    map: ByteMap | None = None
    curve: Curve | None = None
    agreements: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return asdict(self)


def differ_text(count: int, total: int) -> str:
    """A number of differing bytes or values as the tables show it: `8176 / 8192 differ (99.8 %)`;
    100 % is all of them."""
    percent = 100 * count / total
    rounded = percent if count == total else min(percent, 99.9)
    return f"{count} / {total} differ" + (f" ({rounded:.1f} %)" if count else "")
