"""Types that a decorator demands of parameters by their names: it raises for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

MODULE = """\
import functools


def storage(**expected):
    def wrap(function):
        @functools.wraps(function)
        def inner(**given):
            for name, dtype in expected.items():
                {check}
            return function(**given)

        return inner

    return wrap


{decorator}
def restore(k_cache):
    return k_cache.view(torch.float8_e4m3fn).float()


{decorator}
def read(k_cache, out, live):
    pages = k_cache[:live]{view}
    dequantize[(1,)](pages, out, 64)
"""
BYTES = "@storage(k_cache=torch.uint8)"
RAISES = "if given[name].dtype != dtype: raise TypeError(name)"
CASES = {
    "raises": (BYTES, RAISES, "", True),
    "asserts": (BYTES, "assert given[name].dtype is dtype", "", True),
    "viewed": (BYTES, RAISES, ".view(torch.float8_e4m3fn)", False),
    "of another type": ("@storage(k_cache=torch.float16, slots=torch.uint8)", RAISES, "", False),
    "converts": (BYTES, "given[name] = given[name].to(dtype)", "", False),
    "of no parameter": ("@storage(pages=torch.uint8)", RAISES, "", False),
}


@pytest.mark.parametrize(
    ("decorator", "check", "view", "hazard"), CASES.values(), ids=list(CASES)
)
def test_demanded_by_decorators(
    decorator: str,
    check: str,
    view: str,
    hazard: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + MODULE.format(decorator=decorator, check=check, view=view)
    write(tmp_path, {"user.py": text})
    assert {code for _, _, code in found()} == ({"TL002"} if hazard else set())
