"""The pictures of a report, drawn with matplotlib from what runs and receipts hold."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

from tritonlint.errors import VerifyError
from tritonlint.extras import install_hint
from tritonlint.verify.cases.outcome import NO_FIX, ByteMap, Curve
from tritonlint.verify.gpu import evidence, vendor_casts

FLAGGED, FIXED, OTHER = "#c0392b", "#1e8449", "#b9a5d3"
# RIGHT, WRONG, NAN
_COLORS = ("#d5e8d4", FLAGGED, "#1b1b1b")
_LABELS = ("equal", "differs", "differs, and is NaN")
NEAR = 4.0


def matplotlib() -> ModuleType:
    """pyplot, drawing to files. Raises VerifyError when matplotlib is missing."""
    try:
        import matplotlib
    except ImportError as error:
        hint = install_hint("report")
        raise VerifyError(f"the pictures need matplotlib ({hint})") from error
    matplotlib.use("Agg")
    from matplotlib import pyplot

    module: ModuleType = pyplot
    return module


def draw_map(drawn: ByteMap, path: Path) -> None:
    """Every byte or value of the block as a cell, as flagged and as fixed."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    pyplot = matplotlib()
    sides = {"as flagged": drawn.flagged, "as fixed": drawn.fixed}
    figure, panels = pyplot.subplots(1, 2, figsize=(9, 3.4), constrained_layout=True)
    for axes, (name, packed) in zip(panels, sides.items(), strict=True):
        if not packed:
            axes.set_axis_off()
            axes.text(0.5, 0.5, NO_FIX, ha="center", transform=axes.transAxes)
            continue
        classes = evidence.unpack(packed)
        width = row_width(classes.size)
        colors = ListedColormap(_COLORS)
        axes.imshow(
            classes.reshape(-1, width), cmap=colors, vmin=0, vmax=2, interpolation="nearest",
            aspect="auto",
        )  # fmt: skip
        wrong = int((classes != evidence.RIGHT).sum())
        axes.set_title(f"{name}: {wrong} of {classes.size} differ", fontsize=10)
        axes.set_xlabel(f"place in a row of {width}", fontsize=9)
        axes.set_ylabel("row of the block", fontsize=9)
        axes.tick_params(labelsize=8)
    keys = [Patch(color=c, label=n) for c, n in zip(_COLORS, _LABELS, strict=True)]
    figure.legend(handles=keys, loc="outside lower center", ncols=3, fontsize=9, frameon=False)
    _save(pyplot, figure, path)


def row_width(size: int) -> int:
    """Cells in a row of the picture of `size` cells: the largest power of two that divides it and
    leaves the picture no wider than twice its height."""
    width = 1
    while size % (2 * width) == 0 and (2 * width) ** 2 <= 2 * size:
        width *= 2
    return width


def draw_curve(curve: Curve, device: str, path: Path) -> None:
    """What was stored, decoded, against the input: as flagged and as fixed on `device`, and what
    the vendor that it is not from documents of the cast."""
    inputs = evidence.unpack(curve.inputs, "float32")
    series = [(f"as flagged, {device}", curve.flagged, FLAGGED, "x")]
    if curve.fixed:
        series.append((f"as fixed, {device}", curve.fixed, FIXED, "o"))
    drawn = [
        (label, inputs, evidence.unpack(codes), color, mark) for label, codes, color, mark in series
    ]
    if curve.format != "e8m0":
        other = "hip" if "NVIDIA" in device else "cuda"
        label = f"as flagged, {vendor_casts.VENDORS[other]} as documented"
        drawn.insert(0, (label, inputs, vendor_casts.to_uint8(inputs, other), OTHER, "+"))
    _draw(drawn, curve.format, path)


def draw_documented(form: str, path: Path) -> None:
    """The same without a run: what both vendors document of the cast to uint8."""
    import numpy as np

    from tritonlint.verify import quantize

    largest = quantize.finite_values(form)[-1]
    inputs = np.concatenate([np.linspace(-e, e, 800, dtype=np.float32) for e in (largest, NEAR)])
    drawn = [
        (
            f"as flagged, {vendor} as documented",
            inputs,
            vendor_casts.to_uint8(inputs, backend),
            color,
            mark,
        )
        for backend, vendor, color, mark in (
            ("hip", "AMD", OTHER, "+"),
            ("cuda", "NVIDIA", FLAGGED, "x"),
        )
    ]
    drawn.append(("as fixed", inputs, quantize.encode(inputs, form), FIXED, "o"))
    _draw(drawn, form, path)


def draw_load(form: str, path: Path) -> None:
    """What a kernel reads from each of the 256 bytes: as flagged their numbers, as fixed the codes'
    values."""
    import numpy as np

    pyplot = matplotlib()
    codes = np.arange(256, dtype=np.uint8)
    figure, axes = pyplot.subplots(figsize=(9, 3.4), constrained_layout=True)
    values = vendor_casts.decode(codes, form)
    axes.plot(codes, codes.astype(np.float32), "x", ms=3, color=FLAGGED, label="as flagged: number")
    axes.plot(codes, values, "o", ms=3, mfc="none", color=FIXED, label=f"as fixed: {form}")
    axes.set_xlabel("byte in memory")
    axes.set_ylabel("value that the kernel reads")
    axes.set_yscale("symlog", linthresh=1)
    axes.grid(True, alpha=0.3)
    axes.legend(fontsize=9)
    _save(pyplot, figure, path)


def _draw(drawn: list[tuple[str, Any, Any, str, str]], form: str, path: Path) -> None:
    """Decoded values against inputs: the whole range, and around zero where the format has both
    signs."""
    pyplot = matplotlib()
    wide = form != "e8m0"
    figure, panels = pyplot.subplots(
        1, 2 if wide else 1, figsize=(9, 3.8), constrained_layout=True, squeeze=False
    )
    for number, axes in enumerate(panels[0]):
        for label, inputs, codes, color, mark in drawn:
            values = vendor_casts.decode(codes, form)
            shown = (abs(inputs) <= NEAR) if number else (inputs == inputs)
            style = {"ms": 3, "mfc": "none", "color": color, "label": label}
            axes.plot(inputs[shown], values[shown], mark, **style)
        axes.set_xlabel("number that the kernel stores" if wide else "scale of the group")
        axes.set_ylabel(f"read back as {form}")
        axes.grid(True, alpha=0.3)
        if not wide:
            axes.set_xscale("log", base=2)
            axes.set_yscale("log", base=2)
    if wide:
        panels[0][1].set_ylim(-1.5 * NEAR, 1.5 * NEAR)
        panels[0][1].set_title("around zero", fontsize=10)
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(drawn), fontsize=9,
                  frameon=False, markerscale=2)  # fmt: skip
    _save(pyplot, figure, path)


def _save(pyplot: ModuleType, figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
