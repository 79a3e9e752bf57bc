"""A setting of which a class asks in two ways, before it views a cache and elsewhere: as its own
attribute, as one of what it keeps, or by a local name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

TL003 = "  # expect: TL003"
SETTINGS = """\
from dataclasses import dataclass
from typing import Literal

CacheDType = Literal["auto", "float16", "fp8", "fp8_e4m3", "fp8_e5m2"]


@dataclass
class Options:
    cache_dtype: CacheDType = "auto"
"""
LAYER = """
from pkg.options import Options


def flavour_of(name):
    return torch.float8_e5m2 if name.endswith("e5m2") else torch.float8_e4m3fn


class Layer:
    def __init__(self, options: Options):
        self.options = options

    def fill(self, x, pages):
        {name} = {given}
        if {wider}:
            pages = pages.view(flavour_of({name}))
        quantize[(1,)](x, pages, 64)

    def step(self, x, pages):
        {name} = {given}
        if {asked}:{mark}
            kind = flavour_of({name})
            pages = pages.view(kind)
        quantize[(1,)](x, pages, 64)
"""


def layer(
    asked: str, mark: str = "", wider: str = "cache_dtype.startswith('fp8')", **more: str
) -> str:
    held = {"name": "cache_dtype", "given": "self.options.cache_dtype"} | more
    return LAYER.format(asked=asked, mark=mark, wider=wider, **held)


OWN = {"name": "options", "given": "self.options"}
CASES = {
    "a local name": layer('cache_dtype == "fp8"', TL003),
    "of what is kept": layer(
        'self.options.cache_dtype == "fp8"', TL003, 'self.options.cache_dtype.startswith("fp8")'
    ),
    "listed elsewhere": layer('cache_dtype == "fp8"', TL003, 'cache_dtype in ("fp8", "fp8_e4m3")'),
    "correct: asked alike": layer("cache_dtype.startswith('fp8')"),
    "correct: all are listed": layer('cache_dtype in ("fp8", "fp8_e4m3", "fp8_e5m2")'),
    "correct: of two settings": layer(
        'layout == "fp8"',
        wider="self.options.cache_dtype.startswith('fp8')",
        name="layout",
        given="x.layout",
    ),
    "correct: the name is bound again": layer(
        'cache_dtype == "fp8"',
        given='self.options.cache_dtype\n        cache_dtype = cache_dtype.split("_")[0]',
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_asked_twice(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "pkg/__init__.py": "",
        "pkg/options.py": SETTINGS,
        "pkg/layer.py": KERNELS + CASES[case],
    }
    write(tmp_path, files)
    assert found() == expected(files)
