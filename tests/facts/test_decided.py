"""Tests that exclude each other: of one number or text, of a type that a caller chooses, and of what an
object is made with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

RAW, REAL = "torch.empty(n, dtype=torch.uint8)", "torch.empty(n, dtype=torch.float32)"
HIT = "  # expect: TL001"
LAUNCH = "quantize[(1,)](x, t, 64)"

ONE = f"""
def run(x, n, what):
    t = {RAW} if %s else {REAL}
    if %s:
        {LAUNCH}%s
"""
# How bytes are chosen, where the launch is, and what is expected.
ASKED = {
    "two numbers": ("what == 8", "what == 16", ""),
    "the same number": ("what == 8", "what == 8", HIT),
    "another one is not it": ("what == 8", "what != 16", HIT),
    "not that one": ("what == 8", "what != 8", ""),
    "above the limit": ("what <= 8", "what > 8", ""),
    "above another limit": ("what < 9", "what >= 16", ""),
    "between": ("what < 9", "what > 4", HIT),
    "beyond a number": ("what == 8", "what > 16", ""),
    "below a number": ("what == 8", "what < 16", HIT),
    "one of two texts": ("what in ('int8', 'codes')", "what == 'fp32'", ""),
    "one of them": ("what in ('int8', 'codes')", "what == 'codes'", HIT),
}
PASSED = f"""
def run(x, t, n):
    %s


def main(x, n, raw):
    run(x, {RAW} if raw else {REAL}, n)
"""
# What the function that launches asks of a tensor that its caller chooses.
CHOSEN = {
    "floats are asserted": f"assert t.is_floating_point()\n    {LAUNCH}",
    "bytes are asserted": f"assert not t.is_floating_point()\n    {LAUNCH}{HIT}",
    "others are cast": f"if not t.is_floating_point():\n        t = t.float()\n    {LAUNCH}",
    "floats are cast": f"if t.is_floating_point():\n        t = t.half()\n    {LAUNCH}{HIT}",
    "asked of its dtype": f"if not t.dtype.is_floating_point:\n        return\n    {LAUNCH}",
    "as wide": f"if t.dtype.itemsize < 2:\n        return\n    {LAUNCH}",
    "as narrow": f"if t.dtype.itemsize >= 2:\n        return\n    {LAUNCH}{HIT}",
}
MADE = f"""
class Pages:
    def __init__(self, n, raw=False):
        %s

def run(x, n):
    other = Pages(n, %s)
    t = Pages(n%s).data
    {LAUNCH}%s
"""
EXPRESSION = f"self.data = {RAW} if raw else {REAL}\n"
STATEMENT = f"""if not raw:
            self.data = {REAL}
        else:
            self.data = {RAW}
"""
OBJECTS = {
    "made with floats": MADE % (EXPRESSION, True, ", False", ""),
    "made with bytes": MADE % (EXPRESSION, False, ", True", HIT),
    "made as it is by default": MADE % (EXPRESSION, True, "", ""),
    "made by name": MADE % (EXPRESSION, True, ", raw=False", ""),
    "made by a statement": MADE % (STATEMENT, True, ", raw=False", ""),
    "made with bytes by a statement": MADE % (STATEMENT, False, ", raw=True", HIT),
}
CASES = {
    **{name: ONE % each for name, each in ASKED.items()},
    **{name: PASSED % each for name, each in CHOSEN.items()},
    **OBJECTS,
}


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_decided(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + text})
    hits = found(select=("TL001", "TL002"))
    wanted = expected({"user.py": KERNELS + text})
    # What a caller chooses may be reported where it does.
    assert {code for _, _, code in hits} == {code for _, _, code in wanted}
