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
        # reveal:     target: uint8 of pages#*, viewed (line 14), raw (line 14)


def made_before(x, n):
    page = torch.empty(n, dtype=torch.uint8)
    for _ in range(n):
        copy[(1,)](x, page)
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: uint8 of line 21, raw (line 21), likely raw for float8_e4m3fn (line 30)
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: float8_e4m3fn of line 21, viewed (line 30)
        page = page.view(torch.float8_e4m3fn)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn of line 21, perhaps viewed (line 30)


def left_early(x, n):
    out = torch.empty(n, dtype=torch.float32)
    while n:
        out = torch.empty(n, dtype=torch.uint8)
        if n > 4:
            break
    copy[(1,)](x, out)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 40, raw (line 40) if n
    # reveal:     target: float32 of line 38


def inside_with(x, n):
    with torch.no_grad():
        out = torch.empty(n, dtype=torch.uint8)
    copy[(1,)](x, out)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 52, raw (line 52)


def left_with_a_view(x, n):
    page = torch.empty(n, dtype=torch.uint8)
    codes = torch.empty(n, dtype=torch.float32)
    for i in range(n):
        if i == 4:
            codes = page
            break
    copy[(1,)](x, codes)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float32 of line 61
    # reveal:     target: uint8 of line 60, raw (line 60) if line 62#* == 4


def not_left(x, n):
    out = torch.empty(n, dtype=torch.uint8)
    for i in range(n):
        if i == 4:
            break
    else:
        out = torch.empty(n, dtype=torch.float32)
    copy[(1,)](x, out)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float32 of line 79
    # reveal:     target: uint8 of line 74, raw (line 74) if line 75#* == 4


def goes_on_with_the_next(x, n):
    page = torch.empty(n, dtype=torch.uint8)
    for kind in ("skip", "view", "none"):
        if kind == "skip":
            continue
        if kind == "view":
            page = page.view(torch.float8_e4m3fn)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn of line 88, viewed (line 93)


def until_left(x, n):
    while True:
        out = torch.empty(n, dtype=torch.uint8)
        if n:
            out = torch.empty(n, dtype=torch.float32)
            break
        n -= 1
    copy[(1,)](x, out)
    # reveal: copy if n
    # reveal:     source: unknown of x
    # reveal:     target: float32 of line 104


def first_of_several(x, n):
    out = torch.empty(n, dtype=torch.float32)
    first = True
    for _ in (1, 2):
        if first:
            out = torch.empty(n, dtype=torch.uint8)
        first = False
        copy[(1,)](x, out)
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: uint8 of line 118, raw (line 118), likely raw for float8_e4m3fn (line 127)
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: float8_e4m3fn of line 118, viewed (line 127)
        out = out.view(torch.float8_e4m3fn)
