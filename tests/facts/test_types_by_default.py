"""Memory of a type that a parameter names, which is one of codes unless a caller says otherwise, and
that is viewed as bytes then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

READ = "dequantize[(1,)]({}, out, 64)$"
MADE = "def made(x, scale, dtype):\n    return (x / scale).to(dtype), scale\n\n\n"
DIRECT = f"""
def launch(x, scale, out, dtype=torch.float8_e4m3fn):
    codes = (x / scale).to(dtype)
    {READ.format("codes.view(torch.uint8)")}
"""
OBJECT = f"""
class Table:
    def __init__(self, dtype: torch.dtype = torch.float8_e4m3fn):
        self.dtype = dtype

    def launch(self, x, scale, out):
        codes, scale = made(x, scale, self.dtype)
        {READ.format("codes.view(torch.uint8)")}
"""
KEPT = f"""
class Table:
    def __init__(self, x, scale, dtype=torch.float8_e5m2):
        self.codes = (x / scale).to(dtype).view(torch.uint8)

    def launch(self, out):
        {READ.format("self.codes")}
"""
STACKED = f"""
class Table:
    def __init__(self, dtype=torch.float8_e4m3fn):
        self.dtype = dtype
        self.tables = {{}}

    def build(self, rows, scale):
        pairs = [made(row, scale, self.dtype) for row in rows]
        self.tables["codes"] = torch.stack([codes.view(torch.uint8) for codes, _ in pairs])


def launch(table: Table, out):
    {READ.format('table.tables["codes"]')}
"""
LIMITED = f"""
def launch(x, out, dtype: torch.dtype = torch.float8_e4m3fn):
    scale = x.abs().amax() / torch.finfo(dtype).max
    codes = (x / scale).to(dtype)
    {READ.format("codes.view(torch.uint8)")}
"""
CASES = {
    "a parameter": DIRECT,
    "by its keyword": DIRECT.replace(".to(dtype)", ".to(dtype=dtype)"),
    "an attribute": OBJECT,
    "kept by an object": KEPT,
    "stacked": STACKED,
    "with its limits": LIMITED,
    "viewed again": DIRECT.replace("codes.view(torch.uint8)", "codes.view(torch.uint8).view(dtype)").replace("$", ""),
    "integers by default": DIRECT.replace("float8_e4m3fn", "int8").replace("$", ""),
    "nothing by default": DIRECT.replace("=torch.float8_e4m3fn", "").replace("$", ""),
    "as it is": DIRECT.replace("codes.view(torch.uint8)", "codes").replace("$", ""),
}


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_types(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    user = KERNELS + MADE + text.replace("$", "  # expect: TL002")
    write(tmp_path, {"user.py": user})
    assert found(select=("TL001", "TL002")) == expected({"user.py": user})
