"""A setting that one function tells a kernel and another one takes for e4m3; and bytes that are
viewed as e4m3fn for a launch of which another argument has the platform's type."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, KERNELS, expected, found, write

HIT = "  # expect: TL003"
SETTING = (
    IMPORTS
    + """\
from typing import Literal

CacheDType = Literal["auto", "fp8", "fp8_e4m3", "fp8_e5m2"]


@triton.jit
def fetch(cache_ptr, out_ptr, E5M2: tl.constexpr, D: tl.constexpr):
    d = tl.program_id(0) * D + tl.arange(0, D)
    code = tl.load(cache_ptr + d)
    if E5M2:
        code = code.to(tl.float8e5, bitcast=True)
    else:
        code = code.to(tl.float8e4nv, bitcast=True)
    tl.store(out_ptr + d, code.to(out_ptr.dtype.element_ty))


def is_fp8(kv_dtype: CacheDType):
    return kv_dtype.startswith("fp8")


def write(x, cache, kv_dtype: CacheDType):
    if {test}:
        cache = cache.view({dtype})
    cache.copy_(x)


def read(cache, out, kv_dtype: CacheDType):
    {read}
"""
)
FLAG = 'fetch[(1,)](cache, out, E5M2=kv_dtype == "fp8_e5m2", D=64)'
E4M3 = "torch.float8_e4m3fn"
BOTH = 'torch.float8_e5m2 if kv_dtype == "fp8_e5m2" else torch.float8_e4m3fn'
TAKEN = {
    "one call away": ("is_fp8(kv_dtype)", E4M3, FLAG, HIT),
    "in the function": ('kv_dtype.startswith("fp8")', E4M3, FLAG, HIT),
    "by a name": ("is_fp8(kv_dtype)", E4M3, 'narrow = kv_dtype == "fp8_e5m2"\n'
                  "    fetch[(1,)](cache, out, E5M2=narrow, D=64)", HIT),
    "correct: either type": ("is_fp8(kv_dtype)", BOTH, FLAG, ""),
    "correct: refused": ("is_fp8(kv_dtype)", E4M3, 'if kv_dtype == "fp8_e5m2":\n'
                         "        raise ValueError(kv_dtype)\n"
                         "    fetch[(1,)](cache, out, E5M2=False, D=64)", ""),
}  # fmt: skip


@pytest.mark.parametrize(("test", "dtype", "read", "mark"), TAKEN.values(), ids=list(TAKEN))
def test_told_by_a_flag(
    test: str, dtype: str, read: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SETTING.format(test=test, dtype=dtype, read=read)
    text = text.replace(f"cache.view({dtype})", f"cache.view({dtype}){mark}")
    write(tmp_path, {"user.py": text})
    assert found(select=("TL003",)) == expected({"user.py": text})


# Two arguments of one launch, each of a type.
PAIR = """\
from platforms import current_platform


@triton.jit
def score(q_ptr, k_ptr, out_ptr, D: tl.constexpr):
    d = tl.arange(0, D)
    q = tl.load(q_ptr + d).to(tl.float32)
    tl.store(out_ptr + d, q * tl.load(k_ptr + d).to(tl.float32))


def quantized(q):
    kind = {asked}
    return q.float().to(kind)


def run(q, page, out):
    {asserts}
    {guard}keys = page.view({dtype}){mark}
    score[(1,)](quantized(q), keys, out, D=64)
"""
PLATFORM = "current_platform.fp8_dtype()"
BYTES = "assert page.dtype == torch.uint8"
PAIRS = {
    "another type": (PLATFORM, BYTES, "", E4M3, HIT),
    "correct: the same type": (PLATFORM, BYTES, "", PLATFORM, ""),
    "correct: both are named": (E4M3, BYTES, "", E4M3, ""),
    "correct: no bytes": (PLATFORM, "assert page.dtype == torch.float8_e4m3fn", "", E4M3, ""),
    "correct: for one vendor": (
        PLATFORM, BYTES, "assert current_platform.is_cuda()\n    ", E4M3, ""
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "asserts", "guard", "dtype", "mark"), PAIRS.values(), ids=list(PAIRS)
)
def test_beside_the_platforms(
    asked: str,
    asserts: str,
    guard: str,
    dtype: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"asked": asked, "asserts": asserts, "guard": guard, "dtype": dtype, "mark": mark}
    text = KERNELS + PAIR.format(**given)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL003",)) == expected({"user.py": text})
