"""Kernels that make pointers of the addresses in a table, of the element type that the pointer of a
sample has: what lies there is what the sample holds. `# expect:` stands where a finding begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import IMPORTS, expected, found, write

# What a kernel does with an address that it loads from `table_ptr`.
STORES = {
    "method": """\
    page = tl.load(table_ptr + layer).to(tl.pointer_type(like_ptr.dtype.element_ty))
    tl.store(page + token * N + lanes, x.to(like_ptr.dtype.element_ty))
""",
    "named": """\
    kind = like_ptr.type.element_ty
    page = tl.cast(tl.load(table_ptr + layer), tl.pointer_type(kind))
    tl.store(page + token * N + lanes, x)
""",
    "type of the pointer": """\
    page = tl.load(table_ptr + layer).to(like_ptr.dtype)
    tl.store(page + token * N + lanes, x.to(page.dtype.element_ty))
""",
    "helper": """\
    page = page_of(table_ptr, layer, like_ptr.dtype.element_ty)
    tl.store(page + token * N + lanes, x)
""",
}
SOURCE = (
    IMPORTS
    + """\
@triton.jit
def page_of(table_ptr, layer, KIND: tl.constexpr):
    return tl.load(table_ptr + layer).to(tl.pointer_type(KIND))


@triton.jit
def write(x_ptr, table_ptr, like_ptr, scale_ptr, N: tl.constexpr):
    token, layer, lanes = tl.program_id(0), tl.program_id(1), tl.arange(0, N)
    x = tl.load(x_ptr + token * N + lanes).to(tl.float32) / tl.load(scale_ptr + layer)
%s

@triton.jit
def read(table_ptr, like_ptr, scale_ptr, out_ptr, N: tl.constexpr):
    token, layer, lanes = tl.program_id(0), tl.program_id(1), tl.arange(0, N)
    page = tl.load(table_ptr + layer).to(tl.pointer_type(like_ptr.dtype.element_ty))
    x = tl.load(page + token * N + lanes).to(tl.float32) * tl.load(scale_ptr + layer)
    tl.store(out_ptr + token * N + lanes, x)


@triton.jit
def move(from_ptr, to_ptr, like_ptr, N: tl.constexpr):
    layer, lanes = tl.program_id(0), tl.arange(0, N)
    source = tl.load(from_ptr + layer).to(tl.pointer_type(like_ptr.dtype.element_ty))
    target = tl.load(to_ptr + layer).to(tl.pointer_type(like_ptr.dtype.element_ty))
    tl.store(target + lanes, tl.load(source + lanes))


class Layers:
    def __init__(self, layers, slots, row):
        self.pages = [torch.zeros(slots, row, dtype=torch.uint8) for _ in range(layers)]
        self.scales = torch.ones(layers)
        self.table = torch.tensor([each.data_ptr() for each in self.pages], dtype=torch.uint64)

    def codes(self, layer):
        return self.pages[layer].view(torch.float8_e4m3fn)


"""
)
LAUNCHES = """\
def fill(layers, x):
    sample = layers.%s
    write[(8, 4)](x, layers.table, sample, layers.scales, N=64)%s


def gather(layers):
    out = torch.empty(8, 64, dtype=torch.bfloat16)
    read[(8, 4)](layers.table, layers.%s, layers.scales, out, N=64)%s
    return out


def shift(layers, other):
    move[(4,)](layers.table, other, layers.pages[0], N=64)


def start(x, other):
    layers = Layers(4, 8, 64)
    fill(layers, x)
    shift(layers, other)
    return gather(layers)
"""


@pytest.mark.parametrize("how", STORES)
def test_what_lies_behind_a_table_is_what_its_sample_holds(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    marks = ("pages[0]", "  # expect: TL001", "pages[1]", "  # expect: TL002")
    files = {"page.py": SOURCE % STORES[how] + LAUNCHES % marks}
    write(tmp_path, files)
    assert found() == expected(files)


@pytest.mark.parametrize("how", STORES)
def test_a_sample_that_is_viewed_is_right(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(
        tmp_path,
        {"page.py": SOURCE % STORES[how] + LAUNCHES % ("codes(0)", "", "codes(1)", "")},
    )
    assert not found()


def test_codes_that_are_stored_as_bytes_are_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = STORES["method"].replace(
        "x.to(like_ptr.dtype.element_ty)", "x.to(tl.float8e4nv).to(tl.uint8, bitcast=True)"
    )
    write(tmp_path, {"page.py": SOURCE % store + LAUNCHES % ("pages[0]", "", "codes(1)", "")})
    assert not found()
