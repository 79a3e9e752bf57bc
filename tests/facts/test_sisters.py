"""What other launches of a kernel, other parameters of the same launch, and other files of the
project tell of the bytes that a launch passes. Each case is a project; `# expect:` stands where a
finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

BLOCKS = (
    IMPORTS
    + """\
@triton.jit
def dot_blocks(block_ptr, scale_ptr, x_ptr, out_ptr, BLOCK: tl.constexpr):
    row = tl.program_id(0)
    column = tl.arange(0, BLOCK)
    scale = tl.load(scale_ptr + row * 9).to(tl.float32)
    code = (tl.load(block_ptr + row * 18 + 2 + column // 2) >> (4 * (column % 2))) & 15
    x = tl.load(x_ptr + column).to(tl.float32)
    tl.store(out_ptr + row, tl.sum((code.to(tl.float32) - 8.0) * scale * x))


@triton.jit
def both_bits(low_ptr, high_ptr, out_ptr, BLOCK: tl.constexpr):
    column = tl.arange(0, BLOCK)
    low = tl.load(low_ptr + column) & 15
    high = tl.load(high_ptr + column) >> 4
    tl.store(out_ptr + column, (low + high).to(tl.float32))


@triton.jit
def numbers_and_bits(codes_u8_ptr, flags_ptr, out_ptr, BLOCK: tl.constexpr):
    column = tl.arange(0, BLOCK)
    number = tl.load(codes_u8_ptr + column).to(tl.float32)
    odd = tl.load(flags_ptr + column) & 1
    tl.store(out_ptr + column, tl.where(odd != 0, number, -number))


@triton.jit
def widen(page_ptr, out_ptr, BLOCK: tl.constexpr):
    column = tl.arange(0, BLOCK)
    tl.store(out_ptr + column, tl.load(page_ptr + column).to(tl.float32))


@triton.jit
def encode(x_ptr, page_ptr, BLOCK: tl.constexpr):
    column = tl.arange(0, BLOCK)
    code = (tl.load(x_ptr + column) * 448.0).to(tl.float8e4nv)
    tl.store(page_ptr + column, code.to(tl.uint8, bitcast=True))


@triton.jit
def round_to(x_ptr, page_ptr, BLOCK: tl.constexpr):
    column = tl.arange(0, BLOCK)
    tl.store(page_ptr + column, (tl.load(x_ptr + column) + 0.5).to(tl.uint8))


@triton.jit
def decode(page_ptr, out_ptr, BLOCK: tl.constexpr):
    column = tl.arange(0, BLOCK)
    code = tl.load(page_ptr + column).to(tl.float8e4nv, bitcast=True)
    tl.store(out_ptr + column, code.to(tl.float32))


def need_bytes(blocks):
    if blocks.dtype != torch.uint8:
        raise TypeError("blocks are bytes")


"""
)

PAGES = """
        class Pages:
            def __init__(self, n):
                self.held = torch.zeros(n, dtype=torch.uint8)

            def put(self, x):
                %s[(1,)](x, self.held, BLOCK=64)

            def get(self, out):
                %s
        """
WIDENED = "widen[(1,)](self.held, out, BLOCK=64)"
ONE_FILE = {
    "another kernel stores codes": PAGES % ("encode", f"{WIDENED}  # expect: TL002"),
    "another kernel stores codes, by a name": """
        def put(x, codes_of_all):
            need_bytes(codes_of_all)
            encode[(1,)](x, page_ptr=codes_of_all, BLOCK=64)

        def get(codes_of_all, out):
            need_bytes(codes_of_all)
            widen[(1,)](codes_of_all, out, BLOCK=64)  # expect: TL002
        """,
    "correct: another kernel stores codes that are viewed": PAGES
    % ("encode", WIDENED.replace("held,", "held.view(torch.float8_e4m3fn),")),
    "correct: both kernels know of codes": PAGES
    % ("encode", WIDENED.replace("widen", "decode")),
    "correct: another kernel stores levels": PAGES % ("round_to", WIDENED),
    "correct: another kernel stores codes elsewhere": """
        def f(x, codes, levels, out):
            need_bytes(codes)
            need_bytes(levels)
            encode[(1,)](x, codes, BLOCK=64)
            widen[(1,)](levels, out, BLOCK=64)
        """,
    "the same bytes twice": """
        def f(blocks, x, out):
            need_bytes(blocks)
            dot_blocks[(4,)](blocks, blocks, x, out, BLOCK=32)  # expect: TL002
        """,
    "the same bytes twice, made here": """
        def f(x, out):
            blocks = torch.zeros(72, dtype=torch.uint8)
            dot_blocks[(4,)](block_ptr=blocks, scale_ptr=blocks, x_ptr=x, out_ptr=out, BLOCK=32)  # expect: TL002
        """,
    "the same bytes twice, over a call": """
        def launch(blocks, x, out):
            held = blocks.contiguous()
            dot_blocks[(4,)](held, held, x, out, BLOCK=32)  # expect: TL002

        def f(blocks, x, out):
            need_bytes(blocks)
            launch(blocks, x, out)
        """,
    "correct, viewed": """
        def f(blocks, x, out):
            need_bytes(blocks)
            dot_blocks[(4,)](blocks, blocks.view(torch.float16), x, out, BLOCK=32)
        """,
    "correct, bits both times": """
        def f(blocks, out):
            need_bytes(blocks)
            both_bits[(1,)](blocks, blocks, out, BLOCK=32)
        """,
    "correct, integers by their name": """
        def f(codes, out):
            need_bytes(codes)
            numbers_and_bits[(1,)](codes, codes, out, BLOCK=32)
        """,
    "correct, counts where another launch passes codes": """
        def right(page, out):
            need_bytes(page)
            widen[(1,)](page.view(torch.float8_e4m3fn), out, BLOCK=32)

        def counts(page, out):
            need_bytes(page)
            widen[(1,)](page, out, BLOCK=32)
        """,
    "correct, viewed by both": """
        def one(page, out):
            need_bytes(page)
            widen[(1,)](page.view(torch.float8_e4m3fn), out, BLOCK=32)

        def other(page, out):
            need_bytes(page)
            widen[(1,)](page_ptr=page.view(dtype=torch.float8_e4m3fn), out_ptr=out, BLOCK=32)
        """,
    "correct, viewed as two types by others": """
        def one(page, out):
            widen[(1,)](page.view(torch.float8_e4m3fn), out, BLOCK=32)

        def other(page, out):
            widen[(1,)](page.view(torch.float16), out, BLOCK=32)

        def pixels(page, out):
            need_bytes(page)
            widen[(1,)](page, out, BLOCK=32)
        """,
    "correct, pixels": """
        def f(pixels, out):
            need_bytes(pixels)
            widen[(1,)](pixels, out, BLOCK=32)
        """,
}

UNPACK = (
    IMPORTS
    + """\
@triton.jit
def unpack(code_ptr, scale_ptr, tail_ptr, out_ptr):
    code = tl.load(code_ptr + tl.arange(0, 64)).to(tl.float32) * tl.load(scale_ptr)
    tl.store(out_ptr + tl.arange(0, 64), code.to(out_ptr.dtype.element_ty))
    tail = tl.load(tail_ptr + tl.arange(0, 16)).to(tl.bfloat16)
    tl.store(out_ptr + 64 + tl.arange(0, 16), tail)


def read(page, wide, tiles, out):
    assert page.dtype == torch.float8_e4m3fn
    scale = page[:, wide : wide + tiles * 4].view(torch.float32)
    tail = page[:, wide + tiles * 4 :]{view}
    unpack[(1,)](page[:, :wide], scale, tail, out){expect}
"""
)
# Who writes the page, in another file.
WRITES = """\
import torch


def split(out, wide, tiles):
    tail = out[..., wide + tiles * 4 :].view(torch.{type})
    return out[..., :wide], tail
"""
OTHERS = {
    "written in another file": ("", "bfloat16", True),
    "correct, viewed": (".view(torch.bfloat16)", "bfloat16", False),
    "correct, codes there too": ("", "float8_e4m3fn", False),
}


FP8_STORE = (
    IMPORTS
    + """\
@triton.jit
def store_fp8(x_ptr, out_ptr, BLOCK: tl.constexpr):
    column = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + column).to(tl.float32) / 448.0
    tl.store(out_ptr + column, x.to(out_ptr.dtype.element_ty))


@triton.jit
def store_rows(x_ptr, out_ptr, BLOCK: tl.constexpr):
    column = tl.arange(0, BLOCK)
    x = tl.load(x_ptr + column).to(tl.float32) * 2.0
    tl.store(out_ptr + column, x.to(out_ptr.dtype.element_ty))


def copy_fp8(x, out):
    store_fp8[(1,)](x, out, BLOCK=64)  # not looked at


def copy_rows(x, out):
    store_rows[(1,)](x, out, BLOCK=64)  # not looked at
"""
)
OPERATOR = """\
import torch

from pages.kernels import copy_fp8, copy_rows


class ByHead:
    def write(self, layer, x):
        pool = self.pool
        copy_fp8(x, pool.pages[layer].view(torch.float8_e4m3fn))


class ByTensor:
    def write(self, layer, x):
        pool = self.pool
        {call}
"""
# Who else hands on the same attribute, and what it is handed to.
ATTRIBUTES = {
    "viewed by others": "copy_fp8(x, pool.pages[layer])  # expect: TL001",
    "correct, viewed": "copy_fp8(x, pool.pages[layer].view(torch.float8_e4m3fn))",
    "correct, handed to what says nothing of fp8": "copy_rows(x, pool.pages[layer])",
    "correct, another attribute": "copy_fp8(x, pool.codes[layer])",
    "correct, a name": "page = pool.pages[layer]; copy_rows(x, page)",
}


@pytest.mark.parametrize("call", ATTRIBUTES.values(), ids=list(ATTRIBUTES))
def test_same_attribute(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "pages/__init__.py": "",
        "pages/kernels.py": FP8_STORE,
        "pages/operators.py": OPERATOR.replace("{call}", call),
    }
    write(tmp_path, files)
    assert found() == expected(files)


@pytest.mark.parametrize("text", ONE_FILE.values(), ids=list(ONE_FILE))
def test_sisters(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [line.removeprefix("        ") for line in text.strip("\n").split("\n")]
    files = {"user.py": BLOCKS + "\n".join(lines) + "\n"}
    write(tmp_path, files)
    assert found() == expected(files)


# Each argument is an entry called after values: the keys are no counterpart of the codes.
ENTRIES = IMPORTS + """
@triton.jit
def _quantize_keys_kernel(
    k_ptr, code_ptr, scale_ptr, code_stride, scale_stride, WIDTH: tl.constexpr, MOST: tl.constexpr
):
    row = tl.program_id(0)
    lane = tl.arange(0, WIDTH)
    k = tl.load(k_ptr + row * WIDTH + lane).to(tl.float32)
    scale = tl.maximum(tl.max(tl.abs(k), axis=0), 1e-4) / MOST
    tl.store(code_ptr + row * code_stride + lane, (k / scale).to(code_ptr.dtype.element_ty))
    tl.store(scale_ptr + row * scale_stride, scale)


def with_count(value: torch.Tensor) -> dict[str, object]:
    return {"value": value, "count": value.shape[0]}


def quantize_keys(k: torch.Tensor, cache: torch.Tensor) -> None:
    assert cache.dtype == torch.uint8
    rows, width = k.shape
    value = cache[:, :width].view(torch.float8_e4m3fn)
    scale = cache[:, width:].view(torch.float32)
    _quantize_keys_kernel[(rows,)](
        with_count(k)["value"],
        with_count(value)["value"],
        with_count(scale)["value"],
        value.stride(0),
        scale.stride(0),
        WIDTH=width,
        MOST=448.0,
    )
"""


def test_entries_that_are_called_after_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"quantizer.py": ENTRIES})
    assert not found()


@pytest.mark.parametrize(("view", "element", "wrong"), OTHERS.values(), ids=list(OTHERS))
def test_twins_across_files(
    view: str, element: str, wrong: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    reader = UNPACK.replace("{view}", view + ("  # expect: TL002" if wrong else ""))
    files = {
        "pages/__init__.py": "",
        "pages/read.py": reader.replace("{expect}", ""),
        "pages/written/__init__.py": "",
        "pages/written/write.py": WRITES.replace("{type}", element),
    }
    write(tmp_path, files)
    assert found() == expected(files)
