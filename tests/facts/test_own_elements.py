"""Atomic additions to elements that each program comes to alone, and once: they are stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

HIT, OVERLOOKED = "  # expect: TL012", "  # not looked at"
KERNEL = """\
@triton.jit
def scatter(dy_ptr, dx_ptr, index_ptr, n, c, BLOCK: tl.constexpr):
    {rows}
    source = tl.load(index_ptr + tl.arange(0, BLOCK))
    for start in range(0, c, BLOCK):
        at = start + tl.arange(0, BLOCK)
        dy = tl.load(dy_ptr + source[:, None] * c + at[None, :])
        tl.atomic_add({address}, dy){mark}


def run(dy, index, n, c):
    dx = torch.zeros((n, c), dtype=torch.bfloat16)
    scatter[{grid}](dy, dx, index, n, c, BLOCK=64){seen}
    return dx
"""
OWN = "rows = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)"
ADDRESS = "dx_ptr + rows[:, None] * c + at[None, :]"


@pytest.mark.parametrize(
    ("rows", "address", "mark"),
    [
        (OWN, ADDRESS, ""),
        (f"{OWN}\n    part = tl.program_id(1)", ADDRESS, HIT),
        (OWN, "dx_ptr + source[:, None] * c + at[None, :]", HIT),
        (OWN, "dx_ptr + rows[:, None] * c + tl.arange(0, BLOCK)[None, :]", HIT),
        ("rows = tl.program_id(0) // 4 * BLOCK + tl.arange(0, BLOCK)", ADDRESS, HIT),
        ("rows = tl.program_id(0) * 4 + tl.arange(0, BLOCK)", ADDRESS, HIT),
        ("rows = tl.minimum(tl.program_id(0) * BLOCK + tl.arange(0, BLOCK), n - 1)", ADDRESS, HIT),
        (OWN, "dx_ptr + rows[:, None] * n + at[None, :]", HIT),
        (f"{OWN}\n    rows += 1", ADDRESS, HIT),
        (f"dx_ptr = dx_ptr + n\n    {OWN}", ADDRESS, HIT),
    ],
    ids=[
        "correct: its own",
        "of another program too",
        "wherever an index says",
        "in each round",
        "of four programs",
        "windows that overlap",
        "the last row",
        "rows that overlap",
        "rows that are changed",
        "a pointer that is moved first",
    ],
)
def test_atomic_additions(
    rows: str, address: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    grid = "(n, 4)" if "program_id(1)" in rows else "(n,)"
    seen = "" if mark else OVERLOOKED
    text = KERNEL.format(rows=rows, address=address, mark=mark, grid=grid, seen=seen)
    files = {"scatter.py": IMPORTS + text}
    write(tmp_path, files)
    assert found(select=("TL012",)) == expected(files)


@pytest.mark.parametrize(
    ("grid", "loop", "mark"),
    [("(n,)", False, ""), ("(n, 4)", False, HIT), ("(n,)", True, HIT)],
    ids=["correct: once", "of programs that do the same", "launched again and again"],
)
def test_launches(
    grid: str, loop: bool, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    seen = "" if mark else OVERLOOKED
    text = KERNEL.format(rows=OWN, address=ADDRESS, mark=mark, grid=grid, seen=seen)
    if loop:
        at = text.index("    scatter[")
        text = text[:at] + "    for dy in index:\n    " + text[at:]
    files = {"scatter.py": IMPORTS + text}
    write(tmp_path, files)
    assert found(select=("TL012",)) == expected(files)
