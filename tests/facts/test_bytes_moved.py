"""Memory of a type that is not said, viewed as bytes only to be moved: what it is moved into holds
codes, or pieces of numbers, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

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
