import torch
import triton
import triton.language as tl


@triton.jit
def normalize(x_ptr, cache_ptr, eps, SIZE: tl.constexpr):
    at = tl.arange(0, SIZE)
    x = tl.load(x_ptr + at).to(tl.float32)
    x = x * tl.rsqrt(tl.sum(x * x) / SIZE + eps)
    tl.store(cache_ptr + at, x)


# What a setting of "fp8" allocates: bytes, which nobody views as fp8.
key = torch.linspace(-3, 3, 128, device="cuda").bfloat16()
bytes_ = torch.zeros(128, dtype=torch.uint8, device="cuda")
codes = torch.zeros(128, dtype=torch.float8_e4m3fn, device="cuda")
normalize[(1,)](key, bytes_, 1e-6, 128)
normalize[(1,)](key, codes, 1e-6, 128)
print((bytes_ != codes.view(torch.uint8)).sum().item(), "of 128 bytes are not the fp8 codes")
