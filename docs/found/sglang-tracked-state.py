import torch
import triton
import triton.language as tl


@triton.jit
def track(state_ptr, stride, head_size, SIZE: tl.constexpr):
    sequence = tl.program_id(0)
    head = tl.program_id(1)
    base = state_ptr + (sequence * stride + head * head_size).to(tl.int64)
    tl.store(base + tl.arange(0, SIZE), tl.full([SIZE], 1, tl.float32))


# States of 2^24 numbers: that of sequence 128 begins at 2^31. The tensor lies in the middle of its
# storage, so that what is written in front of it harms nothing.
SEQUENCES, STRIDE, FRONT = 130, 2**24, 2**31
storage = torch.zeros(FRONT + SEQUENCES * STRIDE, device="cuda")
state = storage[FRONT:].view(SEQUENCES, STRIDE)
track[(SEQUENCES, 1)](state, STRIDE, 64, 64)
missing = SEQUENCES - int(state[:, 0].sum())
print(missing, "of", SEQUENCES, "states are not written")
print(int(storage[:FRONT].sum()), "numbers in front of the tensor are")
