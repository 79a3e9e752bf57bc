"""What a kernel copies to bytes with a cast is floats where the launching code computes with it, where
its counterpart is, and where the kernel says so by a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

COPIES = """
@triton.jit
def put(x_ptr, rows_ptr, N: tl.constexpr):
    x = tl.load(x_ptr + tl.arange(0, N))
    tl.store(rows_ptr + tl.arange(0, N), x.to(rows_ptr.dtype.element_ty))


@triton.jit
def put_both(k_ptr, v_ptr, k_rows_ptr, v_rows_ptr, N: tl.constexpr):
    k = tl.load(k_ptr + tl.arange(0, N))
    v = tl.load(v_ptr + tl.arange(0, N))
    tl.store(k_rows_ptr + tl.arange(0, N), k.to(k_rows_ptr.dtype.element_ty))
    tl.store(v_rows_ptr + tl.arange(0, N), v.to(v_rows_ptr.dtype.element_ty))


@triton.jit
def turn(x_ptr, cos_ptr, sin_ptr, rows_ptr, N: tl.constexpr):
    one = tl.load(x_ptr + tl.arange(0, N))
    two = tl.load(x_ptr + N + tl.arange(0, N))
    turned = one * tl.load(cos_ptr + tl.arange(0, N)) - two * tl.load(sin_ptr + tl.arange(0, N))
    tl.store(rows_ptr + tl.arange(0, N), turned.to(rows_ptr.dtype.element_ty))
"""
# What matrices are multiplied of is no uint8: that does not compile.
MULTIPLIED = """
@triton.jit
def states(k_ptr, v_ptr, h_ptr, N: tl.constexpr):
    at = tl.arange(0, N)[:, None] * N + tl.arange(0, N)[None, :]
    h = %s
    tl.store(h_ptr + at, h.to(h_ptr.dtype.element_ty))


def f(k, v):
    memory = torch.empty(4 * 64 * 64, dtype=torch.uint8)
    states[(1,)](k, v, memory%s, 64)%s
    return memory.view(torch.float32)
"""
DOT = "tl.dot(tl.load(k_ptr + at), tl.load(v_ptr + at))"
COMPUTED = """
def f(x, other, w):
    rows = torch.zeros(64, dtype=torch.uint8)
    %s
    put[(1,)](%s, rows%s, 64)%s
    return scale
"""
PAIR = """
def f(k, v):
    keys, values = torch.zeros(64, dtype=torch.uint8), torch.zeros(64, dtype=torch.uint8)
    put_both[(1,)](k, %s, keys%s, values%s, 64)%s
"""
TURNED = """
def f(x, cos, sin):
    rows = torch.zeros(64, dtype=torch.uint8)
    turn[(1,)](x, cos, sin, rows%s, 64)%s
"""
# A function that only hands on what one launching function made to another.
HANDED = """
def pack(x):
    codes = torch.zeros(64, dtype=torch.uint8)
    quantize[(1,)](x, codes.view(torch.float8_e4m3fn), 64)
    return codes


def unpack(codes, out):
    dequantize[(1,)](codes%s, out, 64)


def both(x, out):
    unpack(pack(x), out)%s
"""
GOT = """
from operator import attrgetter, itemgetter


class Page:
    def __init__(self, n):
        self.rows = torch.zeros(n, dtype=torch.uint8)


def f(x, n):
    page, pages = Page(n), {"a": torch.zeros(n, dtype=torch.uint8), "b": torch.zeros(n)}
    rows = %s
    quantize[(1,)](x, rows%s, 64)%s
"""
TL001, TL002, VIEW = "  # expect: TL001", "  # expect: TL002", ".view(torch.float8_e4m3fn)"
AMAX = "scale = x.abs().amax() / 448.0"
CASES = {
    "the largest is taken": COMPUTED % (AMAX, "x", "", TL001),
    "a loss is taken": COMPUTED
    % ("scale = torch.nn.functional.mse_loss(x, other)", "x", "", TL001),
    "a product of matrices": COMPUTED % ("scale = x @ w", "scale", "", TL001),
    "correct: the largest, and viewed": COMPUTED % (AMAX, "x", VIEW, ""),
    "correct: the largest of another": COMPUTED % (AMAX, "other", "", ""),
    "correct: the bytes of what is computed with": COMPUTED
    % (AMAX, "x.to(torch.float8_e4m3fn).view(torch.uint8)", "", ""),
    "its counterpart is viewed": PAIR % ("v", VIEW, "", TL001),
    "correct: both are viewed": PAIR % ("v", VIEW, VIEW, ""),
    "correct: neither is viewed": PAIR % ("v", "", "", ""),
    "correct: bytes beside floats": PAIR % ("v.view(torch.uint8)", VIEW, "", ""),
    "multiplied": MULTIPLIED % (DOT, "", TL001),
    "multiplied, and scaled": MULTIPLIED % (DOT + " * 0.5", "", TL001),
    "multiplied and transposed": MULTIPLIED % (DOT.replace("at))", "at).T)"), "", TL001),
    "correct: multiplied and viewed": MULTIPLIED % (DOT, ".view(torch.float32)", ""),
    "correct: moved": MULTIPLIED % ("tl.load(k_ptr + at)", "", ""),
    "correct: one of two is moved": MULTIPLIED
    % ("tl.maximum(tl.load(k_ptr + at), tl.load(v_ptr + at))", "", ""),
    "turned": TURNED % ("", TL001),
    "correct: turned and viewed": TURNED % (VIEW, ""),
    "handed on": HANDED % ("", TL002),
    "correct: handed on and viewed": HANDED % (VIEW, ""),
    "an item is got": GOT % ('itemgetter("a")(pages)', "", TL001),
    "one of two items that are got": GOT % ('itemgetter("b", "a")(pages)[1]', "", TL001),
    "an attribute is got": GOT % ('attrgetter("rows")(page)', "", TL001),
    "correct: an attribute is got and viewed": GOT % ('attrgetter("rows")(page)', VIEW, ""),
    "correct: another item is got": GOT % ('itemgetter("b")(pages)', "", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_copied_floats(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + COPIES + CASES[case]
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})
