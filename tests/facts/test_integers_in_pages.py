"""Regions of a page of bytes that are integers: a view as signed ones, exponents, zero points; and
the memory of several objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

READER = """\
@triton.jit
def read(codes_ptr, other_ptr, scale_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    codes = tl.load(codes_ptr + offsets){cast}
    other = tl.load(other_ptr + offsets).to(tl.float32)
    scale = tl.load(scale_ptr)
    tl.store(out_ptr + offsets, {value})


class Page:
    def __init__(self, n):
        self.page = torch.zeros((n, 132), dtype=torch.uint8)

    def read(self, out, other):
        codes = self.page[:, :64]{view}{mark}
        other = self.page[:, 64:128]
        scale = self.page[:, 128:].view(torch.float32)
        read[(1,)](codes, {other}, scale, out, 64)
"""
HIT = "  # expect: TL002"
F32 = ".to(tl.float32)"
# What the kernel makes of the region, how it is viewed, what is passed beside it.
REGIONS = {
    "codes": (F32, "codes * scale", "", "out", HIT),
    "codes, viewed": (F32, "codes * scale", ".view(torch.float8_e4m3fn)", "out", ""),
    "signed": (F32, "codes * scale", ".view(torch.int8)", "out", ""),
    "exponents": (F32, "tl.exp2(codes - 127.0) * scale", "", "out", ""),
    "exponents of integers": (
        ".to(tl.int32)",
        "tl.exp2((codes - 127).to(tl.float32)) * scale",
        "",
        "out",
        "",
    ),
    "zero points of picked bits": (
        F32,
        "((tl.load(other_ptr + offsets) & 15).to(tl.float32) - codes) * scale",
        "",
        "out",
        "",
    ),
    "zero points of shifted bits": (
        F32,
        "((tl.load(other_ptr + offsets) >> 4).to(tl.float32) - codes) * scale",
        "",
        "out",
        "",
    ),
    "taken from a float": (
        F32,
        "(tl.load(other_ptr + offsets) * 0.5 - codes) * scale",
        "",
        "out",
        HIT,
    ),
    "a zero point": (F32, "(codes - 8) * scale", "", "out", ""),
    "a zero point, after the cast": (".to(tl.int32)", "(codes - 128).to(tl.float32) * scale", "", "out", ""),
    "a cast to integers": (".to(tl.int32)", "codes.to(tl.float32) * scale", "", "out", ""),
    "a cast to short integers": (".to(tl.int16)", "codes.to(tl.float32) * scale", "", "out", ""),
    "one is subtracted": (F32, "(codes - 1.0) * scale", "", "out", HIT),
    "a number is added": (F32, "(codes + 8.0) * scale", "", "out", HIT),
    "a negative number is added": (F32, "(codes + (-128.0)) * scale", "", "out", ""),
    "added to a negative number": (F32, "(-128.0 + codes) * scale", "", "out", ""),
    "half of a number": (F32, "(codes - 127.5) * scale", "", "out", ""),
    "a block of a number": (F32, "(codes - tl.full((), 128, tl.float32)) * scale", "", "out", ""),
    "what it is of the scale": (F32, "codes * scale - 128.0 * scale", "", "out", ""),
    "what it is of the scale, fused": (F32, "tl.fma(codes, scale, -128.0 * scale)", "", "out", ""),
    "added to what is scaled": (F32, "codes * scale + 128.0 * scale", "", "out", HIT),
    "another number of the scale": (F32, "codes * scale - 0.5 * scale", "", "out", HIT),
    "other levels": (F32, "(codes / 127.5 - 1.0) * scale", "", "out", ""),
    "levels": (F32, "codes / 255.0 * scale", "", "out", ""),
    "levels by a factor": (F32, "codes * (1.0 / 255.0) * scale", "", "out", ""),
    "by another factor": (F32, "codes * (1.0 / 448.0) * scale", "", "out", HIT),
    "another bias": (F32, "(codes - 0.5) * scale", "", "out", HIT),
    "a mean of floats": (F32, "(codes - other) * scale", "", "out", HIT),
}


@pytest.mark.parametrize(
    ("cast", "value", "view", "other", "mark"), REGIONS.values(), ids=list(REGIONS)
)
def test_regions(
    cast: str,
    value: str,
    view: str,
    other: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + READER.format(cast=cast, value=value, view=view, other=other, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


def test_zero_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers with a zero point that is a byte of the same page are integers, and so is that."""
    monkeypatch.chdir(tmp_path)
    text = KERNELS + READER.format(
        cast=F32, value="(codes - other) * scale", view="", other="other", mark=""
    )
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


HOOK = """\
class Base:
    def __init__(self, n):
        self.page = torch.zeros(n, dtype=torch.uint8)
        self.finish()

    def finish(self):
        pass

    def put(self, x):
        quantize[(1,)](x, self.page, 64){mark}

    def get(self):
        return self.page.view(torch.float8_e4m3fn).float()


class Typed(Base):
    def finish(self):
        self.{name} = self.page.view(torch.float8_e4m3fn)
"""


@pytest.mark.parametrize(("name", "mark"), [("page", ""), ("codes", "  # expect: TL001")])
def test_what_an_heir_makes_of_an_attribute(
    name: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + HOOK.format(name=name, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


TABLE = """\
STORED = {"auto": torch.bfloat16, "fp8_e4m3": torch.uint8, "fp8_e5m2": torch.uint8}
VIEWS = {
    "auto": lambda page: page,
    "fp8_e4m3": lambda page: page.view(torch.float8_e4m3fn),
    "fp8_e5m2": lambda page: page.view(torch.float8_e5m2),
}


class Cache:
    def __init__(self, n, kind):
        self.kind = kind
        self.page = torch.zeros(n, dtype=STORED[kind])

    def typed(self):
        return VIEWS[self.kind](self.page)  # not looked at


def store(x, cache):
    quantize[(1,)](x, cache.typed(), 64)


def compare(x, n):
    for kind in ("auto", "fp8_e4m3", "fp8_e5m2"):
        store(x, Cache(n, kind))
"""


def test_each_object_has_memory_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + TABLE})
    assert found() == expected({"user.py": KERNELS + TABLE})
