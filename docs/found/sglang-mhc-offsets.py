import torch
import triton
import triton.language as tl


@triton.jit
def combine(x_ptr, y_ptr, stride_x, stride_y, HC: tl.constexpr, SIZE: tl.constexpr):
    row = tl.program_id(0)
    at = tl.arange(0, SIZE)
    acc = tl.zeros([SIZE], dtype=tl.float32)
    for k in tl.static_range(HC):
        acc += tl.load(x_ptr + row * stride_x + k * SIZE + at).to(tl.float32)
    tl.store(y_ptr + row * stride_y + at, acc)


# Rows of four times 64 ones, 2^24 apart: from row 128 on, the offset does not fit in 32 bits. The
# tensor lies in the middle of its storage, with zeros in front, so that a read there harms nothing.
ROWS, STRIDE, FRONT = 130, 2**24, 2**31
x = torch.zeros(FRONT + ROWS * STRIDE, dtype=torch.bfloat16, device="cuda")
x[FRONT:] = 1
y = torch.zeros(ROWS, 64, device="cuda")
combine[(ROWS,)](x[FRONT:], y, STRIDE, 64, 4, 64)
wrong = (y != 4).any(dim=1)
print(int(wrong.sum()), "of", ROWS, "rows are wrong, the first is", int(wrong.nonzero()[0]))
