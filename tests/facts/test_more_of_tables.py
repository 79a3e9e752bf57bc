"""Tables that a module adds to by an operator, names of the function around that a function gives
something, and decorators that make the memory of what they stand at. `# expect:` stands where a
finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT, VIEW = "  # expect: TL001", ".view(torch.float8_e4m3fn)"
TABLE = """
TABLE = {first}
{more}


def run(x, how):
    out = torch.empty(64, dtype=torch.uint8)
    TABLE[how][(1,)](x, out{view}, 64){mark}
    return out.view(torch.float8_e4m3fn)
"""
TABLES = {
    "more of a dict": ('{"copy": copy}', 'TABLE |= {"e4m3": quantize}'),
    "a dict of two": ('{"copy": copy}', 'TABLE = TABLE | {"e4m3": quantize}'),
    "a dict of two, the other first": ('{"copy": copy}', 'TABLE = {"e4m3": quantize} | TABLE'),
    "more of a list": ("[copy]", "TABLE += [quantize]"),
}


@pytest.mark.parametrize("view", ["", VIEW], ids=["as it is", "correct: viewed"])
@pytest.mark.parametrize(("first", "more"), TABLES.values(), ids=list(TABLES))
def test_tables_that_grow(
    first: str, more: str, view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mark = "" if view else HIT
    text = KERNELS + TABLE.format(first=first, more=more, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


AROUND = """
def run(xs, n):
    out = None

    def grow():
        nonlocal out
        out = {made}

    def step(x):
        quantize[(1,)](x, out, 64){mark}

    {calls}
    for x in xs:
        step(x)
    return out
"""
BYTES = "torch.empty(n, dtype=torch.uint8)"
CALLS = {
    "bytes": (BYTES, "grow()", HIT),
    "correct: codes": (BYTES + VIEW, "grow()", ""),
    "correct: viewed since": (BYTES, f"grow()\n    out = out{VIEW}", ""),
}


@pytest.mark.parametrize(("made", "calls", "mark"), CALLS.values(), ids=list(CALLS))
def test_names_of_the_function_around(
    made: str, calls: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + AROUND.format(made=made, calls=calls, mark=mark)
    if mark:
        text = text.replace("return out", "return out.view(torch.float8_e4m3fn)")
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


DECORATED = """
import functools


def with_scratch(function):
    @functools.wraps(function)
    def inner(x):
        out = torch.empty(64, dtype=torch.uint8)
        function(x, out{view})
        return out.view(torch.float8_e4m3fn)

    return inner


@with_scratch
def run(x, out):
    quantize[(1,)](x, out, 64){mark}
"""


@pytest.mark.parametrize("view", ["", VIEW], ids=["as it is", "correct: viewed"])
def test_functions_that_say_nothing_of_bytes(
    view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + DECORATED.format(view=view, mark="" if view else HIT)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})
