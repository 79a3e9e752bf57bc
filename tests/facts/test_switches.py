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
        return self.bins[0], self.bins[1]

    def put(self, x):
        for half in self.halves():
            quantize[(1,)](x, half, 64)


class Heir(Store):
    {other}
{methods}
"""
)
VIEWS = """
    def halves(self):
        low, high = super().halves()
        return low.view(torch.float8_e4m3fn), high.view(torch.float8_e4m3fn)
"""
# What the class has, what its heir has, the methods of the heir, and whether bytes are not viewed.
CASES = {
    "bytes of the heir": ("small = False", "small = True", "", True),
    "viewed by the heir": ("small = False", "small = True", VIEWS, False),
    "bytes of the class": ("small = True", "small = False", "", True),
    "bytes of the class alone": ("small = True", "small = False", VIEWS, True),
    "no bytes": ("small = False", "other = True", "", False),
    "set for one object": (
        "small = False",
        "other = True",
        "\n\ndef shrink(store):\n    store.small = True\n",
        True,
    ),
    "given to one object": (
        "small: bool = False",
        "other = True",
        "",
        True,
    ),
}


@pytest.mark.parametrize(("small", "other", "methods", "raw"), CASES.values(), ids=CASES)
def test_a_switch_is_what_the_class_has(
    small: str,
    other: str,
    methods: str,
    raw: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = STORE.replace("{small}", small).replace("{other}", other)
    write(tmp_path, {"m.py": text.replace("{methods}", methods)})
    assert bool(found("m.py")) == raw


def test_another_file_may_set_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = STORE.replace("{small}", "small = False").replace("{other}", "pass")
    files = {
        "pack/__init__.py": "",
        "pack/stores.py": text.replace("{methods}", ""),
        "pack/shrinking.py": (
            "from pack.stores import Store\n\n\ndef shrink(store: Store):\n    store.small = True\n"
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
