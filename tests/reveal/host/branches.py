"""Arms of a test, and what holds after them."""
import torch
import triton
import triton.language as tl


@triton.jit
def copy(source, target):
    tl.store(target, tl.load(source))


def of_two_types(x, n, small):
    if small:
        page = torch.empty(n, dtype=torch.uint8)
    else:
        page = torch.empty(n, dtype=torch.bfloat16)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 14, raw (line 14) if small
    # reveal:     target: bfloat16 of line 16 if not small


def one_arm_returns(x, page):
    if page.dtype != torch.uint8:
        return
    copy[(1,)](x, page)
    # reveal: copy if page.dtype is torch.uint8
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of page, raw (line 25 if page.dtype is torch.uint8)


def one_arm_raises(x, page):
    if page.dtype == torch.uint8:
        raise TypeError("bytes")
    copy[(1,)](x, page)
    # reveal: copy if not page.dtype is torch.uint8
    # reveal:     source: unknown of x
    # reveal:     target: unknown of page


def handled_apart(x, page):
    if page.dtype == torch.uint8:
        copy[(1,)](x, page.view(torch.float8_e4m3fn))
        # reveal: copy if page.dtype is torch.uint8
        # reveal:     source: unknown of x
        # reveal:     target: float8_e4m3fn of page, viewed (line 44)
    else:
        copy[(1,)](x, page)
        # reveal: copy if not page.dtype is torch.uint8
        # reveal:     source: unknown of x
        # reveal:     target: unknown of page


def asserted(x, page):
    assert page.dtype == torch.uint8
    copy[(1,)](x, page)
    # reveal: copy if page.dtype is torch.uint8
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of page, raw (line 56 if page.dtype is torch.uint8)


def asserted_one_of(x, page):
    assert page.dtype in (torch.uint8, torch.float8_e4m3fn)
    copy[(1,)](x, page)
    # reveal: copy if page.dtype is torch.float8_e4m3fn or torch.uint8
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn or uint8 of page, likely raw (line 64 if page.dtype is torch.float8_e4m3fn or torch.uint8)


def by_an_expression(x, n, small):
    page = torch.empty(n, dtype=torch.uint8 if small else torch.float16)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 72, raw (line 72), likely raw for float8_e4m3fn (line 78 if small) if small
    # reveal:     target: float16 of line 72 if not small
    copy[(1,)](x, page.view(torch.float8_e4m3fn) if small else page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn of line 72, perhaps viewed (line 78) if small
    # reveal:     target: float16 of line 72 if not small


def where_there_is_one(x, scale=None):
    if scale is not None:
        assert scale.dtype == torch.float32
    copy[(1,)](x, scale)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float32 of scale


def made_where_it_is_missing(x, n, out=None):
    if out is None:
        out = torch.empty(n, dtype=torch.uint8)
    copy[(1,)](x, out)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 96, raw (line 96) if out == None
    # reveal:     target: unknown of out if not out == None


def either_kernel_argument(x, page, kv_cache_dtype):
    if kv_cache_dtype == "fp8":
        key_cache = page.view(torch.float8_e4m3fn)
    else:
        key_cache = page
    copy[(1,)](x, key_cache)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn of page, perhaps viewed (line 106)


def tried(x, n):
    try:
        page = torch.empty(n, dtype=torch.uint8)
    except RuntimeError:
        page = torch.empty(n, dtype=torch.float32)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 117, raw (line 117) if not handled in line 119
    # reveal:     target: float32 of line 119 if handled in line 119


def one_of_two_types_returns(x, n, small):
    page = torch.empty(n, dtype=torch.uint8 if small else torch.float16)
    if page.dtype == torch.uint8:
        return
    copy[(1,)](x, page)
    # reveal: copy if not small
    # reveal:     source: unknown of x
    # reveal:     target: float16 of line 128


def one_of_two_types_stays(x, n, small):
    page = torch.empty(n, dtype=torch.uint8 if small else torch.float16)
    if page.dtype != torch.uint8:
        return
    copy[(1,)](x, page)
    # reveal: copy if small
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 138, raw (line 138)


def like_what_is_left(n, small):
    page = torch.empty(n, dtype=torch.uint8 if small else torch.float16)
    if page.dtype == torch.uint8:
        return
    copy[(1,)](page, torch.empty_like(page))
    # reveal: copy if not small
    # reveal:     source: float16 of line 148
    # reveal:     target: float16 of line 151


def one_where_it_is_bytes(x, page):
    codes = page if page.dtype == torch.uint8 else x
    copy[(1,)](x, codes)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of page, raw (line 158 if page.dtype is torch.uint8) if page.dtype is torch.uint8
    # reveal:     target: unknown of x if not page.dtype is torch.uint8


def by_a_case(x, n, kind):
    match kind:
        case "codes":
            out = torch.empty(n, dtype=torch.uint8)
        case "scales":
            out = torch.empty(n, dtype=torch.float32)
        case _:
            raise ValueError(kind)
    copy[(1,)](x, out)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 169, raw (line 169) if quantized(kind) never codes
    # reveal:     target: float32 of line 171 if not quantized(kind) never codes and quantized(kind) never scales


def one_case_goes_on(x, n, kind):
    page = torch.empty(n, dtype=torch.uint8)
    match kind:
        case "codes":
            page = page.view(torch.float8_e4m3fn)
        case _ if n > 4:
            return
        case _:
            raise ValueError(kind)
    copy[(1,)](x, page)
    # reveal: copy if quantized(kind) never codes
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn of line 182, viewed (line 185)


def on_either_of_two_paths(x, n, a, b):
    out = torch.empty(n, dtype=torch.float32)
    page = torch.empty(n, dtype=torch.uint8)
    if a:
        if b:
            out = page
    elif b:
        out = page
    copy[(1,)](x, out)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 198, raw (line 198) if b
    # reveal:     target: float32 of line 197 if not b
    if not a:
        copy[(1,)](x, out)
        # reveal: copy if not a
        # reveal:     source: unknown of x
        # reveal:     target: uint8 of line 198, raw (line 198) if b
        # reveal:     target: float32 of line 197 if not b


def one_of_two_is_turned_away(x, page):
    assert page.dtype in (torch.float16, torch.bfloat16)
    if page.dtype == torch.float16:
        return
    copy[(1,)](x, page)
    # reveal: copy if page.dtype is torch.bfloat16 or torch.float16 and not page.dtype is torch.float16
    # reveal:     source: unknown of x
    # reveal:     target: bfloat16 of page


def made_and_left_if_tested(x, n, kind):
    page = torch.empty(n, dtype=kind)
    if page.dtype == torch.uint8:
        return
    copy[(1,)](x, page)
    # reveal: copy if not line 228.dtype is torch.uint8
    # reveal:     source: unknown of x
    # reveal:     target: unknown of line 228


def made_and_named_by_a_helper(x, n, kind):
    page = torch.empty(n, dtype=kind)
    name = _name(page.dtype)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: unknown of line 238
    return name


def _name(dtype):
    if dtype == torch.float32:
        return "fp32"
    elif dtype == torch.bfloat16:
        return "bf16"
    raise TypeError(dtype)


def made_and_tested_for_a_flag(x, n, kind):
    page = torch.empty(n, dtype=kind)
    small = False
    if page.dtype == torch.float16:
        small = True
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: unknown of line 256
    return small


def made_in_a_helper(x, n):
    page = _made(n)
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 278, raw (line 278) if Gt n == 64
    # reveal:     target: uint8 of line 280, raw (line 280) if not Gt n == 64


def _made(n):
    if n > 64:
        page = torch.empty(n, dtype=torch.uint8)
        return page
    return torch.empty(64, dtype=torch.uint8)


def refused_in_every_arm(x, page, form):
    if form == "a":
        if page.dtype == torch.uint8:
            return
    elif form == "b":
        assert page.dtype != torch.uint8
    else:
        if page.dtype == torch.uint8:
            raise TypeError(form)
    copy[(1,)](x, page)
    # reveal: copy if not page.dtype is torch.uint8
    # reveal:     source: unknown of x
    # reveal:     target: unknown of page


def refused_in_one_arm_of_two(x, page, form):
    if form == "a":
        if page.dtype == torch.uint8:
            return
    else:
        x = x + 1
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x if quantized(form) never a and not page.dtype is torch.uint8
    # reveal:     source: unknown of x + 1 if not quantized(form) never a
    # reveal:     target: unknown of page, likely raw (line 300 if quantized(form) never a and page.dtype is torch.uint8)


def refused_in_every_case(x, page, form):
    match form:
        case "a":
            assert page.dtype != torch.uint8
        case _:
            assert page.dtype not in (torch.uint8, torch.int8)
            assert page.dtype != torch.uint8
    copy[(1,)](x, page)
    # reveal: copy if not page.dtype is torch.uint8
    # reveal:     source: unknown of x
    # reveal:     target: unknown of page
