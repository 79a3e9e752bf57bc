import torch
import triton
import triton.language as tl


@triton.jit
def write(x_ptr, cache_ptr, SIZE: tl.constexpr):
    at = tl.arange(0, SIZE)
    x = tl.load(x_ptr + at)
    scale = tl.maximum(tl.max(tl.abs(x)) / 127.0, 1e-6)
    tl.store(cache_ptr + at, tl.clamp(x * (1.0 / scale), -128.0, 127.0))


key = torch.arange(64, device="cuda") * 1.9
key[0] = 127
cache = torch.zeros(64, dtype=torch.int8, device="cuda")
write[(1,)](key, cache, 64)
print((cache != key.round()).sum().item(), "of 64 codes are not the nearest integer")
