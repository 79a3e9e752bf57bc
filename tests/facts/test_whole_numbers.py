"""Regions into which the file writes whole numbers are no codes: masks, counts, integers that a
kernel rounds to; and copies of whole numbers between bytes and 8-bit floats are none of codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

PACKED = """\
@triton.jit
def add(more_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    tl.store(out_ptr + offsets, tl.load(more_ptr + offsets).to(tl.float32) * 0.5)


class Packed:
    def __init__(self, n):
        self.page = torch.zeros(5 * n, dtype=torch.uint8)
        self.n = n

    def scales(self):
        return self.page[self.n :].view(torch.float32)

    def tail(self):
        return self.page[: self.n]{mark}

    def parts(self):
        return self.page[: self.n], self.scales()

    def apply(self, out):
        add[(1,)](self.tail(), out, 64)

    def put(self, x, codes):
        tail = self.tail()
        first, scales = self.parts()
        {put}


class Other:
    def put(self, x):
        self.page[: self.n] = x > 0
"""
HIT = "  # expect: TL002"
PUT = {
    "nothing": ("pass", HIT),
    "of another class": ("pass", HIT),
    "a comparison": ("self.page[: self.n] = x > 0", ""),
    "a comparison, copied": ("tail.copy_(x > 0)", ""),
    "a comparison in two steps": ("keep = x > 0\n        first.copy_(keep)", ""),
    "booleans": ("self.tail().copy_(x.bool())", ""),
    "by a number": ("self.tail()[x] = 1", ""),
    "counted": ("self.page[: self.n] += 1", ""),
    "converted": ("self.page[: self.n] = x.to(torch.uint8)", ""),
    "rounded": ("tail.copy_(torch.round(x * 255))", ""),
    "an entry of a table": (
        'parts = {"first": self.page[: self.n]}\n        parts["first"].copy_(x.round())',
        "",
    ),
    "another entry of a table": (
        'parts = {"first": self.page[: self.n]}\n        parts["second"].copy_(x.round())',
        HIT,
    ),
    "from the first on": ("self.page[0 : self.n] = x > 0", ""),
    "from another on": ("self.page[1 : self.n] = x > 0", HIT),
    "by `out`": ("torch.gt(x, 0, out=self.page[: self.n])", ""),
    "by `out`, of anything": ("torch.mul(x, codes, out=self.page[: self.n])", HIT),
    "drawn": ("self.page[: self.n] = torch.randint(0, 9, x.shape)", ""),
    "bins": ("self.page[: self.n] = torch.bucketize(x, codes)", ""),
    "chosen": ("self.page[: self.n] = torch.where(x > 0, 1, 2)", ""),
    "chosen from anything": ("self.page[: self.n] = torch.where(x > 0, codes, 2)", HIT),
    "divided": ("self.page[: self.n] = torch.div(x, 2, rounding_mode='floor')", ""),
    "where they are": ("self.page[: self.n] = x.topk(2).indices % 16", ""),
    "zeros": ("self.page[: self.n] = 0", HIT),
    "codes": ("self.page[: self.n] = codes.view(torch.uint8)", HIT),
    "packed": ("self.page[: self.n] = (x | codes << 4).to(torch.uint8)", HIT),
    "another region": ("self.page[self.n :] = x > 0", HIT),
    "what is unknown": ("self.page[: self.n] = codes", HIT),
}


@pytest.mark.parametrize(("put", "mark"), PUT.values(), ids=list(PUT))
def test_written_by_the_host(
    put: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + PACKED.format(put=put, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


CACHE = """\
@triton.jit
def pack(x_ptr, codes_ptr, scale_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32)
    tl.store(codes_ptr + offsets, {stored})
    tl.store(scale_ptr, 1.0)


@triton.jit
def unpack(codes_ptr, scale_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    codes = tl.load(codes_ptr + offsets).to(tl.float32)
    tl.store(out_ptr + offsets, codes * tl.load(scale_ptr))


class Cache:
    def __init__(self, n, dtype=torch.uint8):
        self.page = torch.zeros((n, 68), dtype=torch.uint8)

    def put(self, x):
        codes, scales = self.page[:, :64], self.page[:, 64:].view(torch.float32)
        pack[(1,)](x, codes{view}, scales, 64)

    def get(self, out):
        codes = self.page[:, :64]{mark}
        scales = self.page[:, 64:].view(torch.float32)
        unpack[(1,)](codes, scales, out, 64)
"""
ROUNDED = "tl.clamp(tl.floor(x + 0.5), 0.0, 255.0).to(tl.uint8)"
STORED = {
    "rounded": (ROUNDED, "", ""),
    "cut off": ("tl.clamp(x, 0.0, 255.0).to(tl.uint8)", "", HIT),
    "rounded, after the pointer": (
        "tl.floor(x + 0.5).to(codes_ptr.dtype.element_ty)",
        "",
        "",
    ),
    "after the pointer": ("x.to(codes_ptr.dtype.element_ty)", ".view(torch.float8_e4m3fn)", HIT),
}


@pytest.mark.parametrize(("stored", "view", "mark"), STORED.values(), ids=list(STORED))
def test_written_by_a_kernel(
    stored: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + CACHE.format(stored=stored, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


COPIES = """\
import torch


def keep(x, n):
    {made}
    codes = values.to(torch.float8_e4m3fn)
    held = torch.empty(n, dtype=torch.uint8)
    held.copy_(codes){mark}
    return held
"""
COPIED = "  # expect: TL010"
MADE = {
    "scaled": ("values = x / x.abs().max()", COPIED),
    "rounded": ("values = (x / 3).round()", ""),
    "rounded to tenths": ("values = x.round(decimals=1)", COPIED),
    "rounded and scaled": ("values = x.round() * x", COPIED),
    "clamped": ("values = x.round()\n    values = values.clamp(0, 8)", ""),
    "of itself": ("values = x.round()\n    values = values + 1", ""),
    "a parameter": ("values = x\n    x = x + 1", COPIED),
    "one of two": ("values = x.round()\n    if n:\n        values = x", COPIED),
    "compared": ("values = torch.where(x > 0, 1.0, 0.0) > 0", ""),
    "one hot": ("values = torch.zeros(n, 8).scatter_(1, x, 1.0)", ""),
    "put in": ("values = torch.zeros(n, 8)\n    values.scatter_(1, x, 1)", ""),
    "put in what is unknown": ("values = torch.zeros(n, 8)\n    values.scatter_(1, n, x)", COPIED),
    "zeros, which others fill": ("values = torch.zeros(n)\n    fill(values)", COPIED),
    "of a loop": ("for values in x:\n        pass", COPIED),
}


@pytest.mark.parametrize(("made", "mark"), MADE.values(), ids=list(MADE))
def test_copied(made: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = COPIES.format(made=made, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL010",)) == expected({"user.py": text})


NAMED = """\
@triton.jit
def add(x_ptr, {name}, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets)
    more = tl.load({name} + offsets).to(tl.float32)
    tl.store(out_ptr + offsets, x * more)


def apply(page, n, out):
    page = torch.zeros(5 * n, dtype=torch.uint8)
    x = page[n:].view(torch.float32)
    more = page[:n]{mark}
    add[(1,)](x, more, out, 64)
"""
NAMES = {
    "codes_ptr": HIT,
    "index_k_ptr": HIT,
    "countless_ptr": HIT,
    "mask_ptr": "",
    "valid": "",
    "token_counts_ptr": "",
    "token_types_ptr": "",
    "label_ids": "",
    "typesetting_ptr": HIT,
}


@pytest.mark.parametrize(("name", "mark"), NAMES.items(), ids=list(NAMES))
def test_called_after_numbers(
    name: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is called a mask or counts is no finding but a possible one."""
    monkeypatch.chdir(tmp_path)
    text = KERNELS + NAMED.format(name=name, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL002",)) == expected({"user.py": text})
