import torch
import triton
import triton.language as tl


@triton.jit
def copy_row(x_ptr, out_ptr, stride, SIZE: tl.constexpr):
    row = tl.program_id(0)
    x_ptr += row * stride
    out_ptr += row * stride
    at = tl.arange(0, SIZE)
    tl.store(out_ptr + at, tl.load(x_ptr + at))


# Rows of 64 elements, 2^24 apart: from row 128 on, the offset does not fit in 32 bits. Each tensor
# lies in the middle of its storage, so that what is written in front of it harms nothing.
ROWS, STRIDE, FRONT = 130, 2**24, 2**31
x = torch.ones(FRONT + ROWS * STRIDE, dtype=torch.bfloat16, device="cuda")[FRONT:]
out = torch.zeros(FRONT + ROWS * STRIDE, dtype=torch.bfloat16, device="cuda")
copy_row[(ROWS,)](x, out[FRONT:], STRIDE, 64)
print(64 - int(out[FRONT + 128 * STRIDE :][:64].sum()), "of 64 elements of row 128 are not written")
print(int(out[:FRONT].sum()), "elements in front of the tensor are")
