"""What memory and numbers are where nothing is known of a launch: by their use, else by their names."""
import triton
import triton.language as tl


@triton.jit
def compared_with_a_number(p, x, limit):
    tl.store(p, tl.load(x) >= limit)
    # reveal: p: store line 8: int, of bool, within 0..1, from x
    # reveal: x: load line 8: int_to_float, used line 8


@triton.jit
def chosen_or_a_number(p, x, value):
    v = tl.load(x)
    tl.store(p, tl.where(v > 0, v, value))
    # reveal: p: store line 16: float_to_int, of float, from x
    # reveal: x: load line 15: int_to_float, used line 16


@triton.jit
def compared_with_a_count(p, x, n):
    i = tl.arange(0, 16)
    tl.store(p + i, tl.load(x + i, mask=i < n) >= n, mask=i < n)
    # reveal: p: store line 24: int, of bool, within 0..1, from x
    # reveal: x: load line 24: int


@triton.jit
def count_in_the_middle_of_a_name(p, local_num_logits_ptr, draft_num_logits_ptr):
    tl.store(local_num_logits_ptr, tl.load(draft_num_logits_ptr))
    # reveal: local_num_logits_ptr: store line 31: int, from draft_num_logits_ptr
    # reveal: draft_num_logits_ptr: load line 31: int


@triton.jit
def logits_of_a_name(p, local_logits_ptr, draft_logits_ptr):
    tl.store(local_logits_ptr, tl.load(draft_logits_ptr))
    # reveal: local_logits_ptr: store line 38: float_to_int, of float, from draft_logits_ptr
    # reveal: draft_logits_ptr: load line 38: int_to_float, used line 38


@triton.jit
def power_of_two(p, x, starts_ptr, HEADS: tl.constexpr):
    PADDED: tl.constexpr = triton.next_power_of_2(HEADS)
    row = tl.load(starts_ptr) + tl.arange(0, 16) // PADDED
    tl.store(p + row, tl.load(x + row) * 2.0)
    # reveal: p: store line 47: float_to_int, of float, from x
    # reveal: x: load line 47: int_to_float, used line 47
    # reveal: starts_ptr: load line 46: int
