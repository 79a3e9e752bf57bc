"""Members of enums that hold dtypes: one by one, any of them, and what tests leave of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

PAIRS = """
import enum


class Kept(enum.Enum):
    WIDE = (torch.bfloat16, torch.bfloat16)
    HALF = (torch.float16, torch.float16)
    CODES = (torch.uint8, torch.float8_e4m3fn)

    @property
    def stored(self):
        return self.value[0]

    @property
    def meant(self):
        return self.value[1]

    def made(self, n):
        return torch.zeros(n, dtype=self.value[0])

    @classmethod
    def named(cls, name):
        return cls[name.upper()]


"""
PLAIN = PAIRS.replace("(torch.bfloat16, torch.bfloat16)", "torch.bfloat16")
PLAIN = PLAIN.replace("(torch.float16, torch.float16)", "torch.float16")
PLAIN = PLAIN.replace("(torch.uint8, torch.float8_e4m3fn)", "torch.uint8").replace("[0]", "")
MADE = "page = torch.zeros(n, dtype=kept.stored)\n"
BODIES = {
    "a member": "page = torch.zeros(n, dtype=Kept.CODES.stored)\nquantize[(1,)](x, page, 64)$",
    "a wide member": "page = torch.zeros(n, dtype=Kept.WIDE.stored)\nquantize[(1,)](x, page, 64)",
    "a method of a member": "page = Kept.CODES.made(n)\nquantize[(1,)](x, page, 64)$",
    "a member by its name": "page = Kept['CODES'].made(n)\nquantize[(1,)](x, page, 64)$",
    "a wide one by its name": "page = Kept['HALF'].made(n)\nquantize[(1,)](x, page, 64)",
    "any member": f"{MADE}quantize[(1,)](x, page, 64)$",
    "any member by its name": f"kept = Kept[name]\n{MADE}quantize[(1,)](x, page, 64)$",
    "by a method of the class": f"kept = Kept.named(name)\n{MADE}quantize[(1,)](x, page, 64)$",
    "a test for one": f"if kept is Kept.WIDE:\n    {MADE}    quantize[(1,)](x, page, 64)",
    "a test for codes": f"if kept == Kept.CODES:\n    {MADE}    quantize[(1,)](x, page, 64)$",
    "a test that leaves codes": f"if kept != Kept.WIDE:\n    {MADE}    quantize[(1,)](x, page, 64)$",
    "none but codes are left out": f"if kept == Kept.CODES:\n    return\n{MADE}quantize[(1,)](x, page, 64)",
    "one of some": f"if kept in (Kept.WIDE, Kept.HALF):\n    {MADE}    quantize[(1,)](x, page, 64)",
    "one of some with codes": (
        f"if kept in (Kept.WIDE, Kept.CODES):\n    {MADE}    quantize[(1,)](x, page, 64)$"
    ),
    "none of some": f"if kept not in (Kept.CODES,):\n    {MADE}    quantize[(1,)](x, page, 64)",
    "its name is asked": f"if kept.name == 'WIDE':\n    {MADE}    quantize[(1,)](x, page, 64)",
    "the name of codes": f"if kept.name == 'CODES':\n    {MADE}    quantize[(1,)](x, page, 64)$",
    "codes are refused": (
        f"if kept is Kept.CODES:\n    raise ValueError\n{MADE}quantize[(1,)](x, page, 64)"
    ),
    "matched": f"match kept:\n    case Kept.HALF:\n        {MADE}        quantize[(1,)](x, page, 64)",
}
PAIRED = {
    "viewed as is meant": f"{MADE}quantize[(1,)](x, page.view(kept.meant), 64)",
}
# The same where an object is given the member, and keeps the memory.
REFUSING = """
class Cache:
    def __init__(self, kept: Kept, n):
        if kept is Kept.%s:
            raise ValueError("not these")
        self.page = torch.zeros(n, dtype=kept.stored)

    def write(self, x):
        quantize[(1,)](x, self.page, 64)%s
"""
CASES = {f"pairs, {name}": (PAIRS, body) for name, body in (BODIES | PAIRED).items()}
CASES |= {f"plain, {name}": (PLAIN, body) for name, body in BODIES.items()}


@pytest.mark.parametrize(("enum", "body"), CASES.values(), ids=list(CASES))
def test_members(enum: str, body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [f"    {line}\n" for line in body.replace("$", "  # expect: TL001").splitlines()]
    text = f"{KERNELS}{enum}def f(x, n, name, kept: Kept):\n{''.join(lines)}"
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


@pytest.mark.parametrize(("refused", "mark"), [("CODES", ""), ("WIDE", "  # expect: TL001")])
def test_refused_members(
    refused: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + PAIRS + REFUSING % (refused, mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})
