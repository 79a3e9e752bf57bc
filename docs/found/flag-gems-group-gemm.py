import torch
import triton
import triton.language as tl


@triton.jit
def double(table_ptr, SIZE: tl.constexpr):
    address = tl.load(table_ptr).to(tl.pointer_type(tl.bfloat16))
    at = tl.arange(0, SIZE)
    tl.store(address + at, tl.load(address + at) * 2)


x = torch.linspace(1, 2, 64, device="cuda").half()
right = x * 2
double[(1,)](torch.tensor([x.data_ptr()], device="cuda"), 64)
print((x != right).sum().item(), "of 64 numbers are wrong:", x[1].item(), "for", right[1].item())
