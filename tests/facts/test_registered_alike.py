"""Functions that a decorator registers under names: what one of them views, the others are handed
too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
REGISTRY = """\
WAYS = {}


def register(name):
    def wrap(function):
        WAYS[name] = function
        return function

    return wrap


def noted(name):
    return lambda function: function
"""
USER = """\
from pkg.registry import noted, register

E4M3 = torch.float8_e4m3fn


@{first}
def rows(x, dst, scale):
    quantize[(1,)](x, dst{view}, 64){mark}


@{second}
def blocks(x, dst, scale):
    {viewing}
    quantize[(2,)](x, codes, 64)
"""
E4M3 = "codes = dst.view(E4M3)"
CASES = {
    "by a name of the module": ('register("row")', 'register("block")', "", E4M3, HIT),
    "by torch's": (
        'register("row")',
        'register("block")',
        "",
        "codes = dst.view(torch.float8_e5m2)",
        HIT,
    ),
    "correct: viewed too": ('register("row")', 'register("block")', ".view(E4M3)", E4M3, ""),
    "correct: registered as integers": ('register("int8")', 'register("block")', "", E4M3, ""),
    "correct: nothing is asked for": (
        'register("none")',
        'register("block")',
        "",
        E4M3,
        "  # not looked at",
    ),
    "correct: by two decorators": (
        'register("row")',
        'noted("block")',
        "",
        E4M3,
        "  # not looked at",
    ),
    "correct: something else is viewed": (
        'register("row")',
        'register("block")',
        "",
        "codes = scale.view(E4M3)",
        "",
    ),
    "correct: as floats of more bytes": (
        'register("row")',
        'register("block")',
        "",
        "codes = dst.view(torch.bfloat16)",
        "",
    ),
}


@pytest.mark.parametrize(
    ("first", "second", "view", "viewing", "mark"), CASES.values(), ids=list(CASES)
)
def test_registered_alike(
    first: str,
    second: str,
    view: str,
    viewing: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    body = USER.format(first=first, second=second, view=view, viewing=viewing, mark=mark)
    files = {
        "pkg/__init__.py": "",
        "pkg/registry.py": REGISTRY,
        "pkg/ways.py": KERNELS + body,
    }
    write(tmp_path, files)
    assert found() == expected(files)
