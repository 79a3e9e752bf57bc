"""Tests of a dtype that do the same with bytes as with wide floats."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"

TESTED = """\


def launch(x, page):
    largest = torch.finfo(page.dtype).max if page.dtype not in ({types}) else None
    quantize[(1,)](x, page, 64){mark}
"""


@pytest.mark.parametrize(
    ("types", "hit"),
    [
        ("torch.uint8,", True),
        ("torch.bfloat16, torch.uint8", False),
        ("torch.uint8, torch.int8", True),
        ("torch.bfloat16, torch.float8_e4m3fn, torch.uint8", True),
    ],
)
def test_a_test_that_takes_bytes_for_wide_floats_does_not_say_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, types: str, hit: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"m.py": KERNELS + TESTED.format(types=types, mark=HIT if hit else "")}
    write(tmp_path, files)
    assert found(".") == expected(files)
