"""Generators that give one region after the other: each is what it is, whether they are unpacked,
kept by name, or gone through."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

MODULE = """\
import contextlib


@contextlib.contextmanager
def opened(page):
    assert page.dtype == torch.uint8 and page[:, :64].view(torch.float8_e4m3fn).isfinite().all()
    yield page[:, 64:]


def regions(page):
    if page.dtype != torch.uint8:
        raise TypeError(page.dtype)
    yield {first}
    end = 64
    yield {second}


def read(page, out):
    {use}
    dequantize[(1,)]({passed}, out, 64)
"""
CODES, REST = "page[:, :64].view(torch.float8_e4m3fn)", "page[:, end:]"
NAMED = f'"codes", {CODES}', f'"rest", {REST}'
KEPT = "parts = dict(regions(page))"
CASES = {
    "unpacked, viewed": (CODES, REST, "codes, rest = regions(page)", "codes", False),
    "unpacked, not viewed": (CODES, REST, "codes, rest = regions(page)", "rest", True),
    "by name, viewed": (*NAMED, KEPT, 'parts["codes"]', False),
    "by name, not viewed": (*NAMED, KEPT, 'parts["rest"]', True),
    "of a context": (CODES, REST, "with opened(page) as rest: pass", "rest", True),
    "in a list": (CODES, REST, "parts = list(regions(page))", "parts[1]", True),
}


@pytest.mark.parametrize(
    ("first", "second", "use", "passed", "hazard"), CASES.values(), ids=list(CASES)
)
def test_generated(
    first: str,
    second: str,
    use: str,
    passed: str,
    hazard: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = MODULE.format(first=first, second=second, use=use, passed=passed)
    write(tmp_path, {"user.py": KERNELS + text})
    assert {code for _, _, code in found()} == ({"TL002"} if hazard else set())
