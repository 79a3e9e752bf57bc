"""A page of 16-bit floats of which a region is viewed as float32 by other code of the file holds
these there: half of one is no number."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

STORE = (
    IMPORTS
    + """\
@triton.jit
def scores(keys_ptr, factors_ptr, out_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    key = tl.load(keys_ptr + at).to(tl.float32)
    tl.store(out_ptr + at, key * tl.load(factors_ptr + at){as_float})


@triton.jit
def keep(x_ptr, factors_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + at).to(tl.float32)
    tl.store(factors_ptr + at, {stored})


class Store:
    def __init__(self, pages, width, heads):
        self.width = width
        self.memory = torch.zeros(pages, width + 2 * heads, dtype=torch.{made})

    def write(self, page, factors):
        self.memory[page, self.width :].view(torch.{kept}).copy_(factors)

    def factors(self):
        return self.memory[:, self.width :]{view}{mark}

    def read(self, out):
        scores[(1,)](self.memory[:, : self.width], self.factors(), out, 64)

    def put(self, x):
        keep[(1,)](x, self.factors(), 64)
"""
)
BOTH = "  # expect: TL001, TL002"
CASES = {
    "not viewed": ("bfloat16", "float32", "", BOTH),
    "of halves": ("float16", "float32", "", BOTH),
    "viewed": ("bfloat16", "float32", ".view(torch.float32)", ""),
    "of one width": ("bfloat16", "float16", "", ""),
    "of no floats": ("bfloat16", "int32", "", ""),
    "already wide": ("float32", "float32", "", ""),
}


@pytest.mark.parametrize(("made", "kept", "view", "mark"), CASES.values(), ids=list(CASES))
def test_wider_regions(
    made: str, kept: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = {"as_float": ".to(tl.float32)", "stored": "x * 2.0"}
    text = STORE.format(made=made, kept=kept, view=view, mark=mark, **told)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})
