"""Ways to launch a kernel."""
import torch
import triton
import triton.language as tl


@triton.jit
def copy(source, target, BLOCK: tl.constexpr, FLAG: tl.constexpr):
    tl.store(target, tl.load(source))


@triton.autotune(configs=[triton.Config({"BLOCK": 64})], key=["n"])
@triton.jit
def tuned(source, target, n, BLOCK: tl.constexpr):
    tl.store(target, tl.load(source))


def by_keyword(x, page):
    copy[(1,)](target=page.view(torch.uint8), source=x, FLAG=True, BLOCK=64)
    # reveal: copy
    # reveal:     target: uint8 of page, viewed (line 19), raw (line 19)
    # reveal:     source: unknown of x
    # reveal:     FLAG: True
    # reveal:     BLOCK: 64


def with_a_grid_function(x, page):
    def grid(meta):
        return (triton.cdiv(x.numel(), meta["BLOCK"]),)

    tuned[grid](x, page.view(torch.uint8), x.numel())
    # reveal: tuned
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of page, viewed (line 31), raw (line 31)
    # reveal:     n: unknown of x.numel


def by_another_name(x, page, fast):
    kernel = copy if fast else tuned
    kernel[(1,)](x, page.view(torch.uint8), 4, BLOCK=64)
    # reveal: copy if fast
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of page, viewed (line 40), raw (line 40)
    # reveal:     BLOCK: 64
    # reveal: tuned if not fast
    # reveal:     source: unknown of x
    # reveal:     target: uint8 of page, viewed (line 40), raw (line 40)
    # reveal:     n: 4
    # reveal:     BLOCK: 64


def with_a_condition(x, page):
    copy[(1,)](x, page, 64, FLAG=page.dtype == torch.uint8)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: unknown of page, likely raw (line 53 if page.dtype is torch.uint8)
    # reveal:     BLOCK: 64
    # reveal:     FLAG: whether page.dtype is torch.uint8


def with_a_type(x, page):
    copy[(1,)](x, page, x.dtype, torch.float32)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: unknown of page
    # reveal:     BLOCK: dtype unknown of x
    # reveal:     FLAG: dtype float32


def without_an_optional(x):
    copy[(1,)](x, None, 64, False)
    # reveal: copy
    # reveal:     source: unknown of x
    # reveal:     target: None
    # reveal:     BLOCK: 64
    # reveal:     FLAG: False
