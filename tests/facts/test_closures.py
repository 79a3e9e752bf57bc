"""Functions inside of functions: a default is what a name held where the function was defined, other
names are what they hold when it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

TL001, TL002, VIEW = "  # expect: TL001", "  # expect: TL002", ".view(torch.float8_e4m3fn)"
# What is given anew after the function that uses it.
LATER = """
def make(n, wide):
    log = torch.zeros(n * 2, dtype=torch.uint8)

    %s

    def history():
        return log[:n]

    %s
    return record, history


def watch(layer, batches, n):
    record, history = make(n, False)
    for batch in batches:
        record(batch)
    return history()
"""
RECORD = """def record(x%s):
        quantize[(1,)](x, %s, 64)%s"""
ONE, BRANCH = f"log = log{VIEW}", f"if wide:\n        log = log{VIEW}\n    else:\n        log = log{VIEW}"
TRIED = f"try:\n        log = log{VIEW}\n    except RuntimeError:\n        raise"
# A function for each of several buffers.
EACH = """
def make(n):
    writers = %s
    for pages in (torch.zeros(n, dtype=torch.%s), torch.zeros(n, dtype=torch.float32)):
        def write(x, pages=pages%s):
            quantize[(1,)](x, pages, 64)%s

        writers%s
    return writers


def use(n, x):
    for write in make(n):
        write(x)
"""
# What is called with another one than the default, or hands on what it is given by default.
GIVEN = """
def use(n, x):
    wide, pages = torch.zeros(n, dtype=torch.float32), torch.zeros(n, dtype=torch.uint8)

    def put(x, *, to=%s):
        quantize[(1,)](x, to, 64)%s

    put(x%s)%s
"""
READ = """
class Reader:
    def __init__(self, n):
        codes = torch.zeros(n, dtype=torch.float8_e4m3fn)
        raw = codes.view(torch.uint8)

        def read(out, codes=%s):
            dequantize[(1,)](codes, out, 64)%s

        raw = None
        self.read = read
"""
# A method that makes what is to be called: memory that a flag decides on, or of bytes.
SAVER = """
class Rows:
    def __init__(self, n, fp8):
        self.rows = torch.zeros(n, 64, dtype=%s)
        self.fp8 = fp8

    def saver(self, hooks):
        rows = self.rows

        def run(x):
            quantize[(1,)](x, rows, 64)%s

        %s
        %s
"""
FLAG, BYTES = "torch.uint8 if fp8 else torch.bfloat16", "torch.uint8"
VIEWED = f"if self.fp8:\n            rows = rows{VIEW}"
CASES = {
    "the default, given anew": LATER % (RECORD % (", log=log", "log", TL001), ONE),
    "the default by another name, given anew": LATER
    % (f"def record(x, *, to=log[:64]):{TL001}\n        quantize[(1,)](x, to, 64)", BRANCH),
    "the default of a lambda, given anew": LATER
    % (f"record = lambda x, log=log: quantize[(1,)](x, log, 64){TL001}", TRIED),
    "correct: the name, given anew": LATER % (RECORD % ("", "log", ""), ONE),
    "correct: the name, given anew on both paths": LATER % (RECORD % ("", "log", ""), BRANCH),
    "correct: the name, given anew in a try": LATER % (RECORD % ("", "log", ""), TRIED),
    "correct: the name in a lambda, given anew": LATER
    % ("record = lambda x: quantize[(1,)](x, log, 64)", ONE),
    "correct: the default is viewed": LATER % (RECORD % (f", log=log{VIEW}", "log", ""), "pass"),
    "the first of several": EACH % ("[]", "uint8", "", TL001, ".append(write)"),
    "the last of several": EACH % ("[]", "uint8", "", TL001, ".insert(0, write)"),
    "correct: each is viewed": EACH % ("[]", "uint8", VIEW, "", ".append(write)"),
    "correct: of other types": EACH % ("[]", "bfloat16", "", "  # not looked at", ".append(write)"),
    "given by default": GIVEN % ("pages", TL001, "", ""),
    "correct: given instead of the default": GIVEN % ("pages", "", ", to=wide", ""),
    "given instead of the default": GIVEN % ("wide", "", ", to=pages", TL001),
    "correct: made to be called, and viewed after it": SAVER % (FLAG, "", VIEWED, "return run"),
    "correct: handed out, and viewed after it": SAVER % (FLAG, "", VIEWED, "hooks.append(run)"),
    "correct: viewed after it in any case": SAVER % (BYTES, "", f"rows = rows{VIEW}", "return run"),
    "cut after it": SAVER % (BYTES, "", f"rows = rows[1:]{TL001}", "return run"),
    "handed out, and cut after it": SAVER % (BYTES, "", f"rows = rows[1:]{TL001}", "hooks.append(run)"),
    "called, and cut before": SAVER % (BYTES, "", f"rows = rows[1:]{TL001}", "run(self.fp8)"),
    "kept by an object": READ % ("raw", TL002),
    "correct: kept by an object as codes": READ % ("codes", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_closures(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": KERNELS + CASES[case]}
    write(tmp_path, files)
    assert found() == expected(files)
