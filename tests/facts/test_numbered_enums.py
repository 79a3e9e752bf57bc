"""Members of enums that are numbered (`auto()`), and flags: which one it is, is told by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
MODULE = """
from enum import {kind}, auto


class Kept({kind}):
    WIDE = auto()
    SMALL = auto()
    FP8 = auto()

    @classmethod
    def named(cls, text: str) -> "Kept":
        return {{"wide": cls.WIDE, "small": cls.SMALL, "fp8": cls.FP8}}[text]

    def dtype(self, wide=torch.float16):
        return torch.uint8 if self is {own} else wide


class Pool:
    def __init__(self, n, kept: Kept):
        self.page = torch.zeros(n, dtype=kept.dtype())


class Manager:
    def __init__(self, n, text):
        self.kept = Kept.named(text)
        self.pool = Pool(n, self.kept)

    def write(self, x):
        if {test}:
            {code}
"""
LAUNCH = "quantize[(1,)](x, self.pool.page, 64)"
VIEWED = "quantize[(1,)](x, self.pool.page.view(torch.float8_e4m3fn), 64)"
CASES = {
    "any member": ("Enum", "Kept.FP8", "x.numel() > 0", LAUNCH + HIT),
    "a flag": ("Flag", "Kept.FP8", "x.numel() > 0", LAUNCH + HIT),
    "a number": ("IntEnum", "Kept.FP8", "x.numel() > 0", LAUNCH + HIT),
    "the one": ("Enum", "Kept.FP8", "self.kept is Kept.FP8", LAUNCH + HIT),
    "correct: another one": ("Enum", "Kept.FP8", "self.kept is Kept.WIDE", LAUNCH),
    "correct: not that one": ("Enum", "Kept.FP8", "self.kept is not Kept.FP8", LAUNCH),
    "correct: viewed": ("Enum", "Kept.FP8", "self.kept is Kept.FP8", VIEWED),
}


@pytest.mark.parametrize(("kind", "own", "test", "code"), CASES.values(), ids=list(CASES))
def test_numbered_enums(
    kind: str, own: str, test: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + MODULE.format(kind=kind, own=own, test=test, code=code)}
    write(tmp_path, files)
    assert found() == expected(files)
