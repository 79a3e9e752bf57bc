"""A pool that hands out what other pools hold, one of two classes: of one of them it takes the
memory itself, which that views for who asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

HIT = "  # expect: TL002"
POOLS = """\
from abc import ABC, abstractmethod

import torch


class Pool(ABC):
    @abstractmethod
    def get_kv_buffer(self, layer): ...


class Pages(Pool):
    def __init__(self, size: int, layers: int, dtype: torch.dtype):
        self.dtype = dtype
        codes = (torch.float8_e5m2, torch.float8_e4m3fn)
        self.store_dtype = torch.uint8 if dtype in codes else dtype
        self.pages = [torch.zeros(size, dtype=self.store_dtype) for _ in range(layers)]

    def get_kv_buffer(self, layer):
        return self.pages[layer].view(self.dtype)


class Hybrid(Pool):
    def __init__(self, size: int, layers: int, dtype: torch.dtype):
        self.full = Pages(size, layers, dtype)
        self.window = Pages(size // 2, layers, dtype)
        self.sliding = set()

    def get_kv_buffer(self, layer):
        if layer in self.sliding:
            return {taken}
        return self.full.get_kv_buffer(layer)
"""
USER = """
@triton.jit
def attend(pages_ptr, out_ptr, N: tl.constexpr):
    lanes = tl.arange(0, N)
    x = tl.load(pages_ptr + lanes).to(tl.float32) / 448.0
    tl.store(out_ptr + lanes, x.to(out_ptr.dtype.element_ty))


from dataclasses import dataclass

from pkg.pools import Pool


@dataclass
class Batch:
    pool: Pool


def decode(batch: Batch, layer, out):
    pages = batch.pool.get_kv_buffer(layer)
    attend[(1,)](pages, out, 64){mark}
"""
CASES = {
    "the memory": ("self.window.pages[layer]", HIT),
    "viewed by hand": ("self.window.pages[layer].view(self.window.dtype)", ""),
    "asked for": ("self.window.get_kv_buffer(layer)", ""),
}


@pytest.mark.parametrize(("taken", "mark"), CASES.values(), ids=list(CASES))
def test_pools_in_pools(
    taken: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "pkg/__init__.py": "",
        "pkg/pools.py": POOLS.format(taken=taken),
        "pkg/user.py": IMPORTS + USER.format(mark=mark),
    }
    write(tmp_path, files)
    assert found() == expected(files)


PACKED = """

class Packed(Pool):
    def __init__(self, size: int, layers: int):
        self.pages = [torch.zeros(size // 2, dtype=torch.uint8) for _ in range(layers)]

    def get_kv_buffer(self, layer):
        return self.pages[layer]
"""
VIEWING = """
def gather(batch: Batch, layer, kind: torch.dtype, out):
    pages = batch.pool.get_kv_buffer(layer)
    if batch.wide:
        rows = pages.view(kind)
    attend[(1,)](pages, out, 64)
"""


def test_other_code_views_what_several_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "pkg/__init__.py": "",
        "pkg/pools.py": POOLS.format(taken="self.window.get_kv_buffer(layer)") + PACKED,
        "pkg/user.py": IMPORTS + USER.format(mark="") + VIEWING,
    }
    write(tmp_path, files)
    assert found() == expected(files)
