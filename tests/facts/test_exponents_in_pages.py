"""Exponents of scales in a page of codes: what is left an fp8 type is read as codes. A cast of codes
to integers does not compile, and is no case. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

SOURCE = (
    IMPORTS
    + """\
@triton.jit
def decode(codes_ptr, exponents_ptr, out_ptr, row_stride, TILE: tl.constexpr, TILES: tl.constexpr):
    row, lanes = tl.program_id(0).to(tl.int64), tl.arange(0, TILE)
    for tile in range(TILES):
        codes = tl.load(codes_ptr + row * row_stride + tile * TILE + lanes).to(tl.float32)
        exponent = tl.load(exponents_ptr + row * row_stride + tile)
        tl.store(out_ptr + (row * TILES + tile) * TILE + lanes, codes * {scale})


class Pages:
    def __init__(self, rows, page=None):
        self.fp8_rows = {made}

    def decode(self, out):
        codes = self.fp8_rows[:, :448]{viewed}
        exponents = self.fp8_rows[:, 448:455]{view}{mark}
        decode[(out.shape[0],)](codes, exponents, out, self.fp8_rows.stride(0), TILE=64, TILES=7)
"""
)
FP8 = "torch.zeros(rows, 456, dtype=torch.float8_e4m3fn)"
BYTES = "torch.zeros(rows, 456, dtype=torch.uint8)"
POWER = "tl.exp2(exponent.to(tl.float32) - 127.0)"
ADDED = "tl.exp2(-127.0 + exponent.to(tl.float32))"
FACTOR = "exponent.to(tl.float32)"
U8, E4M3 = ".view(torch.uint8)", ".view(torch.float8_e4m3fn)"
HIT = "  # expect: TL002"
# How the page is made, how the codes and the exponents are viewed, what the kernel makes of these.
CASES = {
    "a page of codes": (FP8, "", "", POWER, HIT),
    "a page that is called so": ("page", "", "", POWER, HIT),
    "correct: powers that are codes": (FP8, "", "", "tl.exp2(exponent.to(tl.float32) - 8.0)", ""),
    "added to a negative bias": (FP8, "", "", ADDED, HIT),
    "correct: added to one, viewed": (FP8, "", U8, ADDED, ""),
    "correct: added to another number": (FP8, "", "", "tl.exp2(-8.0 + exponent.to(tl.float32))", ""),
    "correct: viewed as bytes": (FP8, "", U8, POWER, ""),
    "correct: a page that is called so": ("page", "", U8, POWER, ""),
    "correct: bytes": (BYTES, E4M3, "", POWER, ""),
    "correct: scales are codes too": (FP8, "", "", FACTOR, ""),
}


@pytest.mark.parametrize(("made", "viewed", "view", "scale", "mark"), CASES.values(), ids=list(CASES))
def test_exponents(
    made: str,
    viewed: str,
    view: str,
    scale: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SOURCE.format(made=made, viewed=viewed, view=view, scale=scale, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})
