"""Loops: what a later round sees."""
import triton
import triton.language as tl


@triton.jit
def summed(p, x, n):
    total = tl.zeros([16], tl.float32)
    for k in range(n):
        total += tl.load(x + k)
    tl.store(p, total)
    # reveal: p: store line 11: float_to_int, of float, from x
    # reveal: x: load line 10: int_to_float, used line 10


@triton.jit
def known_in_the_second_round(p, x, n):
    value = 0
    for _ in range(n):
        tl.store(p, value)
        value = tl.load(x) * 2.0
    # reveal: p: store line 20: float_to_int, of float, from x
    # reveal: x: load line 21: int_to_float, used line 21


@triton.jit
def known_in_the_third_round(p, x, n):
    a = 0
    b = 0
    for _ in range(n):
        tl.store(p, b)
        b = a
        a = tl.load(x) * 2.0
    # reveal: p: store line 31: float_to_int, of float, from x
    # reveal: x: load line 33: int_to_float, used line 33


@triton.jit
def advanced(p, x, n):
    for _ in range(n):
        tl.store(p, tl.load(x) * 2.0)
        p += 16
        x += 16
    # reveal: p: store line 41: float_to_int, of float, from x
    # reveal: x: load line 41: int_to_float, used line 41


@triton.jit
def left_early(p, x, n):
    v = tl.load(x) * 2.0
    for k in range(n):
        if k == 3:
            v = tl.floor(v)
            break
    tl.store(p, v)
    # reveal: p: store line 55: float_to_int, of float, from x
    # reveal: x: load line 50: int_to_float, used line 50


@triton.jit
def unrolled(p, q, x):
    for target, factor in ((p, 2.0), (q, 3.0)):
        tl.store(target, tl.load(x) * factor)
    # reveal: p: store line 63: float_to_int, of float, from x
    # reveal: q: store line 63: float_to_int, of float, from x
    # reveal: x: load line 63: int_to_float, used line 63


@triton.jit
def while_it_lasts(p, x, n):
    v = tl.load(x) * 2.0
    while n > 0:
        v = tl.floor(v)
        n -= 1
    tl.store(p, v)
    # reveal: p: store line 75: float_to_int, of float, from x
    # reveal: x: load line 71: int_to_float, used line 71


# launched with p=int8, x=float32
@triton.jit
def left_with_a_fraction(p, x, n):
    v = tl.floor(tl.load(x))
    for k in range(n):
        if k == n - 1:
            v = tl.load(x) * 0.5
            break
    tl.store(p, v.to(tl.int8))
    # reveal: x: load line 83: float
    # reveal: x: load line 86: float
    # reveal: p: store line 88: float_to_int, of int, cast line 88, from x
    # reveal: float32 to int8 line 88, excused


# launched with p=int8, x=float32
@triton.jit
def left_with_a_wider_range(p, x, n):
    v = tl.clamp(tl.load(x), -4.0, 4.0)
    for k in range(n):
        v = tl.clamp(tl.load(x + k), -4.0, 4.0)
        if k == n - 1:
            v = tl.clamp(v, -8.0, 8.0) * 2.0
            continue
    tl.store(p, v.to(tl.int8))
    # reveal: x: load line 98: float
    # reveal: x: load line 100: float
    # reveal: p: store line 104: float_to_int, of int, cast line 104, from x
    # reveal: float32 to int8 line 104, excused


# launched with p=int8, x=float32
@triton.jit
def not_left(p, x, n):
    v = tl.load(x) * 0.5
    for k in range(n):
        if k == 3:
            break
    else:
        v = tl.floor(v + 0.5)
    tl.store(p, v)
    # reveal: x: load line 114: float
    # reveal: p: store line 120: float_to_int, of float, from x
    # reveal: float32 to int8 line 120, excused


# launched with p=int8, x=float32
@triton.jit
def goes_on_with_the_next(p, x):
    for step in (0, 1, 2):
        v = tl.floor(tl.load(x + step))
        if step == 1:
            continue
        v *= 0.5
    tl.store(p, v)
    # reveal: x: load line 130: float
    # reveal: p: store line 134: float_to_int, of float, from x
    # reveal: float32 to int8 line 134


@triton.jit
def the_rest_of_a_tuple(p, q, x, y):
    first, *others = (x, y, y)
    tl.store(p, tl.load(first) * 2.0)
    for each in others:
        tl.store(q, tl.load(each) * 2.0)
    # reveal: p: store line 143: float_to_int, of float, from x
    # reveal: q: store line 145: float_to_int, of float, from y
    # reveal: x: load line 143: int_to_float, used line 143
    # reveal: y: load line 145: int_to_float, used line 145


@triton.jit
def swapped(p, q, x, y):
    a, b = x, y
    a, b = b, a
    tl.store(p, tl.load(a) * 2.0)
    tl.store(q, tl.load(b))
    # reveal: p: store line 156: float_to_int, of float, from y
    # reveal: q: store line 157: float_to_int, of float, from x
    # reveal: x: load line 157: int_to_float, used line 157
    # reveal: y: load line 156: int_to_float, used line 156


@triton.jit
def made_by_two_loops(p, q, x):
    sums = [tl.load(x + i) * j for i in (0, 1) for j in (2.0, 3.0) if j > 2.0]
    a, b = sums
    tl.store(p, a)
    tl.store(q, b)
    # reveal: p: store line 168: float_to_int, of float, from x
    # reveal: q: store line 169: float_to_int, of float, from x
    # reveal: x: load line 166: int_to_float, used line 166


@triton.jit
def pairs_in_a_comprehension(p, q, x):
    for target, value in [(t, tl.load(x) * f) for t, f in ((p, 2.0), (q, 3.0))]:
        tl.store(target, value)
    # reveal: p: store line 178: float_to_int, of float, from x
    # reveal: q: store line 178: float_to_int, of float, from x
    # reveal: x: load line 177: int_to_float, used line 177


# launched with p=uint16, b=uint16, out=float16
@triton.jit
def rebound_in_known_rounds(p, b, out):
    i = tl.arange(0, 16)
    descriptor = tl.make_tensor_descriptor(p, [16], [1], [16])
    taken = tl.load(b + i)
    read = descriptor.load([0])
    for _ in tl.static_range(2):
        taken = (read + i).to(taken.dtype)
        read = tl.program_id(0).to(read.dtype)
    tl.store(out + i, taken.to(tl.float32))
    # reveal: b: load line 189: int
    # reveal: p: load line 190: int
    # reveal: out: store line 194: float, rounded


# launched with p=uint16, b=uint16, out=float16
@triton.jit
def read_in_a_single_round(p, b, out):
    i = tl.arange(0, 16)
    taken = tl.load(b + i)
    read = tl.load(p + i)
    for _ in tl.static_range(1):
        taken = (read + i).to(taken.dtype)
        read = tl.program_id(0).to(read.dtype)
    tl.store(out + i, taken.to(tl.float32))
    # reveal: b: load line 204: int
    # reveal: p: load line 205: int_to_float, used line 209
    # reveal: out: store line 209: float, rounded, from p


# launched with p=uint16, out=float16
@triton.jit
def one_round_that_differs(p, out):
    i = tl.arange(0, 16)
    read = tl.load(p + i)
    for k in tl.static_range(3):
        if k == 1:
            tl.store(out + i, read.to(tl.float32))
    # reveal: p: load line 219: int_to_float, used line 222
    # reveal: out: store line 222: float, rounded, from p


# launched with p=uint16, out=float16
@triton.jit
def a_round_that_never_comes(p, out):
    i = tl.arange(0, 16)
    read = tl.load(p + i)
    for k in tl.static_range(0, 4, 2):
        if k == 1:
            tl.store(out + i, read.to(tl.float32))
    # reveal: p: load line 231: int
