"""Rounded and clamped values, as they reach an integer."""
import triton
import triton.language as tl
from triton.language.extra import libdevice


# launched with p=int8, x=float32
@triton.jit
def rounded(p, x):
    v = tl.load(x)
    tl.store(p, libdevice.rint(v).to(tl.int8))
    tl.store(p + 1, tl.clamp(libdevice.rint(v), -127.0, 127.0).to(tl.int8))
    tl.store(p + 2, tl.floor(v + 0.5).to(tl.int8))
    tl.store(p + 3, tl.minimum(tl.maximum(v, -127.0), 127.0).to(tl.int8))
    # reveal: x: load line 10: float
    # reveal: p: store line 11: float_to_int, of int, cast line 11, rounded, from x
    # reveal: p: store line 12: float_to_int, of int, cast line 12, rounded, within -127..127, from x
    # reveal: p: store line 13: float_to_int, of int, cast line 13, rounded, from x
    # reveal: p: store line 14: float_to_int, of int, cast line 14, within -127..127, from x
    # reveal: float32 to int8 line 11, rounded
    # reveal: float32 to int8 line 12, rounded, within -127..127
    # reveal: float32 to int8 line 13, rounded
    # reveal: float32 to int8 line 14, excused, within -127..127


# launched with p=int8, x=float32
@triton.jit
def still_rounded(p, x, n):
    v = tl.floor(tl.load(x))
    tl.store(p, (-v).to(tl.int8))
    tl.store(p + 1, tl.abs(v).to(tl.int8))
    tl.store(p + 2, tl.where(n > 0, v, 0.0).to(tl.int8))
    tl.store(p + 3, tl.maximum(v, tl.ceil(v)).to(tl.int8))
    # reveal: x: load line 29: float
    # reveal: p: store line 30: float_to_int, of int, cast line 30, rounded, from x
    # reveal: p: store line 31: float_to_int, of int, cast line 31, rounded, within 0.., from x
    # reveal: p: store line 32: float_to_int, of int, cast line 32, rounded, from x
    # reveal: p: store line 33: float_to_int, of int, cast line 33, rounded, from x
    # reveal: float32 to int8 line 30, rounded
    # reveal: float32 to int8 line 31, rounded, within 0..
    # reveal: float32 to int8 line 32, rounded
    # reveal: float32 to int8 line 33, rounded


# launched with p=int8, x=float32
@triton.jit
def rounded_no_more(p, x, n):
    v = tl.floor(tl.load(x))
    tl.store(p, (v * 0.5).to(tl.int8))
    tl.store(p + 1, tl.where(n > 0, v, 0.5).to(tl.int8))
    tl.store(p + 2, tl.exp2(v).to(tl.int8))
    # reveal: x: load line 48: float
    # reveal: p: store line 49: float_to_int, of int, cast line 49, from x
    # reveal: p: store line 50: float_to_int, of int, cast line 50, from x
    # reveal: p: store line 51: float_to_int, of int, cast line 51, within 0.., from x
    # reveal: float32 to int8 line 49
    # reveal: float32 to int8 line 50
    # reveal: float32 to int8 line 51, within 0..


# launched with p=uint8, x=float32
@triton.jit
def clamped_too_late(p, x):
    q = tl.load(x).to(tl.uint8)
    tl.store(p, tl.minimum(q, 15))
    # reveal: x: load line 64: float
    # reveal: p: store line 65: float_to_int, of int, cast line 64, within ..15, from x
    # reveal: float32 to uint8 line 64, excused, then clamped line 65


# launched with p=uint8, x=float32
@triton.jit
def biased_too_late(p, x):
    exponent = tl.floor(tl.log2(tl.load(x)))
    tl.store(p, exponent.to(tl.uint8) + 127)
    tl.store(p + 1, (exponent + 127).to(tl.uint8))
    # reveal: x: load line 74: float
    # reveal: p: store line 75: float_to_int, of int, cast line 75, rounded, from x
    # reveal: p: store line 76: float_to_int, of int, cast line 76, rounded, from x
    # reveal: float32 to uint8 line 75, rounded, exponent, then biased line 75
    # reveal: float32 to uint8 line 76, rounded, excused, exponent, biased


# launched with p=int8, x=float32
@triton.jit
def away_from_zero(p, x):
    v = tl.load(x) * 127.0
    magnitude = tl.floor(tl.abs(v) + 0.5)
    tl.store(p, libdevice.copysign(magnitude, v).to(tl.int8))
    tl.store(p + 1, tl.where(v < 0.0, -magnitude, magnitude).to(tl.int8))
    tl.store(p + 2, (magnitude * tl.where(v < 0.0, -1.0, 1.0)).to(tl.int8))
    tl.store(p + 3, tl.minimum(libdevice.copysign(magnitude, v), 127.0).to(tl.int8))
    tl.store(p + 4, tl.maximum(libdevice.max(magnitude, 3.0), -127.0).to(tl.int8))
    tl.store(p + 5, libdevice.copysign(libdevice.fabs(magnitude), v).to(tl.int8))
    tl.store(p + 6, libdevice.fmod(magnitude, 8.0).to(tl.int8))
    # reveal: x: load line 87: float
    # reveal: p: store line 89: float_to_int, of int, cast line 89, rounded, from x
    # reveal: p: store line 90: float_to_int, of int, cast line 90, rounded, from x
    # reveal: p: store line 91: float_to_int, of int, cast line 91, rounded, from x
    # reveal: p: store line 92: float_to_int, of int, cast line 92, rounded, within ..127, from x
    # reveal: p: store line 93: float_to_int, of int, cast line 93, rounded, within -127.., from x
    # reveal: p: store line 94: float_to_int, of int, cast line 94, rounded, from x
    # reveal: p: store line 95: float_to_int, of int, cast line 95, rounded, from x
    # reveal: float32 to int8 line 89, rounded
    # reveal: float32 to int8 line 90, rounded
    # reveal: float32 to int8 line 91, rounded
    # reveal: float32 to int8 line 92, rounded, within ..127
    # reveal: float32 to int8 line 93, rounded, within -127..
    # reveal: float32 to int8 line 94, rounded
    # reveal: float32 to int8 line 95, rounded


# launched with p=int8, x=float32
@triton.jit
def with_a_sign_and_a_fraction(p, x):
    v = tl.load(x) * 127.0
    tl.store(p, libdevice.copysign(tl.abs(v), tl.floor(v)).to(tl.int8))
    tl.store(p + 1, libdevice.max(tl.floor(v), 0.5).to(tl.int8))
    tl.store(p + 2, tl.where(v < 0.0, -v, tl.floor(v)).to(tl.int8))
    tl.store(p + 3, tl.minimum(tl.floor(v), tl.abs(v)).to(tl.int8))
    tl.store(p + 4, libdevice.fmod(tl.floor(v), 0.7).to(tl.int8))
    # reveal: x: load line 116: float
    # reveal: p: store line 117: float_to_int, of int, cast line 117, from x
    # reveal: p: store line 118: float_to_int, of int, cast line 118, from x
    # reveal: p: store line 119: float_to_int, of int, cast line 119, from x
    # reveal: p: store line 120: float_to_int, of int, cast line 120, from x
    # reveal: p: store line 121: float_to_int, of int, cast line 121, from x
    # reveal: float32 to int8 line 117
    # reveal: float32 to int8 line 118
    # reveal: float32 to int8 line 119, excused
    # reveal: float32 to int8 line 120, excused
    # reveal: float32 to int8 line 121
