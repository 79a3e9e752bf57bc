"""Flags, tests of types, and what both arms leave."""
import triton
import triton.language as tl


# launched with p=uint8, x=float32, PACK=True
# launched with p=uint8, x=float32, PACK=False
# launched with p=uint8, x=float32
@triton.jit
def by_a_flag(p, x, PACK: tl.constexpr):
    v = tl.load(x)
    if PACK:
        tl.store(p, v.to(tl.float8e4nv).to(tl.uint8, bitcast=True))
    else:
        tl.store(p, v)
    # reveal: with p=uint8, x=float32, PACK=True
    # reveal: x: load line 11: float
    # reveal: p: store line 13: bits, from x
    # reveal: p: written as torch.float8_e4m3fn line 13
    # reveal: with p=uint8, x=float32, PACK=False
    # reveal: x: load line 11: float
    # reveal: p: store line 15: float_to_int, of float, from x
    # reveal: float32 to uint8 line 15, excused
    # reveal: with p=uint8, x=float32
    # reveal: x: load line 11: float
    # reveal: p: store line 13: bits, from x
    # reveal: p: store line 15: float_to_int, of float, from x
    # reveal: p: written as torch.float8_e4m3fn line 13
    # reveal: float32 to uint8 line 15, excused


# launched with p=uint8, x=float32
# launched with p=float8_e4m3fn, x=float32
@triton.jit
def by_the_type(p, x):
    v = tl.load(x)
    if p.dtype.element_ty == tl.uint8:
        tl.store(p, v.to(tl.float8e4nv).to(tl.uint8, bitcast=True))
    else:
        tl.store(p, v.to(p.dtype.element_ty))
    # reveal: with p=uint8, x=float32
    # reveal: x: load line 36: float
    # reveal: p: store line 38: bits, from x
    # reveal: p: written as torch.float8_e4m3fn line 38
    # reveal: with p=float8_e4m3fn, x=float32
    # reveal: x: load line 36: float
    # reveal: p: store line 40: float, cast line 40 to its type, from x


# launched with p=uint8, x=float32, bias=None
# launched with p=uint8, x=float32, bias=float32
@triton.jit
def by_a_missing_pointer(p, x, bias):
    v = tl.load(x)
    if bias is not None:
        v += tl.load(bias)
    tl.store(p, v)
    # reveal: with p=uint8, x=float32, bias=None
    # reveal: x: load line 54: float
    # reveal: p: store line 57: float_to_int, of float, from x
    # reveal: float32 to uint8 line 57, excused
    # reveal: with p=uint8, x=float32, bias=float32
    # reveal: x: load line 54: float
    # reveal: bias: load line 56: float
    # reveal: p: store line 57: float_to_int, of float, from bias, x
    # reveal: float32 to uint8 line 57, excused


# launched with p=int8, x=float32
@triton.jit
def of_a_run_time_value(p, x, n):
    v = tl.load(x)
    if n > 4:
        v = tl.floor(v)
    else:
        v = tl.clamp(v, -3.0, 3.0)
    tl.store(p, v)
    # reveal: x: load line 72: float
    # reveal: p: store line 77: float_to_int, of float, from x
    # reveal: float32 to int8 line 77, excused


# launched with p=int8, x=float32
@triton.jit
def in_both_arms(p, x, n):
    v = tl.load(x)
    if n > 4:
        v = tl.clamp(tl.floor(v), -7.0, 8.0)
    else:
        v = tl.clamp(tl.ceil(v), -3.0, 3.0)
    tl.store(p, v)
    # reveal: x: load line 86: float
    # reveal: p: store line 91: float_to_int, of float, rounded, within -7..8, from x
    # reveal: float32 to int8 line 91, rounded, within -7..8


# launched with p=uint8, x=float32
@triton.jit
def after_a_return(p, x, n):
    if n > 4:
        tl.store(p, 1)
        return
    tl.store(p, tl.load(x))
    # reveal: p: store line 101: int, rounded, within 1..1
    # reveal: p: store line 103: float_to_int, of float, from x
    # reveal: x: load line 103: float
    # reveal: float32 to uint8 line 103, excused


# launched with p=uint8, x=float32
@triton.jit
def statically_refused(p, x):
    tl.static_assert(p.dtype.element_ty == tl.float8e4nv)
    tl.store(p, tl.load(x))
    # reveal: nothing
