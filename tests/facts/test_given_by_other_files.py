"""Attributes that a class leaves empty, and that other files give its objects; and launches that
are a call or two away from the attribute."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

LAYER = """
class Layer:
    def __init__(self, width):
        self.width = width
        self.kv_cache = None

    def bind_cache(self, cache):
        {handed}

    def forward(self, x):
        {launch}
"""
FURTHER = """

def store(x, cache):
    launch(x, cache)


def launch(x, cache):
    quantize[(1,)](x, cache, 64)
"""
RUNNER = """
import torch


class Runner:
    def __init__(self, layers, n):
        pool = torch.zeros(len(layers), n, dtype=torch.uint8)
        for i, layer in enumerate(layers):
            layer.kv_cache = pool[i]{view}
"""
SETTING = RUNNER.replace("layer.kv_cache = pool[i]{view}", "layer.bind_cache(pool[i]{view})")
OTHER = """
import torch


def bind(layer, n{more}):
    buffer = torch.zeros(n, dtype={dtype})
    layer.kv_cache = buffer
"""
VIEW = ".view(torch.float8_e4m3fn)"
HERE = "quantize[(1,)](x, self.kv_cache, 64)"
AWAY = "store(x, self.kv_cache)"
KEPT = "self.kv_cache = cache"
BYTES = {"dtype": "torch.uint8", "more": ""}
HEIR = """
from layer import Layer


class Fp8Layer(Layer):
    def process(self):
        self.kv_cache = self.kv_cache.view(torch.float8_e4m3fn)
"""
BY_NAME = 'def rebind(layer, cache):\n    setattr(layer, "kv_cache", cache)\n    cache.view(1)\n'
VIEWING = "def rebind(layer, cache, dtype):\n    layer.kv_cache = cache.view(dtype)\n"
OF_ITS_OWN = "class Table:\n    def __init__(self, x):\n        self.kv_cache = x.view(-1)\n"
# The launch, what the method is handed, and other files beside that of the layer.
HAZARDS: dict[str, tuple[str, str, dict[str, str]]] = {
    "of another file": (HERE, "pass", {"runner": RUNNER}),
    "two calls away": (AWAY, "pass", {"runner": RUNNER}),
    "handed to a method": (AWAY, KEPT, {"runner": SETTING}),
    "of two files": (HERE, "pass", {"runner": RUNNER, "other": OTHER.format(**BYTES)}),
    "beside one of another class": (HERE, "pass", {"runner": RUNNER, "table": OF_ITS_OWN}),
}
CORRECT: dict[str, dict[str, str]] = {
    "given floats by another file": {"other": OTHER.format(dtype="torch.float16", more="")},
    "given what is not known by a file that views": {"other": VIEWING},
    "viewed by an heir": {"heir": "import torch\n" + HEIR},
    "given by its name": {"other": BY_NAME},
}


@pytest.mark.parametrize("view", ["", VIEW], ids=["bytes", "viewed"])
@pytest.mark.parametrize("name", HAZARDS)
def test_given_by_other_files(
    name: str, view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    launch, handed, others = HAZARDS[name]
    further = FURTHER if launch == AWAY else ""
    layer = KERNELS + LAYER.format(launch=launch, handed=handed) + further
    write(tmp_path, {"layer.py": layer})
    write(tmp_path, {f"{each}.py": text.format(view=view) for each, text in others.items()})
    codes = {code for _, _, code in found(select=("TL001",))}
    assert codes == (set() if view else {"TL001"})


@pytest.mark.parametrize("name", CORRECT)
def test_not_all_give_bytes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"layer": KERNELS + LAYER.format(launch=HERE, handed="pass")}
    files |= {"runner": RUNNER.format(view=""), **CORRECT[name]}
    write(tmp_path, {f"{each}.py": text for each, text in files.items()})
    assert not found(select=("TL001",))


@pytest.mark.parametrize("kind", ["Layer", "Table"])
def test_objects_of_an_annotated_class(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is given to objects of another class says nothing of these."""
    monkeypatch.chdir(tmp_path)
    given = OTHER.format(**BYTES).replace("layer,", f"layer: {kind},")
    files = {
        "layer.py": KERNELS + LAYER.format(launch=HERE, handed="pass"),
        "table.py": "import torch\n\n\nclass Table:\n    dtype = torch.uint8\n",
        "other.py": f"from {kind.lower()} import {kind}\n{given}",
    }
    write(tmp_path, files)
    codes = {code for _, _, code in found(select=("TL001",))}
    assert codes == ({"TL001"} if kind == "Layer" else set())


@pytest.mark.parametrize("own", ["", VIEW], ids=["bytes", "viewed"])
@pytest.mark.parametrize("given", ["layer.kv_cache = {}", "layer.bind_cache({})"])
def test_launches_further_away(
    given: str, own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function that names the attribute launches nothing itself, in the file that binds it."""
    monkeypatch.chdir(tmp_path)
    handed = KEPT if "bind" in given else "pass"
    layer = LAYER.format(launch=f"store(x, self.kv_cache{own})", handed=handed)
    binder = "\n\ndef bind(layer, n):\n    pages = torch.zeros(n, dtype=torch.uint8)\n    "
    write(tmp_path, {"user.py": KERNELS + layer + FURTHER + binder + given.format("pages") + "\n"})
    codes = {code for _, _, code in found(select=("TL001",))}
    assert codes == (set() if own else {"TL001"})
