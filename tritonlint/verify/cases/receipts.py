"""Receipts: what a GPU run saw, with hashes of everything that it depended on.

`receipt.json` lies in the folder of its case and holds one run for each device, `impact.json` one
run of the impact experiment for each. A run is stale when the flagged source, the fix that the tool
makes now, the verifier or the quantizer is not the one that was run: its figures then say nothing
about the present code.

The source of a case of a release is known by the hashes that its `release.toml` pins, so that its
receipt can be judged without the release; only whether the fix is still the same cannot.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tritonlint.errors import VerifyError
from tritonlint.verify.case import VERIFIER
from tritonlint.verify.cases.outcome import ByteMap, Curve, Figures, Outcome
from tritonlint.verify.cases.sources import Source

RECEIPT = "receipt.json"
IMPACT = "impact.json"
VERSION = 1
_NUMBERS = re.compile(r"\[[\s\d,]+\]")


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


def hashes(source: Source, fixed: Mapping[str, str] | None) -> Hashes:
    """The hashes of a case as it is now, whose files have the texts `fixed` when fixed; None where
    that is not known, since its release is not unpacked here."""
    quantizer = Path(__file__).parent.with_name("quantize.py")
    return Hashes(
        source=_digest(_source_parts(source)),
        fix="" if fixed is None else _digest((n, fixed[n].encode()) for n in source.files),
        verifier=_digest(_verifier_parts(source)),
        quantizer=_digest([(quantizer.name, quantizer.read_bytes())]),
    )


def _source_parts(source: Source) -> Iterable[tuple[str, bytes]]:
    if source.pinned is not None:
        return ((name, digest.encode()) for name, digest in source.pinned.items())
    return ((name, (source.root / name).read_bytes()) for name in source.files)


def _verifier_parts(source: Source) -> Iterator[tuple[str, bytes]]:
    """The verifier, the modules that its family shares, and the stand-ins."""
    for path in [source.folder / VERIFIER, *sorted(source.folder.parent.glob("*.py"))]:
        yield path.name, path.read_bytes()
    for path in sorted(source.standins.rglob("*.py")) if source.pinned is not None else ():
        yield path.relative_to(source.folder).as_posix(), path.read_bytes()


def _digest(parts: Iterable[tuple[str, bytes]]) -> str:
    """One digest of named contents, which a change of any name, content or border changes."""
    digest = hashlib.sha256()
    for name, data in parts:
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def make_run(outcome: Outcome, facts: Mapping[str, Any], now: Hashes) -> dict[str, Any]:
    """The entry of a receipt for one GPU run: the device and its versions, the hashes, the verdict,
    the figures, and the data of the pictures."""
    return {
        **_device(facts),
        "hashes": asdict(now),
        "verdict": outcome.verdict,
        "flagged": outcome.flagged,
        "fixed": outcome.fixed,
        "reason": outcome.reason,
        "figures": [asdict(each) for each in outcome.figures],
        "skipped": list(outcome.skipped),
        "map": asdict(outcome.map) if outcome.map else None,
        "curve": asdict(outcome.curve) if outcome.curve else None,
        "agreements": list(outcome.agreements),
    }


def _device(facts: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("device", "capability", "torch", "triton", "python", "driver")
    return {key: facts[key] for key in keys}


def make_impact(points: Iterable[Any], facts: Mapping[str, Any], now: Hashes) -> dict[str, Any]:
    """The entry of `impact.json` for one run of the experiment."""
    return {**_device(facts), "hashes": asdict(now), "points": [asdict(each) for each in points]}


def outcome_of(run: Mapping[str, Any], case: str) -> Outcome:
    """What a receipt's run says, as an outcome. Raises VerifyError for one that says nothing."""
    try:
        return Outcome(
            case,
            "receipt",
            run["device"],
            run["verdict"],
            run["flagged"],
            run["fixed"],
            run["reason"],
            tuple(_figures(each) for each in run["figures"]),
            tuple(run["skipped"]),
            ByteMap(**run["map"]) if run.get("map") else None,
            Curve(**run["curve"]) if run.get("curve") else None,
            tuple(run.get("agreements", ())),
        )
    except (KeyError, TypeError) as error:
        raise VerifyError(f"the receipt of {case} is not complete: {error}") from error


def _figures(data: Mapping[str, Any]) -> Figures:
    counts = {key: tuple(data.get(key, ())) for key in ("flagged", "fixed", "unexplained")}
    return Figures(**{**data, **counts})


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
    reasons = changed(run, now)
    if run.get("verdict") != "confirmed":
        reasons.append(f"the run's verdict is {run.get('verdict')!r}")
    return reasons


def changed(run: Mapping[str, Any], now: Hashes) -> list[str]:
    """What is not as it was when the run was made; a fix that is not known now is passed over."""
    then = run.get("hashes")
    recorded = then if isinstance(then, dict) else {}
    return [
        f"{what} is not the one that was run"
        for key, what in _WHAT.items()
        if getattr(now, key) and recorded.get(key) != getattr(now, key)
    ]


def check(source: Source, now: Hashes) -> list[str]:
    """What is wrong with the receipts of a case: missing, or, for each device, stale and why."""
    path = source.folder / RECEIPT
    runs = read(path)
    if not runs:
        return [f"{path}: no receipt; write it on a GPU with `tritonlint verify --write-receipts`"]
    problems = [f"{path}: {run.get('device')}: {why}" for run in runs for why in stale(run, now)]
    path = source.folder / IMPACT
    runs = read(path)
    return problems + [f"{path}: {r.get('device')}: {why}" for r in runs for why in changed(r, now)]
