"""Device functions, what they return, and tuples."""
import triton
import triton.language as tl


@triton.jit
def put(pointer, value):
    tl.store(pointer, value)


@triton.jit
def put_as(pointer, value, dtype: tl.constexpr):
    tl.store(pointer, value.to(dtype))


@triton.jit
def get(pointer):
    return tl.load(pointer).to(tl.float32)


@triton.jit
def pair(value):
    return value, value * 2.0


@triton.jit
def either(value, FLAG: tl.constexpr):
    if FLAG:
        return value
    return value * 2.0


@triton.jit
def larger(a, b):
    return tl.maximum(a, b)
    # reveal: nothing


@triton.jit
def stored_in_another(p, x):
    put(p, tl.load(x) * 2.0)
    put_as(p, tl.load(x), p.dtype.element_ty)
    put_as(p, tl.load(x), tl.int8)
    # reveal: p: store line 8 via line 41: float_to_int, of float, from x
    # reveal: p: store line 13 via line 42: float_to_int, of float, cast line 13 to its type, from x
    # reveal: p: store line 13 via line 43: float_to_int, of int, cast line 13, from x
    # reveal: x: load line 41: int_to_float, used line 41
    # reveal: x: load line 42: int_to_float, used line 13
    # reveal: x: load line 43: int_to_float, used line 13


@triton.jit
def loaded_in_another(p, y):
    tl.store(y, get(p))
    # reveal: p: load line 18 via line 54: int_to_float, used line 18
    # reveal: y: store line 54: float_to_int, of float, from p


@triton.jit
def one_of_two(p, y, x):
    same, twice = pair(tl.load(x))
    tl.store(p, same)
    tl.store(y, twice)
    # reveal: p: store line 62: float_to_int, of float, from x
    # reveal: y: store line 63: float_to_int, of float, from x
    # reveal: x: load line 61: int_to_float, used line 23


# launched with p=uint8, x=int32, FLAG=True
# launched with p=uint8, x=int32, FLAG=False
@triton.jit
def by_a_flag(p, x, FLAG: tl.constexpr):
    tl.store(p, either(tl.load(x), FLAG))
    # reveal: with p=uint8, x=int32, FLAG=True
    # reveal: p: store line 73: int, from x
    # reveal: x: load line 73: int
    # reveal: int32 to uint8 line 73, excused
    # reveal: with p=uint8, x=int32, FLAG=False
    # reveal: p: store line 73: float_to_int, of float, from x
    # reveal: x: load line 73: int_to_float, used line 30
    # reveal: float32 to uint8 line 73


# launched with p=float32, x=uint8
@triton.jit
def reduced(p, x):
    v = tl.load(x + tl.arange(0, 16))
    tl.store(p, tl.reduce(v, 0, larger))
    tl.store(p + 1, tl.sum(v))
    # reveal: x: load line 87: int_to_float, used line 88
    # reveal: p: store line 88: float, of int, from x
    # reveal: p: store line 89: float, of int, from x


# launched with p=uint8, x=float32
@triton.jit
def unknown_function(p, x):
    tl.store(p, decode(tl.load(x)))
    # reveal: p: store line 98: unknown
    # reveal: x: load line 98: float


@triton.jit
def halved_if_large(value, n):
    if n > 4:
        return value
    return value * 0.5


# launched with p=uint8, x=int32
@triton.jit
def one_of_two_returns(p, x, n):
    tl.store(p, halved_if_large(tl.load(x), n))
    # reveal: p: store line 113: float_to_int, of float, from x
    # reveal: x: load line 113: int_to_float, used line 107


@triton.jit
def bytes_to_an_unknown_function(p, y):
    v = tl.load(p)
    tl.store(y, decode(v))
    tl.store(y + 1, decode(v).to(tl.float32) * 0.5)
    scale, code = unpack(v, 4)
    tl.store(y + 2, scale + code)
    # reveal: p: load line 120: unknown, used line 121
    # reveal: y: store line 121: unknown
    # reveal: y: store line 122: float_to_int, of float
    # reveal: y: store line 124: unknown


@triton.jit
def bytes_to_an_unknown_intrinsic(p, q, y):
    tl.store(y, tl.upcast_scaled(tl.load(p), tl.load(q), tl.bfloat16))
    tl.store(y + 1, tl.extra.vendor.to_float(tl.load(p)))
    # reveal: p: load line 133: unknown, used line 133
    # reveal: p: load line 134: unknown, used line 134
    # reveal: q: load line 133: unknown, used line 133
    # reveal: y: store line 133: unknown
    # reveal: y: store line 134: unknown


@triton.jit
def bytes_used_beside_it(p, y):
    v = tl.load(p)
    tl.store(y, decode(v) + v.to(tl.float32))
    # reveal: p: load line 144: int_to_float, used line 145
    # reveal: y: store line 145: float_to_int, of float, from p


@triton.jit
def a_number_from_an_unknown_function(p, y):
    v = tl.load(p) * scale_of(4)
    tl.store(y, v)
    # reveal: p: load line 152: int_to_float, used line 153
    # reveal: y: store line 153: float_to_int, of float, from p
