"""An attribute that holds bytes and that other functions of the file always view as 8-bit floats
holds codes, whoever passes it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HIT = "  # expect: TL002"
ALWAYS = "return self.pool.rows.view(torch.float8_e4m3fn).float()"
CLASS = """\
class Reader:
    def __init__(self, runner):
        self.pool = runner.pool

    def check(self):
        {view}

    def read(self, out):
        {read}
"""
FUNCTIONS = """\
def check(pool):
    {view}


def read(pool, out):
    {read}
"""
ASSERTED = "assert self.pool.rows.dtype == torch.uint8\n        "
READ = "dequantize[(1,)](self.pool.rows{}, out, 64){}"
CASES = {
    "of an attribute": (CLASS, ALWAYS, ASSERTED + READ.format("", HIT)),
    "by a name": (
        CLASS,
        "rows = self.pool.rows\n        " + ALWAYS.replace("self.pool.rows", "rows"),
        ASSERTED + "rows = self.pool.rows\n        dequantize[(1,)](rows, out, 64)" + HIT,
    ),
    "of a parameter": (
        FUNCTIONS,
        "return pool.rows.view(torch.float8_e4m3fn).float()",
        f"assert pool.rows.dtype == torch.uint8\n    dequantize[(1,)](pool.rows, out, 64){HIT}",
    ),
    "correct: viewed": (CLASS, ALWAYS, ASSERTED + READ.format(".view(torch.float8_e4m3fn)", "")),
    "correct: of a type that is not known": (CLASS, ALWAYS, READ.format("", "")),
    "correct: where it is fp8": (
        CLASS, f"if self.fp8:\n            {ALWAYS}", ASSERTED + READ.format("", "")
    ),
    "correct: left before": (
        CLASS,
        f"if not self.fp8:\n            return self.pool.rows\n        {ALWAYS}",
        ASSERTED + READ.format("", ""),
    ),
    "correct: as more than one type": (
        CLASS,
        "a = self.pool.rows.view(torch.int8)\n        " + ALWAYS,
        ASSERTED + READ.format("", ""),
    ),
    "correct: another attribute": (
        CLASS, ALWAYS.replace("rows", "pages"), ASSERTED + READ.format("", "")
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "view", "read"), CASES.values(), ids=list(CASES))
def test_attribute_views(
    code: str, view: str, read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + code.format(view=view, read=read)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL002",)) == expected({"user.py": text})


# Where a region lies depends on a test; it is viewed on one path only.
ARMS = """\
def read(pages, out, {parameter}):
    assert pages.dtype == torch.uint8
    if {test}:
        rows = pages[0].view(torch.float8_e4m3fn)
    else:
        rows = pages[:, 0]{view}{mark}
    dequantize[(1,)](rows, out, 64)
"""
TESTS = {
    "a layout": ("layout", 'layout == "NHD"', HIT),
    "a flag": ("transposed", "transposed", HIT),
    "dimensions": ("n", "pages.dim() == 4", HIT),
    "correct: a type": ("fp8", "fp8", ""),
    "correct: a mode": ("mode", 'mode != "int8"', ""),
    "correct: a mode that is off": ("mode", 'mode != "none"', ""),
    "correct: zero points": ("offset", "offset is None", ""),
}


@pytest.mark.parametrize(("parameter", "test", "mark"), TESTS.values(), ids=list(TESTS))
@pytest.mark.parametrize("view", ["", ".view(torch.float8_e4m3fn)"], ids=["", "viewed"])
def test_other_regions(
    parameter: str,
    test: str,
    mark: str,
    view: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    mark = "" if view else mark
    text = KERNELS + ARMS.format(parameter=parameter, test=test, view=view, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL002",)) == expected({"user.py": text})


# A class keeps what its base views under another name.
HEIR = """\
class Eager:
    def __init__(self, pages, dtype):
        assert pages.dtype == torch.{asserted}
        self.pages, self.dtype = pages, dtype

    def read(self, n, out):
        dequantize[(1,)](self.pages[:n].view({dtype}), out, 64)


class Graph(Eager):
    def __init__(self, pages, dtype):
        super().__init__(pages, dtype)
        self.static = {given}

    def read(self, n, out):
        dequantize[(1,)](self.static{view}, out, 64){mark}
"""
HEIRS = {
    "as a type that is asked for": ("uint8", "self.dtype", "pages", "", HIT),
    "as fp8": ("uint8", "torch.float8_e4m3fn", "pages", "", HIT),
    "correct: viewed": ("uint8", "self.dtype", "pages", ".view(self.dtype)", ""),
    "correct: of a type": ("float8_e4m3fn", "self.dtype", "pages", "", ""),
    "correct: made anew": ("uint8", "self.dtype", "torch.zeros(64)", "", ""),
}


@pytest.mark.parametrize(
    ("asserted", "dtype", "given", "view", "mark"), HEIRS.values(), ids=list(HEIRS)
)
def test_under_another_name(
    asserted: str,
    dtype: str,
    given: str,
    view: str,
    mark: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code = {"asserted": asserted, "dtype": dtype, "given": given, "view": view, "mark": mark}
    text = KERNELS + HEIR.format(**code)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL002",)) == expected({"user.py": text})
