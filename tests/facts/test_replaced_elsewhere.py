"""What is made of bytes where it stands, and may be something else where it is used: given anew by
another file, by a function beside it, or by whom an object is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write
from tritonlint.engine import check
from tritonlint.engine.discovery import discover
from tritonlint.settings.config import Settings

LOADERS = {
    "an attribute, viewed": (
        "model.up",
        "import experts\n\ndef load(m):\n    m.up = m.up.view(torch.float8_e4m3fn)\n",
        False,
        "",
    ),
    "all attributes, viewed": (
        "model.up",
        "from experts import Experts\n\ndef load(m):\n"
        "    for name, each in list(m.named_parameters()):\n"
        "        setattr(m, name, each.data.view(torch.float8_e4m3fn))\n",
        False,
        "",
    ),
    "an attribute, of anything": (
        "model.up",
        "import experts\n\ndef load(m, state):\n    m.up = state['up']\n",
        True,
        "unsafe",
    ),
    "a name of the module": (
        "CACHE",
        "import experts\n\ndef load():\n"
        "    experts.CACHE = experts.CACHE.view(torch.float8_e4m3fn)\n",
        False,
        "",
    ),
    "another attribute": (
        "model.up",
        "import experts\n\ndef load(m):\n    m.down = m.down.view(torch.float8_e4m3fn)\n",
        True,
        "safe",
    ),
    "in a file that does not know this one": (
        "model.up",
        "def load(m):\n    m.up = m.up.view(torch.float8_e4m3fn)\n",
        True,
        "safe",
    ),
}
USED = """\
FP8_DTYPE = torch.float8_e4m3fn

class Layer(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.up = torch.nn.Parameter(torch.empty(n, dtype=torch.uint8))

    def forward(self, x):
        quantize[(1,)](x, self.up, 64)
"""
OF_MODULE = """\
FP8_DTYPE = torch.float8_e4m3fn
CACHE = torch.zeros(64, dtype=torch.uint8)

def put(x):
    quantize[(1,)](x, CACHE, 64)
"""


@pytest.mark.parametrize(
    ("what", "loader", "flagged", "fix"), LOADERS.values(), ids=list(LOADERS)
)
def test_another_file_gives_it(
    what: str,
    loader: str,
    flagged: bool,
    fix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    own = OF_MODULE if what == "CACHE" else USED
    write(tmp_path, {"experts.py": KERNELS + own, "loader.py": "import torch\n" + loader})
    settings = Settings(root=tmp_path, select=("TL001",))
    result = check.check(discover([Path()], settings), settings, jobs=1)
    fixes = [each.fix.applicability for each in result.findings if each.fix is not None]
    assert len(result.findings) == flagged
    assert fixes == ([fix] if fix else [])


HIT = "  # expect: TL001"
CLOSED = """\
def make(n):
    state = {{"k": torch.zeros(n, dtype=torch.uint8)}}

    def ready(dtype):
        {ready}

    def put(x):
        quantize[(1,)](x, state["k"], 64){mark}

    return ready, put
"""
READY = {
    "of any type": ('state["k"] = torch.zeros(n, dtype=dtype)', ""),
    "under another key": ('state["v"] = torch.zeros(n, dtype=dtype)', HIT),
    "its numbers only": ('state["k"].zero_()', HIT),
}


@pytest.mark.parametrize(("ready", "mark"), READY.values(), ids=list(READY))
def test_a_function_beside_gives_it(
    ready: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + CLOSED.format(ready=ready, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})


RING = """\
class Ring:
    wide = {wide}

    def __init__(self, arena=None):
        self.arena = torch.zeros(1 << 20, dtype=torch.uint8) if arena is None else arena

    def rows(self):
        return self.arena.view(torch.float32) if self.wide else self.arena

class Narrow(Ring):
    wide = {narrow}

def main(x):
    ring = {made}
    quantize[(1,)](x, ring.rows(), 64)
"""
CODES = "torch.zeros(1 << 20, dtype=torch.float8_e4m3fn)"
RINGS = {
    "its own": ("False", "False", "Ring()", True),
    "one of codes": ("False", "False", f"Ring({CODES})", False),
    "one of bytes": ("False", "False", "Ring(torch.zeros(1 << 20, dtype=torch.uint8))", True),
    "of a class that views": ("False", "True", "Narrow()", False),
    "of a class that does not": ("True", "False", "Narrow()", True),
}


@pytest.mark.parametrize(("wide", "narrow", "made", "flagged"), RINGS.values(), ids=list(RINGS))
def test_who_makes_the_object(
    wide: str,
    narrow: str,
    made: str,
    flagged: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + RING.format(wide=wide, narrow=narrow, made=made)
    write(tmp_path, {"user.py": text})
    assert {code for _, _, code in found(select=("TL001",))} == ({"TL001"} if flagged else set())


PROXY = """\
class Pool:
    def __init__(self, n):
        self.memory = torch.zeros(n, dtype=torch.uint8)

    def rows_of(self, layer):
        return self.memory[layer]

class Proxy:
    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        value = getattr(self.inner, name)
        if callable(value):
            return lambda *given: {given}
        return value

def main(x):
    pool = Proxy(Pool(64))
    quantize[(1,)](x, pool.rows_of(0), 64)
"""


@pytest.mark.parametrize(
    ("given", "flagged"),
    [("value(*given).view(torch.float8_e4m3fn)", False), ("value(*given)", True)],
)
def test_what_stands_in_for_an_object(
    given: str, flagged: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + PROXY.format(given=given)})
    assert {code for _, _, code in found(select=("TL001",))} == ({"TL001"} if flagged else set())


BUFFERS = """\
class Experts(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.register_buffer("up", torch.empty(n, dtype=torch.uint8))

    def forward(self, x):
        quantize[(1,)](x, self.up, 64){mark}

def finish(model):
    {finish}
"""
FINISHED = {
    "nothing": ("pass", HIT),
    "in the table of a module": (
        "for name, each in model.named_buffers():\n"
        "        model._buffers[name] = each.view(torch.float8_e4m3fn)",
        "",
    ),
    "under its name there": (
        'model._buffers["up"] = model.up.view(torch.float8_e4m3fn)',
        "",
    ),
    "under another name there": (
        'model._buffers["down"] = model.down.view(torch.float8_e4m3fn)',
        HIT,
    ),
    "applied to all": ("model._apply(lambda each: each.view(torch.float8_e4m3fn))", ""),
    "moved": ("model._apply(lambda each: each.cuda())", HIT),
}


@pytest.mark.parametrize(("finish", "mark"), FINISHED.values(), ids=list(FINISHED))
def test_in_the_tables_of_an_object(
    finish: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + BUFFERS.format(finish=finish, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})
