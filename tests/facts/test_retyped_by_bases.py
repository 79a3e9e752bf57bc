"""Attributes of which a class above makes memory of another type, as a mixin does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
MODULE = """
class Above:
    def finish(self, device):
        {finish}


class Cache(Above):
    def __init__(self, n):
        self.rows = torch.zeros(n, 64, dtype=torch.uint8)
        self.scales = torch.zeros(n, 64)
{more}
    def put(self, x):
        quantize[(1,)](x, self.rows, 64){mark}

    def codes(self):
        return self.rows.view(torch.float8_e4m3fn)
"""
MOVING = """
    def to(self, device):
        self.rows = self.rows.to(device)
"""
DECODED = "self.rows.view(torch.float8_e4m3fn).to(torch.bfloat16)"
CASES = {
    "moved": ("self.rows = self.rows.to(device)", "", HIT),
    "another one": ("self.scales = self.scales.to(torch.bfloat16)", MOVING, HIT),
    "joined with its own": ("self.rows = torch.cat([self.rows, self.rows])", MOVING, HIT),
    "moved without waiting": ("self.rows = self.rows.to(device, non_blocking=True)", "", HIT),
    "moved by name": ('self.rows = self.rows.detach().to("cpu")', "", HIT),
    "moved by keyword": ("self.rows = self.rows.to(device=device)", "", HIT),
    "shaped": ("self.rows = self.rows.view(-1, 64)", "", HIT),
    "let go of": ("self.rows = None", "", HIT),
    "correct: registered": (f'self.register_buffer("rows", {DECODED})', "", ""),
    "correct: made anew": ("self.rows = torch.zeros(4, 64, dtype=torch.bfloat16)", "", ""),
    "correct: by a type's name": ("self.rows = self.rows.view(torch.bfloat16).to(device)", "", ""),
    "correct: decoded": (f"self.rows = {DECODED}", "", ""),
    "correct: decoded, and moved by the class": (f"self.rows = {DECODED}", MOVING, ""),
    "correct: its data": (f"self.rows.data = {DECODED}", MOVING, ""),
    "correct: by a name": (f"rows = {DECODED}\n        self.rows = rows", MOVING, ""),
}


@pytest.mark.parametrize(("finish", "more", "mark"), CASES.values(), ids=list(CASES))
def test_retyped_by_bases(
    finish: str, more: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"cache.py": KERNELS + MODULE.format(finish=finish, more=more, mark=mark)}
    write(tmp_path, files)
    assert found() == expected(files)
