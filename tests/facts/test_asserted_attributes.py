"""What an object is made with and asserted to be stays so, where methods merely let go of it, or
make one attribute of another."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

TENSOR = """\
class Fp8Tensor:
    def __init__(self, dtype, data=None, transpose=None):
        for each in (data, transpose):
            assert each is None or each.dtype == torch.{asserted}
        self.dtype = dtype
        self.data = data
        self.transpose = transpose

    def update(self, rows):
        if self.transpose is None:
            self.transpose = {made}
        if not rows:
            self.data = None

    def dequantize(self, out):
        if self.data is not None:
            codes = self.data.view(self.dtype)
        else:
            codes = self.transpose{view}
        dequantize[(1,)](codes, out, 64){mark}
"""
HIT = "  # expect: TL002"
TRANSPOSED = "self.data.t().contiguous()"
CASES = {
    "not viewed": ("uint8", TRANSPOSED, "", HIT),
    "viewed": ("uint8", TRANSPOSED, ".view(self.dtype)", ""),
    "of another type": ("float16", TRANSPOSED, "", ""),
    "made anew": ("uint8", "self.data.to(torch.float16).t()", "", ""),
    "made elsewhere": ("uint8", "transposed(self.data)", "", ""),
}


@pytest.mark.parametrize(("asserted", "made", "view", "mark"), CASES.values(), ids=list(CASES))
def test_asserted_attributes(
    asserted: str, made: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + TENSOR.format(asserted=asserted, made=made, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})
