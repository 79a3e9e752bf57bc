"""Tensors that are asserted to be of one type: what a test of one says of the others. `# expect:`
stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

SOURCE = (
    IMPORTS
    + """\
@triton.jit
def combine(a_ptr, b_ptr, out_ptr, CODES: tl.constexpr, N: tl.constexpr):
    at = tl.arange(0, N)
    a, b = tl.load(a_ptr + at), tl.load(b_ptr + at)
    if CODES:
        a = a.to(tl.float8e5, bitcast=True)
        b = b.to(tl.float8e5, bitcast=True)
    tl.store(out_ptr + at, a.to(tl.float32) + b.to(tl.float32))


def run(a: torch.Tensor, b: torch.Tensor, out: torch.Tensor):
    {asserted}
    assert a.dtype in (torch.int8, torch.float16)
    combine[(1,)](a, b, out, CODES=a.dtype != torch.float16, N=64)


def encoded(x):
    codes = torch.empty_like(x, dtype=torch.int8)
    codes.view(torch.float8_e5m2).copy_(x)
    return codes


def main(out):
    w = torch.randn(64, dtype=torch.float16)
    run(w, w, out)
    run({first}, encoded(w), out){mark}
"""
)
HIT = "  # expect: TL002"
CASES = {
    "of one type": ("assert a.dtype == b.dtype", "encoded(w)", ""),
    "of one type, the other way round": ("assert b.dtype == a.dtype", "encoded(w)", ""),
    "three of one type": ("assert a.dtype == b.dtype == a.dtype", "encoded(w)", ""),
    "raised for": (
        "if a.dtype != b.dtype:\n        raise TypeError('not of one type')",
        "encoded(w)",
        "",
    ),
    "both are encoded": ("pass", "encoded(w)", ""),
    "one alone": ("pass", "w", HIT),
    "on one device": ("assert a.device == b.device", "w", HIT),
}


@pytest.mark.parametrize(("asserted", "first", "mark"), CASES.values(), ids=list(CASES))
def test_what_is_known_of_one(
    asserted: str, first: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SOURCE.format(asserted=asserted, first=first, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


# What may be encoded already is refused by the function that encodes.
AGAIN = (
    IMPORTS
    + """\
@triton.jit
def encode(x_ptr, out_ptr, N: tl.constexpr):
    at = tl.arange(0, N)
    tl.store(out_ptr + at, tl.load(x_ptr + at).to(tl.float32).to(tl.float8e5))


def encoded(x):
    {asserted}
    codes = torch.empty_like(x, dtype=torch.int8)
    encode[(1,)](x, codes.view(torch.float8_e5m2), N=64)
    return codes


def convert(model, again):
    cache_fp8 = encoded(model.cache) if again else model.cache
    return encoded(cache_fp8){mark}
"""
)


@pytest.mark.parametrize(
    ("asserted", "mark"),
    [
        ("assert x.dtype in (torch.float16, torch.float32)", ""),
        ("assert x.dtype == torch.float16", ""),
        ("assert x.is_cuda", HIT),
    ],
)
def test_what_is_refused(
    asserted: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = AGAIN.format(asserted=asserted, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})
