"""Attributes of another object of a class, which hold what those of the own object do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
MODULE = """
LAYERS: dict[str, "Layer"] = {{}}


class Other:
    def __init__(self, rows):
        self.rows = rows


class Layer:
    leader: "Layer | None" = None

    def __init__(self, name, target=None):
        self.target = target
        self.rows = None
        self.small = False
        LAYERS[name] = self

    def attach(self, rows, small):
        self.rows, self.small = rows, small

    @property
    def opened(self):
        if self.target is not None:
            return {other}
        return {own}

    def compared(self, {parameter}, x):
        mine = {own}
        theirs = {given}
        quantize[(1,)](x, mine, 64)
        quantize[(1,)](x, theirs, 64){second}

    def write(self, x):
        rows = self.opened
        {before}
        quantize[(1,)](x, rows, 64){mark}
"""
VIEWED = "self.rows.view(torch.float8_e4m3fn)"
PLAIN = {
    "other": "self.opened",
    "own": f"{VIEWED} if self.small else self.rows",
    "parameter": "other: Other",
    "given": "mine",
    "before": "x = x.flatten()",
    "mark": "",
    "second": "",
}
CASES: dict[str, dict[str, str]] = {
    "an entry of a dict": {"other": "LAYERS[self.target].rows", "mark": HIT},
    "an attribute": {"other": "self.leader.rows", "mark": HIT},
    "a parameter": {"parameter": "other: 'Layer'", "given": "other.rows", "second": HIT},
    "viewed in any case": {"own": VIEWED, "other": "LAYERS[self.target].rows", "mark": HIT},
    "as the other object opens it": {"other": "LAYERS[self.target].opened"},
    "viewed too": {"other": f"LAYERS[self.target].{VIEWED.removeprefix('self.')}"},
    "viewed later": {
        "other": "LAYERS[self.target].rows",
        "before": "if rows.dtype == torch.uint8:\n            rows = rows.view(torch.float8_e4m3fn)",
    },
    "the own one is not viewed": {"own": "self.rows", "other": "LAYERS[self.target].rows"},
    "another view": {"own": "self.rows.view(torch.int16)", "other": "LAYERS[self.target].rows"},
    "another attribute": {"other": "LAYERS[self.target].name"},
    "an object of another class": {"given": "other.rows"},
}


@pytest.mark.parametrize("case", CASES)
def test_attributes_of_another_object(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + MODULE.format(**{**PLAIN, **CASES[case]})}
    write(tmp_path, files)
    assert found(select=("TL001",)) == expected(files)
    assert not found(select=("TL001",), confidence="certain")
