import torch
import triton
import triton.language as tl


@triton.jit
def gather(weights_ptr, experts_ptr, out_ptr, stride, SIZE: tl.constexpr):
    tile = tl.program_id(0)
    expert = tl.load(experts_ptr + tile)
    at = tl.arange(0, SIZE)
    tl.store(out_ptr + tile * SIZE + at, tl.load(weights_ptr + expert * stride + at))


# Experts of 2^24 weights, with ones for weights: those of expert 128 begin at 2^31. The weights lie
# in the middle of their storage, with zeros in front, so that a read there harms nothing.
EXPERTS, STRIDE, FRONT = 130, 2**24, 2**31
weights = torch.zeros(FRONT + EXPERTS * STRIDE, dtype=torch.bfloat16, device="cuda")
weights[FRONT:] = 1
experts = torch.arange(EXPERTS, dtype=torch.int32, device="cuda")
out = torch.zeros(EXPERTS, 64, device="cuda")
gather[(EXPERTS,)](weights[FRONT:], experts, out, STRIDE, 64)
wrong = (out != 1).any(dim=1)
print("the weights of", int(wrong.sum()), "of", EXPERTS, "experts are read from elsewhere")
