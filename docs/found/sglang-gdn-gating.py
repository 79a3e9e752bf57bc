import torch
import triton
import triton.language as tl


@triton.jit
def gate(b_ptr, out_ptr, SIZE: tl.constexpr):
    at = tl.arange(0, SIZE)
    value = tl.sigmoid(tl.load(b_ptr + at).to(tl.float32))
    tl.store(out_ptr + at, value.to(b_ptr.dtype.element_ty))


b = torch.linspace(-3, 3, 64, device="cuda").bfloat16()
out = torch.zeros(64, device="cuda")
gate[(1,)](b, out, 64)
error = (out / b.float().sigmoid() - 1).abs().max().item()
print(f"largest relative error of a float32 output: {error:.1e} (float32 allows 6e-08)")
