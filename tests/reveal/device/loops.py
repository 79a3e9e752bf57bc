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
