"""Classes that give their heirs members by names: what an attribute is given goes through these."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
HOLDER = """\
def field(name, dtype):
    def get(self):
        return self._memory[name].view(dtype)

    def put(self, memory):
        self._memory[name] = memory

    return property(get, put)


class Holder:
    layout = {}

    def __init__(self):
        self._memory = {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        for name, dtype in cls.layout.items():
            %s
"""
USER = """
from pkg.holder import Holder


class Mix(Holder):
    layout = {"state": torch.float32}

    def __init__(self, n):
        super().__init__()
        self.state = torch.zeros(n, dtype=torch.uint8)

    def step(self, x):
        quantize[(1,)](x, self.state, 64)%s
"""
CASES = {
    "correct: properties": ("setattr(cls, name, field(name, dtype))", ""),
    "noted only": ("print(cls, name, dtype)", HIT),
}


@pytest.mark.parametrize(("making", "mark"), CASES.values(), ids=list(CASES))
def test_members_by_names(
    making: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "pkg/__init__.py": "",
        "pkg/holder.py": HOLDER % making,
        "pkg/mix.py": KERNELS + USER % mark,
    }
    write(tmp_path, files)
    assert found() == expected(files)
