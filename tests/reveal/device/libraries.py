"""Functions of libdevice: conversions, bits and scaling by integers."""
import triton
import triton.language as tl
from triton.language.extra import libdevice


# launched with p=float32, x=uint8
# launched with p=float32, x=int32
@triton.jit
def an_integer_as_a_number(p, x):
    tl.store(p, libdevice.int2float_rn(tl.load(x).to(tl.int32)) * 0.5)
    # reveal: with p=float32, x=uint8
    # reveal: p: store line 11: float, from x
    # reveal: x: load line 11: int_to_float, used line 11
    # reveal: with p=float32, x=int32
    # reveal: p: store line 11: float, from x
    # reveal: x: load line 11: int_to_float, used line 11


# launched with p=float32, x=uint8
@triton.jit
def bits_as_a_float(p, x):
    tl.store(p, libdevice.int_as_float(tl.load(x).to(tl.int32) << 23))
    # reveal: p: store line 23: float, from x
    # reveal: x: load line 23: bits, used line 23


# launched with p=uint8, x=float32
@triton.jit
def a_float_as_bits(p, x):
    tl.store(p, libdevice.float_as_uint(tl.load(x)) >> 23)
    # reveal: p: store line 31: bits, rounded, from x
    # reveal: x: load line 31: float
    # reveal: int32 to uint8 line 31, rounded


# launched with p=float32, x=uint8
@triton.jit
def scaled_by_an_exponent(p, x, y):
    tl.store(p, libdevice.ldexp(tl.load(y).to(tl.float32), tl.load(x).to(tl.int32) - 127))
    # reveal: p: store line 40: float, from x, y
    # reveal: y: load line 40: float
    # reveal: x: load line 40: int


# launched with p=uint8, x=float32
@triton.jit
def exponent_of_a_float(p, x):
    tl.store(p, libdevice.ilogb(tl.load(x)) + 127)
    # reveal: p: store line 49: int, rounded, from x
    # reveal: x: load line 49: float
    # reveal: int32 to uint8 line 49, rounded


# launched with p=uint8, x=float32
@triton.jit
def rounded_by_a_conversion(p, x):
    tl.store(p, libdevice.float2int_rn(tl.load(x)))
    # reveal: p: store line 58: int, rounded, from x
    # reveal: x: load line 58: float
    # reveal: int32 to uint8 line 58, rounded


# launched with p=float32, x=uint8
@triton.jit
def no_function_of_integers(p, x):
    tl.store(p, libdevice.exp(tl.load(x)))
    # reveal: p: store line 67: float, within 0.., from x
    # reveal: x: load line 67: compile_error, used line 67


# launched with p=int8, x=float32
@triton.jit
def rounded_by_what_math_was(p, x):
    tl.store(p, tl.math.llrint(tl.load(x) * 0.5).to(tl.int8))
    # reveal: p: store line 75: int, rounded, from x
    # reveal: x: load line 75: float
    # reveal: int32 to int8 line 75, rounded


# launched with p=uint8, x=float32
@triton.jit
def rounded_away_by_what_math_was(p, x):
    tl.store(p, tl.math.llround(tl.load(x)) + 127)
    # reveal: p: store line 84: int, rounded, from x
    # reveal: x: load line 84: float
    # reveal: int32 to uint8 line 84, rounded


# launched with p=float32, x=uint8
@triton.jit
def bits_as_a_float_by_what_math_was(p, x):
    tl.store(p, tl.math.int_as_float(tl.load(x).to(tl.int32) << 23))
    # reveal: p: store line 93: float, from x
    # reveal: x: load line 93: bits, used line 93


# launched with p=int8, x=float32
@triton.jit
def a_fraction_of_what_math_rounds(p, x):
    tl.store(p, (tl.math.llrint(tl.load(x)) * 0.5).to(tl.int8))
    # reveal: p: store line 101: float_to_int, of int, cast line 101, from x
    # reveal: x: load line 101: float
    # reveal: float32 to int8 line 101
