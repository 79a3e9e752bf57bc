"""Regions of an arena of bytes: one that is asked for as bytes is of numbers, whatever its
neighbours are viewed as."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, found, write

MODULE = (
    IMPORTS
    + """
STORE = torch.uint8


@triton.jit
def weigh(ready_ptr, part_ptr, out_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    ready = tl.load(ready_ptr + at).to(tl.float32)
    tl.store(out_ptr + at, tl.load(part_ptr + at) * ready)


@triton.jit
def fill(out_ptr, scale, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    tl.store(out_ptr + at, (at.to(tl.float32) * scale).to(out_ptr.dtype.element_ty))


class Arena:
    def __init__(self, size):
        self.memory = torch.zeros(size, dtype=torch.uint8)
        self.used = 0

    def take(self, count, dtype):
        begin, self.used = self.used, self.used + count * dtype.itemsize
        piece = self.memory[begin : self.used]
        {given}


def run(out):
    arena = Arena(4096)
    part = arena.take(64, torch.float32)
    ready = arena.take(64, {asked})
    {launched}
"""
)
WEIGHED = "weigh[(1,)](ready, part, out, 64)"
FILLED = "fill[(1,)](ready, 0.5, 64)"
CASES = {
    "viewed as what is asked for": ("return piece.view(dtype)", "torch.uint8", WEIGHED),
    "a test of the type": (
        "return piece if dtype == torch.uint8 else piece.view(dtype)",
        "torch.uint8",
        WEIGHED,
    ),
    "a test of the size": (
        "return piece if dtype.itemsize == 1 else piece.view(dtype)",
        "torch.int8",
        WEIGHED,
    ),
    "hazard: nothing is viewed": ("return piece", "torch.float8_e4m3fn", FILLED),
    "hazard: floats are stored": ("return piece.view(dtype)", "torch.uint8", FILLED),
    "hazard: codes of one byte": (
        "return piece if dtype.itemsize == 1 else piece.view(dtype)",
        "torch.float8_e4m3fn",
        FILLED,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_asked_as_bytes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given, asked, launched = CASES[name]
    write(tmp_path, {"user.py": MODULE.format(given=given, asked=asked, launched=launched)})
    codes = [code for _, _, code in found(select=("TL001", "TL002"))]
    assert codes == (["TL001"] if name.startswith("hazard") else [])
