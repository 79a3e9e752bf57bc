"""What the names of strides say of the dimensions of memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tritonlint.facts.hazards.dimensions import has_more_dimensions, has_several_more, is_last
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernels
from tritonlint.facts.project.project import Project
from tritonlint.source import SourceFile


def kernel(tmp_path: Path, strides: str, name: str = "kernel") -> Kernel:
    text = f"import triton\n\n@triton.jit\ndef {name}(x, {strides}):\n    pass\n"
    file = tmp_path / f"{name}.py"
    file.write_text(text)
    module = Project([], lambda _: True).module(file, SourceFile(f"{name}.py", text.encode()))
    return next(iter(kernels(module)))


@pytest.mark.parametrize(
    ("twin", "own", "of_twin", "stride", "more"),
    [
        ("stride_ob, stride_om, stride_on", "stride_jn, stride_ob", "stride_ob", "stride_ob", True),
        ("stride_ob, stride_om, stride_on", "stride_db", "stride_ob", "stride_db", True),
        # The stride of neighbours need not be passed.
        ("stride_xm, stride_xn", "stride_xm", "stride_xm", "stride_xm", False),
        ("stride_ob, stride_om, stride_on", "stride_ob, stride_om", "stride_ob", "stride_ob", False),
        # Other names begin alike, and may be of the same memory.
        ("stride_qz, stride_qh, stride_qm", "stride_qbs, stride_qh", "stride_qz", "stride_qh", False),
        # Two letters for the memory.
        ("stride_dqz, stride_dqh, stride_dqm", "stride_dz", "stride_dqz", "stride_dz", True),
        # No short names.
        ("stride_x_b, stride_x_m, stride_x_n", "stride_b", "stride_x_b", "stride_b", False),
        ("stride_a, stride_b, stride_c", "stride_a", "stride_a", "stride_a", False),
    ],
)
def test_two_dimensions_more_by_short_names(
    tmp_path: Path, twin: str, own: str, of_twin: str, stride: str, more: bool
) -> None:
    both = kernel(tmp_path, twin, "twin"), kernel(tmp_path, own)
    assert has_several_more(*both, (of_twin,), (stride,)) is more


@pytest.mark.parametrize(
    ("twin", "own", "more"),
    [
        ("stride_x_n, stride_x_t", "stride_x_n", True),
        ("stride_x_n, stride_x_t", "stride_x_n, stride_x_t", False),
        ("stride_n, stride_t", "stride_n", False),
    ],
)
def test_a_dimension_more_by_long_names(tmp_path: Path, twin: str, own: str, more: bool) -> None:
    both = kernel(tmp_path, twin, "twin"), kernel(tmp_path, own)
    assert has_more_dimensions(*both, (own.split(", ")[0],)) is more


@pytest.mark.parametrize(
    ("strides", "stride", "last"),
    [
        ("stride_x_n, stride_x_d", "stride_x_d", True),
        ("stride_x_n, stride_x_d", "stride_x_n", False),
        ("stride_x_n", "stride_x_n", False),
        ("stride_n, stride_d", "stride_d", False),
        ("x_stride, x_size", "x_stride", False),
    ],
)
def test_the_last_of_several_is_that_of_neighbours(
    tmp_path: Path, strides: str, stride: str, last: bool
) -> None:
    assert is_last(kernel(tmp_path, strides), (stride,)) is last
