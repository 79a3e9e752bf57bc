"""Bytes that are put into memory one by one: what they are the codes of, it holds then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, found, write

MODULE = (
    IMPORTS
    + """
@triton.jit
def step(state_ptr, x_ptr, WIDTH: tl.constexpr):
    at = tl.program_id(0) * WIDTH + tl.arange(0, WIDTH)
    state = tl.load(state_ptr + at).to(tl.float32) * 0.5 + tl.load(x_ptr + at)
    tl.store(state_ptr + at, state.to(state_ptr.dtype.element_ty))


class States:
    def __init__(self, slots, width):
        self.table = torch.zeros((slots, width * 2), dtype=torch.int8)

    def begin(self, at, states):
        rows = {rows}
        self.table.{put}

    def step(self, at, x):
        rows = torch.gather(self.table, 0, at)
        step[(4,)](rows{view}, x, WIDTH=64)
"""
)
BYTES = "states.to(torch.bfloat16).view(torch.int8)"
PUTS = {
    "scatter_": "scatter_(0, at, rows)",
    "scatter_ by name": "scatter_(dim=0, index=at, src=rows)",
    "index_copy_": "index_copy_(0, at, rows)",
    "index_put_": "index_put_((at,), rows)",
    "masked_scatter_": "masked_scatter_(at, rows)",
    "copy_": "copy_(rows)",
}


@pytest.mark.parametrize("put", PUTS.values(), ids=list(PUTS))
@pytest.mark.parametrize(
    ("rows", "view", "hazard"),
    [
        (BYTES, "", True),
        (BYTES, ".view(torch.bfloat16)", False),
        ("states.round().to(torch.int8)", "", False),
    ],
    ids=["bytes", "viewed", "integers"],
)
def test_scattered(
    put: str, rows: str, view: str, hazard: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": MODULE.format(put=put, rows=rows, view=view)})
    codes = {code for _, _, code in found(select=("TL001",))}
    assert codes == ({"TL001"} if hazard else set())
