"""Signed bytes to which a kernel stores floats that nothing rounds, and that other code of the file
views as 8-bit floats, are codes. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

HIT, VIEW = "  # expect: TL001", ".view(torch.float8_e4m3fn)"
MODULE = (
    IMPORTS
    + """\
@triton.jit
def pack(x_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32)
    scaled = x / (tl.max(tl.abs(x), axis=0) / {largest})
    tl.store(out_ptr + offsets, {stored})


def send(x, n):
    rows = torch.empty(n, 68, dtype=torch.int8)
    pack[(n,)](x, rows[:, :64]{view}, 64){mark}
    return rows


def receive(rows):
    return rows[:, :{width}]{read}.float()
"""
)
CASES = {
    "not rounded": ("448.0", "scaled", "", HIT, "64", VIEW),
    "cast, not rounded": ("448.0", "scaled.to(out_ptr.dtype.element_ty)", "", HIT, "64", VIEW),
    "correct: viewed": ("448.0", "scaled", VIEW, "", "64", VIEW),
    "correct: rounded": ("127.0", "tl.floor(scaled + 0.5)", "", "", "64", VIEW),
    "correct: rounded away from zero": (
        "127.0",
        "(scaled + tl.where(scaled >= 0, 0.5, -0.5)).to(out_ptr.dtype.element_ty)",
        "",
        "",
        "64",
        VIEW,
    ),
    "correct: rounded to even": ("127.0", "(scaled + 12582912.0) - 12582912.0", "", "", "64", VIEW),
    "correct: read as integers": ("127.0", "tl.floor(scaled + 0.5)", "", "", "64", ""),
    "another region is codes": ("448.0", "scaled", "", "", "4", VIEW),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_signed_bytes(
    case: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ("largest", "stored", "view", "mark", "width", "read")
    text = MODULE.format(**dict(zip(names, case, strict=True)))
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})
