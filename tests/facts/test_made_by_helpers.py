"""Integers that a helper for tensors of any type makes: a finding where a caller asks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import expected, found, write

TEXT = """\
import argparse
import pytest
import torch
import triton
import triton.language as tl

TYPES = {{"bfloat16": torch.bfloat16, "float16": torch.float16{more}}}


@triton.jit
def scale(x_ptr, out_ptr, factor, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + at).to(tl.float32) * factor
    tl.store(out_ptr + at, x.to(out_ptr.dtype.element_ty)){mark}


def make(n, dtype):
    if dtype in (torch.bfloat16, torch.float16):
        return torch.randn(n, dtype=dtype)
    if dtype == torch.int8:
        return torch.randint(-127, 127, (n,), dtype=torch.int8)
    raise ValueError(dtype)


def launch(x):
    out = torch.empty(x.shape, dtype=x.dtype)
    scale[(1,)](x, out, 0.37, 64)
    return out


def run(n, dtype):
    {first}
    return launch(make(n, dtype))


{callers}
"""
MAIN = """\
if __name__ == "__main__":
    arguments = argparse.ArgumentParser().parse_args()
    {}
"""
LISTED = """\
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_run(dtype):
    run(64, dtype)
"""
CASES = {
    "from a table": ("", "", MAIN.format("run(64, TYPES[arguments.dtype])"), ""),
    "from a table, later": ("", "", MAIN.format("dtype = TYPES[arguments.dtype]\n    run(64, dtype)"), ""),
    "listed for a test": ("", "", LISTED, ""),
    "a default": ("", "", "def main(dtype=torch.float16):\n    run(64, dtype)\n", ""),
    "integers in the table": (
        ', "int8": torch.int8',
        "",
        MAIN.format("run(64, TYPES[arguments.dtype])"),
        "$",
    ),
    "integers by name": ("", "", MAIN.format("run(64, torch.int8)"), "$"),
    "integers listed for a test": ("", "", LISTED.replace("torch.float16", "torch.int8"), "$"),
    "integers are named": (
        "",
        "assert dtype in (torch.bfloat16, torch.int8)",
        MAIN.format("run(64, arguments.dtype)"),
        "$",
    ),
    "a buffer of integers beside it": (
        "",
        "flags = torch.zeros(64, dtype=torch.int8)",
        MAIN.format("run(64, TYPES[arguments.dtype])"),
        "",
    ),
}


@pytest.mark.parametrize(("more", "first", "callers", "mark"), CASES.values(), ids=list(CASES))
def test_helpers(
    more: str, first: str, callers: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mark = mark.replace("$", "  # expect: TL004")
    text = TEXT.format(more=more, first=first or "pass", callers=callers, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL004",)) == expected({"user.py": text})
