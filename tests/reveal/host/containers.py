"""Buffers in tuples, lists and dicts."""
import torch
import triton
import triton.language as tl


@triton.jit
def copy(source, target):
    tl.store(target, tl.load(source))


def in_a_list(x, n):
    pages = [torch.empty(n, dtype=torch.uint8), torch.empty(n, dtype=torch.float32)]
    copy[(1,)](x, pages[0])
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 13, raw (line 13)
    copy[(1,)](x, pages[-1])
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float32 of line 13


def in_a_dict(x, n):
    buffers = {"codes": torch.empty(n, dtype=torch.uint8), "scale": torch.empty(n)}
    copy[(1,)](buffers["codes"], buffers["scale"])
    # reveal: copy
    # reveal:     source: uint8 of line 25, raw (line 25)
    # reveal:     target: bfloat16 or float16 or float32 or float64 of line 25


def by_a_table(x, n, kind):
    dtypes = {"fp8": torch.uint8, "auto": torch.bfloat16}
    copy[(1,)](x, torch.empty(n, dtype=dtypes[kind]))
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 34, raw (line 34), likely raw for float8_e4m3fn or float8_e4m3fnuz (line 34) if quantized(kind) as 'fp8'
    # reveal:     target: bfloat16 of line 34 if not quantized(kind) as 'fp8'


def unpacked(x, n):
    page, (scale, *_) = torch.empty(n, dtype=torch.uint8), (torch.empty(n), n)
    copy[(1,)](page, scale)
    # reveal: copy
    # reveal:     source: uint8 of line 42, raw (line 42)
    # reveal:     target: bfloat16 or float16 or float32 or float64 of line 42


def swapped(x, n):
    page = torch.empty(n, dtype=torch.uint8)
    x, page = page, x
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: uint8 of line 50, raw (line 50)
    # reveal:     target: unknown of x


def a_list_of_known_length(x, n):
    pages = []
    for dtype in (torch.uint8, torch.float32):
        pages.append(torch.empty(n, dtype=dtype))
    raw, numbers = pages
    copy[(1,)](x, numbers)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float32 of line 61#1
    copy[(1,)](x, raw)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 61, raw (line 61)


def those_that_are_kept(x, n):
    kinds = (("codes", torch.uint8), ("scales", torch.float32))
    (codes,) = [torch.empty(n, dtype=dtype) for kind, dtype in kinds if kind == "codes"]
    copy[(1,)](x, codes)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 75, raw (line 75)
