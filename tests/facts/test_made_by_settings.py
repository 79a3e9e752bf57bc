"""Objects that an initializer makes of a setting which it keeps too: what they hold goes together
with what is asked of the setting later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL001"
MODULE = """
class Pool:
    def __init__(self, n, kind: str):
        self.n = n * 2
        dtype = torch.uint8 if kind == "fp8" else torch.float16
        self.page = torch.zeros(self.n, dtype=dtype)


class Manager:
    def __init__(self, n, kind):
        self.kind = kind
        self.pool = Pool(n, {given})

    def write(self, x):
        if {test}:
            {code}
"""
LAUNCH = "quantize[(1,)](x, self.pool.page, 64)"
VIEWED = "quantize[(1,)](x, self.pool.page.view(torch.float8_e4m3fn), 64)"
CASES = {
    "of the parameter": ("kind", 'self.kind == "fp8"', LAUNCH + HIT),
    "of the attribute": ("self.kind", 'self.kind == "fp8"', LAUNCH + HIT),
    "nothing is asked": ("self.kind", "x.numel() > 0", LAUNCH + HIT),
    "correct: another setting": ("kind", 'self.kind == "wide"', LAUNCH),
    "correct: not this one": ("self.kind", 'self.kind != "fp8"', LAUNCH),
    "correct: viewed": ("kind", 'self.kind == "fp8"', VIEWED),
    "correct: made of another one": ('"wide"', 'self.kind == "fp8"', LAUNCH),
}


@pytest.mark.parametrize(("given", "test", "code"), CASES.values(), ids=list(CASES))
def test_made_by_settings(
    given: str, test: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + MODULE.format(given=given, test=test, code=code)}
    write(tmp_path, files)
    assert found() == expected(files)
