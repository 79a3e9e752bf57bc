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
NAMED = """
class Plain:
    def __init__(self, raw, dtype):
        self.raw = raw
        self.dtype = dtype

    def cut(self):
        return self.raw[:64].view(self.dtype)

    def put(self, x):
        quantize[(1,)](x, self.cut(), 64)


class Ring(Plain):
    def cut(self):
        return self.raw[:64]%s%s

    def put(self, x):
        super().put(x * 2)


class Both:
    def __init__(self, n):
        raw = torch.zeros(n, dtype=torch.uint8)
        self.plain = Plain(raw, torch.float8_e4m3fn)
        self.ring = Ring(raw, torch.float8_e4m3fn)

    def put(self, x, ringed):
        if ringed:
            self.ring.put(x)
        else:
            self.plain.put(x)
"""
CODES = """
class Rows:
    def __init__(self, n):
        self.data = torch.zeros(n, dtype=torch.uint8)

    def put(self, at, x):
        %s

    def get(self, out):
        dequantize[(1,)](self.data, out, 64)%s
"""
CASES_OF = """
class Sketch:
    def __init__(self, n, setting):
        match setting.split("_"):
            case ["half"]:
                dtype, self.kernel = torch.float16, quantize
            case ["sign", *_]:
                dtype, self.kernel = torch.uint8, signs
            case ["fp8", *_]:
                %s
            case other:
                raise ValueError(other)
        self.data = torch.zeros(n, dtype=dtype)

    def put(self, x):
        self.kernel[(1,)](x, self.data, 64)%s


@triton.jit
def signs(x_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    tl.store(out_ptr + offsets, (tl.load(x_ptr + offsets) > 0).to(tl.uint8))
"""
ENUM = """
import enum


class Kind(enum.Enum):
    WIDE = ("float32", "float32")
    CODES = ("%s", "float8_e4m3fn")

    def __init__(self, stored, meant):
        self.stored = getattr(torch, stored)
        self.meant = getattr(torch, meant)


class Kept:
    def __init__(self, n, kind: Kind):
        self.kind = kind
        self.data = torch.zeros(n, dtype=kind.stored)

    def put(self, x):
        if self.kind is Kind.%s:
            return
        quantize[(1,)](x, self.data, 64)%s
"""
MEMBERS = """
import enum


class Mode(enum.Enum):
    FULL = 0
    CODES = 1
    HALF = 2


STORED = {Mode.FULL: torch.float32, Mode.CODES: torch.uint8, Mode.HALF: torch.float16}


class Kept:
    def __init__(self, n, mode: Mode):
        self.mode = mode
        self.data = torch.zeros(n, dtype=STORED[mode])

    def put(self, x):
        if self.mode %s Mode.CODES:
            quantize[(1,)](x, self.data, 64)%s
"""
STARRED = """
import itertools


def put(x, page):
    quantize[(1,)](x, page, 64)


class All:
    def __init__(self, n):
        self.pages = [torch.zeros(n, dtype=torch.uint8)%s for _ in range(4)]

    def pairs(self, xs):
        yield from zip(xs, self.pages)

    def save(self, xs):
        list(itertools.starmap(put, self.pairs(xs)))%s
"""
REGION = """
class Page:
    def __init__(self, n):
        self.rows = torch.zeros((n, 68), dtype=torch.float8_e4m3fn)

    def put(self, x, scale):
        both[(1,)](x, self.rows[:, :64], self.rows[:, 64:]%s, scale, 64)%s
        return self.scales()

    def scales(self):
        return self.rows.view(torch.uint8)[:, 64:].contiguous().view(torch.float32)


@triton.jit
def both(x_ptr, codes_ptr, tail_ptr, scale, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32)
    s = tl.max(tl.abs(x), axis=0) / 448.0
    tl.store(codes_ptr + offsets, (x / s).to(codes_ptr.dtype.element_ty))
    tl.store(tail_ptr, s)
"""
STRUCTURE = """
class Memory:
    def __init__(self, n):
        self.as_byte = torch.zeros(4, n, dtype=torch.uint8)
        self.scales = torch.ones(4)


def post(state, index, x):
    memory = state.memory
    rows = (x / memory.%s[index]).to(torch.bfloat16)
    copy[(1,)](rows, memory.as_byte[index], 64)%s
"""
VENDOR = """
IS_HIP = torch.version.hip is not None


def typed(page):
    if %s:
        return page
    return page.view(torch.float8_e4m3fn)


def put(x, n):
    page = torch.zeros(n, dtype=torch.uint8)
    quantize[(1,)](x, typed(page), 64)%s
"""
MIXED = """
class Storing:
    def __init__(self, n):
        for which in ("key", "value"):
            setattr(self, f"{which}_rows", torch.zeros(n, dtype=torch.uint8))


class Writing:
    def put(self, which, x):
        rows = getattr(self, f"{which}_rows")%s
        quantize[(1,)](x, rows, 64)%s


class Store(Writing, Storing):
    pass
"""
NEXT = """
class Pages:
    def __init__(self, n):
        self.pages = [torch.zeros(n, dtype=torch.uint8) for _ in range(4)]
        self.at = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.at += 1
        return self.pages[self.at - 1]%s


def put(xs, n):
    for x, page in zip(xs, Pages(n)):
        quantize[(1,)](x, page, 64)%s
"""
CHOSEN = """
class Packed:
    def __init__(self, n):
        self.made = self.create(n)

    def create(self, n):
        return torch.zeros(n, dtype=torch.uint8)

    def rows(self):
        return self.made


class Uniform(Packed):
    def create(self, n):
        return torch.zeros(n, dtype=torch.float8_e4m3fn)


class Store:
    def __init__(self, n, options):
        self.uniform = options.backend == "uniform" and not options.old
        kind = Packed
        if self.uniform:
            kind = Uniform
        self.pool = self.made(n, cls=kind)

    def made(self, n, *, cls=Packed):
        return cls(n)

    def put(self, x):
        if self.uniform:
            quantize[(1,)](x, self.pool.rows(), 64)
            return
        copy[(1,)](x, self.pool.rows().view(torch.float32), 64)
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
TEMPLATE = """
class Pool:
    def __init__(self):
        self.template = torch.empty(0, dtype=torch.%s)

    def put(self, x, n):
        page = %s
        quantize[(1,)](x, page, 64)%s
"""
POOLED = """
_POOL = None


class Pool:
    def __init__(self, n):
        self.page = torch.empty(n, dtype=torch.uint8)


def start(n):
    global _POOL
    _POOL = Pool(n)


def put(x):
    quantize[(1,)](x, _POOL.page%s, 64)%s
"""
CASES = {
    "made after an empty one": TEMPLATE % ("uint8", "self.template.new_empty(n, 64)", HIT),
    "made of the type of an empty one": TEMPLATE
    % ("uint8", "torch.empty(n, dtype=self.template.dtype)", HIT),
    "correct: made after an empty one of codes": TEMPLATE
    % ("float8_e4m3fn", "self.template.new_empty(n, 64)", ""),
    "correct: an empty one for itself": TEMPLATE % ("uint8", "self.template", ""),
    "an object that a function sets": POOLED % ("", HIT),
    "correct: an object that a function sets, viewed": POOLED % (VIEW, ""),
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
    "an heir's cut, called by super": NAMED % ("", HIT),
    "correct: an heir's cut is viewed": NAMED % (VIEW, ""),
    "codes that another method copies": CODES
    % ("self.data[at] = (x * 9).to(torch.float8_e4m3fn).view(torch.uint8)", READ),
    "codes that another method copies to a row": CODES
    % ("self.data[at].copy_((x * 9).to(torch.float8_e4m3fn).view(torch.uint8))", READ),
    "correct: numbers that another method copies": CODES
    % ("self.data[at] = x.view(-1).to(torch.uint8)", ""),
    "the case that means bytes": CASES_OF % ("dtype, self.kernel = torch.uint8, quantize", HIT),
    "correct: the case that means bytes raises": CASES_OF % ("raise ValueError(setting)", ""),
    "a member of an enum that is made": ENUM % ("uint8", "WIDE", HIT),
    "correct: another member of an enum that is made": ENUM % ("uint8", "CODES", ""),
    "correct: no member of an enum means bytes": ENUM % ("float8_e4m3fn", "WIDE", ""),
    "a table by the members of an enum": MEMBERS % ("is", HIT),
    "correct: a table by the members of an enum": MEMBERS % ("is not", ""),
    "pairs that are unpacked to a function": STARRED % ("", HIT),
    "correct: pairs that are unpacked to a function": STARRED % (VIEW, ""),
    "scales behind codes that are read as bytes": REGION % ("", HIT),
    "correct: scales behind codes that are read as bytes": REGION % (".view(torch.float32)", ""),
    "an object by what is asked of it": STRUCTURE % ("scales", HIT),
    "correct: an object that is asked for something else": STRUCTURE % ("factors", ""),
    "bytes on one kind of GPU": VENDOR % ("IS_HIP", HIT),
    "correct: bytes where there are none": VENDOR % ("page.dtype != torch.uint8", ""),
    "a mixin that reads by a name that is made": MIXED % ("", HIT),
    "correct: a mixin that reads by a name that is made": MIXED % (VIEW, ""),
    "one after the other": NEXT % ("", HIT),
    "correct: one after the other, viewed": NEXT % (VIEW, ""),
    "correct: a class that is chosen where it is used": CHOSEN,
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
