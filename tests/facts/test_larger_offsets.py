"""Products in 32 bits that do not overflow first: another one of the same address is larger, or what
they are multiplied by is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

MODULE = (
    IMPORTS
    + """\
@triton.jit
def rows_wide(x_ptr, out_ptr, S, D, N: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    x = tl.load(x_ptr + row * S + tl.arange(0, N))
    tl.store(out_ptr + row * D + tl.arange(0, N), x)


@triton.jit
def rows(x_ptr, out_ptr, S, D, N: tl.constexpr):
    row = tl.program_id(0)
    {begin}
    x = tl.load({address} + tl.arange(0, N)){mark}
    tl.store(out_ptr + row.to(tl.int64) * D + tl.arange(0, N), x)


def run(x, out, wide):
    if wide:
        rows_wide[(64,)](x, out, x.stride(0), out.stride(0), N=64)  # not looked at
    else:
        rows[(64,)](x, out, {stride}, out.stride(0), N=64)  # not looked at
"""
)
HIT = "  # expect: TL011"
STRIDE = "x.stride(0)"
CASES = {
    "alone": ("part = 0", "x_ptr + row * S", STRIDE, HIT),
    "beside a constant part": ("part = 3 * S", "x_ptr + row * S + part", STRIDE, HIT),
    "beside another memory's": ("part = row * (S * D)", "x_ptr + row * S", STRIDE, HIT),
    "a part of it, beside another one": (
        "part = tl.program_id(1) * D",
        "x_ptr + row * S * (D // 4) + part",
        STRIDE,
        HIT,
    ),
    "strides of two launches": ("part = 0", "x_ptr + row * S", "1 if wide else x.stride(0)", HIT),
    "correct: inside a larger one": (
        "part = tl.program_id(1) * (S * D)",
        "x_ptr + row * S + part",
        STRIDE,
        "",
    ),
    "correct: inside one of a name": (
        "gap = S * (D - 1)",
        "x_ptr + row * S + tl.program_id(1) * gap",
        STRIDE,
        "",
    ),
    "correct: neighbours": ("part = 0", "x_ptr + row * S", "1", ""),
}


@pytest.mark.parametrize(("begin", "address", "stride", "mark"), CASES.values(), ids=list(CASES))
def test_larger_offsets(
    begin: str,
    address: str,
    stride: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = MODULE.format(begin=begin, address=address, stride=stride, mark=mark)
    files = {"rows.py": text}
    write(tmp_path, files)
    assert found(select=("TL011",)) == expected(files)
