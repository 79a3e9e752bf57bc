"""Flat memory of torch.int8 that is cut into views of other types, by arms of a loop and by counts of
items: raw bytes, where floats are stored to it as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

TL001, TL004 = "  # expect: TL001", "  # expect: TL004"
BOTH = "  # expect: TL001, TL002"  # it is loaded first
UPDATE = (
    KERNELS
    + """
@triton.jit
def update(x_ptr, state_ptr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    state = tl.load(state_ptr + offsets).to(tl.float32)
    state = state * tl.exp(-tl.load(x_ptr + offsets).to(tl.float32))
    tl.store(state_ptr + offsets, state)%s


@triton.jit
def rounded(x_ptr, state_ptr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = tl.extra.cuda.libdevice.rint(tl.load(x_ptr + offsets) * 127.0)
    tl.store(state_ptr + offsets, tl.clamp(x, -127.0, 127.0).to(tl.int8))

"""
)
# Tables of memory, filled in loops, and kept by an object for another one.
TABLES = """
class Runner:
    def __init__(self, specs, n):
        self.specs = specs
        raw = {name: torch.zeros(spec.page_bytes * n, dtype=torch.%s) for name, spec in specs.items()}
        self.caches = self.reshape(raw)

    def reshape(self, raws):
        caches = {}
        for name, spec in self.specs.items():
            raw = raws[name]
            if %s:
                caches[name] = raw.view(%s).view(2, -1)
            else:
                caches[name] = %s
        return caches


class Layer:
    def forward(self, x, runner: Runner):
        state = runner.caches[self.name]
        %s[(1,)](x, state, 64)%s
"""
STRIDED = "torch.as_strided(raw, size=(2, 8), stride=(64, 1))"
VIEWED = "torch.as_strided(raw.view(spec.dtype), size=(2, 8), stride=(64, 1))"
KIND = "isinstance(spec, Attention)"
# One buffer, cut by counts of items.
COUNTED = """
def f(x, n, page_bytes, dtype):
    raw = torch.zeros(n * page_bytes, dtype=torch.int8)
    per_page = page_bytes // %s
    strides = (per_page, 1)
    state = %s
    %s[(1,)](x, state, 64)%s
"""
# A name that a round of a loop finds viewed by the one before it.
CARRIED = """
def f(x, layers, n):
    raw = torch.zeros(n, dtype=torch.uint8)
    state = raw
    for layer in layers:
        if layer.%s:
            state = raw.view(torch.float32)
        else:
            %s
        update[(1,)](x, state, 64)%s
"""
CASES = {
    "an arm of a loop, for a table": TABLES
    % ("uint8", KIND, "spec.dtype", STRIDED, "update", TL001),
    "an arm of a loop, of int8": TABLES % ("int8", KIND, "spec.dtype", STRIDED, "update", TL001),
    "an arm of a loop, the other one is of float32": TABLES
    % ("int8", "spec.paged", "torch.float32", "raw.view(2, -1)", "update", BOTH),
    "correct: both arms view": TABLES % ("int8", KIND, "spec.dtype", VIEWED, "update", ""),
    "correct: both arms view them by a method": TABLES
    % ("uint8", KIND, "spec.dtype", "raw.view(spec.dtype).as_strided((2, 8), (64, 1))", "update", ""),
    "correct: integers on purpose": TABLES % ("int8", KIND, "spec.dtype", STRIDED, "rounded", ""),
    "counts of items": COUNTED
    % ("dtype.itemsize", "torch.as_strided(raw, (n, 8), strides)", "update", BOTH),
    "counts of items, by a method": COUNTED
    % ("dtype.itemsize", "raw.as_strided((n, 8), stride=strides)", "update", BOTH),
    "correct: counts of items, viewed": COUNTED
    % ("dtype.itemsize", "raw.view(dtype).as_strided((n, 8), strides)", "update", ""),
    "correct: counts of items, integers": COUNTED
    % ("dtype.itemsize", "torch.as_strided(raw, (n, 8), strides)", "rounded", ""),
    "an arm leaves it as it was made": CARRIED % ("first", "state = raw.reshape(-1)", BOTH),
    "correct: an arm leaves it as another round viewed it": CARRIED % ("first", "pass", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_raw_integers(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": UPDATE % "" + CASES[case]}
    write(tmp_path, files)
    assert found() == expected(files)


def test_rows_of_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts of other things than items say nothing: the kernel lacks a rounding."""
    monkeypatch.chdir(tmp_path)
    rows = COUNTED % ("dtype.rows", "torch.as_strided(raw, (n, 8), strides)", "update", "")
    files = {"user.py": UPDATE % TL004 + rows}
    write(tmp_path, files)
    assert found() == expected(files)
