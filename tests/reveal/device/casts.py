"""Casts on the way to memory: numbers, bits, and what follows the type of the pointer."""
import triton
import triton.language as tl


@triton.jit
def explicit(p, x):
    v = tl.load(x).to(tl.float32)
    tl.store(p, (v * 2.0).to(p.dtype.element_ty))
    # reveal: p: store line 9: float_to_int, of float, cast line 9 to its type, from x
    # reveal: x: load line 8: int_to_float, used line 8


@triton.jit
def implicit(p, x):
    tl.store(p, tl.load(x) * 2.0)
    # reveal: p: store line 16: float_to_int, of float, from x
    # reveal: x: load line 16: int_to_float, used line 16


@triton.jit
def by_an_alias(p, x):
    dtype = p.type.element_ty
    tl.store(p, (tl.load(x) * 2.0).to(dtype))
    # reveal: p: store line 24: float_to_int, of float, cast line 24 to its type, from x
    # reveal: x: load line 24: int_to_float, used line 24


@triton.jit
def of_its_own_accord(p, x):
    tl.store(p, (tl.load(x) * 2.0).to(tl.uint8))
    # reveal: p: store line 31: float_to_int, of int, cast line 31, from x
    # reveal: x: load line 31: int_to_float, used line 31


@triton.jit
def bits(p, x):
    tl.store(p, (tl.load(x) * 2.0).to(tl.float8e4nv).to(tl.uint8, bitcast=True))
    # reveal: p: store line 38: bits, from x
    # reveal: x: load line 38: int_to_float, used line 38


# launched with p=uint8, x=bfloat16
# launched with p=float8_e4m3fn, x=bfloat16
# launched with p=uint8, x=uint8
@triton.jit
def copied(p, x):
    tl.store(p, tl.load(x))
    # reveal: with p=uint8, x=bfloat16
    # reveal: p: store line 48: float_to_int, of float, from x
    # reveal: x: load line 48: float
    # reveal: bfloat16 to uint8 line 48, excused
    # reveal: with p=float8_e4m3fn, x=bfloat16
    # reveal: p: store line 48: float, from x
    # reveal: x: load line 48: float
    # reveal: with p=uint8, x=uint8
    # reveal: p: store line 48: int, from x
    # reveal: x: load line 48: int


@triton.jit
def to_another_type(p, q, x):
    tl.store(p, (tl.load(x) * 2.0).to(q.dtype.element_ty))
    tl.store(q, tl.cast(tl.load(x), q.dtype.element_ty))
    # reveal: p: store line 63: float_to_int, of float, cast line 63, from x
    # reveal: q: store line 64: float_to_int, of float, cast line 64 to its type, from x
    # reveal: x: load line 63: int_to_float, used line 63
    # reveal: x: load line 64: int_to_float, used line 64


# launched with p=float32, x=uint8
# launched with p=uint8, x=float8_e4m3fn
@triton.jit
def recast(p, x):
    codes = (x + 4).to(tl.pointer_type(tl.float8e4nv))
    tl.store(p, tl.load(codes))
    # reveal: with p=float32, x=uint8
    # reveal: p: store line 76: float, from x
    # reveal: x: load line 76: bits
    # reveal: x: read as torch.float8_e4m3fn line 76
    # reveal: with p=uint8, x=float8_e4m3fn
    # reveal: p: store line 76: compile_error, of float, from x
    # reveal: x: load line 76: bits
    # reveal: x: read as torch.float8_e4m3fn line 76
    # reveal: float8_e4m3fn to uint8 line 76, excused


# launched with p=uint8, x=float32, DTYPE=None
# launched with p=uint8, x=float32
@triton.jit
def to_a_parameter(p, x, DTYPE: tl.constexpr):
    tl.store(p, tl.load(x).to(DTYPE))
    # reveal: with p=uint8, x=float32, DTYPE=None
    # reveal: p: store line 92: unknown, from x
    # reveal: x: load line 92: float
    # reveal: with p=uint8, x=float32
    # reveal: p: store line 92: float_to_int, of float, from x
    # reveal: x: load line 92: float
    # reveal: float to uint8 line 92, excused


@triton.jit
def packed_in_a_word(p, x, offsets):
    codes = tl.clamp(tl.load(x) / 0.5, 0.0, 15.0).to(tl.int32)
    tl.store(p, tl.sum(codes << (tl.arange(0, 2) * 4), axis=1))
    # reveal: p: store line 105: int, rounded, from x
    # reveal: x: load line 104: int_to_float, used line 104


@triton.jit
def high_half_of_a_byte(p, x):
    code = tl.clamp(tl.load(x) / 0.5, 0.0, 15.0).to(tl.uint8)
    tl.store(p, code << 4)
    # reveal: p: store line 113: int, rounded, from x
    # reveal: x: load line 112: int_to_float, used line 112


@triton.jit
def of_fixed_point(p, x):
    code = (tl.load(x) * 256.0).to(tl.int32)
    tl.store(p, code >> 8)
    # reveal: p: store line 121: float_to_int, of int, cast line 120, rounded, from x
    # reveal: x: load line 120: int_to_float, used line 120


@triton.jit
def masked_number(p, x):
    code = (tl.load(x) * 2.0).to(tl.int32)
    tl.store(p, code & 0xFF)
    # reveal: p: store line 129: float_to_int, of int, cast line 128, rounded, within 0..255, from x
    # reveal: x: load line 128: int_to_float, used line 128


# launched with p=float32, x=uint8
# launched with p=uint8, x=float32
@triton.jit
def filled_with_what_was_loaded(p, x):
    tl.store(p, tl.full([16], tl.load(x), p.dtype.element_ty))
    # reveal: with p=float32, x=uint8
    # reveal: p: store line 138: float, of int, cast line 138 to its type, rounded, from x
    # reveal: x: load line 138: int_to_float, used line 138
    # reveal: with p=uint8, x=float32
    # reveal: p: store line 138: float_to_int, of float, cast line 138 to its type, from x
    # reveal: x: load line 138: float
    # reveal: float32 to uint8 line 138, excused


# launched with p=float32, x=uint8
# launched with p=uint8, x=float32
@triton.jit
def filled_with_a_constant(p, x):
    tl.store(p, tl.full([16], 0, p.dtype.element_ty) + tl.load(x).to(tl.int1))
    # reveal: with p=float32, x=uint8
    # reveal: p: store line 152: float, rounded, from x
    # reveal: x: load line 152: int
    # reveal: with p=uint8, x=float32
    # reveal: p: store line 152: int, from x
    # reveal: x: load line 152: float


# launched with p=float32, x=uint8
@triton.jit
def bits_by_the_third_place(p, x):
    tl.store(p, tl.load(x).to(tl.float8e4nv, None, True).to(tl.float32))
    # reveal: p: store line 164: float, from x
    # reveal: x: load line 164: bits, used line 164
    # reveal: x: read as torch.float8_e4m3fn line 164
