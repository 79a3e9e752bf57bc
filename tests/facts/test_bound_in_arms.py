"""What a runner hands to a method of its layers in two arms, viewed in one of them; the dtype is
that of a member of an enum which a config holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
SETTINGS = """\
from enum import Enum

import torch


class CacheKind(Enum):
    BF16 = "bf16"
    FP8 = "fp8"

    @property
    def storage(self) -> torch.dtype:
        return torch.uint8 if self is CacheKind.FP8 else torch.bfloat16

    @property
    def compute(self) -> torch.dtype:
        return torch.float8_e4m3fn if self is CacheKind.FP8 else torch.bfloat16


class Settings:
    def __init__(self, blocks: int, cache_dtype: str = "fp8"):
        self.blocks = blocks
        self.cache_dtype = CacheKind(cache_dtype)
"""
LAYER = """
def write(x, page):
    quantize[(1,)](x, page, 64)


class Attention(torch.nn.Module):
    def __init__(self, heads):
        super().__init__()
        self.heads = heads
        self.kv_cache = torch.empty(0)

    def bind(self, kv_cache):
        self.kv_cache = kv_cache

    def store(self, key):
        key = key.view(-1, self.heads)
        if self.kv_cache.numel() == 0:
            return
        k_cache, v_cache = self.kv_cache.unbind(0)
        write(key, k_cache){mark}
        {more}
"""
RUNNER = """\
import torch

from pkg.layer import Attention
from pkg.settings import Settings


class Runner:
    def __init__(self, settings: Settings, layers: dict[str, Attention]):
        self.settings = settings
        self.layers = layers

    def start(self, names):
        kind = self.settings.cache_dtype
        shape = (2, self.settings.blocks)
        pages = {{name: torch.zeros(shape, dtype=kind.storage) for name in names}}
        for name, cache in pages.items():
            if {test}:
                {other}
            else:
                self.layers[name].bind(cache.view(kind.compute))
"""
METHOD = """
    def _bind_draft(self, name, cache):
        layer = self.layers[name]
        layer.bind(cache{view})
"""
DRAFT = 'name.startswith("draft.")'
BY_METHOD = "self._bind_draft(name, cache)"
COMPUTE = ".view(self.settings.cache_dtype.compute)"
CASES = {
    "by a method": (DRAFT, BY_METHOD, "", "pass", HIT),
    "in the arm itself": (DRAFT, "self.layers[name].bind(cache)", "", "pass", HIT),
    "by a number": ("len(names) > 4", "self.layers[name].bind(cache)", "", "pass", HIT),
    "correct: viewed by the method": (DRAFT, BY_METHOD, COMPUTE, "pass", ""),
    "correct: the test asks for the kind": (
        "not name.endswith('.fp8')",
        "self.layers[name].bind(cache)",
        "",
        "pass",
        "",
    ),
    "correct: the layer views too": (
        DRAFT,
        BY_METHOD,
        "",
        "self.codes = self.kv_cache.view(torch.float8_e4m3fn)",
        "",
    ),
}


@pytest.mark.parametrize(("test", "other", "view", "more", "mark"), CASES.values(), ids=list(CASES))
def test_bound_in_arms(
    test: str,
    other: str,
    view: str,
    more: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    runner = RUNNER + (METHOD if other == BY_METHOD else "")
    files = {
        "pkg/__init__.py": "",
        "pkg/settings.py": SETTINGS,
        "pkg/layer.py": KERNELS + LAYER.format(more=more, mark=mark),
        "pkg/runner.py": runner.format(test=test, other=other, view=view),
    }
    write(tmp_path, files)
    assert found() == expected(files)
