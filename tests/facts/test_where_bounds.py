"""What the test of a `where` says of the number that it chooses: floats that it keeps from going
below zero are no negative ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

KERNEL = """\
@triton.jit
def level(x_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.clamp(tl.load(x_ptr + offsets).to(tl.float32), -255.0, 255.0)
    x = {chosen}
    tl.store(out_ptr + offsets, tl.extra.libdevice.rint(x).to(tl.uint8)){mark}


def launch(x):
    out = torch.empty(64, dtype=torch.uint8)
    level[(1,)](x, out, 64)
    return out
"""
KEPT = (
    "tl.where(x > 0, x, 0.0)",
    "tl.where(x >= 0.0, x, 0)",
    "tl.where(x < 0, 0.0, x)",
    "tl.where(x > 0.5, x, 0.0)",
    "tl.where(x > 0, x, -x)",
    "tl.where(x < 0, -x, x)",
    "tl.where(x <= 1.0, 1.0, x)",
)
NEGATIVE = (
    "tl.where(x > 0, x, -1.0)",
    "tl.where(x < 0, x, 0.0)",
    "tl.where(x > -3.0, x, 0.0)",
    "tl.where(x > 0, -x, 0.0)",
    "tl.where(offsets > 0, x, 0.0)",
)


@pytest.mark.parametrize("chosen", [*KEPT, *NEGATIVE])
def test_where(chosen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mark = "  # expect: TL005" if chosen in NEGATIVE else ""
    text = IMPORTS + KERNEL.format(chosen=chosen, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL005",)) == expected({"user.py": text})
