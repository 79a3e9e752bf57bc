"""Packages whose files share the work: who launches says nothing of bytes, who makes them launches
nothing, and what lies between hands on objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write
from tritonlint.facts.index import homes

HIT = "  # expect: TL002"
WRAPPER = "from kernels import dequantize\n\n\ndef expand(rows, out):\n    dequantize[(1,)](rows, out, 64)\n"
POOL = """\
import torch


class Pool:
    def __init__(self, n):
        self.rows = [torch.zeros(n, dtype=torch.uint8) for _ in range(4)]
        self.inputs = {"codes": torch.zeros(n, dtype=torch.uint8)}

    def get(self, layer):
        return self.rows[layer].view(torch.float8_e4m3fn)


class Stash:
    def __init__(self, n):
        self.pages = torch.empty((4, n), dtype=torch.uint8)

    def save(self, slot, page):
        self.pages[slot].copy_(page.reshape(-1).view(torch.uint8))

    def load(self, slot):
        return self.pages[slot]


class Format:
    storage: torch.dtype = torch.bfloat16
    logical: torch.dtype = torch.bfloat16


class Narrow(Format):
    storage = torch.uint8
    logical = torch.float8_e5m2


FORMATS = {"default": Format, "fp8_e5m2": Narrow}


class Formatted:
    def __init__(self, n, setting):
        self.format = FORMATS[setting]
        self.rows = torch.zeros(n, dtype=self.format.storage)

    def typed(self):
        return self.rows.view(self.format.logical)
"""
FROM = "import torch\nfrom pool import Formatted, Pool, Stash\nfrom wrapper import expand\n\n\n"
# What hands on the rows of a pool, and where it should have viewed them.
USERS = {
    "hands on": f"""\
def attend(pool: Pool, out):
    expand(pool.rows[0], out){HIT}
""",
    "in an index": f"""\
def attend(pool: Pool, out, order):
    return order[expand(pool.rows[0], out)]{HIT}
""",
    "what was saved as bytes": """\
class Restorer:
    def __init__(self, stash: Stash):
        self.stash = stash

    def restore(self, slot, out):
        expand(self.stash.load(slot), out)
""",
    "copied by another method": f"""\
class Runner:
    def __init__(self, n):
        self.buffers = Pool(n)

    def fill(self, query):
        assert query.dtype == torch.float8_e4m3fn
        self.buffers.inputs["codes"].copy_(query.view(torch.uint8))

    def run(self, n, out):
        static = self.buffers.inputs
        expand(static["codes"][:n], out){HIT}
""",
    "by a class that is asked for": f"""\
class Latent:
    def __init__(self, n):
        self.rows = torch.zeros(n, dtype=torch.uint8)

    def get(self, n):
        return self.rows[:n], self.rows[n:].view(torch.float8_e4m3fn){HIT}


class Plain:
    def get(self, n):
        return torch.zeros(n)


class Runner:
    def __init__(self, mode, n):
        self.pool = Latent(n) if "fp8" in mode else Plain()

    def run(self, n, out):
        if isinstance(self.pool, Latent):
            expand(*self.pool.get(n))
""",
    "by a table of classes": f"""\
def attend(pool: Formatted, out):
    expand(pool.rows, out){HIT}
""",
    "correct: viewed": """\
def attend(pool: Pool, out):
    expand(pool.get(0), out)
""",
    "correct: viewed by its class": """\
def attend(pool: Formatted, out):
    expand(pool.typed(), out)
""",
    "correct: viewed as it was": """\
def restore(stash: Stash, slot, page, out):
    expand(stash.load(slot).view(page.dtype), out)
""",
}


@pytest.mark.parametrize("user", USERS.values(), ids=list(USERS))
def test_packages(user: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # The slice that hands them out is what should be viewed.
    mark = HIT if "stash.load(slot), out" in user else ""
    pool = POOL.replace("return self.pages[slot]", f"return self.pages[slot]{mark}")
    files = {"kernels.py": KERNELS, "wrapper.py": WRAPPER, "pool.py": pool, "user.py": FROM + user}
    write(tmp_path, files)
    assert found(select=("TL002",)) == expected(files)


# Only the runner knows what it hands to each of its layers.
BARE = """\
from wrapper import expand


class Layer:
    def forward(self, rows, out):
        expand(rows, out)
"""
RUNNER = """\
import torch
from layer import Layer


class Runner:
    def __init__(self, layers: {layers}):
        self.layers = layers

    def step(self, x, out):
        codes = x.to(torch.float8_e4m3fn)
        for layer in self.layers:
            layer.forward({rows}, out){mark}
"""


@pytest.mark.parametrize("layers", ["list[Layer]", "Sequence[Layer]", "tuple[Layer, ...]"])
@pytest.mark.parametrize(
    ("rows", "mark"), [("codes.view(torch.uint8)", HIT), ("codes", "")], ids=["bytes", "correct"]
)
def test_objects_in_a_list(
    layers: str, rows: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runner = RUNNER.format(layers=layers, rows=rows, mark=mark)
    files = {"kernels.py": KERNELS, "wrapper.py": WRAPPER, "layer.py": BARE, "runner.py": runner}
    write(tmp_path, files)
    assert found(select=("TL002",)) == expected(files)


def test_among_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(homes, "_FEW", 2)
    user = USERS["hands on"].replace(HIT, "")
    wrapper = WRAPPER.replace("out, 64)", "out, 64)  # not looked at")
    pool, user = POOL, FROM + user
    files = {"kernels.py": KERNELS, "wrapper.py": wrapper, "pool.py": pool, "user.py": user}
    write(tmp_path, files)
    assert found(select=("TL002",)) == expected(files)
