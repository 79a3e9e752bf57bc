"""Launches whose facts lie in several modules: imported kernels, callers of a wrapper, classes and
helpers from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, KERNELS, expected, found, write

# Modules of a package; the file of the finding is checked alone, too.
PACKAGES = {
    "a_caller_gives_the_kernel": {
        "pkg/ops.py": KERNELS,
        "pkg/launching.py": """
            import torch

            def fill(kernel, x):
                page = torch.empty(64, dtype=torch.uint8)
                kernel[(1,)](x, page, 64)  # expect: TL001

            def fill_viewed(kernel, x):
                page = torch.empty(64, dtype=torch.uint8)
                kernel[(1,)](x, page.view(torch.float8_e4m3fn), 64)
            """,
        "pkg/calling.py": """
            import triton
            from . import launching, ops

            def run(x):
                launching.fill(ops.quantize, x)

            def run_viewed(x):
                launching.fill_viewed(ops.quantize, x)
            """,
    },
    "the_base_makes_the_buffers": {
        "pkg/ops.py": KERNELS,
        "pkg/pool.py": """
            import torch

            class Pool:
                def __init__(self, size, dtype):
                    self.size = size
                    self.make_buffers(dtype)

                def make_buffers(self, dtype):
                    self.kv_buffer = torch.empty((self.size, 64), dtype=dtype)

                def free_buffers(self):
                    self.kv_buffer = None
            """,
        "pkg/bytes.py": """
            import torch
            from .pool import Pool

            class Bytes(Pool):
                def __init__(self, size):
                    super().__init__(size, torch.uint8)

            class Halves(Pool):
                def __init__(self, size):
                    super().__init__(size, torch.float16)
            """,
        "pkg/layer.py": """
            import torch
            from .bytes import Bytes, Halves
            from .ops import quantize

            class Layer:
                def write(self, x, layer):
                    pool: Bytes = self.pool
                    quantize[(1,)](x, pool.kv_buffer[layer].view(torch.float8_e4m3fn), 64)

                def write_halves(self, x, layer):
                    pool: Halves = self.pool
                    quantize[(1,)](x, pool.kv_buffer[layer], 64)  # not looked at

                def write_unviewed(self, x, layer):
                    pool: Bytes = self.pool
                    quantize[(1,)](x, pool.kv_buffer[layer], 64)  # expect: TL001
            """,
    },
    "an_enum_decides": {
        "pkg/ops.py": KERNELS,
        "pkg/policy.py": """
            from enum import IntEnum

            class Policy(IntEnum):
                NONE = 0
                CODES = 8  # fp8
            """,
        "pkg/layer.py": """
            import torch
            from .ops import copy, quantize
            from .policy import Policy

            def write(x, page, policy):
                if policy == Policy.CODES:
                    quantize[(1,)](x, page, 64)
                else:
                    copy[(1,)](x, page, 64)

            def packed(x, page):
                assert page.dtype == torch.uint8
                write(x, page, Policy.NONE)

            def quantized(x, page):
                assert page.dtype == torch.uint8
                write(x, page, policy=Policy.CODES)  # expect: TL001
            """,
    },
    "imported_kernel": {
        "pkg/ops.py": KERNELS,
        "pkg/layer.py": """
            import torch
            from .ops import quantize

            def launch(x, page):
                assert page.dtype == torch.uint8
                quantize[(1,)](x, page, 64)  # expect: TL001
            """,
    },
    "imported_module": {
        "pkg/ops.py": KERNELS,
        "pkg/layer.py": """
            import torch
            import pkg.ops
            from pkg import ops as kernels

            def launch(x, page):
                assert page.dtype == torch.uint8
                kernels.quantize[(1,)](x, page, 64)  # expect: TL001
                pkg.ops.quantize[(1,)](x, page, 64)  # expect: TL001
                kernels.copy[(1,)](x, page, 64)
            """,
    },
    "import_decides_between_namesakes": {
        "pkg/stores.py": IMPORTS
        + """
@triton.jit
def kernel(x_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    tl.store(out_ptr + offsets, tl.load(x_ptr + offsets).to(tl.float32) * 448.0)
""",
        "pkg/copies.py": IMPORTS
        + """
@triton.jit
def kernel(x_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    tl.store(out_ptr + offsets, tl.load(x_ptr + offsets))
""",
        "pkg/one.py": """
            import torch
            from .stores import kernel

            def launch(x, page):
                assert page.dtype == torch.uint8
                kernel[(1,)](x, page, 64)  # expect: TL001
            """,
        "pkg/other.py": """
            import torch
            from .copies import kernel

            def launch(x, page):
                assert page.dtype == torch.uint8
                kernel[(1,)](x, page, 64)
            """,
        "pkg/both.py": """
            import torch
            from .copies import kernel
            from .stores import kernel as other

            def launch(x, page):
                assert page.dtype == torch.uint8
                kernel[(1,)](x, page, 64)
                other[(1,)](x, page, 64)  # expect: TL001
            """,
        "pkg/neither.py": """
            import torch
            from elsewhere import kernel

            def launch(x, page):
                assert page.dtype == torch.uint8
                kernel[(1,)](x, page, 64)  # not looked at
            """,
    },
    "import_under_a_platform": {
        "pkg/ops.py": KERNELS,
        "pkg/layer.py": """
            import torch

            if torch.version.hip:
                from .ops import quantize
            else:
                quantize = None

            def launch(x, page):
                from .ops import copy
                assert page.dtype == torch.uint8
                quantize[(1,)](x, page, 64)  # expect: TL001
                copy[(1,)](x, page, 64)
            """,
    },
    "caller_passes_the_region": {
        "pkg/ops.py": KERNELS
        + """
def store(x, out):
    quantize[(1,)](x, out, 64)
""",
        "pkg/layer.py": """
            import torch
            from pkg.ops import store

            def forward(x, page):
                codes = page[:, :4]  # expect: TL001
                scales = page[:, 4:].view(torch.float32)
                store(x, codes)

            def forward_viewed(x, page):
                codes = page[:, :4].view(torch.float8_e4m3fn)
                scales = page[:, 4:].view(torch.float32)
                store(x, codes)
            """,
    },
    "caller_passes_its_own_allocation": {
        "pkg/ops.py": KERNELS
        + """
def store(x, out):
    quantize[(1,)](x, out, 64)
""",
        "pkg/layer.py": """
            import torch
            from . import ops

            def forward(x, n):
                codes = torch.empty(n, dtype=torch.uint8)
                ops.store(x, codes)  # expect: TL001
                ops.store(x, codes.view(torch.float8_e4m3fn))
                ops.store(out=torch.empty(n, dtype=torch.float16), x=x)
            """,
    },
    "wrapper_views_what_it_is_passed": {
        "pkg/ops.py": KERNELS
        + """
def store(x, out):
    out = out.view(torch.float8_e4m3fn)
    quantize[(1,)](x, out, 64)
""",
        "pkg/layer.py": """
            import torch
            from .ops import store

            def forward(x, n):
                store(x, torch.empty(n, dtype=torch.uint8))
            """,
    },
    "caller_of_a_caller": {
        "pkg/ops.py": KERNELS
        + """
def store(x, out):
    quantize[(1,)](x, out, 64)
""",
        "pkg/middle.py": """
            from .ops import store

            # The triton kernel is behind this.
            def insert(x, out):
                return store(x, out)
            """,
        "pkg/layer.py": """
            import torch
            from .middle import insert

            def forward(x, n):
                codes = torch.empty(n, dtype=torch.uint8)
                insert(x, codes)  # expect: TL001
            """,
    },
    "method_of_a_layer": {
        "pkg/ops.py": KERNELS
        + """
def store(x, out):
    quantize[(1,)](x, out, 64)
""",
        "pkg/layer.py": """
            import torch
            from .ops import store

            class Layer:
                def __init__(self, n):
                    self.page = torch.zeros(n, dtype=torch.uint8)

                def forward(self, x):
                    self.insert(x, self.page[:, :4])  # expect: TL001
                    self.insert(x, self.page[:, :4].view(torch.float8_e4m3fn))

                def insert(self, x, out):
                    store(x, out)
            """,
    },
    "namesake_of_the_wrapper": {
        "pkg/ops.py": KERNELS
        + """
def store(x, out):
    quantize[(1,)](x, out, 64)  # not looked at
""",
        "pkg/layer.py": """
            import torch

            def store(x, out):
                # The fp8 kernel of the same name is not meant.
                return x, out

            def forward(x, n):
                store(x, torch.empty(n, dtype=torch.uint8))
            """,
    },
    "operator_registered_by_a_call": {
        "pkg/ops.py": KERNELS
        + """
from torch.library import Library

def _insert(x, page):
    quantize[(1,)](x, page, 64)

register_op(op_name="insert_codes", op_func=_insert, mutates_args=["page"])
""",
        "pkg/layer.py": """
            import torch
            import pkg.ops

            def forward(x, n):
                page = torch.zeros(n, dtype=torch.uint8)
                torch.ops.project.insert_codes(x, page)  # expect: TL001

            def viewed(x, n):
                page = torch.zeros(n, dtype=torch.uint8)
                torch.ops.project.insert_codes(x, page.view(torch.float8_e4m3fn))
            """,
    },
    "operator_registered_by_a_decorator": {
        "pkg/ops.py": KERNELS
        + """
@torch.library.custom_op("project::put_codes", mutates_args=("page",))
def put_codes(x, page):
    quantize[(1,)](x, page, 64)
""",
        "pkg/layer.py": """
            import torch

            def forward(x, n):
                page = torch.zeros(n, dtype=torch.uint8)
                torch.ops.project.put_codes(x, page)  # expect: TL001
            """,
    },
    "class_inherited": {
        "pkg/base.py": """
            import torch

            class Base:
                def __init__(self, n):
                    self.page = torch.zeros(n, dtype=torch.uint8)
            """,
        "pkg/layer.py": KERNELS
        + """
from .base import Base

class Layer(Base):
    def forward(self, x):
        quantize[(1,)](x, self.page, 64)  # expect: TL001

class Viewed(Base):
    def forward(self, x):
        quantize[(1,)](x, self.page.view(torch.float8_e4m3fn), 64)
""",
    },
    "helper_of_another_module": {
        "pkg/dtypes.py": """
            import torch

            def storage_dtype():
                return torch.uint8

            STORAGE = torch.uint8
            CODES = torch.float8_e4m3fn
            """,
        "pkg/layer.py": KERNELS
        + """
from .dtypes import CODES, STORAGE, storage_dtype

def launch(x, n):
    quantize[(1,)](x, torch.empty(n, dtype=STORAGE), 64)  # expect: TL001
    quantize[(1,)](x, torch.empty(n, dtype=STORAGE).view(CODES), 64)
    quantize[(1,)](x, torch.empty(n, dtype=storage_dtype()), 64)  # expect: TL001
""",
    },
}


@pytest.mark.parametrize("files", PACKAGES.values(), ids=PACKAGES.keys())
def test_across_modules(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, files | {"pkg/__init__.py": ""})
    wanted = expected(files)
    assert found() == wanted
    # One file alone: what is found in it does not depend on what else is checked.
    for name in files:
        alone = {place: count for place, count in wanted.items() if place[0] == name}
        assert found(name) == alone


SCALES = f"""{IMPORTS}
@triton.jit
def exponents(exponents_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    exponent = tl.load(exponents_ptr + offsets)
    tl.store(out_ptr + offsets, tl.exp2(exponent.to(tl.float32) - 127))  # expect: TL009
"""
GIVEN = "scales.to(torch.int8), out, 64"
LAUNCHES_ELSEWHERE = {
    "imported": ("from .ops import exponents", "exponents[(1,)]"),
    "imported_among_others": ("from .ops import (\n    triton,\n    exponents,\n)", "exponents[(1,)]"),
    "imported_by_another_name": ("from .ops import exponents as kernel", "kernel[(1,)]"),
    "all_imported": ("from .ops import *", "exponents[(1,)]"),
    "module": ("from . import ops", "ops.exponents[(1,)]"),
    "alias": ("from . import ops\n\nkernel = ops.exponents\n", "kernel[(1,)]"),
}


@pytest.mark.parametrize("form", LAUNCHES_ELSEWHERE)
def test_a_kernel_is_judged_by_launches_of_other_files_when_it_is_checked_alone(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports, launch = LAUNCHES_ELSEWHERE[form]
    calling = f"import torch\n{imports}\n\n\ndef decode(scales, out):\n    {launch}({GIVEN})\n"
    write(tmp_path, {"pkg/__init__.py": "", "pkg/ops.py": SCALES, "pkg/layer.py": calling})
    monkeypatch.chdir(tmp_path)
    assert found("pkg/ops.py") == expected({"pkg/ops.py": SCALES})
