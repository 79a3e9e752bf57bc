"""Bytes that a decorator makes and hands to the function that it stands at; functions of classes
by other names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

VIEW = ".view(torch.float8_e4m3fn)"
HIT = "  # expect: TL001"
DECORATOR = """\
import functools


def with_codes({outer}):
    {head}def wrapper(x, *args, **kwargs):
        codes = torch.empty(64, dtype=torch.{dtype})
        return function(x, codes{view}, *args, **kwargs){mark}

    return wrapper


@{used}
def store(x, codes, n):
    quantize[(1,)](x, codes, 64)
    return codes.view(torch.float8_e4m3fn)
"""
NESTED = """\
import functools


def with_codes(n):
    def around(function):
        @functools.wraps(function)
        def wrapper(x):
            codes = torch.empty(n, dtype=torch.uint8)
            return function(x, codes{view})

        return wrapper

    return around


@with_codes(64)
def store(x, codes):
    quantize[(1,)](x, codes, 64){mark}
    return codes.view(torch.float8_e4m3fn)
"""


def _decorated(view: str = "", dtype: str = "uint8", mark: str = "") -> str:
    head = "@functools.wraps(function)\n    "
    return DECORATOR.format(
        outer="function", head=head, used="with_codes", view=view, dtype=dtype, mark=mark
    )


CASES = {
    "bytes": _decorated(),
    "a view": _decorated(VIEW),
    "codes": _decorated(dtype="float8_e4m3fn"),
    "of a call": NESTED.format(view="", mark=HIT),
    "of a call, a view": NESTED.format(view=VIEW, mark=""),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_decorators_that_make_bytes(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + case
    if case is CASES["bytes"]:  # what is handed on by name may go to any function
        text = text.replace("(x, codes, 64)", "(x, codes, 64)" + HIT)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


CLASS = """\
import functools
import operator


class Ops:
    @staticmethod
    def store(codes, x, *, n):
        quantize[(1,)](x, codes, 64)


{name}


def begin(x, n):
    page = torch.empty(64, dtype=torch.uint8)
    {call}{mark}
    return page.view(torch.float8_e4m3fn)
"""
NAMES = {
    "another name": ("write = Ops.store", "write(page{}, x, n=64)"),
    "a part": ("write = functools.partial(Ops.store, n=64)", "write(page{}, x)"),
    "a part by position": ("write = functools.partial(Ops.store)", "write(page{}, x, n=n)"),
    "an item": ("", "Ops.store(operator.getitem([page{}, x], 0), x, n=n)"),
}


@pytest.mark.parametrize("view", ["", VIEW], ids=["as it is", "viewed"])
@pytest.mark.parametrize(("name", "call"), NAMES.values(), ids=list(NAMES))
def test_methods_by_other_names(
    name: str, call: str, view: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mark = "" if view else HIT
    text = KERNELS + CLASS.format(name=name, call=call.format(view), mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


LIMITS = {
    "of e4m3": ("-448.0, 448.0", "int8", HIT),
    "of e5m2": ("-57344.0, 57344.0", "int8", HIT),
    "of signed bytes": ("-127.0, 127.0", "int8", ""),
    "of nothing": ("-500.0, 500.0", "int8", ""),
}


@pytest.mark.parametrize(("limits", "dtype", "mark"), LIMITS.values(), ids=list(LIMITS))
def test_limits_of_codes(
    limits: str, dtype: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a kernel keeps within the limits of 8-bit floats is no signed byte."""
    monkeypatch.chdir(tmp_path)
    kernel = f"""\
@triton.jit
def encode(x_ptr, out_ptr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.clamp(tl.load(x_ptr + offsets).to(tl.float32), {limits})
    tl.store(out_ptr + offsets, x.to(out_ptr.dtype.element_ty))


def begin(x, n):
    page = torch.empty(64, dtype=torch.{dtype})
    encode[(1,)](x, page, 64){mark}
    return page
"""
    text = KERNELS + kernel
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})
