"""The same bug, and the same correct code, where something holds the buffer: what Python's library
makes, properties that are set, what classes share, operators that are registered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

NEW = "torch.empty(64, dtype=torch.uint8)"
VIEW = ".view(torch.float8_e4m3fn)"
HIT = "# expect: TL001"

FORMS = {
    "deque": f"""
from collections import deque

def f(x):
    free = deque()
    free.append({NEW})
    quantize[(1,)](x, free.popleft()<VIEW>, 64)  {HIT}
""",
    "deque of several": f"""
from collections import deque

FREE = deque([{NEW} for _ in range(4)], maxlen=4)

def f(x):
    quantize[(1,)](x, FREE[0]<VIEW>, 64)  {HIT}
""",
    "queue": f"""
from queue import Queue

def f(x):
    waiting = Queue(8)
    waiting.put({NEW})
    out = waiting.get()
    quantize[(1,)](x, out<VIEW>, 64)  {HIT}
""",
    "dict with a default": f"""
import collections

POOL = collections.defaultdict(lambda: {NEW})

def f(x):
    quantize[(1,)](x, POOL[x.device]<VIEW>, 64)  {HIT}
""",
    "context variable": f"""
from contextvars import ContextVar

SCRATCH = ContextVar("scratch", default={NEW})

def f(x):
    quantize[(1,)](x, SCRATCH.get()<VIEW>, 64)  {HIT}
""",
    "chained": f"""
import itertools

def f(x, n):
    first, second = [{NEW}], [{NEW}]
    for out in itertools.chain(first, second):
        quantize[(1,)](x, out<VIEW>, 64)  {HIT}
""",
    "cycle": f"""
import itertools

def f(x):
    pages = itertools.cycle([{NEW}, {NEW}])
    quantize[(1,)](x, next(pages)<VIEW>, 64)  {HIT}
""",
    "legacy constructor": f"""
def f(x):
    out = torch.ByteTensor(64).cuda()
    quantize[(1,)](x, out<VIEW>, 64)  {HIT}
""",
    "cast for the type checker": f"""
from typing import cast

def f(x):
    out = cast(torch.Tensor, {NEW})
    quantize[(1,)](x, out<VIEW>, 64)  {HIT}
""",
    "property that is set": f"""
class Cache:
    def __init__(self):
        self.pages = {NEW}

    @property
    def pages(self):
        return self._pages

    @pages.setter
    def pages(self, value):
        self._pages = value

    def put(self, x):
        quantize[(1,)](x, self.pages<VIEW>, 64)  {HIT}
""",
    "property with a setter, read": f"""
class Cache:
    def __init__(self):
        self._pages = {NEW}

    @property
    def pages(self):
        return self._pages

    @pages.setter
    def pages(self, value):
        raise AttributeError(value)

    def put(self, x):
        quantize[(1,)](x, self.pages<VIEW>, 64)  {HIT}
""",
    "tensor of a class": f"""
class Cache:
    pages = {NEW}

    @classmethod
    def put(cls, x):
        quantize[(1,)](x, cls.pages<VIEW>, 64)  {HIT}
""",
    "mixin": f"""
class Storage:
    def make(self):
        self.pages = {NEW}

class Writer:
    def put(self, x):
        quantize[(1,)](x, self.pages<VIEW>, 64)  {HIT}

class Cache(Storage, Writer):
    def __init__(self):
        self.make()
""",
    "template method": f"""
class Base:
    def put(self, x):
        quantize[(1,)](x, self.pages<VIEW>, 64)  {HIT}

class Cache(Base):
    def __init__(self):
        self.pages = {NEW}
""",
    "operator of a library": f"""
house = torch.library.Library("house", "DEF")

def _put(x, out):
    quantize[(1,)](x, out, 64)

house.impl("put", _put, "CUDA")

def f(x):
    torch.ops.house.put(x, {NEW}<VIEW>)  {HIT}
""",
    "operator by a decorator": f"""
house = torch.library.Library("house", "DEF")

@torch.library.impl(house, "put", "CUDA")
def _put(x, out):
    quantize[(1,)](x, out, 64)

def f(x):
    torch.ops.house.put(x, {NEW}<VIEW>)  {HIT}
""",
}

# Not the buffer that the others hold.
CORRECT = {
    "two heirs": f"""
class Base:
    def put(self, x):
        quantize[(1,)](x, self.pages, 64)

class Bytes(Base):
    def __init__(self):
        self.pages = {NEW}

    def put(self, x):
        quantize[(1,)](x, self.pages{VIEW}, 64)

class Codes(Base):
    def __init__(self):
        self.pages = torch.empty(64, dtype=torch.float8_e4m3fn)
""",
    "set to a view": f"""
class Cache:
    def __init__(self):
        self.pages = {NEW}

    @property
    def pages(self):
        return self._pages

    @pages.setter
    def pages(self, value):
        self._pages = value{VIEW}

    def put(self, x):
        quantize[(1,)](x, self.pages, 64)
""",
    "an operator of the same name elsewhere": f"""
def put(x, out):
    quantize[(1,)](x, out, 64)  # not looked at

def f(x, library):
    library.impl("other", put, "CUDA")
    torch.ops.house.put(x, {NEW})
""",
    "what is shared by a class is made anew": f"""
class Cache:
    pages = {NEW}

    def __init__(self):
        self.pages = torch.empty(64, dtype=torch.float8_e4m3fn)

    def put(self, x):
        quantize[(1,)](x, self.pages, 64)
""",
}


def _missed_and_correct() -> dict[str, str]:
    hazards = {name: text.replace("<VIEW>", "").lstrip() for name, text in FORMS.items()}
    viewed = {
        f"correct {name}": text.replace("<VIEW>", VIEW)
        for name, text in FORMS.items()
    }
    viewed = {name: text.replace(f"  {HIT}", "").lstrip() for name, text in viewed.items()}
    return hazards | viewed | {f"correct {name}": text.lstrip() for name, text in CORRECT.items()}


CASES = {name: KERNELS + "\n" + text for name, text in _missed_and_correct().items()}


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_holding(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})
