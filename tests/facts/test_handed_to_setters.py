"""Attributes that a method is handed for an object, which other code of the file calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

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


HIT = "  # expect: TL001"
WRITER = """
import functools


def put(page, scale, x):
    {before}
    quantize[(1,)](x, page, 64)
"""
HOLDER = """
from user import functools, put


class Layer:
    def __init__(self, cfg):
        self.width, self.scale = cfg.width, cfg.scale
        self.write = None

    def attach(self, page):
        if page.numel() == 0:
            return
        self.write = {kept}
        {also}

    def forward(self, x):
        if self.write is None:
            return
        {call}
{heirs}"""
ENGINE = """
import torch
from layers import Layer


class Engine:
    def __init__(self, cfg):
        self.cfg = cfg
        self.layers = [Layer(cfg) for _ in range(cfg.depth)]

    def fill(self, n):
        dtype = {dtype}
        for layer in self.layers:
            layer.attach(torch.zeros(n, dtype=dtype){view}){mark}
{others}"""
BYTES = "torch.uint8"
EITHER = 'torch.uint8 if self.cfg.cache_dtype == "fp8" else torch.bfloat16'
WHOLE = {
    "kept": "functools.partial(put, page, self.scale)",
    "call": "self.write(x)",
    "before": "page = page.flatten()",
    "also": "",
    "heirs": "",
    "others": "",
    "view": "",
}
HELD: dict[str, tuple[dict[str, str], str]] = {
    "a partial function": ({}, HIT),
    "by a keyword": ({"kept": "functools.partial(put, scale=self.scale, page=page)"}, HIT),
    "a lambda": ({"kept": "lambda x: put(page, self.scale, x)"}, HIT),
    "as it is": ({"kept": "page", "call": "put(self.write, self.scale, x)"}, HIT),
    "a size is asserted": ({"before": "assert page.shape[-1] == x.shape[-1]"}, HIT),
    "viewed by the function": (
        {"before": "page = page.view(torch.float8_e4m3fn) if page.dtype == torch.uint8 else page"},
        "",
    ),
    "viewed before it is kept": ({"kept": f"functools.partial(put, page{VIEW}, self.scale)"}, ""),
    "viewed in the lambda": ({"kept": f"lambda x: put(page{VIEW}, self.scale, x)"}, ""),
    "viewed where it is handed": ({"view": VIEW}, ""),
}
# Where the memory is bytes by a setting, what is done with it may be meant for the other case.
OPEN: dict[str, dict[str, str]] = {
    "a test of something else": {"before": "if scale is not None:\n        return"},
    "a size tells": {"before": "if page.shape[-1] != x.shape[-1]:\n        return"},
    "the class speaks of it": {"also": "self.quantized = page.numel() > 64"},
    "the class asks for a setting": {"also": "self.narrow = self.width == 'fp8'"},
    "the class has an heir": {"heirs": "\n\nclass Narrow(Layer):\n    def forward(self, x):\n        pass\n"},
    "another class has that method": {
        "others": "\n\nclass Narrow:\n    def attach(self, page):\n        self.page = page\n"
    },
}


def _held(changed: dict[str, str], dtype: str, mark: str = "") -> dict[str, str]:
    given = {**WHOLE, **changed, "dtype": dtype, "mark": mark}
    return {
        "user.py": KERNELS + WRITER.format(**given),
        "layers.py": "import torch\n" + HOLDER.format(**given),
        "engine.py": ENGINE.format(**given),
    }


@pytest.mark.parametrize("dtype", [BYTES, EITHER], ids=["bytes", "either"])
@pytest.mark.parametrize("name", HELD)
def test_what_is_kept_to_be_called(
    name: str, dtype: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    changed, mark = HELD[name]
    files = _held(changed, dtype, mark)
    write(tmp_path, files)
    assert found(select=("TL001",)) == expected(files)


@pytest.mark.parametrize("name", OPEN)
def test_bytes_by_a_setting_that_may_be_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, _held(OPEN[name], EITHER))
    assert not found(select=("TL001",))


FLAGGED = """
    quantize_or_pack[(1,)](x, page, {flag}, 64)
    page = page.to(torch.float32)
"""


@pytest.mark.parametrize("flag", ["scale > 0", "False"])
def test_a_flag_may_tell(flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, _held({"before": FLAGGED.strip().format(flag=flag)}, EITHER))
    assert not found(select=("TL001",))
