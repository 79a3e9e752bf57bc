"""What the hazard does downstream: a sparse-attention indexer that ranks keys by its quantized
cache.

Each query scores all keys of its context (64 heads, weighted ReLU of the dot products) and keeps
the k best. The measure is parity: the share of the k positions that the reference keeps too. It
says something only for k below the context: with k at or above it every position is kept, so parity
is 1 whatever the scores are, NaN included. Such cells stay empty here.

There are two references. Against the keys before quantization (bfloat16) the fixed cache loses what
fp8 costs. Against the same quantization, made by the independent quantizer, the fixed cache must
reach exactly 1; anything less is a defect of the kernel.

The ranking is torch.topk's, to which NaN is larger than every number, as it is to the sparse
attention that uses it. A byte 0x7F or 0xFF in the cache is NaN as e4m3fn (fnuz: 0x80), and one such
byte makes the scores of its key NaN for every query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tritonlint.errors import VerifyError
from tritonlint.verify.case import load_verifier
from tritonlint.verify.cases.sources import Source
from tritonlint.verify.gpu.gpu import both

if TYPE_CHECKING:
    from tritonlint.verify.cases.run import Case

CONTEXTS = (128, 256, 512, 1024, 2048, 2049, 4096, 8192, 16384, 32768)
CHOICES = (64, 2048)
HEADS = 64
HEAD_DIM = 128
QUERIES = 16
SECONDS = 540.0


@dataclass(frozen=True)
class Point:
    """One context: parity for each k below it, by cache (`as_written`, `fixed`) and reference
    (`bf16`, `same_quantization`); keys whose score is NaN."""

    context: int
    nan_as_written: int
    nan_fixed: int
    parity: Mapping[str, float]


@dataclass(frozen=True)
class Impact:
    """The experiment's points, with the case that wrote the caches and the device that it ran
    on."""

    case: str
    device: Mapping[str, Any]
    points: tuple[Point, ...]


def key(cache: str, reference: str, k: int) -> str:
    """The name of one parity in `Point.parity`."""
    return f"{cache} top-{k} against {reference}"


def measure(sources: Sequence[Source]) -> tuple[Impact, Case]:
    """Run the experiment on the GPU with the first of the cases whose verifier offers
    `keys_in_cache`; what it measured, and the case.

    Raises VerifyError when there is no such case, no GPU, or the run fails.
    """
    from tritonlint.verify.cases.run import prepare, ready
    from tritonlint.verify.worker import Worker

    able = [each for each in sources if hasattr(load_verifier(each.folder), "keys_in_cache")]
    if not able:
        raise VerifyError("none of the cases writes a key cache (`keys_in_cache` in verifier.py)")
    case = prepare(able[0])
    with Worker() as worker:
        facts = ready("gpu", worker)
        task = (case.source, dict(case.texts), facts["native"], "cuda", CONTEXTS)
        points = worker.ask(__name__, "run_case", task, SECONDS)
    return Impact(case.name, facts, points), case


def run_case(
    source: Source, texts: Mapping[str, str], flavour: str, device: str, contexts: Sequence[int]
) -> tuple[Point, ...]:
    """The points of the case whose files have the texts `texts` as fixed."""
    verifier: Any = load_verifier(source.folder)
    with both(source, texts) as (flagged, fixed):
        if fixed is None:
            raise VerifyError("there is no fix whose caches could be compared")
        return tuple(_point(verifier, flagged, fixed, flavour, device, n) for n in contexts)


def _point(
    verifier: Any, flagged: ModuleType, fixed: ModuleType, flavour: str, device: str, context: int
) -> Point:
    """Write one context's keys through both modules and compare what the queries select."""
    import numpy as np
    import torch

    generator = torch.Generator().manual_seed(context)
    keys = _normal(generator, context, HEAD_DIM)
    queries = _normal(generator, QUERIES, HEADS, HEAD_DIM).to(device)
    weights = _normal(generator, QUERIES, HEADS).to(device)
    k = keys.numpy()
    written, written_scales, _, _ = verifier.keys_in_cache(flagged, k, flavour, device)
    repaired, scales, right, right_scales = verifier.keys_in_cache(fixed, k, flavour, device)
    scores = {
        name: _scores(queries, weights, torch.from_numpy(np.ascontiguousarray(rows)).to(device))
        for name, rows in {
            "as_written": _decode(written, flavour) * written_scales[:, None],
            "fixed": _decode(repaired, flavour) * scales[:, None],
            "same_quantization": _decode(right, flavour) * right_scales[:, None],
            "bf16": k,
        }.items()
    }
    parity = {
        key(cache, reference, k): _parity(scores[cache], scores[reference], k)
        for k in CHOICES
        if k < context
        for cache in ("as_written", "fixed")
        for reference in ("bf16", "same_quantization")
    }
    return Point(context, _nans(scores["as_written"]), _nans(scores["fixed"]), parity)


def _normal(generator: Any, *shape: int) -> Any:
    """Normal deviates rounded to bfloat16, as float32."""
    import torch

    return torch.randn(shape, generator=generator).to(torch.bfloat16).to(torch.float32)


def _decode(codes: Any, flavour: str) -> Any:
    from tritonlint.verify import quantize

    return quantize.decode(codes, flavour)


def _scores(queries: Any, weights: Any, keys: Any) -> Any:
    """The weighted ReLU of the dot products, float32, [queries, context]."""
    import torch

    products = torch.relu(torch.einsum("qhd,cd->qhc", queries, keys))
    return torch.einsum("qhc,qh->qc", products, weights)


def _parity(scores: Any, reference: Any, k: int) -> float:
    """The share of the reference's k best positions that are among the k best, over all queries."""
    import torch

    chosen = torch.zeros(scores.shape, dtype=torch.bool, device=scores.device)
    chosen.scatter_(1, torch.topk(scores, k, dim=1).indices, True)
    kept = torch.gather(chosen, 1, torch.topk(reference, k, dim=1).indices)
    return float(kept.float().mean().item())


def _nans(scores: Any) -> int:
    """The number of keys whose score is NaN for some query."""
    import torch

    return int(torch.isnan(scores).any(dim=0).sum().item())


def as_data(impact: Impact) -> dict[str, Any]:
    """The experiment as plain data."""
    return {"version": 1, **asdict(impact)}


def record(impact: Impact, case: Case, into: Path) -> Path:
    """Put what was measured into `impact.json` of the case below `into`; its path."""
    from tritonlint.verify.cases import receipts

    path = into / case.name / receipts.IMPACT
    now = receipts.hashes(case.source, case.texts)
    receipts.write(path, receipts.make_impact(impact.points, impact.device, now))
    return path


def from_record(case: str, run: Mapping[str, Any]) -> Impact:
    """The experiment that a run in `impact.json` recorded. Raises VerifyError for one that is not
    understood."""
    try:
        return Impact(case, run, tuple(Point(**point) for point in run["points"]))
    except (KeyError, TypeError) as error:
        raise VerifyError(f"the impact record of {case} is not complete: {error}") from error
