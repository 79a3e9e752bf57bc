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
    "more of a list": ("[copy]", "TABLE += [quantize]"),
    "more by a call": ('{"copy": copy}', "TABLE |= dict(e4m3=quantize)"),
    "more by its name": ('{"copy": copy}', 'MORE = {"e4m3": quantize}\nTABLE |= MORE'),
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


# What is left of a table, or comes from elsewhere, is not what it was.
OTHERS = {
    "cleared": 'TABLE = {"e4m3": quantize}\nTABLE.clear()\nTABLE |= {"e4m3": pack}',
    "without one": 'TABLE = {"e4m3": quantize}\ndel TABLE["e4m3"]\nTABLE |= {"e4m3": pack}',
    "in a class": (
        'class Rows:\n    TABLE = {"e4m3": quantize}\n    TABLE |= {"e4m3": pack}\n\n\nTABLE = Rows.TABLE'
    ),
    "reversed": "TABLE = [quantize]\nTABLE += [pack]\nTABLE.reverse()",
    "imported": 'from other import TABLE\nTABLE |= {"e4m3": pack}',
    "the other one counts": 'TABLE = {"e4m3": pack}\nTABLE = {"e4m3": quantize} | TABLE',
    "more that is spread": 'from elsewhere import MORE\nTABLE = {**{"e4m3": quantize}, **MORE}',
    "more that is not known": 'TABLE = {"e4m3": quantize} | {each: pack for each in names()}',
}
PACK = """\
@triton.jit
def pack(x_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32) * 448.0
    tl.store(out_ptr + offsets, x.to(tl.float8e4nv).to(tl.uint8, bitcast=True))


"""


@pytest.mark.parametrize("table", OTHERS.values(), ids=list(OTHERS))
def test_tables_of_which_less_is_known(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = (
        "\n\ndef run(x, how):\n    out = torch.empty(64, dtype=torch.uint8)\n"
        "    TABLE[how][(1,)](x, out, 64)  # not looked at\n    return out.view(torch.float8_e4m3fn)\n"
    )
    if "[quantize]" in table:
        run = run.replace("TABLE[how]", "TABLE[0]")
    write(
        tmp_path,
        {
            "other.py": KERNELS + 'TABLE = {"e4m3": quantize}\n',
            "user.py": KERNELS + PACK + table + run.replace("TABLE[how]", 'TABLE["e4m3"]'),
        },
    )
    assert not found(select=("TL001", "TL002"))


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


STACKED = DECORATED.replace(
    "\n@with_scratch",
    """
def typed(function):
    @functools.wraps(function)
    def inner(x, out):
        return function(x, out.view(torch.float8_e4m3fn))

    return inner


@with_scratch
@typed""",
)


def test_decorators_under_decorators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + STACKED.format(view="", mark="")})
    assert not found(select=("TL001", "TL002"))


@pytest.mark.parametrize("view", ["", VIEW], ids=["as it is", "correct: viewed"])
def test_functions_that_say_nothing_of_bytes(
    view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + DECORATED.format(view=view, mark="" if view else HIT)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})
