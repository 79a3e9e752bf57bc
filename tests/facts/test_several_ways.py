"""The same bug, and the same correct code, where several ways lead to one launch or one store:
callers of a function that tests what it is given, the arms of a branch, the rounds of a loop, and
what lists are given later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT, READ = "  # expect: TL001", "  # expect: TL002"
VIEW = ".view(torch.float8_e5m2)"

# A function tests what it is given, and a caller is known to give it bytes.
TESTED = """
@triton.jit
def divide(x_ptr, out_ptr, scale_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32) / tl.load(scale_ptr)
    tl.store(out_ptr + offsets, x.to(out_ptr.dtype.element_ty))


def put(x, pages, slots):
    %s
    divide[(1,)](x, pages, slots, 64)


def warm(x, slots):
    pages = torch.zeros(64, dtype=torch.uint8)
    put(x, pages, slots)%s
    return pages
"""
LOOP = """
        for each in (pages, slots):
            if each.dtype == torch.uint8:
                each = each.view(torch.float8_e4m3fn)"""
# A name of a way to work, which is none of a dtype, chooses the arm that views.
ARMS = """
def encode(x, mode="token"):
    out = torch.empty(64, dtype=torch.%s)
    if %s:
        out = out.view(torch.float8_e5m2)
    else:
        x = x.contiguous()
    quantize[(1,)](x, out, 64)%s
    return out
"""
# What a loop adds up is stored before it is added to.
ROUNDS = """
@triton.jit
def states(x_ptr, state_ptr, n, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    state = %s
    for i in range(n):
        tl.store(state_ptr + i * BLOCK + offsets, state.to(state_ptr.dtype.element_ty))
        state %s


def run(x, n):
    out = torch.empty((n, 64), dtype=torch.uint8)
    states[(1,)](x, out%s, n, 64)%s
    return out.view(torch.float8_e5m2)
"""
ADDED = "+= tl.load(x_ptr + i * BLOCK + offsets).to(tl.float32)"
ZEROS = "tl.zeros([BLOCK], dtype=tl.float32)"
# The entries of a list are replaced.
LISTED = """
class Layers:
    def __init__(self, layers):
        self.codes = [torch.zeros(64, dtype=torch.uint8) for _ in range(layers)]

    def load(self, i, weight):
        self.codes[i] = %s

    def layers(self):
        for each in self.codes:
            yield each

    def decode(self, out):
        for codes in self.layers():
            dequantize[(1,)](codes%s, out, 64)%s
"""
MADE = "weight.to(torch.float8_e5m2).view(torch.uint8)"

# Some entries are left out.
SOME = """
def some(x, pages):
    kept = [each for each in pages if each.dtype %s torch.uint8]
    for each in kept:
        quantize[(1,)](x, each, 64)%s
"""

CASES = {
    "tested one after the other": TESTED % (LOOP.strip(), HIT),
    "tested, and viewed by another name": TESTED
    % ("if pages.dtype == torch.uint8: other = pages.view(torch.float8_e4m3fn)", HIT),
    "correct: tested and viewed": TESTED
    % ("if pages.dtype == torch.uint8: pages = pages.view(torch.float8_e4m3fn)", ""),
    "correct: bytes are refused": TESTED
    % ("if pages.dtype == torch.uint8: raise TypeError(pages.dtype)", ""),
    "one way to work is viewed": ARMS % ("uint8", 'mode == "tensor"', HIT),
    "one of several is viewed": ARMS % ("uint8", 'mode in ("tensor", "row")', HIT),
    "correct: what is viewed where a setting asks for it": ARMS % ("uint8", 'mode == "fp8"', ""),
    "correct: of codes in any case": ARMS % ("float8_e5m2", 'mode == "tensor"', ""),
    "correct: what is not viewed where it is no cache of codes": ARMS
    % ("uint8", 'mode != "auto"', ""),
    "zero in the first round": ROUNDS % (ZEROS, ADDED, "", HIT),
    "a maximum of what was seen": ROUNDS
    % (ZEROS, "= tl.maximum(state, tl.load(x_ptr + offsets).to(tl.float32))", "", HIT),
    "correct: zero in the first round, viewed": ROUNDS % (ZEROS, ADDED, VIEW, ""),
    "correct: rounded in every round": ROUNDS
    % (ZEROS, "= tl.floor(tl.clamp(tl.load(x_ptr + offsets).to(tl.float32), 0, 255))", "", ""),
    "bytes are picked out": SOME % ("==", HIT),
    "correct: bytes are left out": SOME % ("!=", ""),
    "correct: what is left of several": SOME % ("== x.dtype and each.dtype !=", ""),
    "entries of a list": LISTED % (MADE, "", READ),
    "entries of a list, made before": LISTED % (f"weight; made = {MADE}; self.codes[i] = made", "", READ),
    "correct: entries of a list, viewed": LISTED % (MADE, VIEW, ""),
    "correct: entries of a list that are numbers": LISTED % ("weight.to(torch.uint8)", "", ""),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_several_ways(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + text})
    assert found() == expected({"user.py": KERNELS + text})
