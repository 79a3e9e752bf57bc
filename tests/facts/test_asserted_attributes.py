"""What an object is made with and asserted to be stays so, where methods merely let go of it, or
make one attribute of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

TENSOR = """\
class Fp8Tensor:
    def __init__(self, dtype, data=None, transpose=None):
        for each in (data, transpose):
            assert each is None or each.dtype == torch.{asserted}
        self.dtype = dtype
        self.data = data
        self.transpose = transpose

    def update(self, rows):
        if self.transpose is None:
            self.transpose = {made}
        if not rows:
            self.data = None

    def dequantize(self, out):
        if self.data is not None:
            codes = self.data.view(self.dtype)
        else:
            codes = self.transpose{view}
        dequantize[(1,)](codes, out, 64){mark}
"""
HIT = "  # expect: TL002"
TRANSPOSED = "self.data.t().contiguous()"
CASES = {
    "not viewed": ("uint8", TRANSPOSED, "", HIT),
    "viewed": ("uint8", TRANSPOSED, ".view(self.dtype)", ""),
    "of another type": ("float16", TRANSPOSED, "", ""),
    "made anew": ("uint8", "self.data.to(torch.float16).t()", "", ""),
    "made elsewhere": ("uint8", "transposed(self.data)", "", ""),
}

CHANGED = """

    def prepare(self):
        {prepare}


def convert(holder):
    holder.data = holder.data.view(torch.float8_e4m3fn)


def register(holder):
    again(holder)


def again(holder):
    holder.register_buffer("data", holder.data.view(torch.float8_e4m3fn))
"""
ONE = """\
class Fp8Tensor:
    def __init__(self, data=None):
        assert data is None or data.dtype == torch.uint8
        self.data = data

    def clear(self):
        self.data = None

    def dequantize(self, out):
        dequantize[(1,)](self.data, out, 64){mark}
"""
BY_OTHERS = {
    "nobody": ("pass", "", HIT),
    "a function": ("convert(self)", CHANGED, ""),
    "over two calls": ("register(self)", CHANGED.replace("holder.data = ", ""), ""),
    "itself": ("self.data = self.data.view(torch.float8_e4m3fn)", CHANGED, ""),
}


@pytest.mark.parametrize(("prepare", "more", "mark"), BY_OTHERS.values(), ids=list(BY_OTHERS))
def test_changed_by_others(
    prepare: str, more: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + ONE.format(mark=mark) + more.format(prepare=prepare)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})


@pytest.mark.parametrize(("asserted", "made", "view", "mark"), CASES.values(), ids=list(CASES))
def test_asserted_attributes(
    asserted: str, made: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + TENSOR.format(asserted=asserted, made=made, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})
