import torch
import triton
import triton.language as tl


@triton.jit
def quantize(x_ptr, q_ptr, SIZE: tl.constexpr):
    at = tl.arange(0, SIZE)
    x = tl.load(x_ptr + at)
    scale = tl.max(tl.abs(x), axis=-1) / 127
    tl.store(q_ptr + at, (x * (1 / scale)).to(q_ptr.dtype.element_ty))


x = torch.arange(64, device="cuda") * 1.9
x[0] = 127
codes = torch.zeros(64, dtype=torch.int8, device="cuda")
quantize[(1,)](x, codes, 64)
print((codes != x.round()).sum().item(), "of 64 codes are not the nearest integer")
