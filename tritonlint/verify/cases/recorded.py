"""What the receipts beside the cases say: whether they still speak for the present code, and what
was seen on which device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tritonlint.errors import TritonlintError
from tritonlint.facts.index.universe import Texts
from tritonlint.source import display_path
from tritonlint.verify.case import load_verifier
from tritonlint.verify.cases import receipts
from tritonlint.verify.cases.outcome import Outcome
from tritonlint.verify.cases.receipts import Hashes
from tritonlint.verify.cases.run import name_of
from tritonlint.verify.cases.sources import Source


def check(sources: Sequence[Source]) -> list[str]:
    """What is wrong with the receipts of those cases that run on a GPU; empty when all speak for
    the present code."""
    problems, known = list[str](), Texts({})
    for source in sources:
        if load_verifier(source.folder).configurations:
            problems += receipts.check(source, hashes_now(source, known))
    return [f"{display_path(Path(p.partition(': ')[0]))}: {p.partition(': ')[2]}" for p in problems]


def outcomes(sources: Sequence[Source], but: str = "") -> tuple[Outcome, ...]:
    """An outcome for each run in the receipts, except those of the device `but`; of the verdict
    `stale` where it does not speak for the present code."""
    found, known = list[Outcome](), Texts({})
    for source in sources:
        name = name_of(source.folder)
        for run in _runs(source, receipts.RECEIPT):
            outcome = receipts.outcome_of(run, name)
            reasons = _stale(source, run, known)
            if run["device"] != but:
                stale = replace(outcome, verdict="stale", reason="; ".join(reasons))
                found.append(stale if reasons else outcome)
    return tuple(found)


def impacts(sources: Sequence[Source]) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """The recorded runs of the impact experiment that speak for the present code, with the names of
    their cases."""
    known = Texts({})
    return tuple(
        (name_of(source.folder), run)
        for source in sources
        for run in _runs(source, receipts.IMPACT)
        if not _stale(source, {"verdict": "confirmed", **run}, known)
    )


def hashes_now(source: Source, known: Texts) -> Hashes:
    """The hashes of the case as it is now; `known` is what is told of the files beside it already.
    Raises TritonlintError when the tool cannot fix it."""
    unpacked = source.pinned is None or source.root.is_dir()
    return receipts.hashes(source, source.fixed_texts(known) if unpacked else None)


def _runs(source: Source, name: str) -> list[dict[str, Any]]:
    return receipts.read(source.folder / name)


def _stale(source: Source, run: Mapping[str, Any], known: Texts) -> list[str]:
    """Why a run does not speak for the present code; empty when it does."""
    try:
        return receipts.stale(run, hashes_now(source, known))
    except TritonlintError as error:
        return [str(error)]
