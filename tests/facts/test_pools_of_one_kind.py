"""Pools of several classes, of which one makes keys and values of bytes and views the values alone;
and parts of a slice that other functions view whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

POOLS = """\
from abc import ABC, abstractmethod


@triton.jit
def attend(k_ptr, v_ptr, out_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    k = tl.load(k_ptr + at).to(tl.float32)
    v = tl.load(v_ptr + at).to(tl.float32)
    tl.store(out_ptr + at, tl.exp(k * 0.5) * v)


class Pool(ABC):
    def __init__(self, dtype):
        self.dtype = dtype
        if dtype in (torch.float8_e5m2, torch.float8_e4m3fn):
            self.store_dtype = torch.uint8
        else:
            self.store_dtype = dtype

    @abstractmethod
    def keys(self, layer): ...

    @abstractmethod
    def values(self, layer): ...


class Pages(Pool):
    def __init__(self, dtype, n, layers):
        super().__init__(dtype)
        self.k = [torch.zeros(n, dtype=self.store_dtype) for _ in range(layers)]
        self.v = [torch.zeros(n, dtype=self.store_dtype) for _ in range(layers)]

    def keys(self, layer):
        {keys}

    def values(self, layer):
        {values}


class Host(Pool):
    def keys(self, layer):
        return self.rows[layer]

    def values(self, layer):
        return self.rows[layer]


class Batch:
    pool: Pool = None


def forward(batch: Batch, layer, out):
    attend[(1,)](batch.pool.keys(layer), batch.pool.values(layer), out, 64){mark}
"""
READ = "  # expect: TL002"
LEFT = "return self.{0}[layer]"
VIEWED = "return self.{0}[layer].view(self.dtype)"


# What is viewed as other numbers, in the same pool, tells nothing.
WORDS = "return self.{0}[layer].view(torch.int32)"


@pytest.mark.parametrize(
    ("keys", "values", "mark"),
    [
        (LEFT, VIEWED, READ),
        (VIEWED, LEFT, READ),
        (VIEWED, VIEWED, ""),
        (LEFT, LEFT, ""),
        (LEFT, WORDS, ""),
    ],
    ids=[
        "keys",
        "values",
        "correct: both viewed",
        "none viewed: the launch may be for others",
        "words beside it",
    ],
)
def test_one_of_a_pair_is_viewed(
    keys: str, values: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = POOLS.format(keys=keys.format("k"), values=values.format("v"), mark=mark)
    files = {"pools.py": KERNELS + text}
    write(tmp_path, files)
    assert found(".") == expected(files)


PARTS = """\
def write(pool, x, layer, n):
    quantize[(1,)](x, pool.pages[layer][:, :-2].view(torch.float8_e4m3fn), 64)


def read(pool, out, layer, n):
    codes = pool.pages[layer][:, :-2]{view}
    scale = pool.pages[layer][:, -2:].view(torch.bfloat16)
    read_scaled[(1,)](codes[:, :n], scale, out, 64){mark}
"""
SCALED = """\
@triton.jit
def read_scaled(codes_ptr, scale_ptr, out_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    tl.store(out_ptr + at, tl.load(codes_ptr + at).to(tl.float32) * tl.load(scale_ptr))


"""


@pytest.mark.parametrize(
    ("view", "other", "mark"),
    [
        ("", "float8_e4m3fn", READ),
        (".view(torch.float8_e4m3fn)", "float8_e4m3fn", ""),
        # That another part is wider says nothing of codes: these may be what the pages are made of.
        ("", "", ""),
    ],
    ids=["left", "correct: viewed", "of a type of its own"],
)
def test_part_of_what_is_viewed_whole(
    view: str, other: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = PARTS.format(view=view, mark=mark)
    text = text if other else text[text.index("def read(") :]
    files = {"pages.py": KERNELS + SCALED + text}
    write(tmp_path, files)
    assert found(".") == expected(files)


def test_part_of_what_is_moved_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That a row is zeroed, or moved, as floats says nothing of a part of it."""
    monkeypatch.chdir(tmp_path)
    text = """\
def clear(pages, layer):
    pages[layer].view(torch.bfloat16).zero_()


def read(pages, out, layer, n):
    row = pages[layer]
    scale = row[:, n:].view(torch.bfloat16)
    read_scaled[(1,)](row[:, :n], scale, out, 64)
"""
    files = {"pages.py": KERNELS + SCALED + text}
    write(tmp_path, files)
    assert found(".") == expected(files)
