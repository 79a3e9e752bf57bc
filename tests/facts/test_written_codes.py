"""Bytes of which other code tells that they are codes: another launch writes such into them, or
they are copied there, as int8 too; and bytes beside a view of the same memory as codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL002"
VIEW = ".view(torch.float8_e4m3fn)"
ENCODE = """
@triton.jit
def encode(x_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32) / 448.0
    tl.store(out_ptr + offsets, x.to(tl.float8e4nv).to(tl.uint8, bitcast=True))


@triton.jit
def count(x_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(out_ptr + offsets, (tl.load(x_ptr + offsets) > 0).to(tl.uint8))

"""
PACKED = """
from typing import NamedTuple


class Packed(NamedTuple):
    data: torch.Tensor
    n: int


def pack(x, n):
    data = torch.empty(n, dtype=torch.uint8)
    %s[(1,)](x, data, 64)
    return Packed(data, n)


def unpack(packed):
    out = torch.empty(packed.n, dtype=torch.bfloat16)
    dequantize[(1,)](packed.data%s, out, 64)%s
    return out


def there_and_back(x, n):
    return unpack(pack(x, n))
"""
WRITTEN = {
    "codes": ("encode", "", HIT),
    "codes, viewed": ("encode", VIEW, ""),
    "numbers": ("count", "", ""),
}


@pytest.mark.parametrize(("kernel", "view", "mark"), WRITTEN.values(), ids=list(WRITTEN))
def test_what_another_launch_writes(
    kernel: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + ENCODE + PACKED % (kernel, view, mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


STREAM = """
class Stream:
    def __init__(self, n):
        self.memory = torch.zeros(n, dtype=torch.int8)

    def append(self, x):
        codes = x.to(%s).view(torch.int8)
        self.memory[: x.numel()].copy_(codes)

    def read(self, out):
        dequantize[(1,)](self.memory%s, out, 64)%s
"""
COPIED = {
    "codes as int8": ("torch.float8_e4m3fn", "", HIT),
    "codes as int8, viewed": ("torch.float8_e4m3fn", VIEW, ""),
}


@pytest.mark.parametrize(("kind", "view", "mark"), COPIED.values(), ids=list(COPIED))
def test_what_is_copied(
    kind: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + STREAM % (kind, view, mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


ROWS = """
@triton.jit
def unpack_rows(code_ptr, exponent_ptr, out_ptr, N: tl.constexpr):
    n = tl.arange(0, N)
    exponent = tl.load(exponent_ptr + N).to(tl.float32) - 127.0
    tl.store(out_ptr + n, tl.load(code_ptr + n).to(tl.float32) * tl.exp2(exponent))


def rows(page, out):
    assert page.dtype == torch.float8_e4m3fn
    as_bytes = page.view(torch.uint8)
    unpack_rows[(1,)](%s, as_bytes, out, 64)%s
"""
BESIDE = {
    "codes beside": ("as_bytes.view(torch.float8_e4m3fn)", ""),
    "the page beside": ("page", ""),
    "bytes beside": ("as_bytes", "  # expect: TL002"),
}


@pytest.mark.parametrize(("beside", "mark"), BESIDE.values(), ids=list(BESIDE))
def test_bytes_beside_codes(
    beside: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + ROWS % (beside, mark)
    write(tmp_path, {"user.py": text})
    seen = {place for place, times in found(select=("TL001", "TL002")).items() if times}
    assert seen == set(expected({"user.py": text}))
