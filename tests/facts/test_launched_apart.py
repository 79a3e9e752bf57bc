"""A cache that one launch of a kernel is passed as codes, and another one, in another arm, as it
is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL002"
PHASES = """
import enum


class Phase(enum.IntEnum):
    DECODE = enum.auto()
    CASCADE = enum.auto()
    RAW_BYTES = enum.auto()


"""
IMPL = """
class Impl:
    def __init__(self, kv_cache_dtype: str):
        self.kv_cache_dtype = kv_cache_dtype
        self.codes = torch.float8_e4m3fn if kv_cache_dtype.startswith("fp8") else None

    def typed(self, cache):
        return cache if self.codes is None else cache.view(self.codes)

    def forward(self, kv_cache, meta, out):
        if {test}:
            return self.cascade(kv_cache, meta, out)
        k_cache, v_cache = self.typed(kv_cache).unbind(1)
        dequantize[(1,)](k_cache, out, 64)
        return out

    def cascade(self, kv_cache, meta, out):
        k_cache, v_cache = {cache}.unbind(1)
        {kernel}[(1,)](k_cache, out, 64){mark}
        return out
"""
RAW = "kv_cache"
CASES = {
    "by a number": ("meta.shared > 0", RAW, "dequantize", HIT),
    "by a flag": ("meta.use_cascade", RAW, "dequantize", HIT),
    "by a member of an enum": ("meta.phase is Phase.CASCADE", RAW, "dequantize", HIT),
    "correct: viewed too": ("meta.use_cascade", "self.typed(kv_cache)", "dequantize", ""),
    "correct: the flag is about types": ("meta.holds_bytes", RAW, "dequantize", ""),
    "correct: the member is about types": (
        "meta.phase is Phase.RAW_BYTES",
        RAW,
        "dequantize",
        "",
    ),
    "correct: another kernel": ("meta.use_cascade", RAW, "copy", ""),
    "correct: by its shape": ("kv_cache.shape[0] > 4", RAW, "dequantize", ""),
    "correct: something is there or not": ("meta.scales is None", RAW, "dequantize", ""),
}


@pytest.mark.parametrize(("test", "cache", "kernel", "mark"), CASES.values(), ids=list(CASES))
def test_launched_apart(
    test: str,
    cache: str,
    kernel: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    body = IMPL.format(test=test, cache=cache, kernel=kernel, mark=mark)
    files = {"impl.py": KERNELS + PHASES + body}
    write(tmp_path, files)
    assert found() == expected(files)
