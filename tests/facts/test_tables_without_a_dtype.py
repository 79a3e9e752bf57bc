"""Tables of dtypes in which a name has none: `"auto": None`, the model's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

CACHE = """
DTYPES = {{
    "auto": None,
    "bfloat16": torch.bfloat16,
    "fp8": torch.uint8,
    "fp8_e4m3": torch.uint8,
}}


class Cache:
    def __init__(self, rows, kind, model_dtype):
        self.kind = kind
        {made}
        self.rows = torch.zeros(rows, 64, dtype=dtype, device="cuda")

    def write(self, x):
        rows = self.rows
        {viewed}
        quantize[(x.shape[0],)](x, rows, BLOCK=64)
"""
MADE = {
    "or": "dtype = DTYPES[kind] or model_dtype",
    "asked": "dtype = DTYPES[kind] if DTYPES[kind] is not None else model_dtype",
    "asked later": "dtype = DTYPES[kind]\n        if dtype is None:\n            dtype = model_dtype",
    "asked without a word": "dtype = DTYPES[kind]\n        if not dtype:\n            dtype = model_dtype",
}
VIEW = "\n            rows = rows.view(torch.float8_e4m3fn)"
RIGHT = {
    "by a prefix": 'if self.kind.startswith("fp8"):' + VIEW,
    "by all names": 'if self.kind in ("fp8", "fp8_e4m3"):' + VIEW,
    "by what it is": "if rows.dtype == torch.uint8:" + VIEW,
    "by its size": "if rows.element_size() == 1:" + VIEW,
}
WRONG = {
    "by one name": 'if self.kind == "fp8":' + VIEW,
    "not at all": "pass",
}
# `if not dtype` speaks of dtypes by its name alone: that it does not decide the view is not seen.
FOUND = [(made, how) for made in MADE for how in WRONG if (made, how) != ("asked without a word", "by one name")]


@pytest.mark.parametrize(("made", "how"), FOUND)
def test_a_cache_of_bytes_is_found(made: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + CACHE.format(made=MADE[made], viewed=WRONG[how])})
    assert {code for _, _, code in found()} & {"TL001", "TL015"}


@pytest.mark.parametrize("how", RIGHT)
@pytest.mark.parametrize("made", MADE)
def test_a_view_is_enough(made: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + CACHE.format(made=MADE[made], viewed=RIGHT[how])})
    assert not found()
