import torch
import triton
import triton.language as tl


@triton.jit
def write(x_ptr, cache_ptr, SIZE: tl.constexpr):
    at = tl.arange(0, SIZE)
    x = tl.load(x_ptr + at)
    tl.store(cache_ptr + at, x.to(cache_ptr.type.element_ty))


x = torch.linspace(0, 3, 128, device="cuda")
right = x.to(torch.float8_e4m3fn).view(torch.uint8)
cache = torch.zeros(128, dtype=torch.uint8, device="cuda")
write[(1,)](x, cache, 128)
print("into bytes:", (cache != right).sum().item(), "of 128 differ")
write[(1,)](x, cache.view(torch.float8_e4m3fn), 128)
print("into a view as fp8:", (cache != right).sum().item(), "of 128 differ")
