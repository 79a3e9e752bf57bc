"""A cache whose setting names several flavours of 8-bit floats: what writes and what reads take the
same one. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

CACHE = """
VIEWS = {{
    "auto": None,
    "fp8": torch.float8_e4m3fn,
    "fp8_e4m3": torch.float8_e4m3fn,
    "fp8_e5m2": torch.float8_e5m2,
}}


def fp8_type(kind):
    if kind == "fp8_e5m2":
        return torch.float8_e5m2
    return torch.float8_e4m3fn


class Cache:
    def __init__(self, rows, kind):
        {asked}
        self.kind = kind
        self.rows = torch.zeros(rows, 64, dtype=torch.uint8 if kind.startswith("fp8") else torch.bfloat16)

    def write(self, x):
        rows = self.rows
        if self.kind.startswith("fp8"):
            rows = {written}
        quantize[(x.shape[0],)](x, rows, BLOCK=64)

    def read(self, out):
        rows = self.rows
        if self.kind.startswith("fp8"):
            rows = {read}
        dequantize[(out.shape[0],)](rows, out, BLOCK=64)
"""
E4M3 = "rows.view(torch.float8_e4m3fn)"
E5M2 = "rows.view(torch.float8_e5m2)"
TABLE = "rows.view(VIEWS[self.kind])"
CHOSEN = 'rows.view(torch.float8_e5m2 if self.kind == "fp8_e5m2" else torch.float8_e4m3fn)'
APART = f'{E5M2} if self.kind == "fp8_e5m2" else {E4M3}'
PART = 'rows.view(torch.float8_e5m2 if "e5m2" in self.kind else torch.float8_e4m3fn)'
HIT = "  # expect: TL003"
# What is asked of the setting, how rows are written, and how they are read.
CASES = {
    "e4m3 and a table": ("pass", E4M3 + HIT, TABLE),
    "e4m3 and a choice": ("pass", E4M3 + HIT, CHOSEN),
    "e4m3 and two views": ("pass", E4M3 + HIT, APART),
    "a table and e4m3": ("pass", TABLE, E4M3 + HIT),
    "correct: tables": ("pass", TABLE, TABLE),
    "correct: a table and a choice": ("pass", TABLE, CHOSEN),
    "correct: two views and a choice": ("pass", APART, CHOSEN),
    "correct: e4m3": ("pass", E4M3, E4M3),
    "correct: a part of a name and a choice": ("pass", PART, CHOSEN),
    "correct: a table and a part of a name": ("pass", TABLE, PART),
    "correct: a function and a table": ("pass", "rows.view(fp8_type(self.kind))", TABLE),
    "e4m3 and a function": ("pass", E4M3 + HIT, "rows.view(fp8_type(self.kind))"),
    "correct: a function and a function": (
        "pass",
        "rows.view(fp8_type(self.kind))",
        "rows.view(fp8_type(self.kind))",
    ),
    "correct: e5m2 is refused": ('assert kind != "fp8_e5m2"', E4M3, TABLE),
    "correct: e5m2 raises": ('if kind == "fp8_e5m2":\n            raise ValueError(kind)', E4M3, CHOSEN),
}


@pytest.mark.parametrize(("asked", "written", "read"), CASES.values(), ids=list(CASES))
def test_what_writes_and_what_reads(
    asked: str, written: str, read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + CACHE.format(asked=asked, written=written, read=read)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL003",)) == expected({"user.py": text})


# Memory that is int8 where the setting is called so, and a test that asks for both.
QUANTIZED = """
def is_quantized(kind):
    return kind.startswith("fp8") or kind.startswith("int8")


class Codes:
    def __init__(self, rows, kind):
        self.kind = kind
        dtype = {{"auto": torch.bfloat16, "fp8": torch.uint8, "int8": torch.{integers}}}[kind]
        self.rows = torch.zeros(rows, 64, dtype=dtype)

    def write(self, x):
        rows = self.rows
        {asked}
            rows = rows.view(torch.float8_e4m3fn){mark}
        quantize[(x.shape[0],)](x, rows, BLOCK=64)
"""
INT8 = {
    "a function": ("int8", "if is_quantized(self.kind):", HIT),
    "written out": ("int8", 'if self.kind.startswith("fp8") or self.kind.startswith("int8"):', HIT),
    "names": ("int8", 'if self.kind == "fp8" or self.kind == "int8":', HIT),
    "correct: codes alone": ("int8", 'if self.kind.startswith("fp8"):', ""),
    "correct: one name": ("int8", 'if self.kind == "fp8":', ""),
    "correct: all but int8": ("int8", 'if is_quantized(self.kind) and self.kind != "int8":', ""),
    "correct: bytes of codes": ("uint8", "if is_quantized(self.kind):", ""),
}


@pytest.mark.parametrize(("integers", "asked", "mark"), INT8.values(), ids=list(INT8))
def test_integers_of_a_name(
    integers: str, asked: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + QUANTIZED.format(integers=integers, asked=asked, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL003",)) == expected({"user.py": text})
