"""Memory that a launch is passed for two parameters, through one of which the kernel takes bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import expected, found, write

MODULE = """\
import torch
import triton
import triton.language as tl


@triton.jit
def codes_at(page, offsets):
    return tl.load(page + offsets).to(tl.float8e4nv, bitcast=True).to(tl.float32)


@triton.jit
def decode(out_ptr, page_u8, page_f32, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    codes = tl.load(page_u8 + offsets).to(tl.float8e4nv, bitcast=True)
    scale = tl.load(page_f32 + BLOCK // 4 + offsets)
    tl.store(out_ptr + offsets, codes.to(tl.float32) * scale)


@triton.jit
def decode_by_helper(out_ptr, PAGE_U8, PAGE_F32, first_base, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    scale = tl.load(PAGE_F32 + first_base + offsets)
    tl.store(out_ptr + offsets, codes_at(PAGE_U8, offsets) * scale)


@triton.jit
def encode(x_ptr, page, scales, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32)
    scale = tl.max(tl.abs(x), axis=0) / 448.0
    tl.store(page + offsets, (x / scale).to(tl.float8e4nv).to(tl.uint8, bitcast=True))
    tl.store(scales, scale)


@triton.jit
def pack(x_ptr, page, meta, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    low = tl.load(x_ptr + offsets).to(tl.float32)
    high = tl.load(x_ptr + BLOCK + offsets).to(tl.float32)
    least = tl.minimum(tl.min(low, axis=0), tl.min(high, axis=0))
    codes = (low - least + 0.5).to(tl.int32) & 15 | ((high - least + 0.5).to(tl.int32) & 15) << 4
    packed = codes.to(tl.uint8)
    tl.store(page + offsets, packed)
    tl.store(meta + BLOCK // 2, least.to(tl.bfloat16))


@triton.jit
def rescale(codes_ptr, out_ptr, factor, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    codes = tl.load(codes_ptr + offsets).to(tl.float8e4nv, bitcast=True).to(tl.float32)
    tl.store(out_ptr + offsets, (codes * factor).to(out_ptr.dtype.element_ty))


@triton.jit
def moments(x_ptr, sums, counts, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + offsets).to(tl.float32)
    tl.store(sums, tl.sum(x, axis=0))
    tl.store(counts + 1, tl.sum((x > 0).to(tl.int32), axis=0))


@triton.jit
def attend(q_ptr, k_ptr, v_ptr, out_ptr, FP8: tl.constexpr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    k, v = tl.load(k_ptr + offsets), tl.load(v_ptr + offsets)
    if FP8:
        k = k.to(tl.float8e4nv, bitcast=True)
        v = v.to(tl.float8e4nv, bitcast=True)
    scores = tl.load(q_ptr + offsets).to(tl.float32) * k.to(tl.float32)
    tl.store(out_ptr + offsets, scores * v.to(tl.float32))


@triton.jit
def decode_of_floats(out_ptr, page_u8, page_f32, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    codes = page_u8.to(tl.pointer_type(tl.uint8)) + offsets
    x = tl.load(codes).to(tl.float8e4nv, bitcast=True).to(tl.float32)
    tl.store(out_ptr + offsets, x * tl.load(page_f32 + BLOCK // 4 + offsets))


@triton.jit
def multiply(x_ptr, out, rest, M, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    x = (tl.load(x_ptr + offsets).to(tl.float32) * 2.0).to(out.dtype.element_ty)
    if (tl.program_id(0) + 1) * BLOCK <= M:
        tl.store(out + offsets, x)
    else:
        tl.store(rest + offsets, x, mask=offsets < M)


@triton.jit
def decode_scaled(out_ptr, codes_u8, scale_f32, SCALED: tl.constexpr, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    x = tl.load(codes_u8 + offsets).to(tl.float8e4nv, bitcast=True).to(tl.float32)
    if SCALED:
        x = x * tl.load(scale_f32 + offsets)
    tl.store(out_ptr + offsets, x)


@triton.jit
def count(out_ptr, words, levels, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    flags = tl.load(words + offsets) & 7
    level = tl.load(levels + BLOCK + offsets)
    tl.store(out_ptr + offsets, flags.to(tl.float32) * level.to(tl.float32))


def run(x, page, out, n):
    {launch}{mark}
"""
CASES = {
    "read": ("decode[(1,)](out, page, page, BLOCK=64)", "TL002"),
    "read by a helper": ("decode_by_helper[(1,)](out, page, page, n // 4, BLOCK=64)", "TL002"),
    "stored": ("encode[(1,)](x, page, page, BLOCK=64)", "TL001"),
    "packed": ("pack[(1,)](x, page, page, BLOCK=64)", "TL001"),
    "by names": ("decode[(1,)](page_f32=page, out_ptr=out, page_u8=page, BLOCK=64)", "TL002"),
    "correct: viewed": ("decode[(1,)](out, page, page.view(torch.float32), BLOCK=64)", ""),
    "correct: read from elsewhere": ("decode[(1,)](out, page, x, BLOCK=64)", ""),
    "correct: stored viewed": ("encode[(1,)](x, page, page.view(torch.float32), BLOCK=64)", ""),
    "correct: in place": ("rescale[(1,)](page, page, 0.5, BLOCK=64)", ""),
    "correct: sums and counts": ("moments[(1,)](x, page, page, BLOCK=64)", ""),
    "correct: keys and values": ("attend[(1,)](x, page, page, out, FP8=n, BLOCK=64)", ""),
    "correct: a page of floats": ("decode_of_floats[(1,)](out, page, page, BLOCK=64)", ""),
    "correct: of one type": ("multiply[(1,)](x, page, page, n, BLOCK=64)", ""),
    "correct: nothing is scaled": (
        "decode_scaled[(1,)](out, page, page, SCALED=False, BLOCK=64)",
        "",
    ),
    "correct: it stands in": (
        "decode_scaled[(1,)](out, page, x if n > 9 else page, SCALED=bool(n > 9), BLOCK=64)",
        "",
    ),
    "correct: it stands in, in a list": (
        "given = [out, page, page]\n    if n > 9:\n        given[2] = x\n"
        "    decode_scaled[(1,)](*given, SCALED=n > 9, BLOCK=64)",
        "",
    ),
    "correct: words": ("count[(1,)](out, page, page, BLOCK=64)", ""),
}


@pytest.mark.parametrize(("launch", "code"), CASES.values(), ids=list(CASES))
def test_aliases(launch: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mark = f"  # expect: {code}" if code else ""
    files = {"pages.py": MODULE.format(launch=launch, mark=mark)}
    write(tmp_path, files)
    assert found() == expected(files)
