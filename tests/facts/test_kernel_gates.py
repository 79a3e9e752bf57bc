"""Questions that are asked of the text of a kernel before it is read: what its tree answers with
yes, its text does too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support import ROOT
from tritonlint.facts.device.reading.offsets import offsets
from tritonlint.facts.device.reading.read_back import (
    added_atomically,
    may_come_back,
    may_keep,
    read_back,
    updated,
)
from tritonlint.facts.device.reading.reader import names_64_bits
from tritonlint.facts.project.kernels import kernels
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.project import Project
from tritonlint.source import SourceFile

FIXTURES = sorted((ROOT / "fixtures").glob("TL01[12]/*/flagged.py"))
HELPERS = """\
import triton
import triton.language as tl

@triton.jit
def wide(x):
    return x.to(tl.int64)

@triton.jit
def row(size):
    return wide(tl.program_id(0)) * size

@triton.jit
def near(x):
    return x + 1

"""


def parsed(path: Path) -> Module:
    return Project([], lambda _: True).module(path, SourceFile(path.name, path.read_bytes()))


def in_memory(body: str) -> tuple[ast.FunctionDef, str]:
    text = f"def kernel(p, q, s):\n    {body}\n"
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    return function, text


@pytest.mark.parametrize(
    "body",
    [
        "tl.store(p, tl.load(p) + 1)",
        "tl.store((p + s), tl.load(p + s) + 1)",
        "tl.store(\n        # the sum\n        p, tl.load( p ) + 1)",
        "tl.store(\\\n        p, tl.load(p) + 1)",
        "tl.store (p[0], tl.load((p)[0]) + 1)",
    ],
)
def test_the_text_tells_that_an_address_comes_back(body: str) -> None:
    function, text = in_memory(body)
    assert updated(function)
    assert may_come_back(text)


@pytest.mark.parametrize("body", ["tl.store(p, tl.load(q) + 1)", "tl.load(p)", "tl.store(p, s)"])
def test_the_text_tells_that_no_address_comes_back(body: str) -> None:
    function, text = in_memory(body)
    assert not updated(function)
    assert not may_come_back(text)


def test_what_adds_to_memory_says_so() -> None:
    function, text = in_memory("tl.atomic_add(p, s)")
    assert added_atomically(function)
    assert may_keep(text)


def test_the_gates_let_through_the_kernels_of_all_fixtures() -> None:
    seen = 0
    for module in map(parsed, FIXTURES):
        for kernel in kernels(module):
            text = module.source.lines_of(kernel.node)
            assert may_come_back(text) or not (updated(kernel.node) or read_back(kernel.node))
            assert may_keep(text) or not added_atomically(kernel.node)
            widened = any(each.widened or each.late for each in offsets(kernel))
            assert names_64_bits(kernel, text) or not widened
            seen += widened
    assert seen > 20


@pytest.mark.parametrize(
    ("offset", "named"),
    [
        ("tl.program_id(0).to(tl.int64) * s", True),
        ("tl.program_id(0).to('int64') * s", True),
        ("wide(tl.program_id(0)) * s", True),
        ("row(4) * s", True),
        ("near(tl.program_id(0)) * s", False),
        ("tl.program_id(0) * s", False),
    ],
)
def test_a_kernel_names_64_bits_itself_or_where_it_is_read_further(
    tmp_path: Path, offset: str, named: bool
) -> None:
    file = tmp_path / "kernel.py"
    kernel_text = f"@triton.jit\ndef kernel(p, s):\n    tl.load(p + {offset})\n"
    file.write_text(HELPERS + kernel_text)
    module = parsed(file)
    kernel = next(each for each in kernels(module) if each.name == "kernel")
    assert names_64_bits(kernel, module.source.lines_of(kernel.node)) is named
    assert any(each.widened is not None for each in offsets(kernel)) is named
