"""An attribute that holds an object of one class or of another, each with memory of its own; and
objects that a method of their class makes."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
VIEW = ".view(torch.float8_e4m3fn)"
STORES = """
class Native:
    def __init__(self, n, dtype):
        self.buffer = torch.zeros(n, dtype=dtype)

    def rows(self):
        return self.buffer


class Packed:
    def __init__(self, n):
        self.raw = torch.zeros(n, dtype=torch.uint8)

    def rows(self):
        return self.raw%s
"""
CACHE = """
class Cache:
    def __init__(self, n, packed, dtype):
        %s

    def write(self, x):
        quantize[(1,)](x, self.store.rows()%s, 64)%s
"""
IF = """if packed:
            self.store = Packed(n)
        else:
            self.store = Native(n, dtype)"""
ONE = "self.store = Packed(n) if packed else Native(n, dtype)"
NATIVE = "self.store = Native(n, torch.float16) if packed else Native(n, dtype)"
EITHER = {
    "arms": ("", IF, "", HIT),
    "one expression": ("", ONE, "", HIT),
    "its class views": (VIEW, IF, "", ""),
    "its class views, one expression": (VIEW, ONE, "", ""),
    "the caller views": ("", ONE, VIEW, ""),
    "no bytes are made": ("", NATIVE, "", "  # not looked at"),
}


@pytest.mark.parametrize(("view", "made", "outside", "mark"), EITHER.values(), ids=list(EITHER))
def test_either_object(
    view: str,
    made: str,
    outside: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + STORES % view + CACHE % (made, outside, mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


BUCKET = """
class Bucket:
    def __init__(self, data):
        self.data = data

    @classmethod
    def made(cls, n):
        return cls(torch.zeros(n, dtype=torch.float32))

    @classmethod
    def of(cls, arena, n):
        return cls(arena[: n * 4]%s%s)

    def put(self, x):
        quantize[(1,)](x, self.data, 64)
        return self


def fill(xs, n):
    arena = torch.empty(n * 4, dtype=torch.uint8)
    return [Bucket.%s.put(x) for x in xs]
"""
MADE = {
    "of bytes": ("", HIT, "of(arena, n)"),
    "of bytes, viewed": (".view(torch.float32)", "", "of(arena, n)"),
    "of floats": ("", "", "made(n)"),
}


@pytest.mark.parametrize(("view", "mark", "called"), MADE.values(), ids=list(MADE))
def test_made_by_a_method_of_the_class(
    view: str, mark: str, called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + BUCKET % (view, mark and f",{mark}\n        ", called)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


BOTH = """
class Native:
    def __init__(self, n, dtype):
        self.buffer = torch.zeros(n, dtype=dtype)

    def rows(self):
        return self.buffer


class Packed:
    is_bytes = True

    def __init__(self, n):
        self.buffer = torch.zeros(n, dtype=torch.uint8)

    def rows(self):
        return self.buffer


STORES = {"bytes": Packed, "plain": Native}


class Cache:
    def __init__(self, n, packed, dtype):
        self.packed = packed
        self.store = Packed(n) if packed else Native(n, dtype)

    def write(self, x, n, kind, dtype):
"""
ROWS = "rows = self.store.rows()"
PUT, PUT_VIEWED = "quantize[(1,)](x, %s, 64)", "quantize[(1,)](x, %s.view(torch.float8_e4m3fn), 64)"
TAKEN = "self.store.rows()"
IF_ELSE = f"if %s:\n    {PUT_VIEWED % TAKEN}\nelse:\n    {PUT % TAKEN}"
WRONG = f"if %s:\n    {PUT % TAKEN}{HIT}\nelse:\n    {PUT % TAKEN}"
VIEWED_IF = f"{ROWS}\nif %s:\n    rows = rows.view(torch.float8_e4m3fn)\n{PUT % 'rows'}"
ONLY = f"%s\n{PUT % TAKEN}"
TOLD = {
    "its class is asked": IF_ELSE % "isinstance(self.store, Packed)",
    "the other class is asked": f"if isinstance(self.store, Native):\n    {PUT % TAKEN}",
    "its type is asked": IF_ELSE % "type(self.store) is Packed",
    "its type is compared": f"if type(self.store) != Packed:\n    {PUT % TAKEN}",
    "the flag is asked": IF_ELSE % "self.packed",
    "viewed by its class": VIEWED_IF % "isinstance(self.store, Packed)",
    "viewed by the flag": VIEWED_IF % "self.packed",
    "viewed by an attribute": VIEWED_IF % 'getattr(self.store, "is_bytes", False)',
    "viewed by the dtype": VIEWED_IF % "rows.dtype == torch.uint8",
    "asserted by its class": ONLY % "assert isinstance(self.store, Native)",
    "asserted by the flag": ONLY % "assert not self.packed",
    "left early": ONLY % "if self.packed:\n    return",
    "matched": (
        f"match self.store:\n    case Packed():\n        {PUT_VIEWED % TAKEN}\n"
        f"    case Native():\n        {PUT % TAKEN}"
    ),
    "taken out of a table": (
        "made = STORES[kind]\n"
        'store = made(n) if kind == "bytes" else made(n, dtype)\n'
        f'rows = store.rows()\nif kind == "bytes":\n'
        f"    rows = rows.view(torch.float8_e4m3fn)\n{PUT % 'rows'}"
    ),
    "the wrong class": WRONG % "isinstance(self.store, Packed)",
    "the wrong type": WRONG % "type(self.store) is Packed",
    "the wrong flag": WRONG % "self.packed",
    "asserted to be bytes": ONLY % "assert isinstance(self.store, Packed)" + HIT,
}


@pytest.mark.parametrize("body", TOLD.values(), ids=list(TOLD))
def test_which_object_it_is(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + BOTH + textwrap.indent(body, "        ") + "\n"
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})
