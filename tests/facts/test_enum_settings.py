"""Members of an enum that name fp8 types: what is left where one of them is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

TWO = 'BF16 = "bf16"\n    E4M3 = "fp8_e4m3"'
THREE = f'{TWO}\n    E5M2 = "fp8_e5m2"'
FOUR = f"{THREE}\n    FP16 = 1"
LABELS = "WIDE = enum.auto()\n    FP8_E4M3 = enum.auto()\n    FP8_E5M2 = enum.auto()"
# An enum in which nothing is quantized says nothing of codes.
OTHERS = 'ROWS = "rows"\n    COLUMNS = "columns"'
USER = """
import enum

class Kind(enum.Enum):
    {members}

class Writer:
    def __init__(self, kind: Kind, n):
        self.kind = kind
        {made}

    def write(self, x):
        out = self.page
        {body}
        quantize[(1,)](x, out, 64){mark}
"""
BYTES = "self.page = torch.zeros(n, dtype=torch.uint8)"
UNLESS_WIDE = "self.page = torch.zeros(n, dtype=torch.bfloat16 if kind is Kind.BF16 else torch.uint8)"
AMONG = (
    "self.page = torch.zeros(n, dtype=torch.uint8 if kind in (Kind.E4M3, Kind.E5M2) else torch.half)"
)
VIEW = "out = out.view(torch.float8_{})"
FIRST = f"if self.kind is Kind.E4M3:\n            {VIEW.format('e4m3fn')}"
SECOND = f"\n        elif self.kind is Kind.E5M2:\n            {VIEW.format('e5m2')}"
MATCH = (
    f"match self.kind:\n            case Kind.E4M3:\n                {VIEW.format('e4m3fn')}"
    f"\n            case Kind.E5M2:\n                {VIEW.format('e5m2')}"
)
CASES = {
    "one of two kinds of codes": (THREE, UNLESS_WIDE, FIRST, "$"),
    "one of two, which are listed": (THREE, AMONG, FIRST, "$"),
    "both kinds of codes": (THREE, UNLESS_WIDE, FIRST + SECOND, ""),
    "both, which are listed": (THREE, AMONG, FIRST + SECOND, ""),
    "both in a match": (THREE, AMONG, MATCH, ""),
    "one in a match": (THREE, AMONG, MATCH.partition("\n            case Kind.E5M2")[0], "$"),
    "the only codes": (TWO, UNLESS_WIDE, FIRST, ""),
    "whatever is not wide": (THREE, UNLESS_WIDE, FIRST.replace("is Kind.E4M3", "is not Kind.BF16"), ""),
    "the other kind is refused": (
        THREE,
        f"if kind == Kind.E5M2:\n            raise ValueError\n        {UNLESS_WIDE}",
        FIRST,
        "",
    ),
    "one is left by an assertion": (
        THREE,
        UNLESS_WIDE,
        f"assert self.kind in (Kind.BF16, Kind.E4M3)\n        {FIRST}",
        "",
    ),
    "codes are left by an assertion": (
        THREE,
        UNLESS_WIDE,
        f"assert self.kind in (Kind.BF16, Kind.E4M3, Kind.E5M2)\n        {FIRST}",
        "$",
    ),
    "another name of the only codes": (f"{TWO}\n    CODES = E4M3", UNLESS_WIDE, FIRST, ""),
    "asked by another name": (
        f"{TWO}\n    CODES = E4M3",
        UNLESS_WIDE,
        FIRST.replace("E4M3:", "CODES:"),
        "",
    ),
    "a bit": (
        "CODES = 1\n    ROWS = 2",
        "self.page = torch.zeros(n, dtype=torch.uint8 if kind & Kind.CODES else torch.half)",
        f"if self.kind & Kind.CODES:\n            {VIEW.format('e4m3fn')}",
        "",
    ),
    "two wide kinds": (FOUR, AMONG, FIRST, "$"),
    "by its label": (LABELS, UNLESS_WIDE.replace("BF16", "WIDE"), FIRST.replace("Kind.E", "Kind.FP8_E"), "$"),
    "of something else": (OTHERS, BYTES, FIRST.replace("E4M3", "ROWS"), ""),
}


@pytest.mark.parametrize(("members", "made", "body", "mark"), CASES.values(), ids=list(CASES))
def test_what_is_left(
    members: str, made: str, body: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mark = mark.replace("$", "  # expect: TL001")
    text = KERNELS + USER.format(members=members, made=made, body=body, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})
