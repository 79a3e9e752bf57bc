"""Attributes that a method is handed for an object, which other code of the file calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

MODULE = """
class Layer:
    def __init__(self, width):
        self.width = width
        {first}

    def bind_cache(self, cache):
        {kept}

    def forward(self, x):
        quantize[(1,)](x, self.cache{own}, 64)
{other}

class Runner:
    def __init__(self, layers, n):
        self.layers = layers
        self.memory = torch.zeros(len(layers), n, dtype=torch.uint8)

    def bind(self):
        for at, layer in enumerate(self.layers):
            layer.bind_cache(self.memory[at]{view})
{again}
"""
VIEW = ".view(torch.float8_e4m3fn)"
PLAIN = {
    "first": "self.cache = None",
    "kept": "self.cache = cache",
    "own": "",
    "other": "",
    "view": "",
    "again": "",
}
AGAIN = "\n    def rebind(self, layer, other):\n        layer.bind_cache({})\n"
OTHER = "\n\nclass Other:\n    def bind_cache(self, cache):\n        self.pages = cache\n"
CASES: dict[str, tuple[dict[str, str], bool]] = {
    "bytes": ({}, True),
    "not declared": ({"first": "pass"}, True),
    "of two callers that give bytes": ({"again": AGAIN.format("self.memory[0]")}, True),
    "viewed by the caller": ({"view": VIEW}, False),
    "viewed by the method": ({"kept": f"self.cache = cache{VIEW}"}, False),
    "viewed where it is used": ({"own": VIEW}, False),
    "bound anew": ({"kept": f"cache = cache{VIEW}\n        self.cache = cache"}, False),
    "of two callers that give different types": (
        {"again": AGAIN.format(f"self.memory[0]{VIEW}")},
        False,
    ),
    "of two callers, one of what is unknown": ({"again": AGAIN.format("other")}, False),
    "of another class": ({"other": OTHER}, False),
    "given in the class too": ({"first": "self.cache = width.cache"}, False),
}


@pytest.mark.parametrize("name", CASES)
def test_handed_to_setters(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    changed, hazard = CASES[name]
    write(tmp_path, {"user.py": KERNELS + MODULE.format(**{**PLAIN, **changed})})
    codes = {code for _, _, code in found(select=("TL001",))}
    assert codes == ({"TL001"} if hazard else set())


@pytest.mark.parametrize("view", ["", VIEW], ids=["bytes", "viewed"])
def test_other_files_that_call_the_method(
    view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another file may view before it hands it is not known to be bytes."""
    monkeypatch.chdir(tmp_path)
    other = f"def bind(layer, memory):\n    layer.bind_cache(memory{view})\n"
    write(tmp_path, {"user.py": KERNELS + MODULE.format(**PLAIN), "other.py": other})
    codes = {code for _, _, code in found(select=("TL001",))}
    assert codes == (set() if view else {"TL001"})
