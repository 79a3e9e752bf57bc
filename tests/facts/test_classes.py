"""What the methods of a class, its heirs and decorators know of buffers together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

NAMED = """
class Layer(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        for name in ("key", "value"):
            self.register_buffer(f"{name}_cache", torch.zeros(n, dtype=torch.uint8))
        self.scale_rows = torch.zeros(n)

    def write(self, x, name):
        cache = getattr(self, f"{name}_%s")%s
        quantize[(1,)](x, cache, 64)%s
"""
FILLED = """
class Store:
    def __init__(self):
        self.entries = %s

    def put(self, key, x):
        codes = (x / 448).to(torch.float8_e4m3fn)
        %s

    def get(self, key, out):
        codes = self.entries[key]
        dequantize[(1,)](codes, out, 64)%s
"""
HEIR = """
class Pool:
    def __init__(self, n, dtype):
        self.buffer = torch.zeros(n, dtype=torch.uint8)
        self.dtype = dtype

    def get(self):
        return self.buffer.view(self.dtype)

    def put(self, x):
        quantize[(1,)](x, self.get(), 64)


class Window(Pool):
    def get(self):
        return self.buffer[1:]%s

    %s
"""
DECORATED = """
def prepared(function):
    def inner(x, cache, *rest):
        return function(x, cache%s, *rest)

    inner.calls = 0
    return inner


@prepared
def write(x, cache):
    quantize[(1,)](x, cache, 64)


def f(x, n):
    write(x, torch.zeros(n, dtype=torch.uint8))%s
"""
# A class of which the heir alone makes the memory of bytes.
MADE = """
class Ring:
    def __init__(self, n, dtype):
        self.rows = torch.zeros(n, dtype=dtype)

    def target(self):
        return self.rows

    def put(self, x):
        quantize[(1,)](x, self.target(), 64)%s


class Coded(Ring):
    def __init__(self, n):
        super().__init__(n, %s)
%s
"""
# A page of codes of which methods view regions.
REGIONS = """
class Page:
    def __init__(self, rows, n):
        self.n, self.page = n, torch.zeros(rows, n + 128, dtype=torch.float8_e4m3fn)

    @property
    def tail(self):
        return self.page[:, 64:]%s

    @property
    def rope(self):
        return self.tail.view(torch.bfloat16)

    def put(self, rope):
        assert rope.dtype == torch.bfloat16
        copy[(1,)](rope, %s, 64)
"""
# An object like another one, but for a field.
REPLACED = """
import dataclasses
from typing import NamedTuple


@dataclasses.dataclass
class Open:
    codes: torch.Tensor
    scale: torch.Tensor


class Closed(NamedTuple):
    codes: torch.Tensor
    scale: torch.Tensor


def f(x, raw, k, out):
    assert raw.dtype == torch.uint8
    slab = %s(raw[:, :k], raw[:, k:])%s
    slab = %s
    quantize[(1,)](x, slab.codes, 64)
    dequantize[(1,)](slab.scale, out, 64)
"""
TRADED = """
class Twice:
    def __init__(self, n):
        self.front = torch.zeros(n, dtype=torch.uint8)%s
        self.back = torch.zeros(n, dtype=torch.uint8)%s
        self.spare = torch.zeros(n, dtype=torch.uint8)

    def turn(self):
        %s

    def write(self, x):
        quantize[(1,)](x, self.front, 64)%s
"""
# A class whose heirs say what its memory is seen as.
ABSTRACT = """
class Sink:
    def __init__(self, n):
        self.rows = torch.zeros(n, dtype=torch.uint8)

    def target(self):
        return self.rows

    def put(self, x):
        quantize[(1,)](x, self.target(), %s)%s


class Codes(Sink):
    %s

    def %s(self):
        return self.rows.view(torch.float8_e4m3fn)


def f(x, n):
    %s(n).put(x)
"""
# What a descriptor of a class makes of the memory of an object.
FIELD = """
class Field:
    def __init__(self, start, end, dtype):
        self.start, self.end, self.dtype = start, end, dtype

    def __get__(self, record, owner=None):
        if record is None:
            return self
        return record.memory[:, self.start : self.end]%s


class Record:
    codes = Field(0, 64, torch.float8_e4m3fn)
    scale = Field(64, 68, torch.float32)

    def __init__(self, n):
        self.memory = torch.zeros(n, 96, dtype=torch.uint8)


def f(x, n):
    record = Record(n)
    codes = record.codes
    quantize[(1,)](x, codes, 64)
"""
TL001, TL002 = "  # expect: TL001", "  # expect: TL002"
VIEW = ".view(torch.float8_e4m3fn)"
SWAP = "self.front, self.back = self.back, self.front"
TURN = "old = self.front; self.front = self.back; self.back = self.spare; self.spare = old"
# Codes that are kept as bytes, and read into what is made of the type that they stand for.
KEPT = """
class Pool:
    def __init__(self, n, dtype):
        self.dtype = dtype
        if dtype in (torch.float8_e4m3fn, torch.float8_e5m2):
            self.store_dtype = torch.uint8
        else:
            self.store_dtype = dtype
        self.pages = torch.zeros(n, dtype=self.store_dtype)

    def page(self):
        if self.store_dtype != self.dtype:
            return self.pages%s
        return self.pages

    def read(self, x, dtype=None):
        page = self.page()
        %s
        copy[(1,)](page, out, 64)%s
        return out
"""
CASES = {
    "bytes are read into what is made for codes": KEPT
    % ("", "out = torch.empty(64, dtype=dtype or self.dtype)", TL002),
    "into what is made for codes, by a name": KEPT
    % ("", "dtype = dtype or self.dtype; out = x.new_empty(64, dtype=dtype)", TL002),
    "correct: codes are read into what is made for them": KEPT
    % (".view(self.dtype)", "out = torch.empty(64, dtype=dtype or self.dtype)", ""),
    "correct: codes of either flavour are read into what is made for them": KEPT.replace(
        "e5m2", "e4m3fnuz"
    )
    % (".view(self.dtype)", "out = torch.empty(64, dtype=dtype or self.dtype)", ""),
    "correct: bytes are read into what is made for them": KEPT
    % ("", "out = torch.empty(64, dtype=dtype or self.store_dtype)", ""),
    "correct: bytes are read into what is given": KEPT
    % ("", "out = torch.empty(64, dtype=dtype)", ""),
    "attributes swapped by a method": TRADED % ("", "", SWAP, TL001),
    "attributes swapped, one of them viewed": TRADED % (VIEW, "", SWAP, TL001),
    "attributes in turn, through a name": TRADED
    % (VIEW, VIEW, TURN, TL001),
    "correct: attributes swapped, both viewed": TRADED % (VIEW, VIEW, SWAP, ""),
    "correct: swapped, and one of them made anew": TRADED
    % ("", "", f"{SWAP}; self.front = torch.zeros(64, dtype=torch.float8_e4m3fn)", ""),
    "buffers by names that are made": NAMED % ("cache", "", TL001),
    "correct: viewed by names that are made": NAMED % ("cache", VIEW, ""),
    "correct: another name that is made": NAMED % ("rows", "", ""),
    "a dict that another method fills": FILLED
    % ("{}", "self.entries[key] = codes.view(torch.uint8)", TL002),
    "a list that another method fills": FILLED
    % ("[]", "self.entries.append(codes.view(torch.uint8))", TL002),
    "a dict of defaults": FILLED
    % ("{}", "self.entries.setdefault(key, codes.view(torch.uint8))", TL002),
    "correct: codes in a dict": FILLED % ("{}", "self.entries[key] = codes", ""),
    "an heir's own method": HEIR % (TL001, ""),
    "correct: an heir's own method views": HEIR % (VIEW, ""),
    "correct: an heir that does not launch so": HEIR
    % ("", "def put(self, x):\n        self.buffer.zero_()"),
    "another field is replaced": REPLACED
    % ("Open", TL001, "dataclasses.replace(slab, scale=slab.scale.view(torch.float32))"),
    "another field of a tuple is replaced": REPLACED
    % ("Closed", TL001, "slab._replace(scale=slab.scale.view(torch.float32))"),
    "correct: both fields are replaced": REPLACED
    % (
        "Closed",
        "",
        f"slab._replace(scale=slab.scale.view(torch.float32), codes=slab.codes{VIEW})",
    ),
    "correct: both fields are replaced, one after the other": REPLACED
    % (
        "Open",
        "",
        f"dataclasses.replace(slab, codes=slab.codes{VIEW})\n"
        "    slab = dataclasses.replace(slab, scale=slab.scale.view(torch.float32))",
    ),
    "an heir makes it of bytes": MADE % (TL001, "torch.uint8", ""),
    "an heir makes it of bytes by a keyword": MADE % (TL001, "dtype=torch.uint8", ""),
    "correct: an heir makes it of codes": MADE % ("", "torch.float8_e4m3fn", ""),
    "correct: an heir makes it of bytes and views it": MADE
    % ("", "torch.uint8", f"\n    def target(self):\n        return self.rows{VIEW}"),
    "a region that another property views": REGIONS % (TL001, "self.tail"),
    "correct: the property that views the region": REGIONS % ("", "self.rope"),
    "correct: codes before the region": REGIONS % ("", "self.page[:, :64]"),
    "an heir has another method": ABSTRACT % (64, TL001, "", "codes", "Codes"),
    "an heir adds what is missing": ABSTRACT % ("self.n", TL001, "n = 64", "codes", "Codes"),
    "a base that is made": ABSTRACT % (64, TL001, "", "target", "Sink"),
    "correct: an heir has what is missing": ABSTRACT % ("self.n", "", "n = 64", "target", "Codes"),
    "correct: only an heir is made": ABSTRACT % (64, "", "", "target", "Codes"),
    "correct: a base that is abstract": ABSTRACT.replace("def target", "def scale(self):\n        raise NotImplementedError\n\n    def target", 1)
    % (64, "", "", "target", "make"),
    "a descriptor": FIELD % TL001,
    "correct: a descriptor that views": FIELD % ".view(self.dtype)",
    "an heir's property": """
class Pool:
    def __init__(self, n):
        self.buffer = torch.zeros(n, dtype=torch.uint8)

    @property
    def codes(self):
        return self.buffer.view(torch.float8_e4m3fn)

    def put(self, x):
        quantize[(1,)](x, self.codes, 64)


class Window(Pool):
    @property
    def codes(self):
        return self.buffer[1:]  # expect: TL001
""",
    "gone through by a method": """
class Pool:
    def __init__(self, n):
        self.pages = [torch.zeros(n, dtype=torch.uint8) for _ in range(4)]

    def __iter__(self):
        return iter(self.pages)


def f(x, n):
    for page in Pool(n):
        quantize[(1,)](x, page, 64)  # expect: TL001
""",
    "correct: gone through by a method that views": """
class Pool:
    def __init__(self, n):
        self.pages = [torch.zeros(n, dtype=torch.uint8) for _ in range(4)]

    def __iter__(self):
        for page in self.pages:
            yield page.view(torch.float8_e4m3fn)


def f(x, n):
    for page in Pool(n):
        quantize[(1,)](x, page, 64)
""",
    "a list of parameters": """
class Layer(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        made = (torch.zeros(n, dtype=torch.uint8) for _ in range(4))
        self.pages = torch.nn.ParameterList([torch.nn.Parameter(each) for each in made])

    def write(self, x, i):
        quantize[(1,)](x, self.pages[i], 64)  # expect: TL001
""",
    "a member of an enum": """
import enum


class Storage(enum.Enum):
    CODES = torch.uint8
    WIDE = torch.bfloat16


def f(x, n):
    quantize[(1,)](x, torch.zeros(n, dtype=Storage.CODES.value), 64)  # expect: TL001
    quantize[(1,)](x, torch.zeros(n, dtype=Storage.WIDE.value), 64)
""",
    "handed to the map of a pool": """
def work(x, page):
    quantize[(1,)](x, page, 64)


def f(pool, x, n):
    pool.map(work, [x, x], [torch.zeros(n, dtype=torch.uint8) for _ in range(2)])  # expect: TL001
""",
    "correct: what an heir knows says nothing of others": """
class Base:
    def __init__(self, kind):
        self.kind = kind

    def forward(self, x, kv_cache):
        pass

    def gated(self, x, kv_cache):
        if self.kind.startswith("fp8") or x is None:
            return self.forward(x, kv_cache)
        quantize[(1,)](x, kv_cache, 64)


class Heir(Base):
    def forward(self, x, kv_cache):
        if kv_cache.dtype == torch.uint8:
            kv_cache = kv_cache.view(torch.float8_e4m3fn)
        quantize[(1,)](x, kv_cache, 64)
""",
    "correct: a decorator views": DECORATED % (VIEW, ""),
    "correct: a decorator with arguments views": """
def prepared(dtype):
    def outer(function):
        def inner(x, cache):
            return function(x, cache.view(dtype))
        return inner
    return outer


@prepared(torch.float8_e4m3fn)
def write(x, cache):
    quantize[(1,)](x, cache, 64)


def f(x, n):
    write(x, torch.zeros(n, dtype=torch.uint8))
""",
    "correct: a method's decorator views": """
def prepared(function):
    def inner(self, x, cache):
        return function(self, x, cache.view(torch.float8_e4m3fn))
    return inner


class Writer:
    @prepared
    def write(self, x, cache):
        quantize[(1,)](x, cache, 64)

    def step(self, x, n):
        self.write(x, torch.zeros(n, dtype=torch.uint8))
""",
    "a decorator views the other": """
def prepared(function):
    def inner(x, cache):
        return function(x.view(torch.float16), cache)
    return inner


@prepared
def write(x, cache):
    quantize[(1,)](x, cache, 64)


def f(x, n):
    write(x, torch.zeros(n, dtype=torch.uint8))  # expect: TL001
""",
    "a function that is handed to one that knows the pages": """
def each_page(pages, visit):
    assert pages.dtype == torch.uint8
    for i in range(pages.shape[0]):
        visit(i, pages[i])  # expect: TL001


def refill(pages, x):
    def visit(i, page):
        quantize[(1,)](x[i], page, 64)

    each_page(pages, visit)
""",
    "correct: a function that is handed views": """
def each_page(pages, visit):
    assert pages.dtype == torch.uint8
    for i in range(pages.shape[0]):
        visit(i, pages[i].view(torch.float8_e4m3fn))


def refill(pages, x):
    def visit(i, page):
        quantize[(1,)](x[i], page, 64)

    each_page(pages, visit)
""",
}


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_classes(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + text})
    assert found() == expected({"user.py": KERNELS + text})
