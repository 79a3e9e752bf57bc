"""Tables that the type of some memory, the size of its elements or a flag picks an entry of: each
entry counts where that is what is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, found, write

KERNELS = (
    IMPORTS
    + """\
@triton.jit
def plain(x_ptr, row_ptr, BLOCK: tl.constexpr):
    lanes = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + lanes).to(tl.float32)
    tl.store(row_ptr + lanes, x.to(row_ptr.dtype.element_ty))


@triton.jit
def packed(x_ptr, row_ptr, BLOCK: tl.constexpr):
    lanes = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + lanes).to(tl.float32)
    tl.store(row_ptr + lanes, x.to(tl.float8e4nv).to(tl.uint8, bitcast=True))


@triton.jit
def either(x_ptr, row_ptr, KIND: tl.constexpr, BLOCK: tl.constexpr):
    lanes = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + lanes).to(tl.float32)
    if KIND == 1:
        tl.store(row_ptr + lanes, x.to(tl.float8e4nv).to(tl.uint8, bitcast=True))
    else:
        tl.store(row_ptr + lanes, x.to(row_ptr.dtype.element_ty))


def put_plain(rows, x):
    plain[(1,)](x, rows, BLOCK=256)


def put_packed(rows, x):
    packed[(1,)](x, rows, BLOCK=256)


"""
)
ROWS = """

class Rows:
    def __init__(self, count, kv_dtype):
        dtype = torch.uint8 if kv_dtype == "fp8" else torch.float16
        self.rows = torch.zeros(count, 256, dtype=dtype, device="cuda")

    def put(self, x):
        save(self.rows, x)
"""
BY_KERNEL = "def save(rows, x):\n    kernel = {table}\n    kernel[(1,)](x, rows, BLOCK=256)\n"
RIGHT = {
    "kernels": "{torch.uint8: packed, torch.float16: plain}[rows.dtype]",
    "kernels, and another one": "{torch.uint8: packed}.get(rows.dtype, plain)",
    "kernels by their size": "{1: packed, 2: plain}[rows.element_size()]",
    "kernels by the size of the type": "{1: packed, 2: plain}[rows.dtype.itemsize]",
    "kernels by a flag": "{True: packed, False: plain}[rows.dtype == torch.uint8]",
    "a pair by a test": "(plain, packed)[rows.dtype == torch.uint8]",
    "a constant": "{0: packed, 1: plain}[PACKED]",
}
WRONG = {
    "the same kernel": "{torch.uint8: plain, torch.float16: packed}[rows.dtype]",
    "the other one for bytes": "{torch.float16: packed}.get(rows.dtype, plain)",
    "the wrong size": "{1: plain, 2: packed}[rows.element_size()]",
    "the wrong flag": "{False: packed, True: plain}[rows.dtype == torch.uint8]",
    "the wrong one of a pair": "(packed, plain)[rows.dtype == torch.uint8]",
}
# What picks functions or lambdas: right, and what is wrong.
PICKED = {
    "functions": (
        "{torch.uint8: put_packed, torch.float16: put_plain}[rows.dtype](rows, x)",
        "{torch.uint8: put_plain, torch.float16: put_packed}[rows.dtype](rows, x)",
    ),
    "a pair of functions": (
        "(put_plain, put_packed)[rows.dtype == torch.uint8](rows, x)",
        "(put_packed, put_plain)[rows.dtype == torch.uint8](rows, x)",
    ),
    "numbers": (
        "either[(1,)](x, rows, {torch.uint8: 1, torch.float16: 0}[rows.dtype], BLOCK=256)",
        "either[(1,)](x, rows, {torch.uint8: 0, torch.float16: 1}[rows.dtype], BLOCK=256)",
    ),
    "lambdas": (
        "{True: lambda: packed[(1,)](x, rows, BLOCK=256),"
        " False: lambda: plain[(1,)](x, rows, BLOCK=256)}[rows.dtype == torch.uint8]()",
        "{False: lambda: packed[(1,)](x, rows, BLOCK=256),"
        " True: lambda: plain[(1,)](x, rows, BLOCK=256)}[rows.dtype == torch.uint8]()",
    ),
    "lambdas by type": (
        "{torch.uint8: lambda: packed[(1,)](x, rows, BLOCK=256),"
        " torch.float16: lambda: plain[(1,)](x, rows, BLOCK=256)}[rows.dtype]()",
        "{torch.float16: lambda: packed[(1,)](x, rows, BLOCK=256),"
        " torch.uint8: lambda: plain[(1,)](x, rows, BLOCK=256)}[rows.dtype]()",
    ),
}


def _check(save: str, wrong: bool, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "PACKED = 0\n" + KERNELS + save + ROWS
    write(folder, {"m.py": text})
    monkeypatch.chdir(folder)
    assert bool(found("m.py")) == wrong
    assert {code for _, _, code in found("m.py")} <= {"TL001"}


@pytest.mark.parametrize("table", RIGHT.values(), ids=RIGHT)
def test_the_kernel_for_bytes_packs(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _check(BY_KERNEL.replace("{table}", table), False, tmp_path, monkeypatch)


@pytest.mark.parametrize("table", WRONG.values(), ids=WRONG)
def test_the_kernel_for_bytes_casts(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _check(BY_KERNEL.replace("{table}", table), True, tmp_path, monkeypatch)


@pytest.mark.parametrize("call", PICKED.values(), ids=PICKED)
@pytest.mark.parametrize("wrong", [False, True], ids=["packs", "casts"])
def test_what_is_picked(
    call: tuple[str, str], wrong: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _check(f"def save(rows, x):\n    {call[wrong]}\n", wrong, tmp_path, monkeypatch)


@pytest.mark.parametrize("wrong", [False, True], ids=["packs", "casts"])
def test_a_parameter_of_any_type(
    wrong: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = list((WRONG if wrong else RIGHT).values())[0]
    save = BY_KERNEL.replace("{table}", table)
    save += "    return rows.view(torch.float8_e4m3fn) if rows.dtype == torch.uint8 else rows\n"
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"m.py": KERNELS + save})
    assert bool(found("m.py")) == wrong
