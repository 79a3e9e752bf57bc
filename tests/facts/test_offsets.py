"""What is read of the offsets of a kernel: their factors, their width, where they are widened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tritonlint.facts.device.reading.offsets import Offset, begins_within, offsets
from tritonlint.facts.project.kernels import kernels
from tritonlint.facts.project.project import Project
from tritonlint.source import SourceFile

HEAD = """\
import triton
import triton.language as tl

WIDTH: tl.constexpr = 16

@triton.jit
def wide_program():
    return tl.program_id(0).to(tl.int64)

@triton.jit
def kernel(x_ptr, index_ptr, stride, far: tl.int64, SIZE: tl.constexpr, WIDE: tl.constexpr):
"""


def read(tmp_path: Path, *lines: str) -> list[Offset]:
    file = tmp_path / "kernel.py"
    text = HEAD + "".join(f"    {line}\n" for line in lines)
    file.write_text(text)
    module = Project([], lambda _: True).module(file, SourceFile("kernel.py", text.encode()))
    return list(offsets(next(each for each in kernels(module) if each.name == "kernel")))


@pytest.mark.parametrize(
    ("index", "width"),
    [
        ("tl.program_id(0)", 32),
        ("tl.program_id(0).to(tl.int64)", 64),
        ("tl.cast(tl.program_id(0), tl.int64)", 64),
        ("tl.program_id(0).to('int64')", 64),
        ("wide_program()", 64),
        ("tl.program_id(0) * SIZE + tl.arange(0, SIZE)", 32),
        ("(tl.program_id(0) * SIZE + tl.arange(0, SIZE))[:, None]", 32),
        ("tl.program_id(0).to(tl.int64) // WIDTH", 64),
        ("tl.program_id(0) + far", 64),
        ("tl.load(index_ptr + tl.program_id(0))", 32),
        ("tl.load(index_ptr).to(tl.int64)", 64),
        ("tl.program_id(0).to(tl.int64) if WIDE else tl.program_id(0)", -1),
    ],
)
def test_the_width_of_a_product_is_that_of_its_widest_factor(
    tmp_path: Path, index: str, width: int
) -> None:
    (offset,) = read(tmp_path, f"row = {index}", "tl.load(x_ptr + row * stride)")
    assert (offset.product.width, offset.strides) == (width, ("stride",))


def test_a_flag_that_widens_leaves_the_width_open(tmp_path: Path) -> None:
    lines = ("row = tl.program_id(0)", "if WIDE:", "    row = row.to(tl.int64)")
    (offset,) = read(tmp_path, *lines, "tl.load(x_ptr + row * stride)")
    assert not offset.narrow


@pytest.mark.parametrize(
    ("again", "width"),
    [
        ("if WIDE:", 64),
        ("if not WIDE:\n        pass\n    else:", 64),
        ("if not WIDE:", 32),
        ("if SIZE:", 32),
        ("if True:", 32),
        ("WIDE = SIZE\n    if WIDE:", 32),
    ],
)
def test_what_is_tested_again_came_out_as_before(tmp_path: Path, again: str, width: int) -> None:
    first = ("if WIDE:", "    row = tl.program_id(0).to(tl.int64)", "else:")
    lines = (*first, "    row = tl.load(index_ptr)", again, "    tl.load(x_ptr + row * stride)")
    (offset,) = read(tmp_path, *lines)
    assert offset.product.width == width


@pytest.mark.parametrize(
    "index",
    ["tl.program_id(0) % WIDTH", "tl.arange(0, SIZE)", "tl.minimum(tl.program_id(0), 7)", "SIZE"],
)
def test_what_cannot_become_large_is_no_index(tmp_path: Path, index: str) -> None:
    assert read(tmp_path, f"tl.load(x_ptr + ({index}) * stride)") == []


def test_a_product_that_is_widened_late_is_known_with_its_cast(tmp_path: Path) -> None:
    lines = ("at = tl.program_id(0) * stride", "at = at.to(tl.int64)", "tl.load(x_ptr + at)")
    (offset,) = read(tmp_path, *lines)
    assert offset.narrow and offset.late is not None and offset.widened is None


def test_a_product_that_is_multiplied_again_is_no_offset(tmp_path: Path) -> None:
    lines = ("first = (tl.program_id(0) * stride).to(tl.int64)", "tl.load(x_ptr + first * far)")
    (offset,) = read(tmp_path, *lines)
    assert not offset.narrow and offset.late is None


def test_the_loop_of_a_kernel_counts(tmp_path: Path) -> None:
    lines = ("for row in range(tl.program_id(0), stride):", "    tl.load(x_ptr + row * stride)")
    (offset,) = read(tmp_path, *lines)
    assert offset.narrow and offset.spelled == "row"


@pytest.mark.parametrize(
    ("lines", "within"),
    [
        (["at = x_ptr + start.to(tl.int64) * stride", "tl.load(at + row * stride)"], True),
        (["tl.load(x_ptr + start.to(tl.int64) * stride + row * stride)"], True),
        (["x_ptr += start.to(tl.int64) * stride", "tl.load(x_ptr + row * stride)"], True),
        # In 32 bits itself, or widened late.
        (["tl.load(x_ptr + start * stride + row * stride)"], False),
        (["tl.load(x_ptr + (start * stride).to(tl.int64) + row * stride)"], False),
        # By another stride, or a part of it.
        (["tl.load(x_ptr + start.to(tl.int64) * far + row * stride)"], False),
        (["tl.load(x_ptr + start.to(tl.int64) * stride + row * stride * other)"], False),
        # In another address.
        (["tl.load(x_ptr + start.to(tl.int64) * stride)", "tl.load(x_ptr + row * stride)"], False),
    ],
)
def test_rows_count_from_where_the_same_stride_moved_the_pointer(
    tmp_path: Path, lines: list[str], within: bool
) -> None:
    begin = ["start = tl.load(index_ptr)", "row = tl.program_id(0)", "other = far"]
    file = tmp_path / "kernel.py"
    text = HEAD + "".join(f"    {line}\n" for line in [*begin, *lines])
    file.write_text(text)
    module = Project([], lambda _: True).module(file, SourceFile("kernel.py", text.encode()))
    kernel = next(each for each in kernels(module) if each.name == "kernel")
    rows = [each for each in offsets(kernel) if each.index.op == "program"]
    assert [begins_within(kernel, each) for each in rows] == [within]
