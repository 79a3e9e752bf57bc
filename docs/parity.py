"""The page `references.md`: three measurements of the report that this project began with, beside
those of the receipts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gallery import counts
from tritonlint.verify.cases import receipts

ROOT = Path(__file__).resolve().parents[1]
OURS = ROOT / "fixtures" / "TL001" / "explicit_type_element_ty"
CASE = ROOT / "fixtures" / "TL001" / "release_vllm_0_20_0"
PAGE = ROOT / "docs" / "references.md"
_CHOICES = ("as_written top-64", "fixed top-64", "as_written top-2048", "fixed top-2048")
_SAME = {f"fixed top-{k} against same_quantization" for k in (64, 2048)}
_PAGE = """\
# References

The report that this project began with is about the key cache of a sparse indexer
([vllm-project/vllm#41217](https://github.com/vllm-project/vllm/pull/41217)). On an AMD Instinct
MI355X it compared the bytes of the cache with those of a C++ producer, ran vLLM's own wrapper, and
compared the top k of the logits. Here are the same three on what could be had for this repository,
generated from receipts.

| measurement | device and versions | reference | as released | as fixed |
|---|---|---|---:|---:|
{summary}

vLLM's wrapper and kernel are those of 0.20.0, taken from the release at run time. So is its C++
producer, which is compiled on the spot; `shuffle_weight` is that of AMD's package `amd-aiter`. As
fixed is what `tritonlint autofix` makes of the file now.

## Bytes of a block

The figures are those of the median block among those that differ. All configurations are on
[the bug's own page](found/vllm-indexer-cache.md). How far the references of the wrapper agree:

{agreements}

## Parity

The share of the k positions that the reference (bfloat16 keys) keeps and the indexer keeps too: 64
heads, head dim 128, 16 queries, ue8m0 scales, Gaussian inputs; `tritonlint verify --impact` on an
{device}.

{parity}

![Top-k parity and NaN scores against the context, as released and as fixed](images/impact.png)

As fixed and compared with the same quantization, by the independent quantizer, parity is
{exact} at every context and k.

**What a parity with k at or above the context hides.** Every position is kept then, and parity is 1
whatever the scores are, NaN included. The report has k = 2,048, and found the ranking preserved in
contexts up to that: these say nothing of the cache, and a broken one passes. At 2,049 parity is
still {hidden}, with {nan:,} NaN scores; at 32,768 it is {shown}. Such cells are empty here.

## What could not be run here

- **AMD hardware, and the fnuz codes with it.** {skipped} configurations of the wrapper's case are
  skipped on NVIDIA GPUs; the compile oracle compiles kernels for gfx942 and gfx950, which is no
  run. AITER's own `indexer_k_quant_and_cache` needs ROCm. Whoever has such a machine adds it to
  every table here with

    ```
    tritonlint verify --oracle gpu --write-receipts fixtures
    tritonlint verify --release DIR --write-receipts fixtures
    ```

    from a checkout with `pip install '.[gpu,aiter]'`; DIR holds
    [the unpacked releases](verifying.md#a-release).
- **The logits of a model.** No weights were at hand: parity is that of the indexer alone.
"""


def page() -> str:
    """The text of the page."""
    ours = receipts.read(OURS / receipts.RECEIPT)
    runs = receipts.read(CASE / receipts.RECEIPT)
    impacts = receipts.read(CASE / receipts.IMPACT)
    first = impacts[0]["points"]
    longest = first[-1]["parity"]
    edge = next(each for each in first if each["context"] == 2049)
    return _PAGE.format(
        summary="\n".join(
            [
                _THEIRS,
                *(_bytes(run, "our kernel in its shape") for run in ours),
                *(_bytes(run, "vLLM's own wrapper") for run in runs),
                *map(_impact, impacts),
            ]
        ),
        agreements="\n".join(f"- {each}" for run in runs for each in run["agreements"]),
        exact=_exactly(first),
        device=_where(impacts[0]),
        parity=_table(first),
        hidden=f"{edge['parity']['as_written top-2048 against bf16']:.4f}",
        nan=edge["nan_as_written"],
        shown=f"{longest['as_written top-2048 against bf16']:.3f}",
        skipped=len(runs[0]["skipped"]),
    )


_THEIRS = (
    "| bytes of a block, as reported | AMD Instinct MI355X, gfx950 | AMD's C++ producer and"
    " `shuffle_weight` | 99.3 % differ | 0 differ |"
)


def _where(run: dict[str, Any]) -> str:
    return f"{run['device']}, torch {run['torch']}, Triton {run['triton']}"


def _bytes(run: dict[str, Any], of: str) -> str:
    reference = run["figures"][0]["reference"]
    sides = f"{counts(run['flagged'])} | {counts(run['fixed'])}"
    return f"| bytes of a block, {of} | {_where(run)} | {reference} | {sides} |"


def _exactly(points: list[dict[str, Any]]) -> str:
    same = [p for each in points for name, p in each["parity"].items() if name in _SAME]
    return "exactly 1" if set(same) == {1.0} else f"between {min(same):.4f} and {max(same):.4f}"


def _impact(run: dict[str, Any]) -> str:
    point = run["points"][-1]
    name = f"top-2048 parity at a context of {point['context']:,}"
    values = [point["parity"][f"{side} top-2048 against bf16"] for side in ("as_written", "fixed")]
    return f"| {name} | {_where(run)} | bfloat16 keys | {values[0]:.3f} | {values[1]:.3f} |"


def _table(points: list[dict[str, Any]]) -> str:
    head = (
        "| context | NaN scores as released | top-64 as released | top-64 as fixed"
        " | top-2048 as released | top-2048 as fixed |\n|---:|---:|---:|---:|---:|---:|"
    )
    rows = []
    for each in points:
        values = (each["parity"].get(f"{choice} against bf16") for choice in _CHOICES)
        cells = " | ".join("" if value is None else f"{value:.4f}" for value in values)
        rows.append(f"| {each['context']:,} | {each['nan_as_written']:,} | {cells} |")
    return "\n".join([head, *rows])
