"""Memory of a type that is not said, viewed as bytes only to be moved: what it is moved into holds
codes, or pieces of numbers, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

MODULE = """\
class Reader:
    def __init__(self, n):
        self.staging = torch.empty(n, dtype=torch.uint8, device="cuda")

    def read(self, pool, index, out):
        staging = self.staging[: index.numel()]
        {move}
        dequantize[(1,)](staging, out, 64)
"""

CASES = {
    "selected": ("torch.index_select(pool.view(torch.uint8), 0, index, out=staging)", True),
    "gathered": ("torch.gather(pool.view(torch.uint8), 0, index, out=staging)", True),
    "copied to a place": ("staging.index_copy_(0, index, pool.view(torch.uint8))", True),
    "masks": ("torch.index_select(pool.masks.view(torch.uint8), 0, index, out=staging)", False),
    "not viewed": ("torch.index_select(pool, 0, index, out=staging)", False),
    "into others": ("torch.index_select(pool.view(torch.uint8), 0, index, out=index)", False),
}


@pytest.mark.parametrize(("move", "hazard"), CASES.values(), ids=list(CASES))
def test_bytes_moved(
    move: str, hazard: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + MODULE.format(move=move)
    write(tmp_path, {"user.py": text})
    assert {code for _, _, code in found()} == ({"TL002"} if hazard else set())


GATHER = """\
@triton.jit
def gather(page_ptr, scale_ptr, out_fp8_ptr, out_scale_ptr, N: tl.constexpr):
    offsets = tl.arange(0, N)
    tl.store(out_fp8_ptr + offsets, tl.load(page_ptr + offsets))
    tl.store(out_scale_ptr + offsets, tl.load(scale_ptr + offsets))


def run(page, out, out_scale):
    rows = page.view(page.shape[0], -1)
    codes, scales = rows[:, :64]{viewed}, rows[:, 64:].view(torch.float32)
    out = out.view({out})
    gather[(1,)](codes, scales, out, out_scale.view(torch.float32), N=64){mark}
"""


@pytest.mark.parametrize(
    ("viewed", "out", "mark"),
    [
        (".view(torch.float8_e4m3fn)", "torch.uint8", "  # expect: TL001"),
        (".view(torch.bfloat16)", "torch.uint8", "  # expect: TL001"),
        ("", "torch.uint8", ""),
        ("", "torch.float8_e4m3fn", ""),
        (".view(torch.uint8)", "torch.uint8", ""),
    ],
    ids=[
        "codes into bytes",
        "floats into bytes",
        "correct: a part of a page",
        "correct: into codes",
        "correct: bytes",
    ],
)
def test_what_is_called_after_codes_and_viewed_as_bytes(
    viewed: str, out: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + GATHER.format(viewed=viewed, out=out, mark=mark)}
    write(tmp_path, files)
    assert found() == expected(files)
