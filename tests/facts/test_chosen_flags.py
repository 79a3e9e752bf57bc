"""Flags that tests choose, and memory that a test of the flag chooses: the kernel that is launched
with the flag sees only the memory that goes with it. Each case is what comes before the launch."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

KERNEL = (
    IMPORTS
    + """\
@triton.jit
def activate(x_ptr, out_ptr, WIDE: tl.constexpr, N: tl.constexpr):
    lanes = tl.arange(0, N)
    x = tl.load(x_ptr + lanes).to(tl.float32)
    if WIDE:
        tl.store(out_ptr + lanes, x * tl.sigmoid(x))
    else:
        tl.store(out_ptr + lanes, (x.to(tl.int32) & 15).to(tl.uint8))


"""
)
OF_TWO = """\
if kind == "packed":
    wide = False
else:
    wide = True
"""
OF_A_PLAN = """\
kind = kind.get("dtype")
if kind == "packed":
    wide = False
elif kind == "input":
    wide = True
else:
    raise ValueError(kind)
"""
LEFT = """\
wide = True
if kind.packed:
    wide = False
"""
NAMED = """\
mode = "packed" if kind else "input"
"""
ABSENT = """\
scale = None
if kind == "packed":
    scale = torch.empty(2, dtype=torch.uint8)
"""
NOT_ASKED = """\
asked = None
if kind:
    asked = x.ndim == 1
"""
MEMORY = """\
if {test}:
    out = torch.empty(64, dtype={one})
else:
    out = torch.empty(64, dtype={other})
"""
FLAGS = {
    "of two": (OF_TWO, "wide", "wide"),
    "of a plan": (OF_A_PLAN, "wide", "wide"),
    "left as it was": (LEFT, "wide", "wide"),
    "denied": (OF_TWO, "not (not wide)", "wide"),
    "among others": (OF_TWO, "wide and x.ndim == 1", "wide and x.ndim == 1"),
    "by its name": (NAMED, 'mode != "packed"', 'mode == "input"'),
    "of a test that is asked": (NOT_ASKED, "asked is None", "asked is None"),
    "of what is there": (ABSENT, "scale is None", "scale is None"),
}


def _module(head: str, test: str, flag: str, right: bool) -> str:
    types = ("x.dtype", "torch.uint8") if right else ("torch.uint8", "x.dtype")
    mark = "" if right else "  # expect: TL001"
    body = head + MEMORY.format(test=test, one=types[0], other=types[1])
    body += f"activate[(1,)](x, out, WIDE={flag}, N=64){mark}\n"
    return f"{KERNEL}def launch(x, kind):\n{textwrap.indent(body, '    ')}"


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("right", (True, False), ids=("with its memory", "with the other"))
def test_flag(name: str, right: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"module.py": _module(*FLAGS[name], right)}
    write(tmp_path, files)
    assert found() == expected(files)
