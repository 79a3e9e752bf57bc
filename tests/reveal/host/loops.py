"""Loops run once at least, for what they leave behind."""
import torch
import triton
import triton.language as tl


@triton.jit
def copy(source, target):
    tl.store(target, tl.load(source))


def over_pages(x, pages):
    for page in pages:
        copy[(1,)](x, page.view(torch.uint8))
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: uint8 of line 13, viewed (line 14), raw (line 14)


def made_before(x, n):
    page = torch.empty(n, dtype=torch.uint8)
    for _ in range(n):
        copy[(1,)](x, page)
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: uint8 of line 21, raw (line 21), likely raw for float8_e4m3fn (line 27)
        page = page.view(torch.float8_e4m3fn)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn of line 21, perhaps viewed (line 27)


def left_early(x, n):
    out = torch.empty(n, dtype=torch.float32)
    while n:
        out = torch.empty(n, dtype=torch.uint8)
        if n > 4:
            break
    copy[(1,)](x, out)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 37, raw (line 37) if n and not Gt n == 4
    # reveal:     target: float32 of line 35


def inside_with(x, n):
    with torch.no_grad():
        out = torch.empty(n, dtype=torch.uint8)
    copy[(1,)](x, out)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 49, raw (line 49)
