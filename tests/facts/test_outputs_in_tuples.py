"""Tensors that a function is given in a tuple, each of which is asserted to be of its own type: what
is known of one says nothing of the others. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

SOURCE = (
    IMPORTS
    + """\
@triton.jit
def quantize_kernel(x_ptr, codes_ptr, scale_ptr, BLOCK: tl.constexpr):
    row, lanes = tl.program_id(0), tl.arange(0, BLOCK)
    x = tl.load(x_ptr + row * BLOCK + lanes).to(tl.float32)
    scale = tl.max(tl.abs(x)) / 127.0
    rounded = tl.floor(x / scale + 0.5)
    tl.store(codes_ptr + row * BLOCK + lanes, rounded.to(codes_ptr.dtype.element_ty))
    tl.store(scale_ptr + row, scale){mark}


def checked(out, specs, device):
    if out is None:
        return tuple(torch.empty(shape, dtype=dtype, device=device) for shape, dtype in specs)
    result = tuple(out)
    for tensor, (shape, dtype) in zip(result, specs):
        if tensor.dtype != dtype:
            raise TypeError(str(dtype))
    return result


def quantize(x, out=None):
    specs = (x.shape, torch.int8), (x.shape[:1], torch.{scales})
    codes, scales = checked(out, specs, x.device)
    quantize_kernel[(x.shape[0],)](x, codes, scales, BLOCK=64)
    return codes, scales


def quantize_both(q, k, out: {annotation} = None):
    if out is None:
        q_out = k_out = None
    else:
        q_out, k_out = (out[0], out[2]), (out[1], out[3])
    return quantize(q, q_out), quantize(k, k_out)
"""
)
CASES = {
    "correct: a sequence": ("float32", "Sequence[torch.Tensor] | None", ""),
    "correct: a tuple": ("float32", "Optional[tuple[torch.Tensor, ...]]", ""),
    "correct: a list": ("float32", "Optional[List[torch.Tensor]]", ""),
    "scales of integers": ("int8", "Sequence[torch.Tensor] | None", "  # expect: TL004"),
}


@pytest.mark.parametrize(("scales", "annotation", "mark"), CASES.values(), ids=list(CASES))
def test_each_for_itself(
    scales: str, annotation: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SOURCE.format(scales=scales, annotation=annotation, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL004",)) == expected({"user.py": text})
