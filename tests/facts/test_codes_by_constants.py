"""Memory that is bytes for some members of an enum, and a kernel that is told by a constant which
member it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

HIT = "  # expect: TL002"
MODULE = (
    IMPORTS
    + """\
from enum import IntEnum


class Code(IntEnum):
    NATIVE = 0
    E4M3 = 1
    E5M2 = 2

    @classmethod
    def parse(cls, name: str) -> "Code":
        return {{"auto": cls.NATIVE, "fp8": cls.E4M3, "fp8_e5m2": cls.E5M2}}[name]


@triton.jit
def read(page, out, CODE: tl.constexpr, N: tl.constexpr):
    lanes = tl.arange(0, N)
    raw = tl.load(page + lanes)
    if CODE {asked}:
        x = raw.to(tl.float32)
    else:
        x = raw.to(tl.float8e4nv, bitcast=True).to(tl.float32)
    tl.store(out + lanes, x)


class Layer:
    def __init__(self, name: str):
        self.code = Code.parse(name)
        wide = self.code is Code.NATIVE
        self.page = torch.zeros(64, dtype=torch.bfloat16 if wide else torch.uint8)

    def forward(self, out):
        read[(1,)](self.page, out, CODE={given}, N=64){mark}
"""
)
CASES = {
    "another one is told": ("== 1", "int(self.code)", HIT),
    "its value": ("== 2", "self.code.value", HIT),
    "correct: the one that is wide": ("== 0", "int(self.code)", ""),
    "correct: by its value": ("== 0", "self.code.value", ""),
    "correct: all that are bytes": ("< 1", "int(self.code)", ""),
}


@pytest.mark.parametrize(("asked", "given", "mark"), CASES.values(), ids=list(CASES))
def test_codes_by_constants(
    asked: str, given: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": MODULE.format(asked=asked, given=given, mark=mark)}
    write(tmp_path, files)
    assert found() == expected(files)


BOUND = (
    IMPORTS
    + """\
@triton.jit
def read(page, out, {name}: tl.constexpr, N: tl.constexpr):
    lanes = tl.arange(0, N)
    raw = tl.load(page + lanes)
    if {name} == 0:
        x = raw.to(tl.float32) / 448.0
    else:
        x = raw.to(tl.float8e4nv, bitcast=True).to(tl.float32)
    tl.store(out + lanes, x)


class Layer:
    def __init__(self, wide):
        self.wide = wide
        self.page = None

    def forward(self, out):
        read[(1,)](self.page, out, {name}=self.wide, N=64){mark}


class Runner:
    def __init__(self, layers, kind, wide):
        self.layers, self.kind, self.wide = layers, kind, wide

    def bind(self, n):
        for layer in self.layers:
            dtype = torch.uint8 if self.kind == "fp8" else self.wide
            layer.page = torch.zeros(n, dtype=dtype)
"""
)


@pytest.mark.parametrize(("name", "mark"), [("CODE", ""), ("TURNS", HIT)])
def test_of_what_a_runner_binds(
    name: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": BOUND.format(name=name, mark=mark)}
    write(tmp_path, files)
    assert found() == expected(files)
