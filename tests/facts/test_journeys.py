"""How buffers travel from where they are made to the launch: through fields, tables of a module,
containers that others fill, and decorators that bind arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT, READ = "  # expect: TL001", "  # expect: TL002"
VIEW = ".view(torch.float8_e4m3fn)"
FIELDS = """
import dataclasses


@dataclasses.dataclass
class Arena:
    rows: int
    wide: bool = False
    slabs: list = dataclasses.field(default_factory=list)

    def grow(self, count):
        kind = torch.bfloat16 if self.wide else torch.uint8
        for _ in range(count):
            self.slabs.append(torch.zeros(self.rows, dtype=kind))


def put(x, arena: Arena, index):
    slab = arena.slabs[index]
    %s
"""
TABLE = """
from typing import NamedTuple


class Format(NamedTuple):
    stored: torch.dtype
    meant: torch.dtype


FORMATS = {}


def declare(name, stored, meant=None):
    FORMATS[name] = Format(stored, meant or stored)


declare("half", torch.float16)
declare("fp8", torch.%s, torch.float8_e4m3fn)


class Rows:
    def __init__(self, n, kind):
        self.format = FORMATS[kind]
        self.data = torch.zeros(n, dtype=self.format.stored)

    def put(self, x):
        %s
"""
STRUCT = """
PARTS = []


def part(name, count, dtype):
    PARTS.append((name, count, dtype))


part("codes", 64, torch.float8_e4m3fn)
part("scales", 4, torch.float32)


def piece(raw, wanted):
    for name, count, dtype in PARTS:
        if name == wanted:
            cut = raw[:count]%s
            return cut if %s else cut.view(dtype)
    raise KeyError(wanted)


def put(x, n):
    raw = torch.zeros(n, dtype=torch.uint8)
    quantize[(1,)](x, piece(raw, "codes"), 64)
    copy[(1,)](x.float(), piece(raw, "scales"), 4)
"""
BINDING = """
import functools
import inspect


def typed(*names):
    def wrap(function):
        known = inspect.signature(function)

        @functools.wraps(function)
        def inner(*args, **kwargs):
            given = known.bind(*args, **kwargs)
            for name in names:
                held = given.arguments.get(name)
                if held is not None and held.dtype == torch.uint8:
                    given.arguments[name] = held.view(torch.float8_e4m3fn)
            return function(*given.args, **given.kwargs)

        return inner

    return wrap


@typed("%s")
def keep(x, page):
    quantize[(1,)](x, page, 64)


def step(x, n):
    keep(x, torch.zeros(n, dtype=torch.uint8))%s
"""
GIVEN = """
def fill(pages, n):
    for _ in range(4):
        pages.append(torch.zeros(n, dtype=torch.uint8)%s)


def step(x, n):
    pages = []
    fill(pages, n)
    for page in pages:
        quantize[(1,)](x, page, 64)%s
"""
MADE_UP = """
class Record:
    kinds = {"codes": %s, "scales": torch.float32}

    def __init__(self, n):
        self.raw = torch.zeros(n, dtype=torch.uint8)

    def __getattr__(self, name):
        cut = self.raw[:64]%s
        return cut.view(self.kinds[name])

    def put(self, x):
        quantize[(1,)](x, self.codes, 64)
"""
CLOSURES = """
from functools import partial


def _put(page, x):
    quantize[(1,)](x, page, 64)


def _get(page, out):
    dequantize[(1,)](page, out, 64)


def opened(n):
    page = torch.zeros(n, dtype=torch.uint8)
    return partial(_put, page%s), partial(_get, page.view(torch.float8_e4m3fn))%s
"""
SCALED = """
@triton.jit
def scaled(x_ptr, out_ptr, times, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets) * times
    tl.store(out_ptr + offsets, x.to(out_ptr.dtype.element_ty))


def put(x, n, size):
    page = torch.zeros(n, dtype=torch.uint8)
    scaled[(1,)](x, page, %s, 64)%s
"""
GLOBAL = """
_PAGE = None
_CODES = None


def setup(n):
    global _PAGE, _CODES
    _PAGE = torch.zeros(n, dtype=torch.uint8)
    _CODES = _PAGE.view(torch.float8_e4m3fn)


def put(x):
    assert _PAGE is not None
    quantize[(1,)](x, %s, 64)%s
"""
SPLIT = """
def put(x, n):
    page = torch.zeros(n, 68, dtype=torch.uint8)
    codes, scales = page.tensor_split((64,), dim=1)
    quantize[(1,)](x, codes%s, 64)%s
    copy[(1,)](x.float(), scales.view(torch.float32), 4)
"""
MOVED = """
def put(x, n):
    page = torch.zeros(n, dtype=torch.uint8)
    rows = x.float().div_(0.1).clamp(-448.0, 448.0)
    copy[(1,)](rows%s, page, 64)%s
"""
CASES = {
    "a field that another method fills": FIELDS % f"quantize[(1,)](x, slab, 64){HIT}",
    "a field that another method fills, in a test": FIELDS
    % f"if not arena.wide:\n        quantize[(1,)](x, slab, 64){HIT}",
    "correct: a field, where it is filled with floats": FIELDS
    % "if arena.wide:\n        quantize[(1,)](x, slab, 64)",
    "a table that a function fills": TABLE % ("uint8", f"quantize[(1,)](x, self.data, 64){HIT}"),
    "correct: a table that a function fills with codes": TABLE
    % ("float8_e4m3fn", "quantize[(1,)](x, self.data, 64)"),
    "correct: a table that tells what is meant": TABLE
    % ("uint8", "quantize[(1,)](x, self.data.view(self.format.meant), 64)"),
    "sizes that are the same": STRUCT % (HIT, "cut.element_size() == dtype.itemsize"),
    "correct: the types are the same": STRUCT % ("", "cut.dtype == dtype"),
    "a decorator views another argument": BINDING % ("table", HIT),
    "correct: a decorator views the argument that it names": BINDING % ("page", ""),
    "a list that a function fills": GIVEN % ("", HIT),
    "correct: a list that a function fills with views": GIVEN % (VIEW, ""),
    "a name that the class makes up": MADE_UP % ("torch.uint8", HIT),
    "correct: a name that the class makes up, and views": MADE_UP % ("torch.float8_e4m3fn", ""),
    "functions that are given back with arguments": CLOSURES % ("", HIT),
    "correct: functions that are given back with views": CLOSURES % (VIEW, ""),
    "a factor that is divided": SCALED % ("1.0 / size", HIT),
    "a factor that is a float": SCALED % ("size * 0.5", HIT),
    "correct: a factor that may be an integer": SCALED % ("size // 2", ""),
    "a name of the module that a function sets": GLOBAL % ("_PAGE", HIT),
    "a name of the module that a function sets, cut": GLOBAL % ("_PAGE[:64]", HIT),
    "correct: a name of the module that a function sets to a view": GLOBAL % ("_CODES", ""),
    "split at a place": SPLIT % ("", HIT),
    "correct: split at a place, and viewed": SPLIT % (VIEW, ""),
    "moved as floats": MOVED % ("", HIT),
    "correct: moved as bytes of codes": MOVED % (".to(torch.float8_e4m3fn).view(torch.uint8)", ""),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_journeys(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + text})
    assert found() == expected({"user.py": KERNELS + text})
