import torch
import triton
import triton.language as tl


@triton.jit
def decode(codes_ptr, out_ptr, IS_HIP: tl.constexpr, SIZE: tl.constexpr):
    at = tl.arange(0, SIZE)
    codes = tl.load(codes_ptr + at)
    fp8 = tl.float8e4b8 if IS_HIP else tl.float8e4nv
    tl.store(out_ptr + at, codes.to(fp8, bitcast=True).to(tl.float32))


# The kernel compiles for gfx950 with either type; what its two readings of a code are, torch says
# without a GPU.
codes = torch.arange(256, dtype=torch.uint8)
right = codes.view(torch.float8_e4m3fn).float()
read = codes.view(torch.float8_e4m3fnuz).float()
halved = (read == right / 2) & (right != 0)
print(int(halved.sum()), "of 256 codes are read as half of their number")
print("0x80 (-0.0) is read as", read[0x80].item(), "and 0x7F (NaN) as", read[0x7F].item())
