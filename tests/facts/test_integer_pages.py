"""Pages of int8 that hold integers, with their scales in float32 behind them: a view of the scales
does not make floats of the integers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, found, write

MODULE = (
    IMPORTS
    + """
@triton.jit
def scaled(code_ptr, scale_ptr, out_ptr, stride, N: tl.constexpr):
    row = tl.program_id(0)
    codes = tl.load(code_ptr + row * stride + tl.arange(0, N)).to(tl.float32)
    tl.store(out_ptr + row * N + tl.arange(0, N), codes * tl.load(scale_ptr + row))


class Pages:
    def __init__(self, n, width):
        self.page = torch.zeros((n, width + 8), dtype=torch.{made}, device="cuda")
        {cut}

    def read(self, out):
        scaled[(1,)](self.codes, self.scales, out, self.codes.stride(0), N=64)
"""
)
CUT = "self.codes, self.scales = self.page[:, :width], self.page[:, width:].view(torch.float32)"
SPLIT = (
    "codes, tail = self.page.split([width, 8], dim=1)\n"
    "        self.codes, self.scales = codes, tail.view(torch.float32)"
)
BEHIND = (
    "zeros, self.codes = self.page.split([8, width], dim=1)\n"
    "        self.scales = zeros.view(torch.float32)"
)
FP8 = (
    "self.scales, self.codes = self.page[:, width:].view(torch.float32), self.page[:, :width]\n"
    "        self.others = self.page[:, 8:width].view(torch.float8_e4m3fn)"
)
CASES = {
    "cut": ("int8", CUT, False),
    "split": ("int8", SPLIT, False),
    "of unsigned bytes": ("uint8", CUT, True),
    "behind others": ("int8", BEHIND, True),
    "beside codes of floats": ("int8", FP8, True),
}


@pytest.mark.parametrize(("made", "cut", "hazard"), CASES.values(), ids=list(CASES))
def test_integer_pages(
    made: str, cut: str, hazard: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = MODULE.format(made=made, cut=cut)
    write(tmp_path, {"user.py": text})
    assert {code for _, _, code in found()} == ({"TL002"} if hazard else set())
