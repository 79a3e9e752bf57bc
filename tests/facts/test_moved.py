"""Bytes that a kernel stores as they are among the floats that it decodes of others. Each case is what
the kernel does with the rest of a row after it has decoded the codes."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

DECODES = """\
codes = tl.load(page_ptr + row * 80 + lanes)
power = tl.exp2(tl.load(page_ptr + row * 80 + 72).to(tl.float32) - 127.0)
value = codes.to(tl.float8e4nv, bitcast=True).to(tl.float32) * power
tl.store(out_ptr + row * 72 + lanes, value.to(tl.bfloat16))
"""
REST = "rest_ptr = page_ptr + row * 80 + 64\n"
COPY = "tl.store(out_ptr + row * 72 + 64 + few, tl.load(rest_ptr + few))\n"
RETYPED = "rest_ptr = rest_ptr.to(tl.pointer_type(tl.bfloat16))\n"
LOOP = "for i in tl.static_range(2):\n    tl.store(out_ptr + row * 72 + 64 + i * 4 + few, tl.load(rest_ptr + i * 4 + few))\n"
WRONG = {
    "as they are": DECODES + REST + COPY,
    "in a loop": DECODES + REST + LOOP,
    "before": REST + COPY + DECODES,
    "in the same arm": "if row >= 0:\n" + textwrap.indent(DECODES + REST + COPY, "    "),
}
RIGHT = {
    "retyped": DECODES + REST + RETYPED + COPY,
    "converted": DECODES + REST + COPY.replace("few))", "few).to(tl.float32))"),
    "in another arm": "if RAW:\n" + textwrap.indent(REST + COPY, "    ") + "else:\n" + textwrap.indent(DECODES, "    "),
    "in an arm of its own": DECODES + "if RAW:\n" + textwrap.indent(REST + COPY, "    "),
    "instead": "if not RAW:\n" + textwrap.indent(DECODES, "    ") + "    return\n" + REST + COPY,
    "for bytes": DECODES + REST + COPY.replace("out_ptr", "kept_ptr"),
}


def _module(body: str, mark: str) -> str:
    head = "@triton.jit\ndef unpack(page_ptr, out_ptr, kept_ptr, RAW: tl.constexpr):\n"
    lines = "row = tl.program_id(0)\nlanes, few = tl.arange(0, 64), tl.arange(0, 4)\n"
    launch = f"""
def launch(page, flag):
    assert page.dtype == torch.uint8
    out = torch.empty((4, 72), dtype=torch.bfloat16)
    unpack[(4,)](page, out, torch.empty(4, dtype=torch.uint8), RAW=flag){mark}
"""
    return f"{IMPORTS}{head}{textwrap.indent(lines + body, '    ')}\n{launch}"


CASES = {name: _module(body, "  # expect: TL002") for name, body in WRONG.items()}
CASES |= {f"correct {name}": _module(body, "") for name, body in RIGHT.items()}


@pytest.mark.parametrize("text", CASES.values(), ids=list(CASES))
def test_moved(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


# Two regions of a page of unknown type, moved to memory of two types.
APART = """\
@triton.jit
def gather(codes_ptr, scales_ptr, to_ptr, to_scales_ptr):
    row, lanes = tl.program_id(0), tl.arange(0, 64)
    scale = tl.load(scales_ptr + row)
    tl.store(to_scales_ptr + row, %s)
    tl.store(to_ptr + row * 64 + lanes, tl.load(codes_ptr + row * 64 + lanes))


def launch(page, to, to_scales):
    flat = page.view(4, -1)
    codes = flat[:, :64]
    scales = flat[:, 64:]%s
    gather[(4,)](codes, scales, to%s, to_scales%s)
"""
BYTES, WIDE = ".view(torch.uint8)", ".view(torch.float32)"
REGIONS = {
    "two regions": ("scale", "  # expect: TL002", BYTES, WIDE),
    "other floats": ("scale", "  # expect: TL002", BYTES, ".view(torch.bfloat16)"),
    "correct: viewed": ("scale", WIDE, BYTES, WIDE),
    "correct: both to floats": ("scale", "", WIDE, WIDE),
    "correct: both to bytes": ("scale", "", BYTES, BYTES),
    "correct: nothing is known of one": ("scale", "", "", WIDE),
    "correct: bytes become floats": ("scale.to(tl.float32)", "", BYTES, WIDE),
}


@pytest.mark.parametrize("case", REGIONS.values(), ids=list(REGIONS))
def test_regions(
    case: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = IMPORTS + APART % case
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})
