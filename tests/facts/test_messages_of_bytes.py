"""Objects that are made with bytes, as their class asserts: whichever function takes a part of them,
and which way it goes by how many there are, says nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

TL002 = "  # expect: TL002"
MESSAGE = """
from dataclasses import dataclass


@dataclass
class Message:
    body: torch.Tensor
    heads: int

    def __post_init__(self):
        if self.body.dtype != torch.uint8:
            raise TypeError("bodies are bytes")


class Reader:
    def __init__(self, heads):
        self.heads = heads

    def own(self, message: Message):
        cut = message.body[:, : self.heads]{helper}
        return cut, self.heads

    def apply(self, message: Message, out):
        if message.heads {asked}:
            dequantize[(1,)](message.body{view}, out, 64)
        else:
            cut, heads = self.own(message)
            dequantize[(1,)](cut, out, heads)
"""
VIEW = ".view(torch.float8_e4m3fn)"
CASES = {
    "a helper cuts": MESSAGE.format(helper=TL002, asked="<= self.heads", view=VIEW),
    "a helper cuts where there are fewer": MESSAGE.format(helper=TL002, asked="> 16", view=VIEW),
    "correct: the helper views": MESSAGE.format(helper=VIEW, asked="<= self.heads", view=VIEW),
    "correct: integers": MESSAGE.format(helper="", asked="<= self.heads", view=""),
    "correct: another kind": MESSAGE.format(helper="", asked="== self.heads", view=VIEW),
}
# Pages of one of three kinds, of which the third are integers with a sign.
KINDS = """
from enum import IntEnum


class Kind(IntEnum):
    PLAIN = 0
    SMALL = 4
    SMALLER = 8

    @property
    def dtype(self):
        return {{Kind.PLAIN: torch.float16, Kind.SMALL: torch.{small}, Kind.SMALLER: torch.uint8}}[self]


class Pages:
    def __init__(self, kind: int, rows: int):
        self.kind = Kind(kind)
        self.rows = torch.zeros(rows, 64, dtype=self.kind.dtype)

    def read(self, out):
        if self.kind is Kind.PLAIN:
            return out.copy_(self.rows)
        dequantize[(1,)](self.rows, out, 64)
"""
CASES |= {"correct: three kinds of numbers": KINDS.format(small="int8")}


@pytest.mark.parametrize("case", CASES)
def test_messages_of_bytes(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + CASES[case]}
    write(tmp_path, files)
    assert found() == expected(files)
