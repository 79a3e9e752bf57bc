"""What becomes of loaded bytes."""
import triton
import triton.language as tl


@triton.jit
def numbers(p, y):
    tl.store(y, tl.load(p).to(tl.float32))
    # reveal: p: load line 8: int_to_float, used line 8
    # reveal: y: store line 8: float_to_int, of float, from p


@triton.jit
def arithmetic(p, y):
    v = tl.load(p)
    tl.store(y, v * 0.5 + 1.0)
    # reveal: p: load line 15: int_to_float, used line 16
    # reveal: y: store line 16: float_to_int, of float, from p


@triton.jit
def picked(p, y):
    v = tl.load(p)
    tl.store(y, (v & 0xF).to(tl.float32))
    tl.store(y + 1, (v >> 4).to(tl.float32))
    # reveal: p: load line 23: bits, used line 24
    # reveal: y: store line 24: float_to_int, of float, rounded, within 0..15, from p
    # reveal: y: store line 25: float_to_int, of float, rounded, from p


@triton.jit
def an_index(p, table, y):
    tl.store(y, tl.load(table + tl.load(p)))
    # reveal: p: load line 33: int
    # reveal: table: load line 33: int_to_float, used line 33
    # reveal: y: store line 33: float_to_int, of float, from table


@triton.jit
def a_mask(p, y):
    tl.store(y, 1.0, mask=tl.load(p) != 0)
    # reveal: p: load line 41: int
    # reveal: y: store line 41: float_to_int, of float, rounded, within 1..1


@triton.jit
def as_codes(p, y):
    tl.store(y, tl.load(p).to(tl.float8e5, bitcast=True).to(tl.float32))
    # reveal: p: load line 48: bits, used line 48
    # reveal: y: store line 48: float_to_int, of float, from p


@triton.jit
def compared_with_a_float(p, y):
    tl.store(y, tl.where(tl.load(p) > 0.5, 1, 0))
    # reveal: p: load line 55: int_to_float, used line 55
    # reveal: y: store line 55: int, rounded, within 0..1


@triton.jit
def with_a_placeholder(p, y, n):
    v = tl.load(p, mask=n > 0, other=0.0)
    tl.store(y, v.to(tl.float32))
    # reveal: p: load line 62: int_to_float, used line 63
    # reveal: y: store line 63: float_to_int, of float, from p


# launched with p=uint8, y=float32
@triton.jit
def two_uses(p, y):
    v = tl.load(p)
    tl.store(p, v)
    tl.store(y, v)
    # reveal: p: load line 71: int_to_float, used line 73
    # reveal: p: store line 72: int, from p
    # reveal: y: store line 73: float, of int, from p


@triton.jit
def counted_by_its_last_word(page, output_index_ptr, klen_ptr, src_off_ptr):
    number = tl.load(page)
    tl.store(output_index_ptr, number)
    tl.store(klen_ptr, number)
    tl.store(src_off_ptr, number)
    # reveal: page: load line 81: int
    # reveal: output_index_ptr: store line 82: float_to_int, of float, from page
    # reveal: klen_ptr: store line 83: float_to_int, of float, from page
    # reveal: src_off_ptr: store line 84: float_to_int, of float, from page


@triton.jit
def an_index_of_something_is_data(page, index_cache_ptr):
    tl.store(index_cache_ptr, tl.load(page))
    # reveal: page: load line 93: int_to_float, used line 93
    # reveal: index_cache_ptr: store line 93: float_to_int, of float, from page
