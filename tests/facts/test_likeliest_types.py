"""Of the types that a launch may pass, a finding names the one that is likely to lose something: the
widest, and float64 only where no other keeps more than what a kernel rounds to."""

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
def add_kernel(x_ptr, out_ptr, N: tl.constexpr):
    lanes = tl.program_id(0) * N + tl.arange(0, N)
    x = tl.load(x_ptr + lanes).to(tl.float32) + 1
    tl.store(out_ptr + lanes, x.to(tl.bfloat16))


def add(x, wide):
    %s
    out = torch.empty(x.shape, dtype=dtype, device=x.device)
    add_kernel[(8,)](x, out, N=128)
    return out
"""
)
# What the dtype of the output is, and the type that is named; None where nothing is found.
DTYPES = {
    "any float": ("dtype = x.dtype if x.is_floating_point() else torch.bfloat16", "float32"),
    "one of all": (
        "assert x.dtype in (torch.float16, torch.float32, torch.float64)\n    dtype = x.dtype",
        "float32",
    ),
    "wide or double": ("dtype = torch.float64 if wide else torch.float32", "float32"),
    "half or double": ("dtype = torch.float64 if wide else torch.float16", "float16"),
    "half or the same": ("dtype = torch.float16 if wide else torch.bfloat16", "float16"),
    "double or the same": ("dtype = torch.float64 if wide else torch.bfloat16", "float64"),
    "double": ("dtype = torch.float64", "float64"),
    "the same": ("dtype = torch.bfloat16", None),
}


@pytest.mark.parametrize("how", DTYPES)
def test_the_likeliest_type_is_named(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written, named = DTYPES[how]
    write(tmp_path, {"add.py": SOURCE % written})
    settings = Settings(root=Path.cwd(), select=("TL007",))
    result = check.check(discover([Path()], settings), settings, jobs=1)
    assert result.skipped == ()
    said = [each.trace[0].message.rpartition(" ")[2] for each in result.findings]
    assert said == ([f"torch.{named}"] if named else [])
