"""Methods that are handed a cache as other methods of their class are, which view it first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

CLASS = """\
class Backend:
    def __init__(self, dtype):
        self.kv_cache_dtype = dtype

    def forward(self, x, {name}):
        if self.kv_cache_dtype.startswith("fp8"):
            {name} = {name}.view(torch.float8_e4m3fn)
        {then}

    def {method}(self, x, {name}):
        {launch}{mark}
"""
STORES = """\
@triton.jit
def store(x_ptr, out_ptr, CODES: tl.constexpr, BLOCK: tl.constexpr):
    x = tl.load(x_ptr + tl.arange(0, BLOCK)).to(tl.float32)
    if CODES:
        x = x * 0.5
    tl.store(out_ptr + tl.arange(0, BLOCK), x.to(out_ptr.dtype.element_ty))


def store_rows(x, rows, codes):
    store[(1,)](x, rows, codes, 64)
"""
IMPORTS = "import torch\nfrom ops import copy, dequantize, quantize, store_rows\n\n\n"
ASKED = 'self.kv_cache_dtype.startswith("fp8")'
QUANTIZES = f"store_rows(x, kv_cache, {ASKED})"
READS, HANDS_ON = "dequantize[(1,)](kv_cache, x, 64)", "self.update(x, kv_cache)"
# Whoever has the cache hands it to both.
CALLER = """

def run(backend: Backend, x, caches):
    for each in caches:
        backend.{method}(x, {handed})
"""
STORED = "  # expect: TL001"


@pytest.mark.parametrize(
    ("name", "then", "method", "launch", "mark"),
    [
        ("kv_cache", READS, "update", QUANTIZES, STORED),
        ("kv_cache", READS, "update", "quantize[(1,)](x, kv_cache, 64)", ""),
        ("kv_cache", HANDS_ON, "update", QUANTIZES, ""),
        ("rows", "return rows", "update", QUANTIZES.replace("kv_cache,", "rows,"), ""),
        ("kv_cache", READS, "move", "copy[(1,)](x, kv_cache, 64)", ""),
        ("kv_cache", "kv_cache = x.view(torch.bfloat16)", "update", QUANTIZES, STORED),
    ],
    ids=[
        "stored",
        "the setting is not asked",
        "correct: handed a view",
        "no cache",
        "correct: moved",
        "something else is viewed",
    ],
)
def test_a_cache_that_another_method_views(
    name: str,
    then: str,
    method: str,
    launch: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = CLASS.format(name=name, then=then, method=method, launch=launch, mark=mark)
    text = IMPORTS + text + CALLER.format(method=method, handed="each")
    files = {"ops.py": KERNELS + STORES, "backend.py": text}
    write(tmp_path, files)
    assert found(".") == expected(files)


OTHERS = {
    "handed on": ("each", "", STORED),
    "correct: viewed by who calls": ("each.view(torch.float8_e4m3fn)", "", ""),
    "correct: bound by who calls": ("backend.bind(each)", "", ""),
    "correct: handed a view under another name": (
        "each",
        "\n\nclass Heir(Backend):\n    def forward(self, x, kv_cache):\n"
        "        write = self.update\n        write(x, kv_cache.view(torch.float8_e4m3fn))\n",
        "",
    ),
    "correct: handed a view by an heir": (
        "each",
        "\n\nclass Heir(Backend):\n    def forward(self, x, kv_cache):\n"
        "        super().update(x, kv_cache.view(torch.float8_e4m3fn))\n",
        "",
    ),
}


@pytest.mark.parametrize(("handed", "more", "mark"), OTHERS.values(), ids=list(OTHERS))
def test_who_calls_it(
    handed: str, more: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = CLASS.format(name="kv_cache", then=READS, method="update", launch=QUANTIZES, mark=mark)
    text = IMPORTS + text + more + CALLER.format(method="update", handed=handed)
    files = {"ops.py": KERNELS + STORES, "backend.py": text}
    write(tmp_path, files)
    assert found(".") == expected(files)


def test_a_setting_of_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = CLASS.format(name="kv_cache", then=READS, method="update", launch=QUANTIZES, mark="")
    text = text.replace("if self.kv_cache_dtype", "if self.index_kv_cache_dtype")
    files = {"ops.py": KERNELS + STORES, "backend.py": IMPORTS + text}
    write(tmp_path, files)
    assert found(".") == expected(files)
