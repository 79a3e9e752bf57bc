"""Buffers in dicts that a loop fills: under keys that are not known, an entry is found by
how its key is spelled, and by the text that a key begins and ends with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, function, write

BOTH = """\
for name in names:
    held[name] = torch.empty(n, dtype=torch.float32)
    held[name + "_codes"] = torch.empty(n, dtype=torch.uint8)
"""
LAYERS = """\
for i in range(n):
    held[f"{i}_codes"] = torch.empty(n, dtype=torch.uint8)
    held[f"{i}_out"] = torch.empty(n, dtype=torch.float32)
"""
PAIRS = """\
for i in range(n):
    held[i, "codes"] = torch.empty(n, dtype=torch.uint8)
    held[i, "out"] = torch.empty(n, dtype=torch.float32)
"""
COMPREHENSION = """\
held = {name: torch.empty(n, dtype=torch.float32) for name in names}
held["codes"] = torch.empty(n, dtype=torch.uint8)
"""
UPDATED = """\
held["codes"] = torch.empty(n, dtype=torch.uint8)
held.update(names)
"""
BY_DTYPE = """\
held = {float32: torch.empty(n, dtype=float32), uint8: torch.empty(n, dtype=uint8)}
"""
HAZARD = "  # expect: TL001"
# What fills the container, what is taken from it, and what is expected there.
CASES = {
    "a constant, one key ends otherwise": (BOTH, 'held["x"]', ""),
    "a constant with that end": (BOTH, 'held["x_codes"]', HAZARD),
    "the same name": (BOTH, "held[name]", ""),
    "the same sum": (BOTH, 'held[name + "_codes"]', HAZARD),
    "asked by get": (BOTH, "held.get(name)", ""),
    "asked by get for codes": (BOTH, 'held.get(name + "_codes")', HAZARD),
    "f-strings": (LAYERS, 'held["0_out"]', ""),
    "f-strings, codes": (LAYERS, 'held["0_codes"]', HAZARD),
    "pairs": (PAIRS, 'held[0, "out"]', ""),
    "pairs, codes": (PAIRS, 'held[0, "codes"]', HAZARD),
    "pairs of a name": (PAIRS, 'held[i, "out"]', ""),
    "a comprehension": (COMPREHENSION, 'held["x"]', ""),
    "a comprehension, codes": (COMPREHENSION, 'held["codes"]', HAZARD),
    "an entry of something else": (UPDATED, 'held["x"]', ""),
    "the entry known before": (UPDATED, 'held["codes"]', HAZARD),
    "dtypes imported by name": (BY_DTYPE, "held[torch.float32]", ""),
    "dtypes imported by name, codes": (BY_DTYPE, "held[torch.uint8]", HAZARD),
    "a test for a key that is there": (BOTH, 'held["x"] if "x" in held else held["x_codes"]', HAZARD),
}


@pytest.mark.parametrize(("filled", "taken", "mark"), CASES.values(), ids=list(CASES))
def test_keys(
    filled: str, taken: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    body = f"held = {{}}\n{filled}for name in names:\n    quantize[(1,)](x, {taken}, 64){mark}"
    imports = "from torch import float32, uint8\n"
    files = {"user.py": imports + KERNELS + function(body, "names, x, n")}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)
