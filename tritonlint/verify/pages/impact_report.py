"""The impact experiment as text, JSON and a picture."""

from __future__ import annotations

import json
from pathlib import Path

from tritonlint.errors import VerifyError
from tritonlint.extras import install_hint
from tritonlint.verify.gpu.impact import (
    CHOICES,
    HEAD_DIM,
    HEADS,
    QUERIES,
    Impact,
    Point,
    as_data,
    key,
)

NOTE = (
    "Parity: the share of the reference's k best positions that are kept. An empty cell has k at or"
    " above the context: then every position is kept and parity is 1 whatever the scores are, so it"
    " says nothing. NaN: keys whose score is NaN; top-k ranks NaN above every number. Against the"
    " same quantization the fixed cache must reach exactly 1."
)
_REFERENCES = {"bf16": "bfloat16 keys", "same_quantization": "the same quantization"}
_CACHES = {"as_written": "as written", "fixed": "fixed"}


def as_json(impact: Impact) -> str:
    """The experiment as one JSON document."""
    return json.dumps(as_data(impact), indent=1) + "\n"


def text(impact: Impact, width: int = 120) -> str:
    """The experiment as a table with what it means."""
    import io
    import textwrap

    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("context", justify="right")
    table.add_column("NaN as written", justify="right")
    table.add_column("NaN fixed", justify="right")
    columns = [(c, r, k) for r in _REFERENCES for k in CHOICES for c in _CACHES]
    for cache, reference, k in columns:
        table.add_column(f"{_CACHES[cache]}\ntop-{k}\n{reference.split('_')[0]}", justify="right")
    for point in impact.points:
        cells = [_cell(point, *column) for column in columns]
        counts = (point.context, point.nan_as_written, point.nan_fixed)
        table.add_row(*(str(count) for count in counts), *cells)
    stream = io.StringIO()
    Console(file=stream, width=width).print(table)
    same = "The references: bf16, the keys before quantization; same, the same quantization."
    return f"{title(impact)}\n\n{stream.getvalue()}\n{textwrap.fill(f'{NOTE} {same}', width)}\n"


def title(impact: Impact) -> str:
    """What was measured, on what."""
    device = impact.device
    versions = f"torch {device['torch']}, triton {device['triton']}"
    setting = f"{HEADS} heads, head dim {HEAD_DIM}, {QUERIES} queries, block 64, ue8m0 scales"
    return f"{impact.case} on {device['device']} ({versions}); {setting}"


def _cell(point: Point, cache: str, reference: str, k: int) -> str:
    value = point.parity.get(key(cache, reference, k))
    return "" if value is None else f"{value:.4f}"


def write(impact: Impact, into: Path) -> list[Path]:
    """Write `impact.txt`, `impact.json` and `impact.png` into the folder; the paths.

    Raises VerifyError, after the first two, when matplotlib is missing.
    """
    into.mkdir(parents=True, exist_ok=True)
    paths = [into / "impact.txt", into / "impact.json", into / "impact.png"]
    paths[0].write_text(text(impact), encoding="utf-8")
    paths[1].write_text(as_json(impact), encoding="utf-8")
    try:
        import matplotlib
    except ImportError as error:
        hint = install_hint("report")
        raise VerifyError(f"the picture needs matplotlib ({hint})") from error
    matplotlib.use("Agg")
    plot(impact, paths[2])
    return paths


def plot(impact: Impact, path: Path) -> None:
    """Parity against context for both caches, k below the context only; below it the share of
    NaN."""
    from matplotlib import pyplot

    figure, (upper, lower) = pyplot.subplots(
        2, 1, figsize=(9, 7), sharex=True, height_ratios=(3, 1), constrained_layout=True
    )
    colors = {"as_written": "#c0392b", "fixed": "#1e8449"}
    marks, lines = {"as_written": "x", "fixed": "o"}, {64: "-", 2048: "--"}
    for k in CHOICES:
        points = [point for point in impact.points if k < point.context]
        contexts = [point.context for point in points]
        for cache, color in colors.items():
            parity = [point.parity[key(cache, "bf16", k)] for point in points]
            label = f"{_CACHES[cache]}, top-{k}"
            upper.plot(contexts, parity, lines[k], marker=marks[cache], color=color, label=label)
    upper.set_ylabel("top-k parity with bfloat16 keys (share)")
    upper.set_ylim(-0.03, 1.03)
    upper.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=9)
    upper.set_title(title(impact).replace("; ", "\n"), fontsize=10)
    share = [100 * point.nan_as_written / point.context for point in impact.points]
    contexts = [point.context for point in impact.points]
    lower.plot(contexts, share, "-", marker="x", color=colors["as_written"], label="as written")
    fixed = [100 * point.nan_fixed / point.context for point in impact.points]
    lower.plot(contexts, fixed, "-", marker="o", color=colors["fixed"], label="fixed")
    lower.set_ylabel("keys with NaN score (%)")
    lower.set_xscale("log", base=2)
    lower.set_xlabel("context (keys); only k below the context is shown")
    lower.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=9)
    ticks = [context for context in contexts if context.bit_count() == 1]
    lower.set_xticks(ticks, [str(tick) for tick in ticks])
    for axes in (upper, lower):
        axes.grid(True, alpha=0.3)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
