"""Branches that a literal decides, where it is written or at the call that passes it."""
import torch
import triton
import triton.language as tl


@triton.jit
def copy(source, target):
    tl.store(target, tl.load(source))


def operand(n, kind, scaled=False):
    if kind == "e4m3":
        page = torch.empty(n, dtype=torch.uint8)
        reference = page.view(torch.float8_e4m3fn)
    else:
        assert kind == "mask"
        page = torch.empty(n, dtype=torch.bool)
        reference = page
    if scaled:
        page = page.view(torch.float32)
    return page, reference


def made(n, mode):
    match mode:
        case "codes" | "fp8":
            return torch.empty(n, dtype=torch.uint8)
        case "rows":
            return torch.empty(n, dtype=torch.bfloat16)
        case _:
            return torch.empty(n, dtype=torch.float32)


def sized(n, bits):
    if bits > 8:
        return torch.empty(n, dtype=torch.float16)
    if bits in (4, 2):
        return torch.empty(n, dtype=torch.int8)
    return torch.empty(n, dtype=torch.uint8)


def named(n, dtype):
    if dtype.startswith("fp8"):
        return torch.empty(n, dtype=torch.float8_e4m3fn)
    return torch.empty(n, dtype=torch.float16)


def a_mask(x, n):
    page, reference = operand(n, "mask")
    copy[(1,)](page, reference)
    # reveal: copy
    # reveal:     source: bool of line 18
    # reveal:     target: bool of line 18


def codes(x, n):
    page, reference = operand(n, kind="e4m3")
    copy[(1,)](page, reference)
    # reveal: copy
    # reveal:     source: uint8 of line 14, raw (line 14), likely raw for float8_e4m3fn (line 15)
    # reveal:     target: float8_e4m3fn of line 14, viewed (line 15)


def codes_scaled(x, n):
    page, reference = operand(n, "e4m3", True)
    copy[(1,)](page, reference)
    # reveal: copy
    # reveal:     source: float32 of line 14, viewed (line 21)
    # reveal:     target: float8_e4m3fn of line 14, viewed (line 15)


def open_kind(x, n, kind):
    page, reference = operand(n, kind)
    copy[(1,)](page, reference)
    # reveal: copy
    # reveal:     source: uint8 of line 14, raw (line 14), likely raw for float8_e4m3fn (line 15 if quantized(kind) as 'e4m3'), likely raw for float8_e4m3fn or float8_e4m3fnuz (line 75) if quantized(kind) as 'e4m3'
    # reveal:     source: bool of line 18 if not quantized(kind) as 'e4m3' and quantized(kind) never mask
    # reveal:     target: float8_e4m3fn of line 14, perhaps viewed (line 15) if quantized(kind) as 'e4m3'
    # reveal:     target: bool of line 18 if not quantized(kind) as 'e4m3' and quantized(kind) never mask


def by_match(n):
    copy[(1,)](made(n, "fp8"), made(n, "rows"))
    # reveal: copy
    # reveal:     source: uint8 of line 28, raw (line 28)
    # reveal:     target: bfloat16 of line 30
    copy[(1,)](made(n, "rest"), made(n, n))
    # reveal: copy
    # reveal:     source: float32 of line 32
    # reveal:     target: uint8 of line 28, raw (line 28) if quantized(n) among ('fp8',) or quantized(n) never codes
    # reveal:     target: bfloat16 of line 30 if not quantized(n) among ('fp8',) or quantized(n) never codes and not quantized(n) among ('fp8',) and not quantized(n) never codes and quantized(n) never rows
    # reveal:     target: float32 of line 32 if not quantized(n) among ('fp8',) or quantized(n) never codes and not quantized(n) among ('fp8',) and not quantized(n) never codes and not quantized(n) never rows


def by_number(n):
    copy[(1,)](sized(n, 16), sized(n, 4))
    # reveal: copy
    # reveal:     source: float16 of line 37
    # reveal:     target: int8 of line 39
    copy[(1,)](sized(n, 8), sized(n, n))
    # reveal: copy
    # reveal:     source: uint8 of line 40, raw (line 40)
    # reveal:     target: float16 of line 37 if Gt n == 8
    # reveal:     target: int8 of line 39 if not Gt n == 8 and In n == (4, 2)
    # reveal:     target: uint8 of line 40, raw (line 40) if not Gt n == 8 and not In n == (4, 2)


def by_prefix(n):
    copy[(1,)](named(n, "fp8_e4m3"), named(n, "half"))
    # reveal: copy
    # reveal:     source: float8_e4m3fn of line 45
    # reveal:     target: float16 of line 46


def assigned_in_a_loop(x, n):
    page = torch.empty(n, dtype=torch.uint8)
    first = True
    step = 0
    for _ in range(n):
        if not first:
            copy[(1,)](x, page)
            # reveal: copy if not line 131
            # reveal:     source: unknown of x
            # reveal:     target: uint8 of line 117, raw (line 117), likely raw for float8_e4m3fn (line 130 if line 132 == 0)
            # reveal: copy if not line 131
            # reveal:     source: unknown of x
            # reveal:     target: float8_e4m3fn of line 117, perhaps viewed (line 130)
        if step == 0:
            page = page.view(torch.float8_e4m3fn)
        first = False
        step += 1
    copy[(1,)](x, page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: float8_e4m3fn of line 117, perhaps viewed (line 130)


def assigned_in_while(x, n):
    done = False
    kind = "rows"
    while not done:
        copy[(1,)](x, made(n, kind))
        # reveal: copy if not line 150
        # reveal:     source: unknown of x
        # reveal:     target: uint8 of line 28, raw (line 28) if quantized(line 149) among ('fp8',) or quantized(line 149) never codes
        # reveal:     target: bfloat16 of line 30 if not quantized(line 149) among ('fp8',) or quantized(line 149) never codes and not quantized(line 149) among ('fp8',) and not quantized(line 149) never codes and quantized(line 149) never rows
        # reveal:     target: float32 of line 32 if not quantized(line 149) among ('fp8',) or quantized(line 149) never codes and not quantized(line 149) among ('fp8',) and not quantized(line 149) never codes and not quantized(line 149) never rows
        kind = "codes"
        done = n > 4
