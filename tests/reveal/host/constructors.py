"""Where a tensor is made, and of which element type."""
import torch
import triton
import triton.language as tl


@triton.jit
def copy(source, target):
    tl.store(target, tl.load(source))


def written(n):
    page = torch.empty(n, dtype=torch.uint8)
    rows = torch.zeros((n, 4), dtype=torch.bfloat16)
    copy[(1,)](rows, page)
    # reveal: copy
    # reveal:     source: bfloat16 of line 14
    # reveal:     target: uint8 of line 13, raw (line 13)


def like_another(x, n):
    codes = torch.full((n,), 0, dtype=torch.int8)
    same = torch.empty_like(codes)
    other = torch.empty_like(codes, dtype=torch.float8_e4m3fn)
    copy[(1,)](same, other)
    # reveal: copy
    # reveal:     source: int8 of line 23
    # reveal:     target: float8_e4m3fn of line 24
    copy[(1,)](torch.zeros_like(x), x.new_empty(n))
    # reveal: copy
    # reveal:     source: unknown of line 29
    # reveal:     target: unknown of line 29


def of_a_known_tensor(x, n):
    bytes_ = x.to(torch.uint8)
    copy[(1,)](bytes_, bytes_.new_zeros(n))
    # reveal: copy
    # reveal:     source: uint8 of line 36, raw (line 36)
    # reveal:     target: uint8 of line 37, raw (line 37)
    copy[(1,)](bytes_.float(), bytes_.new_zeros(n, dtype=torch.float32))
    # reveal: copy
    # reveal:     source: float32 of line 41
    # reveal:     target: float32 of line 41


def by_default(n, data):
    copy[(1,)](torch.empty(n), torch.tensor(data))
    # reveal: copy
    # reveal:     source: bfloat16 or float16 or float32 or float64 of line 48
    # reveal:     target: unknown of line 48


def of_a_given_type(n, dtype=torch.uint8):
    copy[(1,)](torch.empty(n, dtype=dtype), torch.empty(n, dtype=dtype))
    # reveal: copy
    # reveal:     source: unknown of line 55
    # reveal:     target: unknown of line 55


def of_a_constant_type(n):
    dtype = torch.uint8
    copy[(1,)](torch.empty(n, dtype=dtype), torch.empty(n, device="cuda", dtype=dtype))
    # reveal: copy
    # reveal:     source: uint8 of line 63, raw (line 63)
    # reveal:     target: uint8 of line 63, raw (line 63)
