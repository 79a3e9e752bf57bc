"""Receipts: what a GPU run saw, with hashes of everything that it depended on.

`receipt.json` lies in the folder of its case and holds one run for each device. A run is stale when
the flagged source, the fix that the tool makes now, the verifier or the quantizer is not the one
that was run: its figures then say nothing about the present code.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tritonlint.errors import VerifyError
from tritonlint.verify.case import FLAGGED, VERIFIER
from tritonlint.verify.outcome import Outcome

RECEIPT = "receipt.json"
VERSION = 1
_NUMBERS = re.compile(r"\[[\s\d,]+\]")
_NOT_SOURCE = {"fixed.py", VERIFIER}


@dataclass(frozen=True)
class Hashes:
    """The sha256, in hexadecimal, of all that a run depends on: the flagged modules, the same as
    the tool fixes them, the verifier with the modules that its family shares, and the quantizer."""

    source: str
    fix: str
    verifier: str
    quantizer: str


_WHAT = {
    "source": "the flagged source",
    "fix": "the fix that the tool makes",
    "verifier": "the verifier",
    "quantizer": "the quantizer",
}


def modules_of(folder: Path) -> list[Path]:
    """The modules of a case that are linted and run, `flagged.py` first."""
    found = sorted(p for p in folder.glob("*.py") if p.name not in _NOT_SOURCE)
    return sorted(found, key=lambda path: path.name != FLAGGED)


def hashes(folder: Path, fixed: Mapping[str, str]) -> Hashes:
    """The hashes of the case in `folder` as it is now, whose modules have the texts `fixed` when
    fixed."""
    quantizer = Path(__file__).with_name("quantize.py")
    sources = modules_of(folder)
    shared = sorted(folder.parent.glob("*.py"))
    return Hashes(
        source=_digest((path.name, path.read_bytes()) for path in sources),
        fix=_digest((path.name, fixed[path.name].encode()) for path in sources),
        verifier=_digest((p.name, p.read_bytes()) for p in [folder / VERIFIER, *shared]),
        quantizer=_digest([(quantizer.name, quantizer.read_bytes())]),
    )


def _digest(parts: Iterable[tuple[str, bytes]]) -> str:
    """One digest of named contents, which a change of any name, content or border changes."""
    digest = hashlib.sha256()
    for name, data in parts:
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def make_run(outcome: Outcome, facts: Mapping[str, Any], now: Hashes) -> dict[str, Any]:
    """The entry of a receipt for one GPU run: the device and its versions, the hashes, the verdict
    and the figures."""
    return {
        **{
            key: facts[key]
            for key in ("device", "capability", "torch", "triton", "python", "driver")
        },
        "hashes": asdict(now),
        "verdict": outcome.verdict,
        "flagged": outcome.flagged,
        "fixed": outcome.fixed,
        "reason": outcome.reason,
        "figures": [asdict(each) for each in outcome.figures],
        "skipped": list(outcome.skipped),
    }


def read(path: Path) -> list[dict[str, Any]]:
    """The runs of the receipt at `path`; none when there is no file. Raises VerifyError for one
    that is no receipt."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        runs = data["runs"] if data["version"] == VERSION else None
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VerifyError(f"{path}: not a receipt: {error}; write it again on a GPU") from error
    if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs):
        raise VerifyError(f"{path}: not a receipt of version {VERSION}; write it again on a GPU")
    return runs


def write(path: Path, run: Mapping[str, Any]) -> None:
    """Put `run` into the receipt at `path` in place of the same device's, beside the other
    devices'."""
    kept = [each for each in read(path) if each.get("device") != run["device"]]
    runs = sorted([*kept, dict(run)], key=lambda each: str(each["device"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"version": VERSION, "runs": runs}, indent=1, ensure_ascii=False)
    text = _NUMBERS.sub(lambda numbers: " ".join(numbers[0].split()), text)
    path.write_text(text + "\n", encoding="utf-8")


def stale(run: Mapping[str, Any], now: Hashes) -> list[str]:
    """Why a run of a receipt does not speak for the present code; empty when it does."""
    then = run.get("hashes")
    recorded = then if isinstance(then, dict) else {}
    changed = [what for key, what in _WHAT.items() if recorded.get(key) != getattr(now, key)]
    reasons = [f"{what} is not the one that was run" for what in changed]
    if run.get("verdict") != "confirmed":
        reasons.append(f"the run's verdict is {run.get('verdict')!r}")
    return reasons


def check(folder: Path, now: Hashes) -> list[str]:
    """What is wrong with the receipt of a case: missing, or, for each device, stale and why."""
    path = folder / RECEIPT
    runs = read(path)
    if not runs:
        return [f"{path}: no receipt; write it on a GPU with `tritonlint verify --write-receipts`"]
    return [f"{path}: {run.get('device')}: {reason}" for run in runs for reason in stale(run, now)]
