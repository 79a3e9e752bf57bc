import torch
import triton
import triton.language as tl


@triton.jit
def sum_of_squares(x_ptr, out_ptr, SIZE: tl.constexpr):
    x = tl.load(x_ptr + tl.arange(0, SIZE))
    total = 0.0
    total += tl.sum(x * x)
    tl.store(out_ptr, total)


x = torch.full((32768,), 2.0, dtype=torch.float16, device="cuda")
out = torch.zeros(1, device="cuda")
sum_of_squares[(1,)](x, out, 32768)
print("sum of squares:", out.item(), "of", x.float().square().sum().item())
