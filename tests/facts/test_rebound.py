"""Memory whose name a function inside another one, a function of the module, or a coroutine gives
what it makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
INSIDE = """\
def make(n):
    cache = torch.zeros(n, dtype=torch.uint8)
    state = {{"cache": torch.zeros(n, dtype=torch.uint8), "done": False}}

    def prepare():
        {prepare}

    def put(x):
        quantize[(1,)](x, {passed}, 64){mark}

    {after}
    return put, prepare
"""
NONLOCAL = "nonlocal cache\n        cache = cache.view(torch.float8_e4m3fn)"
ITEM = 'state["cache"] = state["cache"].view(torch.float8_e4m3fn)'
CLOSURES = {
    "nothing": ("pass", "cache", "", HIT),
    "nonlocal": (NONLOCAL, "cache", "", ""),
    "nonlocal, called": (NONLOCAL, "cache", "prepare()", ""),
    "a name of its own": ("cache = torch.zeros(n)", "cache", "", HIT),
    "another name": (NONLOCAL, 'state["cache"]', "", HIT),
    "an item": (ITEM, 'state["cache"]', "", ""),
    "an item, called": (ITEM, 'state["cache"]', "prepare()", ""),
    "by `:=`": (
        "nonlocal cache\n        use(cache := cache.view(torch.float8_e4m3fn))",
        "cache",
        "",
        "",
    ),
    "every item": (
        "for key in list(state):\n            state[key] = state[key].view(torch.float8_e4m3fn)",
        'state["cache"]',
        "",
        "",
    ),
    "another table's items": (
        "for key in list(n):\n            n[key] = n[key].view(torch.float8_e4m3fn)",
        'state["cache"]',
        "",
        HIT,
    ),
    "another item": ('state["done"] = not state["done"]', 'state["cache"]', "", HIT),
}


@pytest.mark.parametrize(
    ("prepare", "passed", "after", "mark"), CLOSURES.values(), ids=list(CLOSURES)
)
def test_functions_inside(
    prepare: str,
    passed: str,
    after: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"prepare": prepare, "passed": passed, "after": after or "pass", "mark": mark}
    text = KERNELS + INSIDE.format(**given)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})


OF_A_MODULE = """\
CACHE = torch.zeros(64, dtype=torch.uint8)


def prepare():
    {prepare}


def put(x):
    prepare()
    quantize[(1,)](x, CACHE, 64){mark}
"""
MODULES = {
    "nothing": ("pass", HIT),
    "viewed": ("global CACHE\n    CACHE = CACHE.view(torch.float8_e4m3fn)", ""),
    "viewed once": (
        "global CACHE\n    if CACHE.dtype == torch.uint8:\n"
        "        CACHE = CACHE.cuda().view(torch.float8_e4m3fn)",
        "",
    ),
    "viewed in a method": (
        "pass\n\n\nclass Setup:\n    def run(self):\n        global CACHE\n"
        "        CACHE = CACHE.view(torch.float8_e4m3fn)",
        "",
    ),
    "made anew": ("global CACHE\n    CACHE = torch.zeros(128, dtype=torch.uint8)", HIT),
    "a name of its own": ("CACHE = torch.zeros(64)", HIT),
}


@pytest.mark.parametrize(("prepare", "mark"), MODULES.values(), ids=list(MODULES))
def test_of_a_module(
    prepare: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + OF_A_MODULE.format(prepare=prepare, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})


OF_AN_OBJECT = """\
class Pool:
    def __init__(self, n):
        self.k_cache = torch.zeros(n, dtype=torch.uint8)

    {method}

    def put(self, x):
        quantize[(1,)](x, self.k_cache, 64){mark}


def build(n):
    pool = Pool(n)
    {build}
    return pool
"""
VIEWED = "self.k_cache = self.k_cache.view(torch.float8_e4m3fn)"
SET = "setattr(pool, name, getattr(pool, {}).view(torch.float8_e4m3fn))"
OBJECTS = {
    "nothing": ("pass", "pass", HIT),
    "a method": (f"def ready(self):\n        {VIEWED}", "pass", ""),
    "a coroutine": (f"async def ready(self):\n        {VIEWED}", "pass", ""),
    "by names": ("pass", "for name in pool.names:\n        " + SET.format("name"), ""),
    "over a name": (
        "pass",
        "typed = pool.k_cache.view(torch.float8_e4m3fn)\n    pool.k_cache = typed",
        "",
    ),
    "two at once": (
        "pass",
        "pool.k_cache, n = pool.k_cache.view(torch.float8_e4m3fn), 0",
        "",
    ),
    "after another name": ("pass", "name = 'n'\n    " + SET.format("'m'"), HIT),
    "a number": ("pass", "for name in pool.names:\n        setattr(pool, name, len(name))", HIT),
}


@pytest.mark.parametrize(("method", "build", "mark"), OBJECTS.values(), ids=list(OBJECTS))
def test_of_an_object(
    method: str, build: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + OF_AN_OBJECT.format(method=method, build=build, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})


MIXINS = """\
class Raw:
    def allocate(self, n):
        self.storage = torch.zeros(n, dtype=torch.uint8)


class Typed:
    def allocate(self, n):
        super().allocate(n)
        {typed}


class Reader:
    def read(self, out):
        dequantize[(1,)](self.storage, out, 64){mark}


class Pool(Typed, Reader, Raw):
    def amax(self):
        return self.storage.view(torch.float8_e4m3fn).float().amax()
"""
TYPED = {
    "kept": ("self.storage = self.storage.view(torch.float8_e4m3fn)", ""),
    "kept in another shape": (
        "self.storage = self.storage.view(torch.float8_e4m3fn).reshape(-1, 8)",
        "",
    ),
    "as a wider type": ("self.storage = self.storage.view(torch.bfloat16)", ""),
    "beside it": ("self.codes = self.storage", "  # expect: TL002"),
}


@pytest.mark.parametrize(("typed", "mark"), TYPED.values(), ids=list(TYPED))
def test_of_mixins(typed: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + MIXINS.format(typed=typed, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL002",)) == expected({"user.py": text})
