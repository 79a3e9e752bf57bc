"""What functions of the project return, and what they are given."""
import torch
import triton
import triton.language as tl


@triton.jit
def copy(source, target):
    tl.store(target, tl.load(source))


def make(n):
    return torch.empty(n, dtype=torch.uint8)


def make_either(n, small):
    if small:
        return torch.empty(n, dtype=torch.uint8)
    return torch.empty(n, dtype=torch.float32)


def parts(page):
    return page[:, :128], page[:, 128:].view(torch.float32)


def viewed(page):
    return page.view(torch.float8_e4m3fn)


def launch(source, target, *, scale=None):
    copy[(1,)](source, target)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 13, raw (line 13)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn of line 13, viewed (line 27)


def returned(x, n):
    page = make(n)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 13, raw (line 13), likely raw for float8_e4m3fn (line 27)
    copy[(1,)](x, viewed(page))
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn of line 13, viewed (line 27)


def one_of_two(x, n, small):
    copy[(1,)](x, make_either(n, small))
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 18, raw (line 18) if small
    # reveal:     target: float32 of line 19 if not small


def several(x, page):
    values, scales = parts(page)
    copy[(1,)](values, scales)
    # reveal: copy
    # reveal:     source: unknown of page, part (line 23), likely raw for float32 (line 23)
    # reveal:     target: float32 of page, part (line 23), viewed (line 23)


def passed_on(x, n):
    launch(x, make(n))
    launch(x, target=viewed(make(n)), scale=x)


def starred(x, n):
    arguments = (x, torch.empty(n, dtype=torch.uint8))
    copy[(1,)](*arguments)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 74, raw (line 74)


def by_keywords(x, n):
    arguments = {"source": x, "target": torch.empty(n, dtype=torch.uint8)}
    copy[(1,)](**arguments)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 82, raw (line 82)


def unknown_arguments(x, arguments):
    copy[(1,)](x, *arguments)
    # reveal: copy, and more arguments
    # reveal:     source: unknown of x


def nested(x, n):
    page = torch.empty(n, dtype=torch.uint8)

    def inner(target):
        copy[(1,)](x, page)
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: uint8 of line 96, raw (line 96), likely raw for float8_e4m3fn (line 108)
        copy[(1,)](x, target)
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: float8_e4m3fn of line 96, viewed (line 108)

    inner(page.view(torch.float8_e4m3fn))


def make_in_both_arms(n, small):
    if small:
        return torch.empty(n, dtype=torch.uint8)
    else:
        return torch.empty(n, dtype=torch.float32)


def one_of_two_arms(x, n, small):
    copy[(1,)](x, make_in_both_arms(n, small))
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 113, raw (line 113) if small
    # reveal:     target: float32 of line 115 if not small


def returned_on_a_path(x, n, small):
    copy[(1,)](x, narrow_or_wide(n, small))
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 141, raw (line 141) if small
    # reveal:     target: float32 of line 142 if not small
    if small:
        copy[(1,)](x, narrow_or_wide(n, small))
        # reveal: copy if small
        # reveal:     source: unknown of x
        # reveal:     target: uint8 of line 141, raw (line 141)


def narrow_or_wide(n, small):
    if small:
        return torch.empty(n, dtype=torch.uint8)
    return torch.empty(n, dtype=torch.float32)
