"""A cache that is asserted to be bytes, which other functions of the file view under its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

READ = "  # expect: TL002"
MODULE = """
def insert(x, {name}):
    assert {name}.dtype == torch.uint8
    quantize[(1,)](x, {name}.view({first}), 64)


def refill(x, {name}):
    print({name}{second})


def gather({given}, out):
    {asserted}
    dequantize[(1,)]({given}{view}, out, 64){mark}
"""
CODES, ASSERTED = "torch.float8_e4m3fn", "assert {}.dtype == torch.uint8"
CASES = {
    "bytes": ("kv_cache", CODES, "", ASSERTED, "", READ),
    "bytes, viewed twice": ("kv_cache", CODES, f".view({CODES})", ASSERTED, "", READ),
    "viewed": ("kv_cache", CODES, "", ASSERTED, f".view({CODES})", ""),
    "not of a cache": ("counts", CODES, "", ASSERTED, "", ""),
    "another name": ("page", CODES, "", ASSERTED, "", ""),
    "viewed as several types": ("kv_cache", CODES, ".view(torch.bfloat16)", ASSERTED, "", ""),
    "viewed as integers": ("kv_cache", "torch.int8", "", ASSERTED, "", ""),
    "of unknown type": ("kv_cache", CODES, "", "pass", "", "  # not looked at"),
}


@pytest.mark.parametrize(
    ("name", "first", "second", "asserted", "view", "mark"), CASES.values(), ids=list(CASES)
)
def test_viewed_by_their_names(
    name: str,
    first: str,
    second: str,
    asserted: str,
    view: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    given = "kv_cache" if name == "page" else name
    values = {"name": name, "first": first, "second": second, "view": view, "mark": mark}
    text = KERNELS + MODULE.format(**values, given=given, asserted=asserted.format(given))
    write(tmp_path, {"user.py": text})
    assert found(select=("TL002",)) == expected({"user.py": text})
