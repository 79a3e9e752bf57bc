"""Decorators that view what they hand on, by whatever helper: the function under one is given views.
`{view}` is left out where a finding is expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

CODES = "torch.float8_e4m3fn"
# Functions by which a page is viewed, and how they are called.
HELPERS = {
    "in_place": ("", "@x{view}"),
    "function": ("def codes(x, dtype=FP8):\n    return x{view}\n", "codes(@x)"),
    "of_another": (
        "def inner_codes(x, dtype):\n    return x{view}\n"
        "def codes(x):\n    y = inner_codes(x, FP8)\n    return y\n",
        "codes(@x)",
    ),
    "same_or_viewed": (
        "def codes(x, dtype):\n    if x.dtype == dtype:\n        return x\n    return x{view}\n",
        "codes(@x, FP8)",
    ),
    "bytes_viewed": (
        "def codes(x, dtype):\n    if x.dtype == torch.uint8:\n        x = x{view}\n    return x\n",
        "codes(@x, FP8)",
    ),
    "checked": (
        "def codes(x, dtype):\n    if x.dtype != torch.uint8:\n        raise TypeError(x.dtype)\n"
        "    return x{view}\n",
        "codes(@x, FP8)",
    ),
    "checked_by_size": (
        "def codes(x, dtype):\n    if x.element_size() != dtype.itemsize:\n"
        "        raise TypeError(x.dtype)\n    return x{view}\n",
        "codes(@x, FP8)",
    ),
    "or_none": ("def codes(x, dtype=FP8):\n    return x{view} if x is not None else None\n", "codes(@x)"),
    "or_none_first": ("def codes(x, dtype=FP8):\n    if x is None:\n        return None\n    return x{view}\n", "codes(@x)"),
    "of_tensors": (
        "def codes(x, dtype=FP8):\n    return x{view} if isinstance(x, torch.Tensor) else x\n",
        "codes(@x)",
    ),
    "of_no_lists": (
        "def codes(x, dtype=FP8):\n    if isinstance(x, (list, tuple)):\n        return x[0]\n"
        "    return x{view}\n",
        "codes(@x)",
    ),
    "lambda": ("dtype = FP8\ncodes = lambda x: x{view}\n", "codes(@x)"),
    "static": (
        "class Ops:\n    @staticmethod\n    def codes(x, dtype=FP8):\n        return x{view}\n",
        "Ops.codes(@x)",
    ),
    "partial": ("def as_type(dtype, x):\n    return x{view}\ncodes = functools.partial(as_type, FP8)\n", "codes(@x)"),
    "made": (
        "def maker(dtype):\n    def codes(x):\n        return x{view}\n    return codes\n"
        "codes = maker(FP8)\n",
        "codes(@x)",
    ),
}  # fmt: skip
DECORATORS = {
    "plain": "def viewed(f):\n    @functools.wraps(f)\n    def inner(x, page):\n"
    "        return f(x, <page>)\n    return inner\n\n\n@viewed\n",
    "bound": "def viewed(f):\n    def inner(x, page):\n        page = <page>\n"
    "        return f(x, page)\n    return inner\n\n\n@viewed\n",
    "of_arguments": "def viewed(f):\n    def inner(*args):\n        x, page = args\n"
    "        return f(x, <page>)\n    return inner\n\n\n@viewed\n",
    "with_arguments": "def viewed(level):\n    def decorator(f):\n        def inner(x, page):\n"
    "            return f(x, <page>)\n        return inner\n    return decorator\n\n\n@viewed(1)\n",
    "of_each": "def viewed(f):\n    def inner(*args):\n"
    "        return f(args[0], *(<each> for each in args[1:]))\n    return inner\n\n\n@viewed\n",
    "of_keywords": "def viewed(f):\n    def inner(*args, **kwargs):\n        page = kwargs.pop('page')\n"
    "        return f(*args, page=<page>, **kwargs)\n    return inner\n\n\n@viewed\n",
    "class": "class viewed:\n    def __init__(self, f):\n        self.f = f\n\n"
    "    def __call__(self, x, page):\n        return self.f(x, <page>)\n\n\n@viewed\n",
    "below_another": "def viewed(f):\n    def inner(x, page):\n        return f(x, <page>)\n"
    "    return inner\n\n\n@torch.no_grad()\n@viewed\n",
}


def _text(helper: str, decorator: str, view: str, expect: str) -> str:
    functions, value = HELPERS[helper]
    code = DECORATORS[decorator].replace("<page>", value.replace("@x", "page"))
    code = code.replace("<each>", value.replace("@x", "each"))
    call = "launch(x, page=page)" if decorator == "of_keywords" else "launch(x, page)"
    dtype = "FP8" if helper == "in_place" else "dtype"
    return (
        f"import functools\n{KERNELS}FP8 = {CODES}\n\n\n"
        + f"{functions}\n\n{code}".replace("{view}", view.replace("dtype", dtype))
        + "def launch(x, page):\n    quantize[(1,)](x, page, 64)\n\n\n"
        + f"def caller(x):\n    page = torch.zeros(64, dtype=torch.uint8)\n    {call}{expect}\n"
        + "    return page\n"
    )


@pytest.mark.parametrize(
    ("view", "expect"), [(".view(dtype)", ""), ("", "  # expect: TL001")], ids=["viewed", "left"]
)
def test_decorators(
    view: str, expect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        f"{helper}_{decorator}.py": _text(helper, decorator, view, expect)
        for helper in HELPERS
        for decorator in DECORATORS
        if decorator == "plain" or helper in ("in_place", "function", "checked")
    }
    write(tmp_path, files)
    assert found() == expected(files)


# In files of their own.
OPS = f"""\
import torch


def codes(x, dtype={CODES}):
    if x.dtype != torch.uint8:
        raise TypeError("bytes")
    return x.view(dtype)


class Ops:
    def codes(self, x):
        return x.view({CODES})
"""
IMPORTED = """\
import functools

import torch
from ops import Ops, codes

BYTES = torch.uint8


def viewed(f):
    @functools.wraps(f)
    def inner(x, page):
        return f(x, codes(page))

    return inner


def viewed_by_object(f):
    ops = Ops()

    @functools.wraps(f)
    def inner(x, page):
        return f(x, ops.codes(page))

    return inner


def viewed_in_method(f):
    @functools.wraps(f)
    def inner(self, x, page):
        return f(self, x, codes(page))

    return inner


def viewed_by_name(*names):
    def decorator(f):
        @functools.wraps(f)
        def inner(**kwargs):
            for each in names:
                kwargs[each] = codes(kwargs[each])
            return f(**kwargs)

        return inner

    return decorator


def first_viewed(f):
    @functools.wraps(f)
    def inner(x, page):
        return f(codes(x), page)

    return inner


def timed(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        return f(*args, **kwargs)

    return inner
"""
USERS = """\
import torch
from decorators import first_viewed, timed, viewed, viewed_by_name, viewed_by_object, viewed_in_method
from kernels import quantize


@viewed
def one(x, page):
    quantize[(1,)](x, page, 64)


@viewed_by_object
def two(x, page):
    quantize[(1,)](x, page, 64)


@viewed_by_name("page")
def three(x, page):
    quantize[(1,)](x, page, 64)


@timed
@viewed
def four(x, page):
    quantize[(1,)](x, page, 64)


@first_viewed
def left(x, page):
    quantize[(1,)](x, page, 64)


@timed
def only_timed(x, page):
    quantize[(1,)](x, page, 64)


class Pool:
    @viewed_in_method
    def put(self, x, page):
        quantize[(1,)](x, page, 64)

    @timed
    def put_as_it_is(self, x, page):
        quantize[(1,)](x, page, 64)


def caller(x, packed):
    page = torch.zeros(64, dtype=torch.uint8)
    one(x, page)
    two(x, page)
    three(x=x, page=page)
    four(x, page)
    left(packed, page)  # expect: TL001
    only_timed(x, page)  # expect: TL001
    Pool().put(x, page)
    Pool().put_as_it_is(x, page)  # expect: TL001
    return page
"""


def test_decorators_of_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"ops.py": OPS, "decorators.py": IMPORTED, "kernels.py": KERNELS, "users.py": USERS}
    write(tmp_path, files)
    assert found() == expected(files)
