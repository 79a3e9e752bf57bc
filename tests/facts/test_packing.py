"""A view as 8-bit floats that is only joined with codes, or copied beside them, says nothing of
what is viewed: floats are packed so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL002"
# Some rows of a cache are quantized, the others are packed with them; `read` reads the former.
CACHE = """\
def pack(cache, codes, out, n):
    {packed}
    dequantize[(1,)](cache[..., :n]{view}, out, 64){mark}
    return page
"""
VIEW = "cache[..., n:].view(torch.float8_e4m3fn)"
CASES = {
    "correct: joined": (f"page = torch.cat([codes, {VIEW}], dim=-1)", "", ""),
    "correct: joined, of another shape": (f"page = torch.cat((codes, {VIEW}.flatten(1)), -1)", "", ""),
    "correct: copied": (f"page = codes.clone(); page[..., n:].copy_({VIEW})", "", ""),
    "correct: assigned": (f"page = codes.clone(); page[..., n:] = {VIEW}", "", ""),
    "passed on": (f"page = {VIEW}; dequantize[(1,)](page, out, 64)", "", HIT),
    "of memory that is bytes": (
        f"assert cache.dtype == torch.uint8; page = torch.cat([codes, {VIEW}], dim=-1)", "", HIT
    ),
}  # fmt: skip


@pytest.mark.parametrize(("packed", "view", "mark"), CASES.values(), ids=list(CASES))
def test_packing(
    packed: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + CACHE.format(packed=packed, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL002",)) == expected({"user.py": text})
