"""Functions that a decorator puts into a table, and that are called out of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

NESTED = """\
WRITERS = {}


def register(name):
    def put(function):
        WRITERS[name] = function
        return function

    return put


"""
PLAIN = """\
WRITERS = {}


def register(function):
    WRITERS[function.__name__] = function
    return function


"""
LISTED = """\
WRITERS = []


def register(function):
    WRITERS.append(function)
    return function


"""
UPDATED = """\
WRITERS = dict()


def register(name, *, also=None):
    key = name.lower()

    def put(function):
        WRITERS.update({key: function})
        return function

    return put


"""
WRITER = """\
@register%s
def write_%s(x, page):
    quantize[(1,)](x, page%s, 64)


"""
SPILL = """\
def spill(x, n, %s):
    page = torch.empty(n, dtype=torch.uint8)
    write = %s
    write(x, page%s)%s
"""
VIEW = ".view(torch.float8_e4m3fn)"
HIT = "  # expect: TL001"


def _writers(decorator: str, view: str) -> str:
    views = {"wide": ".view(x.dtype)", "narrow": view}
    return "".join(
        WRITER % (decorator % name if "%" in decorator else decorator, name, each)
        for name, each in views.items()
    )


# What registers, as what, what the writers view their page as, who calls them and with what.
CASES = {
    "by a name that is given": (NESTED, '("%s")', "", "WRITERS[kind]", "", HIT),
    "viewed by who is registered": (NESTED, '("%s")', VIEW, "WRITERS[kind]", "", ""),
    "viewed by the caller": (NESTED, '("%s")', "", "WRITERS[kind]", VIEW, ""),
    "by its own name": (PLAIN, "", "", "WRITERS[kind]", "", HIT),
    "by its own name, viewed": (PLAIN, "", VIEW, "WRITERS[kind]", "", ""),
    "in a list": (LISTED, "", "", "WRITERS[kind]", "", HIT),
    "in a list, viewed": (LISTED, "", VIEW, "WRITERS[kind]", "", ""),
    "by update": (UPDATED, '("%s")', "", "WRITERS[kind]", "", HIT),
    "by update, viewed": (UPDATED, '("%s")', VIEW, "WRITERS[kind]", "", ""),
}


@pytest.mark.parametrize(
    ("table", "decorator", "view", "called", "passed", "mark"), CASES.values(), ids=list(CASES)
)
def test_registered_functions(
    table: str,
    decorator: str,
    view: str,
    called: str,
    passed: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + table + _writers(decorator, view) + SPILL % ("kind", called, passed, mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


def test_what_another_decorator_registers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is put into another table is not called out of this one."""
    monkeypatch.chdir(tmp_path)
    other = NESTED.replace("WRITERS", "READERS").replace("register", "read")
    text = KERNELS + NESTED + other + _writers('("%s")', VIEW)
    plain = WRITER.replace("register", "read") % ('("plain")', "plain", "")
    text += plain.replace("64)", "64)  # not looked at")
    text += SPILL % ("kind", "WRITERS[kind]", "", "")
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


def test_each_writer_has_its_own_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two functions that are asked for by name, one is called: what they view the same memory
    as, they never do both."""
    monkeypatch.chdir(tmp_path)
    other = WRITER % ('("other")', "other", ".view(torch.float8_e5m2)")
    text = KERNELS + NESTED + _writers('("%s")', VIEW) + other + SPILL % ("kind", "WRITERS[kind]", "", "")
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})
