"""Keys and values in one cache of bytes, of which a launch is passed the one viewed, where a setting
asks for it, and the other as it is: what is copied to that is of the type of the former."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, found, write

MODULE = (
    IMPORTS
    + """
@triton.jit
def keep(key, value, key_pages, value_pages, N: tl.constexpr):
    i = tl.arange(0, N)
    tl.store(key_pages + i, tl.load(key + i))
    tl.store(value_pages + i, tl.load(value + i))


class Pages:
    def __init__(self, n, quantized, dtype):
        self.quantized, self.dtype = quantized, dtype
        self.memory = torch.zeros((n, 2, 64), dtype=torch.uint8, device="cuda")

    def write(self, key, value):
        {cut}
        if self.quantized:
            {view}
        keep[(1,)](key, value, keys, values, N=64)
"""
)
SELECTED = "keys, values = self.memory.select(1, 0), self.memory.select(1, 1)"
CASES = {
    "values alone": (SELECTED, "values = values.view(self.dtype)", True),
    "unbound": ("keys, values = self.memory.unbind(1)", "values = values.view(self.dtype)", True),
    "both": (SELECTED, "keys, values = keys.view(self.dtype), values.view(self.dtype)", False),
    "none": (SELECTED, "key = key + 1", False),
    "values as bytes": (SELECTED, "values = values.view(torch.int8)", False),
}


@pytest.mark.parametrize(("cut", "view", "hazard"), CASES.values(), ids=list(CASES))
def test_counterparts(
    cut: str, view: str, hazard: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": MODULE.format(cut=cut, view=view)})
    assert {code for _, _, code in found(select=("TL001",))} == ({"TL001"} if hazard else set())
