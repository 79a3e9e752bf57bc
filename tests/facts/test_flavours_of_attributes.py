"""An attribute that a method views as one of two 8-bit types, as a setting of the object says: the
two views never meet, whoever's object it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, found, write

MODULE = """\
class Keys:
    def __init__(self, n, kind):
        self.kind = kind
        self.raw = torch.zeros(n, dtype=torch.uint8, device="cuda")

    def codes(self):
        {body}


def keep(keys: Keys, x):
    quantize[(1,)](x, keys.codes(), 64)


def read(keys: Keys, out):
    dequantize[(1,)](keys.codes(), out, 64)
"""
BOTH = "self.raw.view(torch.float8_e5m2)", "self.raw.view(torch.float8_e4m3fn)"
CASES = {
    "by a setting": ("if self.kind == 'e5m2': return {0}\n        return {1}", set()),
    "by an expression": ("return {0} if self.kind == 'e5m2' else {1}", set()),
    "one after the other": (
        "half = {0}.mean()\n        return {1}.mul_(half) if half is not None else {1}",
        {"TL003"},
    ),
}


@pytest.mark.parametrize(("body", "codes"), CASES.values(), ids=list(CASES))
def test_flavours_of_attributes(
    body: str, codes: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": KERNELS + MODULE.format(body=body.format(*BOTH))})
    assert {code for _, _, code in found()} == codes
