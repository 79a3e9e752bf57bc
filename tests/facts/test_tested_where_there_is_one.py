"""`x is not None and x.dtype == torch.uint8` comes out false for what is no bytes, if it is there:
nothing is missing then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

WRITER = """\
def views(page, n):
    if page.dtype != torch.uint8:
        raise TypeError(page.dtype)
    flat = page.view(page.size(0), -1)
    codes = flat[:, :n].view(torch.float8_e4m3fn)
    scales = flat[:, n:].view(torch.float32)
    return codes, scales


class Writer:
    def write(self, x, page=None, scales=None):
        if {test}:
            {viewed}
        quantize[(1,)](x, page, 64){mark}
"""
HIT = "  # expect: TL001"
THERE = "page is not None and page.dtype == torch.uint8"
PAIR = "page, scales = views(page, 64)"
CASES = {
    "a pair": (THERE, PAIR, ""),
    "one": (THERE, "page = page.view(torch.float8_e4m3fn)", ""),
    "the other way round": ("page is None or page.dtype != torch.uint8", "return", HIT),
    "of one that is there": ("page.dtype == torch.uint8", PAIR, ""),
    "not viewed": (THERE, "scales = None", HIT),
    "of something else": ("scales is not None and page.dtype == torch.uint8", PAIR, HIT),
}


@pytest.mark.parametrize(("test", "viewed", "mark"), CASES.values(), ids=list(CASES))
def test_where_there_is_one(
    test: str, viewed: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + WRITER.format(test=test, viewed=viewed, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})
