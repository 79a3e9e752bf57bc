"""Attributes that a class gives something empty, or None, until other code gives them what they
hold: what stands there first says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
MODULE = """
class Impl:
    def __init__(self, kv_cache_dtype: str):
        self.kv_cache_dtype = kv_cache_dtype
        self.codes = torch.float8_e4m3fn if kv_cache_dtype.startswith("fp8") else None

    def forward(self, kv_cache, meta, out):
        if meta is None:
            return out.fill_(0)
        k_cache, v_cache = kv_cache.unbind(1)
        if self.codes is not None:
            k_cache = k_cache.view(self.codes)
        dequantize[(1,)](k_cache, out, 64)
        return out

    def update(self, key, kv_cache):
        k_cache, v_cache = kv_cache.unbind(1)
        {viewing}
        quantize[(1,)](key, k_cache, 64){mark}


class Layer:
    def __init__(self, kv_cache_dtype: str):
        self.kv_cache = {empty}
        self.meta = None
        self.impl = Impl(kv_cache_dtype)

    def forward(self, key, out):
        self.impl.update(key, self.kv_cache)
        return self.impl.forward(self.kv_cache, self.meta, out)
"""
VIEWED = "k_cache = k_cache if self.codes is None else k_cache.view(self.codes)"
CASES = {
    "nothing": ("torch.empty(0)", "pass", HIT),
    "an empty list": ("torch.tensor([])", "pass", HIT),
    "None": ("None", "pass", HIT),
    "correct: viewed": ("torch.empty(0)", VIEWED, ""),
    "correct: made by the class": ("torch.empty(64, dtype=torch.bfloat16)", "pass", ""),
}


@pytest.mark.parametrize(("empty", "viewing", "mark"), CASES.values(), ids=list(CASES))
def test_placeholders(
    empty: str, viewing: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + MODULE.format(empty=empty, viewing=viewing, mark=mark)}
    write(tmp_path, files)
    assert found() == expected(files)
