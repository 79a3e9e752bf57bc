"""Flags that are handed to a kernel as `bool(flag)` and its like decide there what they decide here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

MODULE = (
    IMPORTS
    + """\
@triton.jit
def store(x_ptr, out_ptr, PACK: tl.constexpr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32)
    if PACK:
        tl.store(out_ptr + offsets, x.to(tl.float8e4nv).to(tl.uint8, bitcast=True))
    else:
        tl.store(out_ptr + offsets, x.to(out_ptr.dtype.element_ty))


def run(x, packed, scale=None):
    {flag}
    if {test}:
        out = torch.empty(64, dtype=torch.uint8)
    else:
        out = torch.empty(64, dtype=torch.bfloat16)
    store[(1,)](x, out, PACK={passed}, BLOCK=64){mark}
    return out.view(torch.float8_e4m3fn) if {test} else out
"""
)
HIT = "  # expect: TL001"
CASES = {
    "denied": ("pass", "packed", "not packed", HIT),
    "denied, as a number": ("flag = bool(packed)", "flag", "int(not flag)", HIT),
    "compared with True beside others": ("pass", "packed is True", "not packed", HIT),
    "another one": ("flag = bool(scale)", "packed", "bool(flag)", HIT),
    "correct: bool": ("pass", "packed", "bool(packed)", ""),
    "correct: bool of bool": ("flag = bool(packed)", "flag", "bool(packed)", ""),
    "correct: int": ("flag = bool(packed)", "flag", "int(flag)", ""),
    "correct: int of a test": ("pass", "scale is not None", "int(scale is not None)", ""),
    "correct: bool of a test": ("pass", "scale is not None", "bool(scale is not None)", ""),
    "correct: one or none": ("pass", "packed", "1 if packed else 0", ""),
    "correct: not not": ("pass", "packed", "not not packed", ""),
}


@pytest.mark.parametrize(("flag", "test", "passed", "mark"), CASES.values(), ids=list(CASES))
def test_truth_of_flags(
    flag: str,
    test: str,
    passed: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = MODULE.format(flag=flag, test=test, passed=passed, mark=mark)
    files = {"rows.py": text}
    write(tmp_path, files)
    assert found() == expected(files)
