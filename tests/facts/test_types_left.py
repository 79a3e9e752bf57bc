"""Tests that turn all types away but 8-bit integers, by what a type is in general. `# expect:`
stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

SOURCE = (
    IMPORTS
    + """\
LARGEST = torch.finfo(torch.float8_e4m3fn).max


@triton.jit
def scatter(x_ptr, slots_ptr, cache_ptr, factor_ptr, N: tl.constexpr):
    token, lanes = tl.program_id(0), tl.arange(0, N)
    slot = tl.load(slots_ptr + token)
    x = tl.load(x_ptr + token * N + lanes).to(tl.float32) * tl.load(factor_ptr)
    tl.store(cache_ptr + slot * N + lanes, %s)


def keep(x, slots, cache, amax):
%s
    factor = %s / amax.float().clamp_min(1e-6)
    scatter[(8,)](x, slots, %s, factor, N=64)%s
"""
)
LEFT = {
    "either": """\
    if cache.is_floating_point() or cache.element_size() != 1:
        raise TypeError("bytes")""",
    "by its dtype": """\
    if cache.dtype.is_floating_point or cache.dtype.itemsize != 1:
        raise TypeError("bytes")""",
    "by the function": """\
    assert not torch.is_floating_point(cache)
    assert cache.itemsize == 1""",
    "denied together": """\
    if not (cache.element_size() == 1 and not cache.is_floating_point()):
        raise TypeError("bytes")""",
    "one after another": """\
    if 1 != cache.element_size():
        raise TypeError("not of a byte")
    elif cache.is_floating_point():
        raise TypeError("a float")""",
    "returns early": """\
    if torch.is_floating_point(cache) or cache.element_size() > 1:
        return None""",
    "kept by names": """\
    size, floats = cache.element_size(), cache.is_floating_point()
    if floats or size != 1:
        raise TypeError("bytes")""",
    "kept dtype": """\
    kind = cache.dtype
    assert kind.itemsize < 2 and not kind.is_floating_point""",
    "signed": """\
    if cache.dtype.is_signed or cache.element_size() >= 2:
        raise TypeError("unsigned bytes")""",
    "compared with a truth value": """\
    assert cache.is_floating_point() is False, "no floats"
    assert cache.dtype.itemsize == 1""",
    "each by itself": """\
    if cache.dtype in (torch.float16, torch.bfloat16, torch.float32) or cache.is_complex():
        raise TypeError("not of a byte")
    if cache.element_size() != 1 or cache.is_floating_point():
        raise TypeError("bytes")""",
}
# Nothing of this leaves bytes alone.
OTHERS = {
    "floats": "    assert cache.is_floating_point() and cache.element_size() == 1",
    "size alone": "    assert cache.element_size() == 1",
    "no float": "    assert not cache.is_floating_point()",
    "of another": "    assert not x.is_floating_point() and cache.element_size() == 1",
    "both": """\
    if cache.is_floating_point() and cache.element_size() != 1:
        raise TypeError("wide")""",
    "wider": "    assert not cache.is_floating_point() and cache.element_size() == 2",
    "only where it is": """\
    if not cache.is_floating_point() and cache.element_size() == 1:
        cache = cache.view(torch.float8_e4m3fn)""",
}
OWN = "x.to(cache_ptr.dtype.element_ty)"


def _module(
    test: str, cache: str = "cache", mark: str = "", stored: str = OWN, largest: str = "LARGEST"
) -> str:
    return SOURCE % (stored, test, largest, cache, mark)


@pytest.mark.parametrize("how", LEFT)
def test_bytes_are_left(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "own.py": _module(LEFT[how], mark="  # expect: TL001"),
        "implicit.py": _module(LEFT[how], mark="  # expect: TL001", stored="x", largest="448.0"),
    }
    write(tmp_path, files)
    assert found() == expected(files)


@pytest.mark.parametrize("how", LEFT)
def test_bytes_that_are_left_and_viewed_are_right(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    codes = "x.to(tl.float8e4nv).to(tl.uint8, bitcast=True)"
    files = {
        "viewed.py": _module(LEFT[how], "cache.view(torch.float8_e4m3fn)"),
        "codes.py": _module(LEFT[how], stored=codes),
        "integers.py": _module(LEFT[how], stored="tl.clamp(x, 0, 127)", largest="127.0"),
    }
    write(tmp_path, files)
    assert not found(select=("TL001", "TL002"))


@pytest.mark.parametrize("how", OTHERS)
def test_others_are_left(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"keep.py": _module(OTHERS[how])})
    assert not found()
