import torch


def rank(dtype):
    fp8 = (torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e8m0fnu)
    return 0 if dtype in fp8 else 1 if dtype in (torch.float16, torch.bfloat16) else 2


def copy_with_check(target, loaded):
    target_rank, loaded_rank = rank(target.dtype), rank(loaded.dtype)
    assert target_rank >= loaded_rank
    if loaded_rank == torch.float8_e8m0fnu:
        assert target_rank in {torch.float8_e8m0fnu, torch.float32}
    target.copy_(loaded)


# Scales of a checkpoint: 2^-64 to 2^63. No GPU is needed.
scales = torch.arange(63, 191, dtype=torch.uint8).view(torch.float8_e8m0fnu)
for dtype in (torch.float8_e4m3fn, torch.float16, torch.float32):
    target = torch.zeros(128, dtype=dtype)
    copy_with_check(target, scales)
    print((target.float() != scales.float()).sum().item(), "of 128 scales are lost in", dtype)
