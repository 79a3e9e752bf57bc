"""Tests whose parameters have written values: what a test does with none of them it does not do.
`# expect:` stands where a finding begins; `{also}` is a value more, which is of 8 bits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

KERNEL = """\
import itertools

import pytest
import torch
import triton
import triton.language as tl

KINDS = ["bf16", "fp16"{also}]


@triton.jit
def scale(x_ptr, out_ptr, N: tl.constexpr):
    o = tl.arange(0, N)
    x = tl.load(x_ptr + o)
    total = x.to(tl.float32) * 0.3
    tl.store(out_ptr + o, total.to(x.dtype)){expect}


def run(x):
    out = torch.empty_like(x)
    scale[(1,)](x, out, N=64)
    return out


"""
# How the values of `kind` are written.
WRITTEN = {
    "list": '@pytest.mark.parametrize("kind", ["bf16", "fp16"{also}])\ndef test_scale(kind):\n',
    "tuple": '@pytest.mark.parametrize(("n", "kind"), [(1, "bf16"), (2, "fp16"){rows}])\n'
    "def test_scale(kind, n):\n",
    "names": '@pytest.mark.parametrize("n, kind", (([1, "bf16"], [2, "fp16"]{rows})))\n'
    "def test_scale(n, kind):\n",
    "name": '@pytest.mark.parametrize("kind", KINDS)\ndef test_scale(kind):\n',
    "comprehension": '@pytest.mark.parametrize("m, n, kind", [(m, n, kind) for m, n in '
    'itertools.product([16, 32], [16, 32]) for kind in ["bf16", "fp16"{also}]])\n'
    "def test_scale(m, n, kind):\n",
    "param": '@pytest.mark.parametrize("kind", ["bf16", pytest.param("fp16", id="half"){also}])\n'
    "def test_scale(kind):\n",
    "several": '@pytest.mark.parametrize("n", [1, 2])\n'
    '@pytest.mark.parametrize("kind", ["bf16", "fp16"{also}])\ndef test_scale(n, kind):\n',
    "in_a_class": "class TestScale:\n    pass\n\n\n"
    '@pytest.mark.parametrize("kind", ["bf16", "fp16"{also}])\ndef test_scale(kind):\n',
}
# What is asked of it.
ASKED = {
    "or": """
    if kind == "bf16" or kind == "fp16":
        x = torch.randn(64, dtype=torch.float16 if kind == "fp16" else torch.bfloat16)
    else:
        x = torch.randint(9, (64,), dtype=torch.int8)
    run(x)
""",
    "elif": """
    if kind == "bf16":
        x = torch.randn(64, dtype=torch.bfloat16)
    elif kind == "fp16":
        x = torch.randn(64, dtype=torch.float16)
    else:
        x = torch.randint(9, (64,), dtype=torch.int8)
    run(x)
""",
    "in": """
    wide = kind in ("bf16", "fp16", "fp32")
    x = torch.randn(64).bfloat16() if wide else torch.randint(9, (64,), dtype=torch.int8)
    run(x)
""",
    "equals": """
    x = torch.randint(9, (64,), dtype=torch.int8 if kind == "int8" else torch.bfloat16)
    run(x)
""",
    "begins": """
    x = torch.randn(64, dtype=torch.bfloat16)
    if kind.startswith("int"):
        x = torch.randint(9, (64,), dtype=torch.int8)
    run(x)
""",
    "holds": """
    run(torch.randint(9, (64,), dtype=torch.int8) if "int" in kind else torch.randn(64).half())
""",
    "match": """
    match kind:
        case "bf16" | "fp16":
            x = torch.randn(64, dtype=torch.bfloat16)
        case _:
            x = torch.randint(9, (64,), dtype=torch.int8)
    run(x)
""",
    "table": """
    dtypes = {"bf16": torch.bfloat16, "fp16": torch.float16, "int8": torch.int8}
    run(torch.ones(64, dtype=dtypes[kind]))
""",
    "helper": """
    def make(shape, ty):
        if ty == "bf16" or ty == "fp16":
            return torch.randn(shape).half()
        else:
            return torch.randint(9, shape, dtype=torch.int8)

    name = kind
    run(make((64,), name))
""",
    "early": """
    if kind == "fp16":
        return run(torch.randn(64).half())
    if kind != "bf16":
        return run(torch.randint(9, (64,), dtype=torch.int8))
    run(torch.randn(64).bfloat16())
""",
}


def _text(head: str, body: str, also: str, rows: str, expect: str) -> str:
    text = KERNEL.replace("{expect}", expect) + head + body
    return text.replace("{also}", also).replace("{rows}", rows)


@pytest.mark.parametrize("also", ["", ', "int8"'], ids=["correct", "with int8"])
def test_written_values(also: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = f', (3{also})' if also else ""
    expect = "  # expect: TL004" if also else ""
    files = {
        f"test_{name}_{asked}.py": _text(head, body, also, rows, expect)
        for name, head in WRITTEN.items()
        for asked, body in ASKED.items()
        if name in ("list", "comprehension") or asked in ("or", "helper")
    }
    write(tmp_path, files)
    assert found(select=("TL004",)) == expected(files)


# What is not written, or where others call it too, may be anything.
OPEN = {
    "computed": '@pytest.mark.parametrize("kind", ["bf16", *names()])\ndef test_scale(kind):\n',
    "none": "def test_scale(kind):\n",
    "not_a_test": '@pytest.mark.parametrize("kind", ["bf16", "fp16"])\ndef scale_all(kind):\n',
    "another": '@pytest.mark.parametrize("kind", ["bf16"])\ndef test_scale(name, kind="bf16"):\n    kind = name\n',
}


@pytest.mark.parametrize("name", OPEN)
def test_what_is_not_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"test_it.py": _text(OPEN[name], ASKED["or"], "", "", "  # expect: TL004")}
    write(tmp_path, files)
    assert found(select=("TL004",)) == expected(files)


def test_what_is_called_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = _text(WRITTEN["list"], ASKED["or"], "", "", "  # expect: TL004")
    files = {"test_it.py": text + '\n\nif __name__ == "__main__":\n    test_scale("int8")\n'}
    write(tmp_path, files)
    assert found(select=("TL004",)) == expected(files)


# A policy is a whole number, that of an enum of another package.
POLICY = """\
import enum


class Policy(enum.IntEnum):
    NONE = 0
    INT4 = 4
    INT8 = 8
    FP8 = 16
"""
KEPT = """\
import pytest
import torch
from policy import Policy

from kernels import dequantize, quantize


def restore(codes, out, policy: Policy = Policy.NONE):
    {asks}
        dequantize[(1,)](codes, out, 64){left}


@pytest.mark.parametrize("bits", {bits})
def test_restore(bits):
    codes = torch.ones(64, dtype=torch.float8_e4m3fn).view(torch.uint8)
    restore(codes, torch.empty(64), policy=bits){mark}
"""
ASKS = {
    "equals": "if policy == Policy.FP8:",
    "in": "if policy in (Policy.FP8, 17):",
    "not": "if policy != Policy.NONE and policy not in (Policy.INT4, Policy.INT8):",
    "denied": "if not (policy == Policy.INT8 or policy == Policy.INT4):",
}


@pytest.mark.parametrize("bits", ["[4, 8]", "[8]", "[4, 8, 16]"])
@pytest.mark.parametrize("asks", ASKS.values(), ids=list(ASKS))
def test_whole_numbers(
    asks: str, bits: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mark = "  # expect: TL002" if "16" in bits else ""
    left = "" if "16" in bits else "  # not looked at"
    files = {
        "policy.py": POLICY,
        "kernels.py": KERNELS,
        "test_it.py": KEPT.format(asks=asks, bits=bits, mark=mark, left=left),
    }
    write(tmp_path, files)
    assert found(select=("TL002",)) == expected(files)
