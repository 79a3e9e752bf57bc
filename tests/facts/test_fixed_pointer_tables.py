"""Tables of addresses whose kernel fixes the type, in files that call the launching function."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, found, write

MODULE = (
    IMPORTS
    + """
@triton.jit
def doubled(tables, out_ptr, N: tl.constexpr):
    x_ptr = tl.load(tables + tl.program_id(0)).to(tl.pointer_type(tl.float16))
    tl.store(out_ptr + tl.arange(0, N), tl.load(x_ptr + tl.arange(0, N)) * 2)


def double(tensors, out):
    table = torch.tensor([each.data_ptr() for each in tensors], device="cuda")
    doubled[(len(tensors),)](table, out, N=64)  # not looked at


"""
)
CASES = {
    "no call": ("", True),
    "a caller makes them": ("def use(out):\n    double([torch.rand(64, dtype=torch.float16)], out)", False),
    "a caller converts": ("def use(x, out):\n    double([x.half()], out)", False),
    "outside of functions": ("double([torch.rand(64, dtype=torch.float16)], torch.empty(64))", False),
    "of another type": ("def use(out):\n    double([torch.rand(64, dtype=torch.bfloat16)], out)", True),
    "of a type that is not said": ("def use(x, out):\n    double([x], out)", True),
    "one of two": (
        "def use(out):\n    double([torch.rand(64, dtype=torch.float16)], out)\n\n\n"
        "def other(x, out):\n    double([x], out)",
        True,
    ),
}


@pytest.mark.parametrize(("calls", "hazard"), CASES.values(), ids=list(CASES))
def test_fixed_pointer_tables(
    calls: str, hazard: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": MODULE + calls + "\n"})
    assert {code for _, _, code in found(select=("TL016",))} == ({"TL016"} if hazard else set())
