import torch
import triton
import triton.language as tl


@triton.jit
def convolve(x_ptr, w_ptr, out_ptr, WIDTH: tl.constexpr, SIZE: tl.constexpr):
    at = tl.arange(0, SIZE)
    acc = tl.zeros([SIZE], dtype=tl.float32)
    for tap in tl.static_range(WIDTH):
        x = tl.load(x_ptr + tap * SIZE + at)
        w = tl.load(w_ptr + tap * SIZE + at)
        acc += x * w
    tl.store(out_ptr + at, acc)


torch.manual_seed(0)
x, w = (torch.randn(4, 4096, device="cuda").bfloat16() for _ in range(2))
out = torch.zeros(4096, dtype=torch.bfloat16, device="cuda")
convolve[(1,)](x, w, out, 4, 4096)
exact = (x.double() * w.double()).sum(0)
right = (x.float() * w.float()).sum(0).bfloat16()
print((out != right).sum().item(), "of 4096 bfloat16 sums are not those of float32 products")
error = [(each.double() - exact).abs().mean().item() for each in (out, right)]
print(f"the mean error is {error[0] / error[1]:.2f} times as large")
