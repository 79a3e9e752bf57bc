"""A region that a kernel of the file writes quantized integers into holds numbers, also where an
attribute keeps it in another shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

CACHE = """\
@triton.jit
def fill(x_ptr, codes_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + at).to(tl.float32)
    low = tl.min(x, 0)
    step = tl.maximum((tl.max(x, 0) - low) / 255.0, 1e-6)
    tl.store(codes_ptr + at, ({stored}).to(codes_ptr.dtype.element_ty))


class Cache:
    def __init__(self, rows, width):
        self.slab = torch.zeros(rows * width + rows * 4, dtype=torch.uint8)
        self.codes = self.slab[: rows * width]{shape}{mark}
        self.steps = self.slab[rows * width :].view(torch.float16)

    def read(self, out):
        dequantize[(1,)](self.codes, out, 64)
        dequantize[(1,)](self.steps, out, 64)
"""
FILL = """
    def fill(self, x):
        fill[(1,)](x, self.codes, 64)
"""
SHAPE, HIT = ".view(rows, width)", "  # expect: TL002"
CLAMPED = "tl.clamp((x - low) / step + 0.5, 0.0, 255.0)"
CASES = {
    "clamped to a byte": (CLAMPED, SHAPE, "", FILL),
    "without a shape": (CLAMPED, "", "", FILL),
    "rounded": ("tl.extra.cuda.libdevice.rint((x - low) / step)", SHAPE, "", FILL),
    "no kernel writes it": (CLAMPED, SHAPE, HIT, ""),
}


@pytest.mark.parametrize(("stored", "shape", "mark", "more"), CASES.values(), ids=list(CASES))
def test_quantized_regions(
    stored: str, shape: str, mark: str, more: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + CACHE.format(stored=stored, shape=shape, mark=mark) + more
    write(tmp_path, {"user.py": text})
    assert found(select=("TL002",)) == expected({"user.py": text})
