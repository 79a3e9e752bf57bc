"""Tensors that functions put into a table of the module, and what `reduce` hands on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

VIEW = ".view(torch.float8_e4m3fn)"
HIT = "  # expect: TL001"
# What puts something into the table, how it is read, and what is found there.
TABLES = {
    "under a key": ('STATE["codes"] = torch.zeros(n, dtype=torch.uint8)', 'STATE["codes"]', HIT),
    "viewed": ('STATE["codes"] = torch.zeros(n, dtype=torch.uint8)' + VIEW, 'STATE["codes"]', ""),
    "viewed where it is read": (
        'STATE["codes"] = torch.zeros(n, dtype=torch.uint8)',
        f'STATE["codes"]{VIEW}',
        "",
    ),
    "under another key": (
        'STATE["other"] = torch.zeros(n, dtype=torch.uint8)\n'
        '    STATE["codes"] = torch.zeros(n, dtype=torch.float8_e4m3fn)',
        'STATE["codes"]',
        "",
    ),
    "asked by get": (
        'STATE["codes"] = torch.zeros(n, dtype=torch.uint8)',
        'STATE.get("codes")',
        HIT,
    ),
    "two of them": (
        'STATE["scale"] = torch.ones(n)\n    STATE["codes"] = torch.zeros(n, dtype=torch.uint8)',
        'STATE["codes"]',
        HIT,
    ),
}


@pytest.mark.parametrize("written", ["STATE = {}", "STATE: dict[str, torch.Tensor] = dict()"])
@pytest.mark.parametrize(("put", "read", "mark"), TABLES.values(), ids=list(TABLES))
def test_tables_that_functions_fill(
    put: str, read: str, mark: str, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + f"{written}\n\n\ndef begin(n):\n    {put}\n\n\n"
    text += f"def put(x):\n    quantize[(1,)](x, {read}, 64){mark}\n"
    text += '\n\ndef get():\n    return STATE["codes"].view(torch.float8_e4m3fn).float()\n'
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


# What is reduced by which function, from what on.
REDUCED = {
    "over a list": ("functools.reduce(push, xs, page)", HIT),
    "viewed first": (f"functools.reduce(push, xs, page{VIEW})", ""),
    "over written items": ("functools.reduce(push, [x, x], page)", HIT),
    "from the first item on": ("functools.reduce(push, [page, x, x])", HIT),
    "from a view on": (f"functools.reduce(push, [page{VIEW}, x, x])", ""),
}


@pytest.mark.parametrize(("reduced", "mark"), REDUCED.values(), ids=list(REDUCED))
def test_reduce(
    reduced: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "import functools\n\n" + KERNELS
    text += "def push(page, x):\n    quantize[(1,)](x, page, 64)\n    return page\n\n\n"
    text += "def push_all(x, xs, n):\n    page = torch.empty(n, dtype=torch.uint8)\n"
    text += f"    return {reduced}.view(torch.float8_e4m3fn){mark}\n"
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})
