"""Offsets in 32 bits of which a flag decides where the index comes from, or how wide it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, found, write

LATE = (
    IMPORTS
    + """\
@triton.jit
def forward(q, ends_ptr, T, H, K, N: tl.constexpr, VARLEN: tl.constexpr):
    i_b, i_h = tl.program_id(0), tl.program_id(1)
    if VARLEN:
        begin = {given}
    else:
        begin = {counted}
    q += {offset}
    lanes = tl.arange(0, N)
    tl.store(q + lanes, tl.load(q + lanes) * 2.0)


def launch(q, ends):
    forward[(q.shape[0], q.shape[2])](q, ends, *q.shape[1:], N=64, VARLEN=ends is not None)
"""
)
OFFSET = "((begin * H + i_h) * K).to(tl.int64)"
# What one arm loads, what the other counts, the offset, and whether it overflows for certain.
ARMS = {
    "counted in one arm": ("tl.load(ends_ptr + i_b)", "i_b * T", OFFSET, True),
    "counted in both": ("i_b * 16", "i_b * T", OFFSET, True),
    "loaded in both": ("tl.load(ends_ptr + i_b)", "tl.load(ends_ptr)", OFFSET, False),
    "nothing counts in the other": ("tl.load(ends_ptr + i_b)", "0", OFFSET, False),
    "in time": (
        "tl.load(ends_ptr + i_b)",
        "i_b * T",
        "(begin.to(tl.int64) * H + i_h) * K",
        False,
    ),
}
TOLD = (
    IMPORTS
    + """\
@triton.jit
def gather(kv_ptr, block_table_ptr, out_ptr, stride, N: tl.constexpr, WIDE: tl.constexpr):
    block = tl.load(block_table_ptr + tl.program_id(0))
    lanes = tl.arange(0, N)
{lines}
    tl.store(out_ptr + tl.program_id(0) * N + lanes, tl.load(kv_ptr + at))


def launch(kv, block_table, out):
    assert block_table.dtype == torch.int32
    wide = kv.numel() > 2**31
    gather[(block_table.numel(),)](kv, block_table, out, kv.stride(0), N=128, WIDE=wide)
"""
)
CHOSEN = {
    "in two arms": (
        """\
    if WIDE:
        at = block.to(tl.int64) * stride + lanes
    else:
        at = block * stride + lanes""",
        False,
    ),
    "the other way round": (
        """\
    if not WIDE:
        at = block * stride + lanes
    else:
        at = block.to(tl.int64) * stride + lanes""",
        False,
    ),
    "before": (
        """\
    if WIDE:
        block = block.to(tl.int64)
    at = block * stride + lanes""",
        False,
    ),
    "no flag": ("    at = block * stride + lanes", True),
    "another index is widened": (
        """\
    if WIDE:
        at = lanes.to(tl.int64)
    else:
        at = block * stride""",
        True,
    ),
}


@pytest.mark.parametrize(("given", "counted", "offset", "late"), ARMS.values(), ids=ARMS)
def test_what_one_arm_counts_is_32_bits_wide(
    given: str,
    counted: str,
    offset: str,
    late: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = LATE.replace("{given}", given).replace("{counted}", counted)
    write(tmp_path, {"m.py": text.replace("{offset}", offset)})
    assert [code for *_, code in found("m.py")] == ["TL011"] * late


@pytest.mark.parametrize(("lines", "narrow"), CHOSEN.values(), ids=CHOSEN)
def test_a_flag_may_choose_the_width(
    lines: str, narrow: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"m.py": TOLD.replace("{lines}", lines)})
    assert [code for *_, code in found("m.py")] == ["TL011"] * narrow
