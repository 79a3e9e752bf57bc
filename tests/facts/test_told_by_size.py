"""Memory that is bytes with room for scales, or floats without it: its size tells which."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

TL001 = "  # expect: TL001"
# Made by a flag, and told apart by the width of the rows.
LAYER = """
class Layer:
    def __init__(self, count, width, small):
        self.width = width
        {made}

    def store(self, x):
        rows = self.memory
        {told}
        quantize[(1,)](x, rows, 64){mark}
"""
BY_FLAG = """if small:
            self.memory = torch.zeros(count, width + 8, dtype=torch.uint8)
        else:
            self.memory = torch.zeros(count, width, dtype=torch.float16)"""
TOGETHER = """room, dtype = (width + 8, torch.uint8) if small else (width, torch.float16)
        self.memory = torch.zeros(count, room, dtype=dtype)"""
BYTES = "self.memory = torch.zeros(count, width + 8, dtype=torch.uint8)"
CUT = "rows = rows[:, : self.width].view(torch.float8_e4m3fn)"
# Handed to a function that asks.
HANDED = """
def store(pages, x):
    {told}
    quantize[(1,)](x, pages, 64)


def keep(count, x, small):
    if small:
        pages = torch.zeros(count, x.shape[1] + 4, dtype=torch.uint8)
    else:
        pages = torch.zeros(count, x.shape[1], dtype=torch.bfloat16)
    store(pages, x){mark}
"""
HEAD = "pages = pages[:, : x.shape[1]].view(torch.float8_e4m3fn)"


def layer(made: str, told: str, mark: str = "") -> str:
    return LAYER.format(made=made, told=told, mark=mark)


CASES = {
    "correct: wider": layer(BY_FLAG, f"if rows.shape[-1] > self.width:\n            {CUT}"),
    "correct: of that width": layer(
        BY_FLAG, f"if rows.shape[1] == self.width + 8:\n            {CUT}"
    ),
    "correct: not of that width": layer(
        BY_FLAG, f"if rows.shape[1] != self.width:\n            {CUT}"
    ),
    "correct: chosen together": layer(
        TOGETHER, f"if rows.size(-1) > self.width:\n            {CUT}"
    ),
    "correct: handed on": HANDED.format(
        told=f"if pages.shape[-1] == x.shape[1] + 4:\n        {HEAD}", mark=""
    ),
    "cut and not viewed": layer(
        BY_FLAG,
        f"if rows.shape[-1] > self.width:\n            rows = rows[:, : self.width]{TL001}",
    ),
    "nothing is asked": layer(TOGETHER, "pass", TL001),
    "bytes in any case": layer(BYTES, "rows = rows[:, : self.width]" + TL001),
    "handed on, and nothing is asked": HANDED.format(told="pass", mark=TL001),
}


@pytest.mark.parametrize("case", CASES)
def test_told_by_size(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + CASES[case]}
    write(tmp_path, files)
    assert found() == expected(files)
