"""What `@triton.heuristics` makes of a launch decides the arm of the kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

HIT = "  # expect: TL001"
TEXT = """
%s
@triton.jit
def append(x_ptr, page_ptr, ROW: tl.constexpr, IS_BYTES: tl.constexpr):
    columns = tl.arange(0, ROW)
    x = tl.load(x_ptr + columns).to(tl.float32)
    if IS_BYTES:
        tl.store(page_ptr + columns, x.to(tl.float8e4nv).to(tl.uint8, bitcast=True))
    else:
        tl.store(page_ptr + columns, x.to(page_ptr.dtype.element_ty))


def put(x):
    page = torch.zeros(1024, dtype=torch.uint8)
    append[(8,)](x, page, ROW=128)%s
    return page.view(torch.float8_e4m3fn)
"""
BY_NAME = """
def _is_bytes(arguments):
    return arguments["page_ptr"].dtype %s torch.uint8


TUNED = {"IS_BYTES": _is_bytes}


@triton.autotune([triton.Config({})], key=[])
@triton.heuristics(values=TUNED)"""


def by(test: str) -> str:
    return f'@triton.heuristics({{"IS_BYTES": lambda given: {test}}})'


CASES = {
    "correct: asks the type": TEXT % (by('given["page_ptr"].dtype == torch.uint8'), ""),
    "asks the other way": TEXT % (by('given["page_ptr"].dtype != torch.uint8'), HIT),
    "asks for another type": TEXT % (by('given["page_ptr"].dtype == torch.int8'), HIT),
    "correct: asks the size": TEXT % (by('given["page_ptr"].element_size() == 1'), ""),
    "correct: asks by what else is passed": TEXT % (by('given["ROW"] == 128'), ""),
    "asks by what else is passed": TEXT % (by('given["ROW"] > 128'), HIT),
    "correct: a function in a table": TEXT % (BY_NAME % "==", ""),
    "a function in a table": TEXT % (BY_NAME % "!=", HIT),
}  # fmt: skip


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_heuristics(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": IMPORTS + text}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)
