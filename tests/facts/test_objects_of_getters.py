"""Objects that a function gives which nothing but its annotation tells of: the arena of a module,
which is made elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
ARENA = """\
from typing import Optional

import torch

_active: Optional["Arena"] = None


class Arena:
    def __init__(self, device):
        self.device = device
        self.free = {}

    def take(self, n: int) -> torch.Tensor:
        if self.free.get(n):
            return self.free[n].pop()
        return torch.empty(n, dtype=torch.uint8, device=self.device)


class Floats:
    def take(self, n: int) -> torch.Tensor:
        return torch.empty(n, dtype=torch.bfloat16)


def use(arena):
    global _active
    outer, _active = _active, arena
    return outer


def active() -> %s:
    return _active
"""
USER = """\
from pkg.arena import active


def pack(x, n):
    arena = active()
    if arena is None:
        codes = torch.empty(n, dtype=torch.float8_e4m3fn)
    else:
        codes = arena.take(n)%s
    quantize[(1,)](x, codes, 64)%s
"""
VIEW = ".view(torch.float8_e4m3fn)"
CASES = {
    "or None": ('Optional["Arena"]', "", HIT),
    "or None, as a union": ("Arena | None", "", HIT),
    "in quotes": ('"Arena"', "", HIT),
    "viewed": ('Optional["Arena"]', VIEW, ""),
    "of another class": ("Optional[Floats]", "", ""),
    "of a class from outside": ("Optional[torch.Tensor]", "", ""),
    "no class is named": ("object", "", ""),
}


@pytest.mark.parametrize(("given", "view", "mark"), CASES.values(), ids=list(CASES))
def test_objects_of_getters(
    given: str, view: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "pkg/__init__.py": "",
        "pkg/arena.py": "from __future__ import annotations\n\n" + ARENA % given,
        "pkg/user.py": KERNELS + USER % (view, mark),
    }
    write(tmp_path, files)
    assert found() == expected(files)
