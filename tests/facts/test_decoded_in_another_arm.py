"""Kernels that take codes as they are on some targets, and decode their bytes on others, by a
question that is answered at compile time; and bytes that are exponents."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

HIT = "  # expect: TL002"
TARGETS = (
    IMPORTS
    + """\
from triton.runtime.jit import constexpr_function


@constexpr_function
def is_native():
    return tl.target_info.cuda_capability_geq(8, 9)


@triton.jit
def decode(v):
    h = ((v & 0x80).to(tl.uint16) << 8) | ((v & 0x7F).to(tl.uint16) << 7)
    return h.to(tl.float16, bitcast=True).to(tl.float32) * 256.0


@triton.jit
def multiply(a_ptr, w_ptr, c_ptr, N: tl.constexpr):
    i = tl.arange(0, N)
    at = i[:, None] * N + i[None, :]
    a = tl.load(a_ptr + at)
    w = tl.load(w_ptr + at)
    if is_native():
        c = tl.dot(a, w)
    else:
        c = {other}
    tl.store(c_ptr + at, c)


def as_kernels_take_it(w):
    return w if torch.cuda.get_device_capability() >= (8, 9) else w.view(torch.uint8)


def run(a, n):
    w = torch.empty(n, n, dtype=torch.float8_e4m3fn)
    out = torch.empty(n, n)
    multiply[(1,)](a, as_kernels_take_it(w), out, N=64){mark}
"""
)
SCALES = (
    IMPORTS
    + """\
from scales import as_bytes


@triton.jit
def scaled(x_ptr, scale_ptr, out_ptr, N: tl.constexpr):
    lanes = tl.arange(0, N)
    scale = tl.load(scale_ptr)
    x = tl.load(x_ptr + lanes).to(tl.float32)
    tl.store(out_ptr + lanes, x * {decoded})


def run(x, scale, out):
    scaled[(1,)](x, as_bytes(scale), out, N=64){mark}
"""
)
BYTES = """\
import torch


def as_bytes(scale):
    return scale.view(torch.uint8) if scale.dtype == torch.float8_e8m0fnu else scale
"""
CASES = {
    "correct: the other arm decodes": TARGETS.format(
        other="tl.dot(a, decode(w).to(tl.bfloat16))", mark=""
    ),
    "the other arm converts": TARGETS.format(
        other="tl.dot(a, w.to(tl.float32).to(tl.bfloat16))", mark=HIT
    ),
    "exponents as numbers": SCALES.format(decoded="scale", mark=HIT),
    "correct: exponents of two": SCALES.format(
        decoded="tl.exp2(scale.to(tl.float32) - 127.0)", mark=""
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_decoded_in_another_arm(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": CASES[case], "scales.py": BYTES}
    write(tmp_path, files)
    assert found() == expected(files)
