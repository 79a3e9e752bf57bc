"""Lists that are made for each number of a `range`, of which some are of another type: the same index
gives the same item. `# expect:` stands where a finding begins."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

LAYERS = """
class Layers:
    def __init__(self, layers, rows, plain=()):
        self.plain = frozenset(plain)
        self.raw = [
            torch.zeros(rows, 64, dtype=torch.bfloat16 if i in self.plain else torch.uint8)
            for i in range(layers)
        ]
        {made}

    def write(self, layer, x):
        {chosen}
        quantize[(x.shape[0],)](x, rows, BLOCK=64){expect}
"""
TAKEN = "rows = self.views[layer]"
EACH = "self.views = [{} for {}]"
VIEW = "{0}.view(torch.float8_e4m3fn)"
NUMBERED = "i, t in enumerate(self.raw)"
RIGHT = {
    "enumerated": (EACH.format("t if i in self.plain else t.view(torch.float8_e4m3fn)", NUMBERED), TAKEN),
    "by number": (
        EACH.format(
            "self.raw[i].view(torch.float8_e4m3fn) if i not in self.plain else self.raw[i]",
            "i in range(layers)",
        ),
        TAKEN,
    ),
    "appended": (
        "self.views = []\n"
        "        for i, t in enumerate(self.raw):\n"
        "            if i not in self.plain:\n"
        "                t = t.view(torch.float8_e4m3fn)\n"
        "            self.views.append(t)",
        TAKEN,
    ),
    "where it is taken": (
        "pass",
        "rows = self.raw[layer]\n"
        "        if layer not in self.plain:\n"
        "            rows = rows.view(torch.float8_e4m3fn)",
    ),
}
FLAGS = "self.coded = [i not in self.plain for i in range(layers)]\n        self.raw = "
RIGHT |= {
    "by a list of flags": (
        FLAGS + "[torch.zeros(rows, 64, dtype=torch.uint8 if q else torch.bfloat16) for q in self.coded]",
        "rows = self.raw[layer]\n"
        "        if self.coded[layer]:\n"
        "            rows = rows.view(torch.float8_e4m3fn)",
    ),
}
WRONG = {
    "none": ("self.views = self.raw", TAKEN),
    "the others": (EACH.format("t.view(torch.float8_e4m3fn) if i in self.plain else t", NUMBERED), TAKEN),
    "the others where it is taken": (
        "pass",
        "rows = self.raw[layer]\n"
        "        if layer in self.plain:\n"
        "            rows = rows.view(torch.float8_e4m3fn)",
    ),
    "of another layer": (
        "pass",
        "rows = self.raw[layer + 1]\n"
        "        if layer not in self.plain:\n"
        "            rows = self.raw[layer].view(torch.float8_e4m3fn)",
    ),
}


@pytest.mark.parametrize("how", RIGHT)
def test_the_items_that_are_bytes_are_viewed(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made, chosen = RIGHT[how]
    write(tmp_path, {"user.py": KERNELS + LAYERS.format(made=made, chosen=chosen, expect="")})
    assert not found()


@pytest.mark.parametrize("how", WRONG)
def test_the_items_that_are_bytes_are_not(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made, chosen = WRONG[how]
    text = LAYERS.format(made=made, chosen=chosen, expect="  # expect: TL001")
    files = {"user.py": KERNELS + text}
    write(tmp_path, files)
    assert found() == expected(files)


# Every fourth layer, the last ones, the next one: what is reckoned of the index is the same too.
RECKONED = """
class Hybrid:
    def __init__(self, layers, rows):
        self.layers = layers
        self.raw = [
            torch.zeros(rows, 64, dtype=torch.bfloat16 if {made} else torch.uint8) for i in range(layers)
        ]

    def write(self, layer, x):
        rows = self.raw[layer]
        if {asked}:
            rows = rows.view(torch.float8_e4m3fn)
        quantize[(x.shape[0],)](x, rows, BLOCK=64){mark}
"""
HIT = "  # expect: TL001"
TESTS = {
    "correct: every fourth": ("i % 4 == 3", "layer % 4 != 3", ""),
    "correct: the last": ("i == layers - 1", "layer != self.layers - 1", ""),
    "correct: halves": ("i // 2 == 0", "layer // 2 != 0", ""),
    "another one of four": ("i % 4 == 3", "layer % 4 != 2", HIT),
    "the last but one": ("i == layers - 1", "layer != self.layers - 2", HIT),
    "the others": ("i % 4 == 3", "layer % 4 == 3", HIT),
}


@pytest.mark.parametrize(("made", "asked", "mark"), TESTS.values(), ids=list(TESTS))
def test_what_is_reckoned_of_an_index(
    made: str, asked: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + RECKONED.format(made=made, asked=asked, mark=mark)}
    write(tmp_path, files)
    assert found() == expected(files)


# The items are made by one name of the index and taken by another: which of them is meant is not known.
# Nothing is reported where the test for the view may be the one by which they were made; the hazards
# view none of them, or all but those.
APART = {
    "a dict by name": (
        "self.raw = {name: torch.zeros(rows, 64, dtype=ONE_OF(name in plain)) for name in layers}",
        "rows = self.raw[layer]\n        if layer not in self.plain:\n            VIEW",
        "",
    ),
    "by the attribute of a layer": (
        "self.raw = [torch.zeros(rows, 64, dtype=ONE_OF(i in plain)) for i in range(layers)]",
        "rows = self.raw[layer.number]\n        if layer.number not in self.plain:\n            VIEW",
        "",
    ),
    "of the layers of a stage": (
        "self.raw = [torch.zeros(rows, 64, dtype=ONE_OF(i in plain)) for i in range(self.first, layers)]",
        "rows = self.raw[layer - self.first]\n        if layer not in self.plain:\n            VIEW",
        "",
    ),
    "pairs": (
        "self.raw = [(i, torch.zeros(rows, 64, dtype=ONE_OF(i in plain))) for i in range(layers)]",
        "_, rows = self.raw[layer]\n        if layer not in self.plain:\n            VIEW",
        "",
    ),
    "replaced afterwards": (
        "self.raw = []\n"
        "        for i in range(layers):\n"
        "            self.raw.append(torch.zeros(rows, 64, dtype=torch.uint8))\n"
        "            if i in plain:\n"
        "                self.raw[i] = torch.zeros(rows, 64, dtype=torch.bfloat16)",
        "rows = self.raw[layer]\n        if layer not in self.plain:\n            VIEW",
        "",
    ),
    "launched in each arm": (
        "self.raw = {name: torch.zeros(rows, 64, dtype=ONE_OF(name in plain)) for name in layers}",
        "if layer in self.plain:\n"
        "            quantize[(x.shape[0],)](x, self.raw[layer], BLOCK=64)\n"
        "        rows = self.raw[layer].view(torch.float8_e4m3fn) if layer not in self.plain else x",
        "",
    ),
    "none is viewed": (
        "self.raw = {name: torch.zeros(rows, 64, dtype=ONE_OF(name in plain)) for name in layers}",
        "rows = self.raw[layer]",
        "  # expect: TL001",
    ),
    "the others, by the attribute of a layer": (
        "self.raw = [torch.zeros(rows, 64, dtype=ONE_OF(i in plain)) for i in range(layers)]",
        "rows = self.raw[layer.number]\n        if layer.number in self.plain:\n            VIEW",
        "  # expect: TL001",
    ),
    "the last ones": (
        "self.raw = [torch.zeros(rows, 64, dtype=ONE_OF(i >= self.n - 2)) for i in range(layers)]",
        "rows = self.raw[layer]\n        if layer < self.n - 2:\n            VIEW",
        "",
    ),
}
HOLDER = """
class Holder:
    def __init__(self, layers, n, first, rows, plain=()):
        self.plain = frozenset(plain)
        self.first, self.n = first, n
        {made}

    def write(self, layer, x):
        {taken}
        quantize[(x.shape[0],)](x, rows, BLOCK=64){mark}
"""


@pytest.mark.parametrize(("made", "taken", "mark"), APART.values(), ids=list(APART))
def test_which_item_is_meant_is_not_known(
    made: str, taken: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = re.sub(r"ONE_OF\((.*?)\)\)", r"torch.bfloat16 if \1 else torch.uint8)", made)
    taken = taken.replace("VIEW", "rows = rows.view(torch.float8_e4m3fn)")
    text = KERNELS + HOLDER.format(made=made, taken=taken, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})
