"""Kernels and wrappers as people write them, and tests of theirs that launch them: hazards that
only a run shows, and correct code."""

KERNELS = """
import torch
import triton
import triton.language as tl


@triton.jit
def double_kernel(x_ptr, out_ptr, N: tl.constexpr):
    i = tl.arange(0, N)
    tl.store(out_ptr + i, tl.load(x_ptr + i).to(tl.float32) * 2.0)


@triton.jit
def round_kernel(x_ptr, out_ptr, N: tl.constexpr):
    i = tl.arange(0, N)
    x = tl.load(x_ptr + i).to(tl.float32) * 2.0
    tl.store(out_ptr + i, tl.clamp(tl.floor(x + 0.5), -127.0, 127.0).to(tl.int8))


@triton.jit
def copy_kernel(x_ptr, out_ptr, N: tl.constexpr):
    i = tl.arange(0, N)
    tl.store(out_ptr + i, tl.load(x_ptr + i))


@triton.autotune(configs=[triton.Config({"B": 8}), triton.Config({"B": 16})], key=["n"])
@triton.heuristics({"EVEN": lambda args: args["n"] % 2 == 0})
@triton.jit
def tuned_kernel(x_ptr, out_ptr, n, B: tl.constexpr, EVEN: tl.constexpr):
    i = tl.arange(0, B)
    tl.store(out_ptr + i, tl.load(x_ptr + i).to(tl.float32) + 1.0)


def double(x, out):
    double_kernel[(1,)](x, out, N=16)


def quantize(x, out):
    round_kernel[(1,)](x, out, N=16)


def copy(x, out):
    copy_kernel[(1,)](x, out, N=16)


def tuned(x, out):
    tuned_kernel[(1,)](x, out, 16)


def by_name(**tensors):
    double_kernel[(1,)](**tensors, N=16)


def launched_by(launch, *args):
    launch[(1,)](*args, N=16)
"""

_HEAD = """
import threading

import pytest
import torch
from kernels import by_name, copy, double, double_kernel, launched_by, quantize, tuned

def new(dtype=torch.float32):
    return torch.zeros(16, dtype=dtype)

def codes(dtype=torch.float8_e4m3fn):
    return torch.ones(16).to(dtype)

"""

# By name: the body of a test, and the code and the parameter that are found, if any.
CASES = {
    "codes_read_as_numbers": ("double(codes().view(torch.uint8), new())", "TL002", "x_ptr"),
    "codes_kept_in_a_page": (
        "page = torch.zeros(64, dtype=torch.uint8)\n    page[:16].view(torch.float8_e4m3fn)\n"
        "    double(page[:16], new())",
        "TL002",
        "x_ptr",
    ),
    "scales_beside_the_bytes": (
        "page = torch.zeros(80, dtype=torch.uint8)\n    double(page[16:].view(torch.float32), page[:16])",
        "TL001",
        "out_ptr",
    ),
    "truncated_then_read_as_codes": (
        "page = new(torch.uint8)\n    double(new(), page)\n    double(page.view(torch.float8_e4m3fn), new())",
        "TL001",
        "out_ptr",
    ),
    "written_as_e4m3_read_as_e5m2": (
        "page = new(torch.uint8)\n    double(new(), page.view(torch.float8_e4m3fn))\n"
        "    double(page.view(torch.float8_e5m2), new())",
        "TL003",
        "x_ptr",
    ),
    "made_as_e5m2_read_as_e4m3": (
        "double(codes(torch.float8_e5m2).view(torch.float8_e4m3fn), new())",
        "TL003",
        "x_ptr",
    ),
    "bfloat16_read_as_float16": (
        "y = new(torch.bfloat16)\n    double(new(), y)\n    double(y.view(torch.float16), new())",
        "TL003",
        "x_ptr",
    ),
    "quantized_without_rounding": ("double(new(), new(torch.int8))", "TL004", ""),
    "autotuned": ("tuned(codes().view(torch.uint8), new())", "TL002", "x_ptr"),
    "kernel_passed_around": (
        "launched_by(double_kernel, codes().view(torch.uint8), new())",
        "TL002",
        "x_ptr",
    ),
    "named_in_another_order": (
        "y, z = new(torch.bfloat16), new(torch.bfloat16)\n    for each in ({'x_ptr': z, 'out_ptr': z}, {'out_ptr': y, 'x_ptr': z}):\n"
        "        by_name(**each)\n    double(y.view(torch.float16), new())",
        "TL003",
        "x_ptr",
    ),
    "in_a_thread": (
        "each = threading.Thread(target=double, args=(codes().view(torch.uint8), new()))\n"
        "    each.start()\n    each.join()",
        "TL002",
        "x_ptr",
    ),
    "copied_as_numbers": ("page = new(torch.uint8)\n    page.copy_(codes())", "TL010", ""),
    # Correct code.
    "codes_as_codes": ("double(codes(), new())", "", ""),
    "an_image": ("double(torch.full((16,), 200, dtype=torch.uint8), new())", "", ""),
    "rounded_on_purpose": ("quantize(new(), new(torch.int8))", "", ""),
    "bytes_copied": ("copy(codes().view(torch.uint8), new(torch.uint8))", "", ""),
    "integers_with_their_scales": (
        "page = torch.zeros(80, dtype=torch.uint8)\n    quantize(new(), page[:16].view(torch.int8))\n"
        "    page[16:].view(torch.float32)\n    double(page[:16].view(torch.int8), new())",
        "",
        "",
    ),
    "memory_used_again": (
        "y = new(torch.bfloat16)\n    double(new(), y)\n    z = y.view(torch.float16)\n    z.fill_(1.0)\n"
        "    double(z, new())",
        "",
        "",
    ),
    "copied_as_another_width": (
        "y = new(torch.bfloat16)\n    double(new(), y)\n    copy(y.view(torch.float16), new(torch.float16))",
        "",
        "",
    ),
    "normalized_for_another_chip": (
        "double(codes().view(torch.float8_e4m3fnuz), new())",
        "",
        "",
    ),
    "other_parts_of_a_page": (
        "page = torch.zeros(96, dtype=torch.uint8)\n    double(new(), page[:16].view(torch.float8_e4m3fn))\n"
        "    double(page[32:64].view(torch.float16), new())",
        "",
        "",
    ),
}


def module(names):
    """A module with a test for each of these cases."""
    tests = [f"def test_{name}():\n    {CASES[name][0]}\n" for name in names]
    return _HEAD + "\n\n".join(tests)
