"""Packed pages: buffers of which regions hold several types, whatever type the buffer has itself.
Each case is a function; `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, function, write
from tritonlint.engine import check
from tritonlint.engine.discovery import discover
from tritonlint.settings.config import Settings

KERNELS = (
    IMPORTS
    + """\
@triton.jit
def pack(x_ptr, rope_ptr, code_ptr, scale_ptr, tail_ptr, WIDTH: tl.constexpr):
    row = tl.program_id(0)
    x = tl.load(x_ptr + row * 64 + tl.arange(0, 64)).to(tl.float32)
    scale = tl.max(tl.abs(x)) / 448.0
    tl.store(code_ptr + row * WIDTH + tl.arange(0, 64), (x / scale).to(code_ptr.dtype.element_ty))
    tl.store(scale_ptr + row * WIDTH, scale)
    tl.store(tail_ptr + row * WIDTH, tl.load(rope_ptr + row))


@triton.jit
def unpack(code_ptr, scale_ptr, tail_ptr, out_ptr, WIDTH: tl.constexpr):
    row = tl.program_id(0)
    code = tl.load(code_ptr + row * WIDTH + tl.arange(0, 64)).to(tl.float32)
    value = code * tl.load(scale_ptr + row * WIDTH)
    tl.store(out_ptr + row * 80 + tl.arange(0, 64), value.to(out_ptr.dtype.element_ty))
    tl.store(out_ptr + row * 80 + 64, tl.load(tail_ptr + row * WIDTH))


@triton.jit
def unpack_by_scale(code_ptr, scale_ptr, out_ptr):
    scale = tl.load(scale_ptr)
    code = tl.load(code_ptr + tl.arange(0, 64)).to(scale.dtype)
    tl.store(out_ptr + tl.arange(0, 64), (code * scale).to(out_ptr.dtype.element_ty))


@triton.jit
def pack_two(x_ptr, y_ptr, code_ptr, scale_ptr, tail_ptr):
    x = tl.load(x_ptr + tl.arange(0, 64))
    scale = tl.max(tl.abs(x.to(tl.float32))) / 448.0
    tl.store(code_ptr + tl.arange(0, 64), (x / scale).to(code_ptr.dtype.element_ty))
    tl.store(scale_ptr, scale)
    tl.store(tail_ptr, tl.load(y_ptr))


@triton.jit
def pack_named(x_ptr, code_ptr, tail_bf16_ptr, exponent_u8_ptr):
    x = tl.load(x_ptr + tl.arange(0, 64)).to(tl.float32)
    power = tl.ceil(tl.log2(tl.max(tl.abs(x)) / 448.0))
    tl.store(code_ptr + tl.arange(0, 64), (x * tl.exp2(-power)).to(code_ptr.dtype.element_ty))
    tl.store(tail_bf16_ptr + tl.arange(0, 4), tl.load(x_ptr + 64 + tl.arange(0, 4)))
    tl.store(exponent_u8_ptr, (power.to(tl.int32) + 127).to(tl.uint8))


@triton.jit
def move_rows(x_ptr, target_ptr, rest_ptr, TWO: tl.constexpr):
    tl.store(target_ptr + tl.arange(0, 4), tl.load(x_ptr + tl.arange(0, 4)))
    if TWO:
        tl.store(rest_ptr + tl.arange(0, 4), tl.load(x_ptr + tl.arange(4, 8)))


@triton.jit
def scale_only(code_ptr, scale_ptr, out_ptr):
    code = tl.load(code_ptr + tl.arange(0, 64)).to(tl.float32)
    tl.store(out_ptr + tl.arange(0, 64), code * tl.load(scale_ptr).to(tl.float32))


@triton.jit
def implicit(x_ptr, code_ptr, scale_ptr):
    x = tl.load(x_ptr + tl.arange(0, 64)).to(tl.float32)
    scale = tl.max(tl.abs(x)) / 448.0
    tl.store(code_ptr + tl.arange(0, 64), x / scale)
    tl.store(scale_ptr, scale)


@triton.jit
def whole(x_ptr, page_ptr):
    x = tl.load(x_ptr + tl.arange(0, 64)).to(tl.float32)
    largest = tl.max(tl.abs(x))
    scale = tl.where(largest > 0, largest / 448.0, 1.0)
    tl.store(page_ptr + tl.arange(0, 64), (x / scale).to(page_ptr.dtype.element_ty))
    tl.store(page_ptr + 64, scale.to(page_ptr.dtype.element_ty))


@triton.jit
def retyped(x_ptr, page_ptr):
    x = tl.load(x_ptr + tl.arange(0, 64)).to(tl.float32)
    scale = tl.max(tl.abs(x)) / 448.0
    tl.store(page_ptr + tl.arange(0, 64), (x / scale).to(page_ptr.dtype.element_ty))
    tl.store((page_ptr + 64).to(tl.pointer_type(tl.float32)), scale)


@triton.jit
def scaled(x_ptr, code_ptr, rest_ptr):
    x = tl.load(x_ptr + tl.arange(0, 64)).to(tl.float32)
    tl.store(code_ptr + tl.arange(0, 64), (x * 0.5).to(code_ptr.dtype.element_ty))
    rest = tl.load(x_ptr + 64 + tl.arange(0, 4))
    tl.store(rest_ptr + tl.arange(0, 4), rest.to(rest_ptr.dtype.element_ty))


@triton.jit
def move(code_ptr, out_ptr):
    tl.store(out_ptr + tl.arange(0, 64), tl.load(code_ptr + tl.arange(0, 64)))


"""
)

FP8 = "page = torch.empty((n, 70), dtype=torch.float8_e4m3fn)\n"
ASSERTED = "assert page.dtype == torch.float8_e4m3fn\n"
OUT = "out = torch.empty((n, 80), dtype=torch.bfloat16)\n"
CASES = {
    "all_regions_are_viewed": f"""{FP8}assert rope.dtype == torch.bfloat16
codes, scales = page[:, :64], page[:, 64:68].view(torch.float32)
tail = page[:, 68:].view(torch.bfloat16)
pack[(4,)](x, rope, codes, scales, tail, 70)""",
    "scales_are_not": f"""{FP8}assert rope.dtype == torch.bfloat16
codes, scales = page[:, :64], page[:, 64:68]  # expect: TL001
tail = page[:, 68:].view(torch.bfloat16)
pack[(4,)](x, rope, codes, scales, tail, 70)""",
    "rows_are_not": f"""{FP8}assert rope.dtype == torch.bfloat16
codes, scales = page[:, :64], page[:, 64:68].view(torch.float32)
tail = page[:, 68:]  # expect: TL001
pack[(4,)](x, rope, codes, scales, tail, 70)""",
    # The scale of the codes goes into their page, and so rows of another type are no codes.
    "no_region_is_viewed": f"""{FP8}assert rope.dtype == torch.bfloat16
codes = page[:, :64]
scales = page[:, 64:68]  # expect: TL001
tail = page[:, 68:]  # expect: TL001
pack[(4,)](x, rope, codes, scales, tail, 70)""",
    "rows_that_the_kernel_names": f"""{FP8}tail = page[:, 64:72]  # expect: TL001
pack_named[(4,)](x, page[:, :64], tail, page[:, 72:].view(torch.uint8))""",
    "rows_that_the_kernel_names_and_the_buffer": """exponents = fp8_page[:, 72:].view(torch.uint8)
pack_named[(4,)](x, fp8_page[:, :64], fp8_page[:, 64:72], exponents)  # expect: TL001""",
    "named_rows_that_are_viewed": f"""{FP8}tail = page[:, 64:72].view(torch.bfloat16)
pack_named[(4,)](x, page[:, :64], tail, page[:, 72:].view(torch.uint8))""",
    "scales_in_memory_of_their_own": f"""{FP8}scales = torch.empty(n, dtype=torch.float8_e4m3fn)
implicit[(4,)](x, page[:, :64], scales)""",
    "scales_and_codes_through_one_pointer": f"""{FP8}whole[(4,)](x, page)  # expect: TL001""",
    "scales_through_a_pointer_of_their_type": f"""{FP8}retyped[(4,)](x, page)""",
    "rows_after_what_they_take": f"""{ASSERTED}assert x.dtype == torch.bfloat16
start = page.shape[1] - 2 * n
tail = page[:, start:]  # expect: TL001
scaled[(4,)](x, page[:, :start], tail)""",
    "rows_that_are_codes_too": f"""{ASSERTED}assert x.dtype == torch.bfloat16
start = page.shape[1] - 2 * n
move_rows[(4,)](x, page[:, :start], page[:, start:], TWO=True)""",
    "rows_that_are_codes": f"""{FP8}assert rope.dtype == torch.float8_e4m3fn
codes, scales = page[:, :64], page[:, 64:68].view(torch.float32)
pack[(4,)](x, rope, codes, scales, page[:, 68:], 70)""",
    "read_with_all_views": f"""{ASSERTED}{OUT}codes = page[:, :64]
scales = page[:, 64:68].view(torch.float32)
tail = page[:, 68:].view(torch.bfloat16)
unpack[(4,)](codes, scales, tail, out, 70)""",
    "read_scales_without": f"""{ASSERTED}{OUT}codes = page[:, :64]
scales = page[:, 64:68]  # expect: TL002
tail = page[:, 68:].view(torch.bfloat16)
unpack[(4,)](codes, scales, tail, out, 70)""",
    "read_rows_without": f"""{ASSERTED}{OUT}codes = page[:, :64]
scales = page[:, 64:68].view(torch.float32)
tail = page[:, 68:]  # expect: TL002
unpack[(4,)](codes, scales, tail, out, 70)""",
    # Block scales in an fp8 type are converted as the codes are.
    "scales_that_are_codes": f"""{ASSERTED}codes, scales = page[:, :64], page[:, 64:68]
other = page[:, 68:].view(torch.float32)
scale_only[(4,)](codes, scales, other)""",
    "codes_that_the_store_casts": f"""{FP8}codes = page[:, :64]
scales = page[:, 64:68].view(torch.float32)
implicit[(4,)](x, codes, scales)""",
    "codes_that_are_moved": f"""{FP8}assert x.dtype == torch.float8_e4m3fn
codes, scales = page[:, :64], page[:, 64:68].view(torch.float32)
move[(4,)](x, codes)""",
    # They may be scaled afterwards, by whoever reads the other region.
    "codes_that_are_widened": f"""{ASSERTED}{OUT}scales = page[:, 64:68].view(torch.float32)
move[(4,)](page[:, :64], out)
move[(4,)](scales, out)""",
    "codes_that_are_stored_unscaled": f"""{FP8}assert x.dtype == torch.bfloat16
scales = page[:, 64:68].view(torch.float32)
move[(4,)](x, page[:, :64])
move[(4,)](n, scales)""",
    "halves": f"""{FP8}keys, values = page[:, :32], page[:, 32:]
implicit[(4,)](x, keys, n)
implicit[(4,)](x, values, n)""",
    "the_codes_are_cast_to_the_type_of_the_scales": f"""{ASSERTED}{OUT}codes = page[:, :64]
tail = page[:, 68:].view(torch.bfloat16)
move[(4,)](tail, out)
unpack_by_scale[(4,)](codes, page[:, 64:68], out)  # expect: TL002""",
    "the_scales_of_that_type_are_viewed": f"""{ASSERTED}{OUT}codes = page[:, :64]
tail = page[:, 68:].view(torch.bfloat16)
move[(4,)](tail, out)
unpack_by_scale[(4,)](codes, page[:, 64:68].view(torch.float32), out)""",
    # What is quantized holds floats, and so do its other columns.
    "the_other_columns_are_quantized": """codes = page[:, :64].view(torch.float8_e4m3fn)
scales, tail = page[:, 64:68].view(torch.float32), page[:, 68:]  # expect: TL001
pack_two[(4,)](x[:, :64], x[:, 64:], codes, scales, tail)""",
    "the_other_columns_and_a_view": """codes = page[:, :64].view(torch.float8_e4m3fn)
scales, tail = page[:, 64:68].view(torch.float32), page[:, 68:].view(torch.bfloat16)
pack_two[(4,)](x[:, :64], x[:, 64:], codes, scales, tail)""",
    # Of these nothing is known: they may be bytes already.
    "columns_of_another_tensor": """codes = page[:, :64].view(torch.float8_e4m3fn)
scales, tail = page[:, 64:68].view(torch.float32), page[:, 68:]
pack_two[(4,)](x[:, :64], rope[:, 64:], codes, scales, tail)""",
    "another_launch_quantizes": f"""{ASSERTED}codes = page[:, :64]
implicit[(4,)](x[:, :64], codes, page[:, 64:68].view(torch.float32))
tail = page[:, 68:]  # expect: TL001
move_rows[(4,)](x[:, 64:], tail, codes, False)""",
    "another_launch_quantizes_and_a_view": f"""{ASSERTED}codes = page[:, :64]
implicit[(4,)](x[:, :64], codes, page[:, 64:68].view(torch.float32))
move_rows[(4,)](x[:, 64:], page[:, 68:].view(torch.bfloat16), codes, False)""",
    "another_launch_quantizes_what_it_stands_beside": f"""{ASSERTED}
implicit[(4,)](x[:, :64], page[:, :64], page[:, 64:68].view(torch.float32))
move[(4,)](x[:, 64:], page[:, 68:])  # expect: TL001""",
    "another_launch_quantizes_and_rows_are_bfloat16": f"""{ASSERTED}
assert rope.dtype == torch.bfloat16
implicit[(4,)](x, page[:, :64], page[:, 64:68].view(torch.float32))
tail = page[:, 68:]  # expect: TL001
move[(4,)](rope, tail)""",
    "another_launch_quantizes_beside_a_view": f"""{ASSERTED}
implicit[(4,)](x[:, :64], page[:, :64], page[:, 64:68].view(torch.float32))
move[(4,)](x[:, 64:], page[:, 68:].view(x.dtype))""",
    # What is quantized goes elsewhere: these columns may be codes.
    "another_launch_quantizes_into_another_page": f"""{ASSERTED}
implicit[(4,)](x[:, :64], n[:, :64], page[:, 64:68].view(torch.float32))
move[(4,)](x[:, 64:], page[:, 68:])""",
    # Of these nothing is known: they may be codes already.
    "another_launch_quantizes_other_columns": f"""{ASSERTED}
implicit[(4,)](x[:, :64], page[:, :64], page[:, 64:68].view(torch.float32))
move[(4,)](rope[:, 64:], page[:, 68:])""",
    "another_launch_moves": f"""{ASSERTED}codes = page[:, :64]
move[(4,)](n, page[:, 64:68].view(torch.float32))
move[(4,)](x[:, :64], codes)
move_rows[(4,)](x[:, 64:], page[:, 68:], codes, False)""",
    "bytes_with_all_views": """assert page.dtype == torch.uint8
assert rope.dtype == torch.bfloat16
codes = page[:, :64].view(torch.float8_e4m3fn)
scales, tail = page[:, 64:68].view(torch.float32), page[:, 68:].view(torch.bfloat16)
pack[(4,)](x, rope, codes, scales, tail, 70)""",
    "bytes_without_one": """assert page.dtype == torch.uint8
assert rope.dtype == torch.bfloat16
codes = page[:, :64].view(torch.float8_e4m3fn)
scales, tail = page[:, 64:68].view(torch.float32), page[:, 68:]  # expect: TL001
pack[(4,)](x, rope, codes, scales, tail, 70)""",
}
TWIN = """\
def reader(page, out, n):
    assert page.dtype == torch.float8_e4m3fn
    move[(4,)](page[:, n : n + n // 4].view(torch.float32), out)


"""
# The same bounds elsewhere in the file tell; bounds that can be anything do not.
TWINS = {
    "computed_bounds": TWIN
    + function(f"""
        {ASSERTED.strip()}
        move[(4,)](page[:, n : n + n // 4], rope)  # expect: TL002"""),
    "other_bounds": TWIN
    + function(f"""
        {ASSERTED.strip()}
        move[(4,)](page[:, :n], rope)"""),
    # In the function that launches its names are no other's, whoever calls it.
    "of_who_is_called": TWIN
    + """\
def inner(page, out, n):
    assert page.dtype == torch.float8_e4m3fn
    move[(4,)](page[:, n : n + n // 4], out)  # expect: TL002


"""
    + function("inner(page, rope, x)"),
    "of_who_is_called_by_its_beginning": TWIN
    + """\
def inner(page, out, n):
    assert page.dtype == torch.float8_e4m3fn
    move[(4,)](page[:, n:-4], out)  # expect: TL002


"""
    + function("inner(page, rope, x)"),
    "of_who_is_called_and_views": TWIN
    + """\
def inner(page, out, n):
    assert page.dtype == torch.float8_e4m3fn
    move[(4,)](page[:, n : n + n // 4].view(torch.float32), out)


"""
    + function("inner(page, rope, x)"),
    # Who only cuts has names for what anyone wants of it.
    "of_who_only_cuts": TWIN
    + """\
def cut(page, n):
    return page[:, n : n + n // 4]


"""
    + function(f"""
        {ASSERTED.strip()}
        codes = cut(page, x)
        move[(4,)](codes, rope)"""),
}
# A part of a page by its place in memory.
STRIDED = {
    "strided": f"""{FP8}scales = page.as_strided((4, 1), (n, 4), 64)  # expect: TL001
pack_two[(4,)](x, rope, page, scales, rope)""",
    "strided_keyword": f"""{FP8}
scales = torch.as_strided(page, (4, 1), (n, 4), storage_offset=64)  # expect: TL001
pack_two[(4,)](x, rope, page, scales, rope)""",
    "strided_view": f"""{FP8}scales = page.view(torch.float32).as_strided((4, 1), (n, 1), 16)
pack_two[(4,)](x, rope, page, scales, rope)""",
}
# Bounds that are counted in bytes tell of a wider region, where the kernel takes it for one.
IN_BYTES = {
    "scales_by_fours": f"""{ASSERTED}{OUT}scales = page[:, n : n + x * 4]  # expect: TL002
unpack[(4,)](page[:, :n], scales, page[:, n + x * 4 :].view(torch.bfloat16), out, 70)""",
    "nothing_is_viewed": f"""{ASSERTED}{OUT}scales = page[:, n : n + x * 4]  # expect: TL002
unpack[(4,)](page[:, :n], scales, rope, out, 70)""",
    # Scales that are converted too may be codes.
    "scales_that_may_be_codes": f"""{ASSERTED}{OUT}
scale_only[(4,)](page[:, :n], page[:, n : n + 4 * x], out)""",
    "by_names": f"""{ASSERTED}{OUT}end = n + x * 4
scales = page[:, n:end]  # expect: TL002
unpack[(4,)](page[:, :n], scales, rope, out, 70)""",
    "by_the_size_of_an_element": f"""{FP8}assert rope.dtype == torch.bfloat16
tail = page[:, n : n + x * rope.element_size()]  # expect: TL001
pack[(4,)](x, rope, page[:, :n], page[:, 64:68].view(torch.float32), tail, 70)""",
    "rows_by_twos": f"""{FP8}assert rope.dtype == torch.bfloat16
tail = page[:, n : n + x * 2]  # expect: TL001
pack_two[(4,)](x, rope, page[:, :n], rope, tail)""",
    "all_are_viewed": f"""{ASSERTED}{OUT}scales = page[:, n : n + x * 4].view(torch.float32)
scale_only[(4,)](page[:, :n], scales, out)""",
    # Two thirds of what is codes throughout.
    "codes_by_twos": f"""{ASSERTED}{OUT}keys, values = page[:, : n * 2], page[:, n : n + n * 2]
scale_only[(4,)](keys, rope, out)
unpack_by_scale[(4,)](values, rope, out)""",
    "codes_by_fours": f"""{ASSERTED}{OUT}scale_only[(4,)](page[:, : n * 4], rope, out)
move[(4,)](page[:, n : n + n * 4], out)""",
}
# A row of bytes of which one region is copied, and how many elements the launch says that it has.
COUNTED = """
@triton.jit
def put(x_ptr, rope_ptr, code_ptr, tail_ptr, N: tl.constexpr, R: tl.constexpr):
    x = tl.load(x_ptr + tl.arange(0, N)).to(tl.float32)
    tl.store(code_ptr + tl.arange(0, N), (x * 0.5).to(code_ptr.dtype.element_ty))
    row = tl.load(rope_ptr + tl.arange(0, R))
    tl.store(tail_ptr + tl.arange(0, R), row.to(tail_ptr.dtype.element_ty))


def region(rows, start, size):
    return %s


def f(x, rope, n, r):
    rows = torch.zeros(4, n + r * 2, dtype=torch.uint8)
    code = rows[:, :n].view(torch.float8_e4m3fn)
    tail = %s
    put[(4,)](x, %s, code, tail%s, n, %s)%s
"""
CUT, TAIL = "rows[:, start : start + size]", "region(rows, n, r * 2)"
HERE = "  # expect: TL001"
STRIDES = "torch.as_strided(rows, (4, size), (64, 1), start)"
PUT = {
    "counted": COUNTED % (CUT, "rows[:, n : n + r * 2]" + HERE, "rope", "", "r", ""),
    "counted-narrow": COUNTED % (CUT, "rows.narrow(1, n, r * 2)" + HERE, "rope", "", "r", ""),
    "counted-helper": COUNTED % (CUT + HERE, TAIL, "rope", "", "r", ""),
    "counted-helper-by-strides": COUNTED % (STRIDES + HERE, TAIL, "rope", "", "r", ""),
    "correct-counted-and-viewed": COUNTED
    % (STRIDES, TAIL, "rope", ".view(torch.bfloat16)", "r", ""),
    "correct-bytes-of-counted": COUNTED
    % (CUT, TAIL, "rope.view(torch.uint8)", "", "r * 2", ""),
    "correct-counted-in-bytes": COUNTED % (CUT, TAIL, "rope", "", "r * 2", ""),
    "correct-one-byte-each": COUNTED % (CUT, "region(rows, n, r)", "rope", "", "r", ""),
}
PARAMETERS = "x, rope, page, n, fp8_page"
TEXTS = {name: function(body, PARAMETERS) for name, body in (CASES | STRIDED | IN_BYTES).items()} | {
    f"twin-{name}": text.replace("x, page, n", PARAMETERS) for name, text in TWINS.items()
}
TEXTS |= PUT


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_findings(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"user.py": f"{KERNELS}{text}\n"}
    write(tmp_path, files)
    assert found(select=("TL001", "TL002")) == expected(files)


# What the fix views the region as, and whether that is certain.
FIXES = {
    "scales_are_not": ("torch.float32", "unsafe"),
    "rows_are_not": ("torch.bfloat16", "safe"),
    "read_scales_without": ("torch.float32", "unsafe"),
    "read_rows_without": ("torch.bfloat16", "safe"),
    "bytes_without_one": ("torch.bfloat16", "safe"),
    "twin-computed_bounds": ("torch.float32", "safe"),
}


@pytest.mark.parametrize(("case", "expects"), FIXES.items(), ids=FIXES.keys())
def test_fix(
    case: str, expects: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"user.py": f"{KERNELS}{TEXTS[case]}\n"})
    settings = Settings(root=tmp_path)
    (finding,) = check.check(discover([tmp_path], settings), settings).findings
    assert finding.fix is not None
    dtype, applicability = expects
    assert finding.fix.message == f"View the bytes as `{dtype}`"
    assert finding.fix.applicability == applicability
