import torch
import triton
import triton.language as tl


@triton.jit
def quantize(x_ptr, q_ptr, scale_ptr, SIZE: tl.constexpr):
    at = tl.arange(0, SIZE)
    x = tl.load(x_ptr + at).to(tl.float32)
    scale = tl.maximum(tl.max(tl.abs(x)), 1e-10) / 127
    code = tl.clamp(x / scale, -128.0, 127.0).to(q_ptr.dtype.element_ty)
    tl.store(q_ptr + at, code)
    tl.store(scale_ptr, scale)


x = torch.arange(64, device="cuda") * 1.9
x[0] = 127
codes = torch.zeros(64, dtype=torch.int8, device="cuda")
quantize[(1,)](x, codes, torch.zeros(1, device="cuda"), 64)
print((codes != x.round()).sum().item(), "of 64 codes are not the nearest integer")
