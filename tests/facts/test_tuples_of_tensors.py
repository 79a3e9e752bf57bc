"""Kernels that are passed tuples of tensors, each as one argument. `# expect:` stands where a
finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

HEAD = (
    IMPORTS
    + """\
from collections import namedtuple
from typing import NamedTuple


class Page(NamedTuple):
    codes: torch.Tensor
    scales: torch.Tensor


Pair = namedtuple("Pair", ["codes", "scales"])


@triton.jit
def put(pointers, row, x, s, N: tl.constexpr):
    tl.store(pointers[0] + row * N + tl.arange(0, N), x / s)
    tl.store(pointers[1] + row, s)


@triton.jit
def encode(x_ptr, outs, N: tl.constexpr):
    row, lanes = tl.program_id(0), tl.arange(0, N)
    x = tl.load(x_ptr + row * N + lanes).to(tl.float32)
    s = tl.max(tl.abs(x), axis=0) / 448.0
%s

def write(x):
    page = torch.empty((8, 68), dtype=torch.uint8)
%s
    scales = page[:, 64:].view(torch.float32)
%s
    return page, codes
"""
)
# What a kernel does with the tuple.
KERNELS = {
    "index": """\
    tl.store(outs[0] + row * N + lanes, (x / s).to(outs[0].dtype.element_ty))
    tl.store(outs[1] + row, s)
""",
    "unpacked": """\
    codes, scales = outs
    tl.store(codes + row * N + lanes, x / s)
    tl.store(scales + row, s)
""",
    "handed on": "    put(outs, row, x, s, N)\n",
    "by its last": """\
    tl.store(outs[0] + row * N + lanes, x / s)
    tl.store(outs[len(outs) - 1] + row, s)
""",
    "fields": """\
    tl.store(outs.codes + row * N + lanes, x / s)
    tl.store(outs.scales + row, s)
""",
    "nested": """\
    tl.store(outs[1][0] + row * N + lanes, x / s)
    tl.store(outs[1][1] + row, s + outs[0])
""",
    "every one": """\
    for pointer in outs:
        tl.store(pointer + row * N + lanes, x / s)
""",
    "a round for each": """\
    for i in tl.static_range(2):
        tl.store(outs[i] + row * N + lanes, x / s)
""",
    "any of them": """\
    for i in range(2):
        tl.store(outs[i] + row * N + lanes, x / s)
""",
}
# What a launch passes: the kernel, then the lines.
PASSED = {
    "display": ("index", "encode[(8,)](x, (codes, scales), N=64)  # expect: TL001"),
    "list": ("unpacked", "encode[(8,)](x, [codes, scales], N=64)  # expect: TL001"),
    "keyword": ("handed on", "encode[(8,)](x, outs=(codes, scales), N=64)  # expect: TL001"),
    "sum": (
        "index",
        """\
outs = (codes,)  # expect: TL001
outs += (scales,)
encode[(8,)](x, outs, N=64)""",
    ),
    "comprehension": (
        "index",
        "encode[(8,)](x, tuple(t for t in (codes, scales)), N=64)  # expect: TL001",
    ),
    "starred": (
        "by its last",
        """\
rest = [scales]
encode[(8,)](x, (codes, *rest), N=64)  # expect: TL001""",
    ),
    "appended": (
        "unpacked",
        """\
outs = []
for each in (codes, scales):
    outs.append(each)
encode[(8,)](x, tuple(outs), N=64)  # expect: TL001""",
    ),
    "named tuple": ("fields", "encode[(8,)](x, Page(codes, scales), N=64)  # expect: TL001"),
    "named tuple by index": (
        "index",
        "encode[(8,)](x, Page(scales=scales, codes=codes), N=64)  # expect: TL001",
    ),
    "made by a function": ("fields", "encode[(8,)](x, Pair(codes, scales), N=64)  # expect: TL001"),
    "nested": (
        "nested",
        """\
outs = (0.5, (codes, scales))  # expect: TL001
encode[(8,)](x, outs, N=64)""",
    ),
    "dictionary": (
        "handed on",
        """\
more = {"outs": (codes, scales), "N": 64}  # expect: TL001
encode[(8,)](x, **more)""",
    ),
    "loop": ("every one", "encode[(8,)](x, (scales, codes), N=64)  # expect: TL001"),
    "rounds": ("a round for each", "encode[(8,)](x, (scales, codes), N=64)  # expect: TL001"),
    "any": ("any of them", "encode[(8,)](x, (scales, codes), N=64)  # expect: TL001"),
    "either": (
        "index",
        """\
outs = (codes, scales) if x.is_cuda else (codes, x)
encode[(8,)](x, outs, N=64)  # expect: TL001""",
    ),
}


def _module(how: str, memory: str, *, marked: bool = False) -> str:
    """A module whose launch passes this memory; where that is `marked`, it is a region of a page,
    which is what should be viewed."""
    kernel, launch = PASSED[how]
    lines = "\n".join(f"    {each}" for each in launch.splitlines())
    lines = lines.replace("  # expect: TL001", "") if marked else lines
    mark = "  # expect: TL001" if marked else ""
    return HEAD % (KERNELS[kernel], f"    codes = {memory}{mark}", lines)


UNPACKED = """
@triton.jit
def encode_each(x_ptr, codes_ptr, scales_ptr, N: tl.constexpr):
    row, lanes = tl.program_id(0), tl.arange(0, N)
    x = tl.load(x_ptr + row * N + lanes).to(tl.float32)
    s = tl.max(tl.abs(x), axis=0) / 448.0
    tl.store(codes_ptr + row * N + lanes, x / s)
    tl.store(scales_ptr + row, s)


def made():
    return Page(scales=torch.empty(8), codes=torch.empty((8, 64), dtype=torch.{dtype}))


def write(x):
    page = made()
    {call}
    return page.codes.view(torch.float8_e4m3fn)
"""
# How the fields of a named tuple are handed on, each as an argument of its own.
EACH = {
    "to a launch": "encode_each[(8,)](x, *page, N=64)",
    "to a function": "save = lambda codes, scales: encode_each[(8,)](x, codes, scales, N=64)\n"
    "    save(*page)",
    "as a tuple": "encode_each[(8,)](x, *tuple(page), N=64)",
    "cut": "encode_each[(8,)](x, *page[:2], N=64)",
}


@pytest.mark.parametrize("call", EACH.values(), ids=EACH)
@pytest.mark.parametrize("dtype", ["uint8", "float8_e4m3fn"])
def test_a_named_tuple_is_unpacked(
    call: str, dtype: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    head = HEAD[: HEAD.index("@triton.jit")]
    more = UNPACKED.replace("{call}", call).replace("{dtype}", dtype)
    write(tmp_path, {"m.py": head + more})
    assert [code for *_, code in found()] == ["TL001"] * (dtype == "uint8")


@pytest.mark.parametrize("how", PASSED)
def test_bytes_in_a_tuple_are_bytes(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "whole.py": _module(how, "torch.empty((8, 64), dtype=torch.uint8)"),
        "region.py": _module(how, "page[:, :64]", marked=True),
    }
    write(tmp_path, files)
    assert found() == expected(files)


@pytest.mark.parametrize("how", PASSED)
def test_codes_in_a_tuple_are_codes(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "whole.py": _module(how, "torch.empty((8, 64), dtype=torch.float8_e4m3fn)"),
        "region.py": _module(how, "page[:, :64].view(torch.float8_e4m3fn)"),
    }
    write(tmp_path, {each: text.replace("  # expect: TL001", "") for each, text in files.items()})
    assert not found()
