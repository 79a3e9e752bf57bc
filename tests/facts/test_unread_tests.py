"""Memory that holds bytes only where one test of a type comes out so, passed under another test of
types that cannot be read: the one may rule out the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

MODULE = """\
from elsewhere import KINDS, is_block_scaled


def run(scales, out, kind, dtype):
    {test}
    dequantize[(1,)](scales, out, 64)


class Layer:
    def __init__(self, scales, kind, dtype):
        self.kind, self.dtype = kind, dtype
        if self.kind in ("mxfp8", "mxfp4"):
            self.scales = scales.to(torch.float8_e4m3fn).view(torch.uint8)
        else:
            self.scales = scales

    def forward(self, out):
        return run(self.scales, out, self.kind, self.dtype){mark}
"""
HIT = "  # expect: TL002"
CASES = {
    "no test": ("pass", HIT),
    "a function that is not here": ("if is_block_scaled(kind): return out", ""),
    "a table that is not here": ("assert kind not in KINDS", ""),
    "of something else": ("if is_block_scaled(out.shape): return out", HIT),
    "a table that is written out": ("assert kind in ('mxfp8', 'mxfp4')", HIT),
    "another one": ("assert kind not in ('mxfp8', 'mxfp4')", ""),
}


@pytest.mark.parametrize(("test", "mark"), CASES.values(), ids=list(CASES))
def test_unread_tests(
    test: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + MODULE.format(test=test, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found() == expected({"user.py": text})
