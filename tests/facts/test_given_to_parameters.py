"""What several methods of a class, or of one that it inherits from, give an attribute of the object
that they are handed; int8 codes that 8-bit floats only carry."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write
from tritonlint.engine import check
from tritonlint.settings.config import Settings

READ, UNKNOWN = "  # expect: TL002", "  # not looked at"
LAYERS = """
class Base:
    def quantize(self, layer, scales):
        {first}

    def shape(self, layer):
        return layer.scales.shape


class Method({base}):
    def again(self, layer, weight):
        {second}

    def run(self, layer, out):
        dequantize[(1,)](layer.scales{view}, out, 64){mark}
"""
BYTES = 'layer.register_buffer("scales", scales.float().view(torch.uint8))'
FLOATS = ".view(torch.float32)"
CASES = {
    "twice": (BYTES, "Base", "layer.scales = weight.float().view(torch.uint8)", "", READ),
    "by the base": (BYTES, "Base", "pass", "", READ),
    "made twice": ("layer.scales = torch.empty(9, dtype=torch.uint8)", "Base",
                   "layer.scales = weight.to(torch.float8_e5m2).view(torch.uint8)", "", READ),
    "correct: viewed": (BYTES, "Base", "layer.scales = weight.float().view(torch.uint8)", FLOATS, ""),
    "correct: floats in one": (BYTES, "Base", "layer.scales = weight.float()", "", UNKNOWN),
    "correct: something else in one": (BYTES, "Base", "layer.scales = weight", "", UNKNOWN),
    "correct: another class's": (BYTES, "torch.nn.Module", "pass", "", UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize(("first", "base", "second", "view", "mark"), CASES.values(), ids=list(CASES))
def test_given_to_parameters(
    first: str, base: str, second: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = LAYERS.format(first=first, base=base, second=second, view=view, mark=mark)
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)


CARRIED = """
@triton.jit
def to_int8(x_ptr, out_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    x = tl.extra.cuda.libdevice.rint(tl.load(x_ptr + at).to(tl.float32) * 127.0)
    tl.store(out_ptr + at, x.to(tl.int8))


def forward(x):
    codes = torch.empty(64, dtype=torch.int8)
    to_int8[(1,)](x, codes, 64)
    return codes.view(torch.float8_e4m3fn){mark}


def backward(codes):
    return {back}
"""


@pytest.mark.parametrize(
    ("back", "mark"),
    [("codes.view(torch.int8)", ""), ("codes.float()", "  # expect: TL003")],
    ids=["correct: viewed back", "taken for floats"],
)
def test_codes_that_are_carried(
    back: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + CARRIED.format(back=back, mark=mark)}
    write(tmp_path, files)
    assert found(select=("TL003",)) == expected(files)


def test_a_docstring_of_another_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A docstring may give a tensor more dimensions than it has: nothing fails over that."""
    monkeypatch.chdir(tmp_path)
    text = (
        KERNELS
        + '''\
@triton.jit
def move_rows(x_ptr, out_ptr, stride, SIZE: tl.constexpr):
    block = tl.program_id(1)
    at = block * SIZE + tl.arange(0, SIZE)
    tl.store(out_ptr + at, tl.load(x_ptr + tl.program_id(0) * stride + at).to(tl.float32))


def move(x, keys, tokens: int = 65536, width: int = 65536, size: int = 128):
    """
    - rows: (tokens, 1, width) uint8, one for each token
    """
    count, width = keys.shape
    rows = torch.empty((count, width), dtype=torch.uint8)
    view = rows
    move_rows[(count, 4)](view, x, 1, size)
'''
    )
    write(tmp_path, {"user.py": text})
    result = check.check([Path("user.py")], Settings(root=Path.cwd()), jobs=1)
    assert not result.skipped
