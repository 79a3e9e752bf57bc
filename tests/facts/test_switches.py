"""Flags that the bodies of classes set: what a class has for them, its objects have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

STORE = (
    KERNELS
    + """
class Store:
    {small}

    def __init__(self, n):
        self.bins = torch.zeros(2, n, dtype=torch.uint8 if self.small else torch.float32)

    def halves(self):
        raise NotImplementedError

    def put(self, x):
        for half in self.halves():
            quantize[(1,)](x, half, 64)


class Heir(Store):
    {other}

    def halves(self):
        return self.bins[0], self.bins[1]
"""
)
# What the class has, what its heir has, what else is there, and whether bytes are not viewed.
CASES = {
    "bytes of the heir": ("small = False", "small = True", "", True),
    "floats of the heir": ("small = True", "small = False", "", False),
    "of the class alone": ("small = True", "other = False", "", True),
    "annotated, as a field is": ("small = True", "small: bool = False", "", True),
    "a property": ("small = True", "small = property(lambda self: True)", "", True),
    "set for one object": (
        "small = True",
        "small = False",
        "def shrink(store):\n    store.small = True\n",
        True,
    ),
    "set by its name": (
        "small = True",
        "small = False",
        "def shrink(store):\n    setattr(store, 'small', True)\n",
        True,
    ),
    "set in an heir of the heir": (
        "small = True",
        "small = False",
        "class Small(Heir):\n    small = True\n",
        True,
    ),
}


def _store(small: str, other: str, more: str = "") -> str:
    text = STORE.replace("{small}", small).replace("{other}", other)
    return text + "\n\n" + more if more else text


@pytest.mark.parametrize(("small", "other", "more", "raw"), CASES.values(), ids=CASES)
def test_a_switch_is_what_the_class_has(
    small: str, other: str, more: str, raw: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"m.py": _store(small, other, more)})
    assert bool(found("m.py")) == raw


def test_another_file_may_set_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "pack/__init__.py": "",
        "pack/stores.py": _store("small = True", "small = False"),
        "pack/shrinking.py": (
            "from pack.stores import Heir\n\n\ndef shrink(store: Heir):\n    store.small = True\n"
        ),
    }
    write(tmp_path, files)
    assert found("pack/stores.py")


HANDED_ON = (
    KERNELS
    + """
class Pool:
    def __init__(self, n, fp8=False):
        self.n, self.fp8 = n, fp8
        self.allocate()

    def allocate(self):
        self.rows = torch.zeros(self.n, dtype=self.kept())

    def kept(self):
        return torch.uint8 if self.fp8 else torch.bfloat16

    def put(self, x):
        quantize[(1,)](x, self.rows.view(torch.float8_e4m3fn) if self.fp8 else self.rows, 64)


class Heir(Pool):
    def __init__(self, n, fp8=False):
        super().__init__(n, fp8={fp8})

    def put(self, x):
        quantize[(1,)](x, self.rows, 64)
"""
)


@pytest.mark.parametrize(("fp8", "raw"), [("False", False), ("True", True), ("fp8", True)])
def test_a_flag_that_is_handed_on_holds_in_the_methods_that_are_called(
    fp8: str, raw: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"m.py": HANDED_ON.replace("{fp8}", fp8)})
    assert bool(found("m.py")) == raw
