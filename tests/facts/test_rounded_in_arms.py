"""A value that several arms of a kernel round to one type: a finding names the arm that the launch
takes with memory of a wider type."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, write
from tritonlint.engine import check
from tritonlint.engine.discovery import discover
from tritonlint.settings.config import Settings

SOURCE = (
    IMPORTS
    + """\
@triton.jit
def scale_kernel(x_ptr, scale_ptr, out_ptr, N: tl.constexpr, INT8: tl.constexpr, FP8: tl.constexpr):
    lanes = tl.program_id(0) * N + tl.arange(0, N)
    x = tl.load(x_ptr + lanes).to(tl.float32)
    %s
    tl.store(out_ptr + lanes, c)


def scale(x, scales):
    dtype = x.dtype
    use_int8 = dtype == torch.int8
    use_fp8 = dtype in [torch.float8_e4m3fn, torch.float8_e5m2]
    out_dtype = torch.bfloat16 if (use_int8 or use_fp8) else x.dtype
    out = torch.empty(x.shape, dtype=out_dtype, device=x.device)
    if use_int8 or use_fp8:
        assert scales is not None
    scale_kernel[(8,)](x, scales if scales is not None else x, out, 128, use_int8, use_fp8)
    return out


DTYPES = {
    "int8": torch.int8,
    "e4m3": torch.float8_e4m3fn,
    "e5m2": torch.float8_e5m2,
}


def rand_tensor(shape, dtype):
    if dtype in [torch.float16, torch.bfloat16, torch.float]:
        return torch.rand(shape, dtype=dtype, device="cuda") * 2 - 1
    if dtype in [torch.float8_e4m3fn, torch.float8_e5m2]:
        return (torch.rand(shape, dtype=torch.bfloat16, device="cuda") * 2 - 1).to(dtype)
    if dtype == torch.int8:
        return torch.randint(-8, 8, shape, dtype=dtype, device="cuda")
    if dtype == torch.int16:
        return torch.randint(-8, 8, shape, dtype=dtype, device="cuda")
    raise Exception(dtype)


def is_codes(dtype):
    return dtype.itemsize == 1 and dtype.is_floating_point()


def made(dtype, scale):
    is_int8 = dtype == torch.int8
    if is_int8:
        x = torch.randint(-127, 127, (8, 128), dtype=dtype, device="cuda")
    elif is_codes(dtype):
        x16 = rand_tensor((8, 128), dtype=torch.float16) * scale
        x = x16.to(dtype)
    else:
        x = rand_tensor((8, 128), dtype=dtype) * scale
    return x


def run(name, scales):
    x = made(DTYPES[name], 0.1)
    return scale(x, scales)
"""
)
SCALED = "c = (x * tl.load(scale_ptr)).to(tl.bfloat16)"
# The arms; `# here` stands at the cast that is named.
ARMS = {
    "the last of three": f"""if INT8:
        {SCALED}
    elif FP8:
        x = x * tl.load(scale_ptr)
        c = x.to(tl.bfloat16)
    else:
        c = x.to(tl.bfloat16)  # here""",
    "the last of two": f"""if INT8 or FP8:
        {SCALED}
    else:
        c = x.to(tl.bfloat16)  # here""",
    "the first": f"""if not INT8:
        c = x.to(tl.bfloat16)  # here
    else:
        {SCALED}""",
    "before an arm": f"""c = x.to(tl.bfloat16)  # here
    if INT8:
        {SCALED}""",
    "nested": f"""if FP8:
        {SCALED}
    else:
        if INT8:
            c = (x * 2).to(tl.bfloat16)
        else:
            c = x.to(tl.bfloat16)  # here""",
    "by a constant": f"""if N > 256:
        {SCALED}
    else:
        c = x.to(tl.bfloat16)  # here""",
    "one arm rounds": f"""if INT8 or FP8:
        {SCALED}
    else:
        c = x""",
}


@pytest.mark.parametrize("how", ARMS)
def test_the_arm_of_wide_memory_is_named(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SOURCE % ARMS[how]
    write(tmp_path, {"scale.py": text})
    settings = Settings(root=Path.cwd(), select=("TL007",))
    result = check.check(discover([Path()], settings), settings, jobs=1)
    assert result.skipped == ()
    named = [number for number, line in enumerate(text.splitlines(), 1) if "# here" in line]
    casts = [x.span.line for each in result.findings for x in each.trace if "cast to" in x.message]
    assert casts == named
