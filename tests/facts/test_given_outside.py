"""Attributes that a class leaves empty, and that other code of the file gives its objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"

LAYER = """\
class Layer:
    def __init__(self):
        self.kv_cache = {empty}
{own}
    def write(self, x):
        quantize[(1,)](x, self.kv_cache{index}, 64){mark}

"""
RUNNER = """\
class Runner:
    def __init__(self, layers):
        self.layers = layers

    def allocate(self, n):
        raw = {{}}
        for layer in self.layers:
            raw[layer.name] = torch.zeros(n, dtype=torch.uint8)
        return raw

    def bind(self, n):
        for name, page in self.allocate(n).items():
            bound = next(each for each in self.layers if each.name == name)
            bound.kv_cache = {value}
"""
CALLED = """\
def bind(caches, layers):
    for name, cache in caches.items():
        layers[name].kv_cache = cache

def initialize(layers, n):
    pages = {{each: torch.zeros(n, dtype=torch.uint8) for each in layers}}
    bind({{name: {value} for name, page in pages.items()}}, layers)
"""
HOOKED = """\
class Store:
    def __init__(self, x, n):
        self.host = x.to(torch.float8_e4m3fn).view(torch.uint8)
        self.page = torch.empty(n, dtype=torch.uint8)

    def upload(self):
        self.page.copy_(self.host)
        return self.page

def install(layer: Layer, store: Store):
    def hook(module, args):
        page = store.upload()
        module.kv_cache = {value}
        return args

    return layer.register_forward_pre_hook(hook)
"""
FP8 = "page.view(torch.float8_e4m3fn)"
VIEWED_TOO = """
    def codes(self):
        return self.kv_cache.view(torch.float8_e4m3fn)
"""
CASES = {
    "bound by a runner": ("None", VIEWED_TOO, "", RUNNER, "page", HIT),
    "bound in a function that is called": ("None", VIEWED_TOO, "", CALLED, "page", HIT),
    "by a hook": ("torch.tensor([])", "", "", HOOKED, "page", HIT),
    "an item of several": ("[torch.tensor([]), None]", "", "[0]", HOOKED, "(page, page)", HIT),
    "viewed where it is bound": ("None", "", "", RUNNER, FP8, ""),
    "viewed before it is bound": ("None", "", "", CALLED, FP8, ""),
    "viewed by the hook": ("None", "", "", HOOKED, FP8, ""),
    "made by the class": ("torch.empty(64, dtype=torch.bfloat16)", "", "", HOOKED, "page", ""),
    "given something by the class too": (
        "None",
        "\n    def reset(self, rows):\n        self.kv_cache = rows\n",
        "",
        HOOKED,
        "page",
        "",
    ),
    "given by two": (
        "None",
        "",
        "",
        HOOKED + "\ndef other(layer, rows):\n    layer.kv_cache = rows\n",
        "page",
        "",
    ),
    "given bytes by two": (
        "None",
        "",
        "",
        HOOKED + "\ndef other(layer, n):\n    layer.kv_cache = torch.empty(n, dtype=torch.uint8)\n",
        "page",
        HIT,
    ),
    "given bytes by one of two": (
        "None",
        "",
        "",
        HOOKED + "\ndef other(layer, n):\n    layer.kv_cache = torch.empty(n, dtype=torch.float16)\n",
        "page",
        "",
    ),
    "of two classes": (
        "None",
        "",
        "",
        HOOKED + "\nclass Other:\n    def read(self):\n        return self.kv_cache.sum()\n",
        "page",
        "",
    ),
}


@pytest.mark.parametrize(
    ("empty", "own", "index", "binding", "value", "mark"), CASES.values(), ids=list(CASES)
)
def test_what_other_code_gives(
    empty: str,
    own: str,
    index: str,
    binding: str,
    value: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    layer = LAYER.format(empty=empty, own=own, index=index, mark=mark)
    text = KERNELS + layer + binding.format(value=value)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})
    assert not found(select=("TL001",), confidence="certain")


def test_another_file_may_view_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    layer = LAYER.format(empty="None", own="", index="", mark="")
    binder = "def bind(layer):\n    layer.kv_cache = layer.kv_cache.view(torch.float8_e4m3fn)\n"
    files = {
        "user.py": KERNELS + layer + HOOKED.format(value="page"),
        "binder.py": "import torch\n\n" + binder,
    }
    write(tmp_path, files)
    assert not found(select=("TL001",))


CHOSEN = """
@triton.jit
def keep(x_ptr, out_ptr, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    tl.store(out_ptr + at, tl.load(x_ptr + at).to(tl.float32).to(out_ptr.dtype.element_ty))


class Layer:
    def __init__(self, quantized):
        self.quantized = quantized
        self.kv_cache = None

    def write(self, x):
        if self.quantized:
            quantize[(1,)](x, self.kv_cache.view(torch.float8_e4m3fn), 64)
        else:
            keep[(1,)](x, self.kv_cache, 64)


DTYPES = {{"fp8": torch.uint8, "none": torch.bfloat16}}


def bind(layer, n, quantized, kind):
    {body}
"""
BODIES = {
    "by a type": "made = torch.uint8 if quantized else torch.bfloat16\n"
    "    layer.kv_cache = torch.zeros(n, dtype=made)",
    "by a table": "layer.kv_cache = torch.zeros(n, dtype=DTYPES[kind])",
    "by memory": "pages = torch.zeros(n, dtype=torch.uint8)\n    if not quantized:\n"
    "        pages = torch.zeros(n, dtype=torch.bfloat16)\n    layer.kv_cache = pages",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_bytes_in_some_cases(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes together with a setting of the layer is not known."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + CHOSEN.format(body=body)})
    assert not found(select=("TL001",))
