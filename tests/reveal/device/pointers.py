"""Pointers: aliases, choices, blocks, descriptors and atomics."""
import triton
import triton.language as tl


@triton.jit
def moved(p, x):
    q = p + 4
    q += 1
    tl.store(q, tl.load(x) * 2.0)
    # reveal: p: store line 10: float_to_int, of float, from x
    # reveal: x: load line 10: int_to_float, used line 10


@triton.jit
def chosen(p, q, x, n):
    tl.store(tl.where(n > 3, p, q), tl.load(x) * 2.0)
    # reveal: p: store line 17: float_to_int, of float, from x
    # reveal: q: store line 17: float_to_int, of float, from x
    # reveal: x: load line 17: int_to_float, used line 17


@triton.jit
def chosen_by_a_branch(p, q, x, n):
    if n > 3:
        target = p
    else:
        target = q
    tl.store(target, tl.load(x) * 2.0)
    # reveal: p: store line 29: float_to_int, of float, from x
    # reveal: q: store line 29: float_to_int, of float, from x
    # reveal: x: load line 29: int_to_float, used line 29


@triton.jit
def described(p, x):
    i = tl.arange(0, 16)
    d = tl.make_tensor_descriptor(p, [16, 16], [16, 1], [16, 16])
    d.store([0, 0], tl.load(x + i[:, None] + i[None, :]).to(d.dtype) * 2.0)
    d.store([0, 0], d.load([0, 0]) * 0.5)
    # reveal: p: store line 39: float_to_int, of float, from x
    # reveal: p: store line 40: float_to_int, of float, from p
    # reveal: p: load line 40: int_to_float, used line 40
    # reveal: x: load line 39: int_to_float, used line 39


@triton.jit
def in_blocks(p, x):
    block = tl.make_block_ptr(p, (16,), (1,), (0,), (16,), (0,))
    tl.store(block, tl.load(x) * 2.0)
    tl.store(tl.advance(block, (16,)), tl.load(block) * 0.5)
    # reveal: p: store line 50: float_to_int, of float, from x
    # reveal: p: store line 51: float_to_int, of float, from p
    # reveal: p: load line 51: int_to_float, used line 51
    # reveal: x: load line 50: int_to_float, used line 50


# launched with p=int32, x=float32
# launched with p=uint8, x=float32
@triton.jit
def atomic(p, x):
    tl.atomic_add(p, tl.load(x))
    old = tl.atomic_max(p, 3)
    tl.store(x, old)
    # reveal: with p=int32, x=float32
    # reveal: p: load line 62: int
    # reveal: p: store line 62: float_to_int, of float, from x
    # reveal: x: load line 62: float
    # reveal: p: load line 63: int_to_float, used line 64
    # reveal: p: store line 63: int, rounded, within 3..3
    # reveal: x: store line 64: float, of int, from p
    # reveal: with p=uint8, x=float32
    # reveal: p: load line 62: compile_error, used line 62
    # reveal: p: store line 62: compile_error, of float, from x
    # reveal: x: load line 62: float
    # reveal: p: load line 63: int_to_float, used line 64
    # reveal: p: store line 63: compile_error, of int, rounded, within 3..3
    # reveal: x: store line 64: float, of int, from p
    # reveal: float32 to uint8 line 62, excused


@triton.jit
def stored_and_loaded(p):
    tl.store(p, (tl.load(p).to(tl.float32) * 0.5).to(p.dtype.element_ty))
    # reveal: p: store line 84: float_to_int, of float, cast line 84 to its type, from p
    # reveal: p: load line 84: int_to_float, used line 84


@triton.jit
def itself_or_of_a_table(p, x, SLICES: tl.constexpr):
    base = p if SLICES == 1 else tl.load(p + 1).to(tl.pointer_type(tl.float32))
    tl.store(base + 4, tl.load(x) * 2.0)
    # reveal: p: load line 91: int
    # reveal: p: store line 92: float_to_int, of float, from x
    # reveal: x: load line 92: int_to_float, used line 92


@triton.jit
def read_from_itself_or_a_table(p, x, TABLE: tl.constexpr):
    if TABLE:
        base = tl.load(x).to(tl.pointer_type(tl.bfloat16))
    else:
        base = x
    tl.store(p, tl.load(base + 4) * 2.0)
    # reveal: p: store line 104: float_to_int, of float, from x
    # reveal: x: load line 101: int
    # reveal: x: load line 104: int_to_float, used line 104


@triton.jit
def codes_by_a_flag(p, x, CODES: tl.constexpr):
    if CODES:
        x = x.to(tl.pointer_type(tl.float8e4nv))
    tl.store(p, tl.load(x).to(tl.float32))
    # reveal: p: store line 114: float_to_int, of float, from x
    # reveal: x: load line 114: int_to_float, used line 114


# launched with p=float32, x=uint8, CODES=True
# launched with p=float32, x=bfloat16, CODES=False
@triton.jit
def codes_by_a_flag_that_is_passed(p, x, CODES: tl.constexpr):
    if CODES:
        x = x.to(tl.pointer_type(tl.float8e4nv))
    tl.store(p, tl.load(x).to(tl.float32))
    # reveal: with p=float32, x=uint8, CODES=True
    # reveal: p: store line 125: float, from x
    # reveal: x: load line 125: bits
    # reveal: x: read as torch.float8_e4m3fn line 125
    # reveal: with p=float32, x=bfloat16, CODES=False
    # reveal: p: store line 125: float, from x
    # reveal: x: load line 125: float


# launched with p=uint8, x=bfloat16
@triton.jit
def only_of_a_table(p, x, table):
    base = tl.load(table).to(tl.pointer_type(tl.uint8))
    tl.store(base, tl.load(x).to(tl.float8e4nv).to(tl.uint8, bitcast=True))
    tl.store(p, tl.load(base))
    # reveal: table: load line 138: int
    # reveal: x: load line 139: float
    # reveal: p: store line 140: int
