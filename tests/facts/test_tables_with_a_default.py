"""Tables of dtypes that are asked by a setting, with a default or None for what they do not have.
`# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

CACHE = """
STORED = {{{entries}}}


class Cache:
    def __init__(self, rows, kind, model_dtype):
        self.kind = kind
        dtype = {asked}
        self.rows = torch.zeros(rows, 64, dtype=dtype)

    def write(self, x):
        rows = self.rows
        {view}
        quantize[(x.shape[0],)](x, rows, BLOCK=64){mark}
"""
CODES = '"bf16": torch.bfloat16, "fp8": torch.uint8, "fp8_e4m3": torch.uint8'
OPEN = '"auto": None, "fp8": torch.uint8, "fp8_e4m3": torch.uint8'
ASKED = {
    "with a default": (CODES, "STORED.get(kind, model_dtype)"),
    "or the one of the model": (OPEN, "STORED.get(kind) or model_dtype"),
    "with None, or the one of the model": (OPEN, "STORED.get(kind, None) or model_dtype"),
    "a default, and or": (OPEN, "STORED.get(kind, model_dtype) or model_dtype"),
    "where it is None": (OPEN, "STORED[kind] if STORED[kind] is not None else model_dtype"),
}
VIEWS = {
    "not viewed": ("pass", "  # expect: TL001"),
    "for one name": ('if self.kind == "fp8":\n            VIEW', "  # expect: TL001"),
    "for both": ('if self.kind in ("fp8", "fp8_e4m3"):\n            VIEW', ""),
    "for all that begin so": ('if self.kind.startswith("fp8"):\n            VIEW', ""),
}


@pytest.mark.parametrize(("view", "mark"), VIEWS.values(), ids=list(VIEWS))
@pytest.mark.parametrize(("entries", "asked"), ASKED.values(), ids=list(ASKED))
def test_what_a_table_has(
    entries: str,
    asked: str,
    view: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    view = view.replace("VIEW", "rows = rows.view(torch.float8_e4m3fn)")
    text = KERNELS + CACHE.format(entries=entries, asked=asked, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})


# A setting that is called as dtypes are is still a name.
CALLED = """
from dataclasses import dataclass

STORED = {{"bf16": torch.bfloat16, "fp8": torch.uint8, "fp8_e4m3": torch.uint8}}


@dataclass(frozen=True)
class Options:
    rows: int
    kv_dtype: str = "fp8_e4m3"


class Cache:
    def __init__(self, options: Options):
        self.options = options
        self.rows = torch.zeros(options.rows, 64, dtype=STORED[options.kv_dtype])

    def write(self, x):
        rows = self.rows
        if self.options.kv_dtype {test}:
            rows = rows.view(torch.float8_e4m3fn)
        quantize[(x.shape[0],)](x, rows, BLOCK=64){mark}
"""


@pytest.mark.parametrize(
    ("test", "mark"),
    [
        ('== "fp8"', "  # expect: TL001"),
        ('in ("fp8", "fp8_e4m3")', ""),
        ('!= "bf16"', ""),
    ],
)
def test_a_setting_that_is_called_as_dtypes_are(
    test: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + CALLED.format(test=test, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001",)) == expected({"user.py": text})


# int8 is in the table too: what is viewed as codes for both is not.
BOTH = """
class Cache:
    def __init__(self, rows, kind):
        self.kind = kind
        dtype = {{"auto": torch.bfloat16, "fp8": torch.uint8, "int8": torch.int8}}[kind]
        self.rows = torch.zeros(rows, 64, dtype=dtype)

    def write(self, x):
        rows = self.rows
        if {test}:
            rows = rows.view(torch.float8_e4m3fn){mark}
        quantize[(x.shape[0],)](x, rows, BLOCK=64)
"""
TESTS = {
    'self.kind.startswith(("fp8", "int8"))': "  # expect: TL003",
    'self.kind in ("fp8", "int8")': "  # expect: TL003",
    'self.kind in {"int8", "fp8"}': "  # expect: TL003",
    'self.kind == "fp8" or self.kind == "int8"': "  # expect: TL003",
    'self.kind != "auto"': "  # expect: TL003",
    'self.kind.startswith(("fp8", "float8"))': "",
    'self.kind in ("fp8", "fp8_e4m3")': "",
    'self.kind not in ("auto", "int8")': "",
}


@pytest.mark.parametrize("test", TESTS)
def test_int8_beside_codes(test: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + BOTH.format(test=test, mark=TESTS[test])
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL003")) == expected({"user.py": text})
