"""What the file says of the width of indices from memory, by which it is told whether the offsets of
a kernel overflow. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

GROUPS = (
    IMPORTS
    + """\
@triton.jit
def scale_rows(x_ptr, out_ptr, end_ptr, x_stride, out_stride, ROWS: tl.constexpr, D: tl.constexpr):
    group, lanes = tl.program_id(0), tl.arange(0, D)
    begin = tl.load(end_ptr + group - 1, mask=group > 0, other=0)
    for start in range(begin, tl.load(end_ptr + group), ROWS):
        rows = start + tl.arange(0, ROWS)
        x = tl.load(x_ptr + rows[:, None] * x_stride + lanes[None, :]){mark}
        tl.store(out_ptr + rows[:, None] * out_stride + lanes[None, :], x * 2.0){mark}


@triton.jit
def scale_columns(x_ptr, out_ptr, end_ptr, x_stride, out_stride, ROWS: tl.constexpr, D: tl.constexpr):
    group, lanes = tl.program_id(0), tl.arange(0, D)
    begin = tl.load(end_ptr + group - 1, mask=group > 0, other=0)
    for start in range(begin, tl.load(end_ptr + group), ROWS):
        rows = (start + tl.arange(0, ROWS)).to(tl.int64)
        x = tl.load(x_ptr + rows[:, None] * x_stride + lanes[None, :])
        tl.store(out_ptr + rows[:, None] * out_stride + lanes[None, :], x * 2.0)


def scaled(x, ends, columns):
    out = torch.empty_like(x)
    {passed}
    if columns:
        scale_columns[(8,)](x, out, {args}, ROWS=16, D=256){unseen}
    else:
        scale_rows[(8,)](x, out, {args}, ROWS=16, D=256){unseen}
    return out
"""
)
HIT = "  # expect: TL011"
UNSEEN = "  # not looked at"
STRIDES = "x.stride(0), out.stride(0)"
PASSED = {
    "a tuple of what is passed": (f"args = (ends.to(torch.int32), {STRIDES})", "*args", HIT),
    "a list of what is passed": (f"args = [ends.int(), {STRIDES}]", "*args", HIT),
    "as it stands": ("pass", f"ends.to(torch.int32), {STRIDES}", HIT),
    "of 64 bits": (f"args = (ends.to(torch.int64), {STRIDES})", "*args", ""),
    "of whatever width": (f"args = (ends, {STRIDES})", "*args", ""),
    "where none are given": (
        "if ends is None:\n        ends = torch.zeros(8, dtype=torch.int32)",
        f"ends, {STRIDES}",
        "",
    ),
    "or those that are given": (
        "ends = ends if ends is not None else torch.zeros(8, dtype=torch.int32)",
        f"ends, {STRIDES}",
        "",
    ),
    "made so": ("ends = torch.zeros(8, dtype=torch.int32)", f"ends, {STRIDES}", HIT),
}


@pytest.mark.parametrize(("passed", "args", "mark"), PASSED.values(), ids=list(PASSED))
def test_indices_from_memory(
    passed: str, args: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    unseen = "" if "int32" in passed + args else UNSEEN
    text = GROUPS.format(passed=passed, args=args, mark=mark, unseen=unseen)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL011",)) == expected({"user.py": text})


# Of two dimensions of one memory a kernel widens one.
SUMS = (
    IMPORTS
    + """\
@triton.jit
def write(d_ptr, x_ptr, L, M: tl.constexpr):
    batch, head, part = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    heads = tl.num_programs(1)
    lanes = part * M + tl.arange(0, M)
    {written}


@triton.jit
def read(d_ptr, x_ptr, L, M: tl.constexpr):
    batch, head = tl.program_id(0), tl.program_id(1)
    heads = tl.num_programs(1){wide}
    for start in range(0, L, M):
        lanes = start + tl.arange(0, M)
        d = tl.load(d_ptr + batch * heads * L + head * L + lanes)
        tl.store(x_ptr + lanes, d)


def run(d, x, B, H, L):
    write[(B, H, L // 64)](d, x, L, M=64)  # not looked at
    read[(B, H)](d, x, L, M=64)  # not looked at
"""
)
WRITTEN = {
    "one of them": (
        f"tl.store(d_ptr + batch * heads * L + head * L + lanes, tl.load(x_ptr + lanes)){HIT}",
        ".to(tl.int64)",
    ),
    "the other one": (
        "tl.store(d_ptr + batch.to(tl.int64) * heads * L + head * L + lanes, tl.load(x_ptr + lanes))",
        ".to(tl.int64)",
    ),
    "none": ("tl.store(d_ptr + batch * heads * L + head * L + lanes, tl.load(x_ptr + lanes))", ""),
}


@pytest.mark.parametrize(("written", "wide"), WRITTEN.values(), ids=list(WRITTEN))
def test_what_a_twin_widens(
    written: str, wide: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = SUMS.format(written=written, wide=wide)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL011",)) == expected({"user.py": text})


# Entries of a table that the launch makes 32 bits wide: of blocks, or of places inside of one.
PAGES = (
    IMPORTS
    + """\
@triton.jit
def gather({memory}, {table}, out_ptr, stride, D: tl.constexpr):
    row, lanes = tl.program_id(0).to(tl.int64), tl.arange(0, D)
    entry = tl.load({table} + row)
    x = tl.load({memory} + entry * stride + lanes){mark}
    tl.store(out_ptr + row * D + lanes, x)


def gathered(cache, entries, out):
    gather[(8,)](cache, entries.to(torch.int32).contiguous(), out, cache.stride(0), D=256)
"""
)
ENTRIES = {
    "blocks": ("cache_ptr", "block_slots", HIT),
    "of whatever": ("cache_ptr", "row_numbers", ""),
    "inside of a block": ("cache_ptr", "local_slots", ""),
    "places in a page": ("cache_ptr", "page_offsets", ""),
    "of the least values": ("key_mins", "block_slots", ""),
    "weights of routing": ("routed_weights_ptr", "expert_blocks", ""),
    "from experts to weights": ("expert_to_weights_ptr", "expert_blocks", ""),
    "from sources to destinations": ("src2dst_ptr", "expert_blocks", ""),
    "routed rows": ("routed_rows_ptr", "expert_blocks", HIT),
    "gradients to inputs": ("grad_to_rows_ptr", "expert_blocks", HIT),
}


@pytest.mark.parametrize(("memory", "table", "mark"), ENTRIES.values(), ids=list(ENTRIES))
def test_entries(
    memory: str, table: str, mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = PAGES.format(memory=memory, table=table, mark=mark)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL011",)) == expected({"user.py": text})
