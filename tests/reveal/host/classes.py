"""Objects: what their `__init__` gives them, and getters."""
import torch
import triton
import triton.language as tl


@triton.jit
def copy(source, target):
    tl.store(target, tl.load(source))


class Pool:
    def __init__(self, n, dtype):
        self.page = torch.empty(n, dtype=torch.uint8)
        self.rows = torch.empty(n, dtype=torch.bfloat16)
        self.given = dtype
        self.codes = self.page.view(torch.float8_e4m3fn)

    def buffer(self):
        return self.page

    def viewed(self):
        return self.page.view(torch.float8_e4m3fn)

    @property
    def first(self):
        return self.page[0]

    def write(self, x):
        copy[(1,)](x, self.page)
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: uint8 of line 14, raw (line 14), likely raw for float8_e4m3fn (line 17), likely raw for float8_e4m3fn (line 23)
        copy[(1,)](x, self.codes)
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: float8_e4m3fn of line 14, viewed (line 17)
        copy[(1,)](self.rows, self.buffer())
        # reveal: copy
        # reveal:     source: bfloat16 of line 15
        # reveal:     target: uint8 of line 14, raw (line 14), likely raw for float8_e4m3fn (line 17), likely raw for float8_e4m3fn (line 23)
        copy[(1,)](x, self.viewed())
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: float8_e4m3fn of line 14, viewed (line 23)
        copy[(1,)](x, self.first)
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: uint8 of line 14, part (line 27), raw (line 14), likely raw for float8_e4m3fn (line 17), likely raw for float8_e4m3fn (line 23)
        copy[(1,)](x, self.unknown)
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: unknown of Pool.unknown


class Layer:
    def __init__(self, pool: Pool):
        self.pool = pool

    def forward(self, x):
        copy[(1,)](x, self.pool.page)
        # reveal: copy
        # reveal:     source: unknown of x
        # reveal:     target: uint8 of line 14, raw (line 14), likely raw for float8_e4m3fn (line 17), likely raw for float8_e4m3fn (line 23)


def outside(x, n):
    pool = Pool(n, torch.uint8)
    copy[(1,)](x, pool.buffer())
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 14, raw (line 14), likely raw for float8_e4m3fn (line 17), likely raw for float8_e4m3fn (line 23)
    copy[(1,)](x, pool.page)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of line 14, raw (line 14), likely raw for float8_e4m3fn (line 17), likely raw for float8_e4m3fn (line 23)
