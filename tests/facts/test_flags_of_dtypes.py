"""Compile-time flags that a launch computes from the type of the memory that it passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

KERNEL = (
    IMPORTS
    + """\
@triton.jit
def read(codes_ptr, out_ptr, CODES: tl.constexpr, N: tl.constexpr):
    lanes = tl.arange(0, N)
    codes = tl.load(codes_ptr + lanes)
    if CODES:
        codes = codes.to(tl.float8e5, bitcast=True)
    tl.store(out_ptr + lanes, codes.to(tl.float32))


class Keys:
    def __init__(self, n):
        self.keys = torch.zeros(n, dtype=torch.uint8)

    def add(self, keys):
        self.keys[: len(keys)] = keys.to(torch.float8_e5m2).view(torch.uint8)

"""
)
RIGHT = {
    "no float": "not self.keys.is_floating_point()",
    "no float by its dtype": "not self.keys.dtype.is_floating_point",
    "no float by the function": "not torch.is_floating_point(self.keys)",
    "bytes": "self.keys.dtype == torch.uint8",
    "no bfloat16": "self.keys.dtype != torch.bfloat16",
    "one of the bytes": "self.keys.dtype in (torch.uint8, torch.int8)",
    "none of the floats": "self.keys.dtype not in [torch.float16, torch.bfloat16, torch.float32]",
    "a table of codes": "self.keys.dtype in {torch.uint8: 1, torch.int8: 2}",
    "compared with False": "self.keys.is_floating_point() is False",
    "compared with True": "self.keys.is_floating_point() != True",
}
WRONG = {
    "a float": "self.keys.is_floating_point()",
    "no bytes": "self.keys.dtype != torch.uint8",
    "another type": "self.keys.dtype == torch.int8",
    "one of other types": "self.keys.dtype in (torch.int8, torch.bool)",
    "a float, compared": "self.keys.is_floating_point() is True",
    "of something else": "not out.is_floating_point()",
}


def _module(flag: str, mark: str, view: str = "") -> str:
    return f"""{KERNEL}
    def search(self):
        out = torch.empty(64, dtype=torch.float32)
        read[(1,)](self.keys{view}, out, CODES={flag}, N=64){mark}
        return out
"""


@pytest.mark.parametrize("flag", RIGHT.values(), ids=RIGHT)
def test_a_flag_that_is_set_for_bytes(
    flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _check(_module(flag, ""), tmp_path, monkeypatch)


@pytest.mark.parametrize("flag", WRONG.values(), ids=WRONG)
def test_a_flag_that_is_not(flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _check(_module(flag, "  # expect: TL002"), tmp_path, monkeypatch)


def test_a_view_is_what_it_is_viewed_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _check(_module("False", "", ".view(torch.float8_e5m2)"), tmp_path, monkeypatch)


def _check(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"module.py": text})
    assert found() == expected({"module.py": text})
