import torch
import triton
import triton.language as tl


@triton.jit
def copy(from_ptr, to_ptr, SIZE: tl.constexpr):
    at = tl.arange(0, SIZE)
    tl.store(to_ptr + at, tl.load(from_ptr + at).to(to_ptr.dtype.element_ty))


# The setting is "fp8_e5m2": the writer takes e4m3 all the same, the reader takes e5m2.
key = torch.linspace(0.25, 4, 128, device="cuda")
cache = torch.zeros(128, dtype=torch.uint8, device="cuda")
copy[(1,)](key, cache.view(torch.float8_e4m3fn), 128)
read = torch.zeros(128, device="cuda")
copy[(1,)](cache.view(torch.float8_e5m2), read, 128)
right = key.to(torch.float8_e5m2).float()
print((read != right).sum().item(), "of 128 numbers are read as others")
print("4.0 is read as", read[-1].item())
