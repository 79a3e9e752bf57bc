"""Parts of a buffer: one that is viewed tells about the others."""
import torch
import triton
import triton.language as tl


@triton.jit
def copy(source, target):
    tl.store(target, tl.load(source))


def beside_a_view(x, page):
    values = page[:, :128]
    scales = page[:, 128:].view(torch.float32)
    copy[(1,)](x, values)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: unknown of page, part (line 13), likely raw for float32 (line 14)
    copy[(1,)](x, scales)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float32 of page, part (line 14), viewed (line 14)


def beside_a_view_as_bytes(x, page):
    values = page[:, :128]
    scales = page[:, 128:].view(torch.uint8)
    copy[(1,)](x, values)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: unknown of page, part (line 26)
    copy[(1,)](x, scales)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of page, part (line 27), viewed (line 27), raw (line 27)


def of_a_known_page(x, n):
    page = torch.empty((n, 132), dtype=torch.uint8)
    values, scales = page.split([128, 4], dim=1)
    copy[(1,)](values, scales.view(torch.float32))
    # reveal: copy
    # reveal:     source: uint8 of line 39, part (0 of line 40), raw (line 39), likely raw for float32 (line 41)
    # reveal:     target: float32 of line 39, part (1 of line 40), viewed (line 41)
    copy[(1,)](page[0], page[1][2:])
    # reveal: copy
    # reveal:     source: uint8 of line 39, part (line 45), raw (line 39), likely raw for float32 (line 41)
    # reveal:     target: uint8 of line 39, part (line 45), raw (line 39), likely raw for float32 (line 41)


def of_a_typed_page(x, n):
    page = torch.empty((n, 132), dtype=torch.float8_e4m3fn)
    copy[(1,)](page[:, :128], page[:, 128:].view(torch.float32))
    # reveal: copy
    # reveal:     source: float8_e4m3fn of line 52, part (line 53), of a packed page (line 53)
    # reveal:     target: float32 of line 52, part (line 53), viewed (line 53)


def unbound(cache):
    keys, values = cache.unbind(1)
    copy[(1,)](keys, values.view(torch.float8_e4m3fn))
    # reveal: copy
    # reveal:     source: unknown of cache, part (0 of line 60), likely raw for float8_e4m3fn (line 61)
    # reveal:     target: float8_e4m3fn of cache, part (1 of line 60), viewed (line 61)


def in_place(x, page):
    copy[(1,)](x, page[4:])
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: unknown of page, part (line 68)
    copy[(1,)](page.narrow(0, 0, 4), page.as_strided((4,), (1,)))
    # reveal: copy
    # reveal:     source: unknown of page, part (line 72)
    # reveal:     target: unknown of page


def of_codes_with_scales(x, n):
    page = torch.empty((n, 132), dtype=torch.float8_e4m3fn)
    copy[(1,)](page[:, :128], page[:, 128:].view(torch.bfloat16))
    # reveal: copy
    # reveal:     source: float8_e4m3fn of line 79, part (line 80), of a packed page (line 80)
    # reveal:     target: bfloat16 of line 79, part (line 80), viewed (line 80)


def of_halves(x, n):
    page = torch.empty((n, 132), dtype=torch.float8_e4m3fn)
    copy[(1,)](page[:, :64], page[:, 64:])
    # reveal: copy
    # reveal:     source: float8_e4m3fn of line 87, part (line 88)
    # reveal:     target: float8_e4m3fn of line 87, part (line 88)
