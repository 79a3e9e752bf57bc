"""Views keep the memory, and change what it is taken for."""
import torch
import triton
import triton.language as tl


@triton.jit
def copy(source, target):
    tl.store(target, tl.load(source))


def there_and_back(x, n):
    page = torch.empty(n, dtype=torch.uint8)
    codes = page.view(torch.float8_e4m3fn)
    copy[(1,)](x, codes)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn of line 13, viewed (line 14)
    copy[(1,)](codes.view(torch.uint8), page)
    # reveal: copy
    # reveal:     source: uint8 of line 13, viewed (line 19), raw (line 19), raw for float8_e4m3fn (line 19)
    # reveal:     target: uint8 of line 13, raw (line 13), raw for float8_e4m3fn (line 19), likely raw for float8_e4m3fn (line 14)


def of_a_parameter(x, page):
    copy[(1,)](x.view(torch.uint8), page.view(torch.float32))
    # reveal: copy
    # reveal:     source: uint8 of x, viewed (line 26), raw (line 26)
    # reveal:     target: float32 of page, viewed (line 26)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: unknown of page


def of_a_shape(n):
    page = torch.empty(n, dtype=torch.uint8)
    copy[(1,)](page.view(-1, 4), page.reshape(-1).contiguous())
    # reveal: copy
    # reveal:     source: uint8 of line 37, raw (line 37)
    # reveal:     target: uint8 of line 37, raw (line 37)


def as_another_is(x, page):
    copy[(1,)](x, page.view(x.dtype))
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: unknown of page, viewed (line 45)


def by_keyword(x, page):
    copy[(1,)](x, page.view(dtype=torch.int8))
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: int8 of page, viewed (line 52), raw (line 52)


def under_a_test(x, page, is_fp8):
    if is_fp8:
        page = page.view(torch.float8_e4m3fn)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn of page, perhaps viewed (line 60)


def after_the_launch(x, n):
    page = torch.empty(n, dtype=torch.uint8)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 68, raw (line 68), likely raw for float8_e4m3fn (line 73)
    page = page.view(torch.float8_e4m3fn)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn of line 68, viewed (line 73)


def converted(x):
    codes = x.to(torch.float8_e4m3fn)
    copy[(1,)](x, codes.view(torch.uint8))
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 81, viewed (line 82), raw (line 82), raw for float8_e4m3fn (line 81)


def by_the_platform(x, page):
    copy[(1,)](x, page.view(current_platform.fp8_dtype()))
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn or float8_e4m3fnuz of page, viewed (line 89)
