"""The reference of the paged-cache family against plain loops, and that its inputs are worth
having."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from verify_support import FIXTURES

from tritonlint.verify import quantize
from tritonlint.verify.case import Configuration, load_verifier
from tritonlint.verify.cases.load import import_file

CASE = load_verifier(FIXTURES / "TL001" / "explicit_type_element_ty")
HEAD_DIM = 128


def configuration(flavour: str, layout: str, scale_fmt: str | None) -> Configuration:
    settings = {"layout": layout, "scale_fmt": scale_fmt, "block_size": 16, "dtype": "bfloat16"}
    return Configuration(flavour, settings)


def address(layout: str, row: int, column: int) -> int:
    """Where the byte of a row and column lies in the value region of a page."""
    if layout == "NHD":
        return row * HEAD_DIM + column
    tile = (row // 16) * (HEAD_DIM // 16) + column // 16
    return tile * 256 + (row % 16) * 16 + column % 16


@pytest.mark.parametrize("flavour", ["e4m3fn", "e4m3fnuz"])
@pytest.mark.parametrize("layout", ["NHD", "SHUFFLE"])
@pytest.mark.parametrize("scale_fmt", [None, "ue8m0"])
def test_the_reference_is_what_loops_write(
    flavour: str, layout: str, scale_fmt: str | None
) -> None:
    chosen = configuration(flavour, layout, scale_fmt)
    inputs = CASE.inputs(chosen)
    pages = inputs["cache"].reshape(len(inputs["cache"]), -1).copy()
    largest = np.float32({"e4m3fn": 448, "e4m3fnuz": 240}[flavour])
    for key, slot in zip(inputs["k"], inputs["slots"], strict=True):
        if slot < 0:
            continue
        scale = np.float32(max(np.abs(key).max(), np.float32(1e-4)) / largest)
        if scale_fmt == "ue8m0":
            scale = np.float32(2.0 ** np.ceil(np.log2(np.float64(scale))))
        codes = quantize.encode(key / scale, flavour)
        page, row = divmod(int(slot), 16)
        for column in range(HEAD_DIM):
            pages[page, address(layout, row, column)] = codes[column]
        at = 16 * HEAD_DIM + 4 * row
        pages[page, at : at + 4] = np.frombuffer(scale.tobytes(), np.uint8)
    expected = CASE.expected(chosen, inputs)
    assert np.array_equal(expected["values"], pages[:, : 16 * HEAD_DIM])
    assert np.array_equal(expected["scales"], pages[:, 16 * HEAD_DIM :])


def test_the_inputs_have_ties_of_both_signs_zeros_padding_and_an_untouched_half_page() -> None:
    inputs = CASE.inputs(configuration("e4m3fn", "NHD", None))
    k, slots, scales = inputs["k"], inputs["slots"], inputs["k_scale"]
    with_scale_one = k[scales == 1]
    ties = quantize.midpoints("e4m3fn").astype(np.float32)
    assert np.isin(ties, with_scale_one).all() and np.isin(-ties, with_scale_one).all()
    assert (np.abs(k).max(axis=1) == 0).any()
    assert (slots == -1).sum() == 5 and len(set(slots[slots >= 0].tolist())) == len(slots) - 5
    assert len(inputs["cache"]) * 16 - len(slots[slots >= 0]) == 8
    assert (scales < 2.0**-5).any() and (scales > 1).any()


def test_inputs_are_the_same_on_every_run() -> None:
    first, second = (CASE.inputs(CASE.configurations[0]) for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_given_scales_let_every_boundary_input_through() -> None:
    verifier: Any = load_verifier(FIXTURES / "TL001" / "implicit_store")
    chosen = next(c for c in verifier.configurations if c.settings["dtype"] == "float32")
    inputs = verifier.inputs(chosen)
    stored = (inputs["k"] / inputs["k_scale"][:, None])[inputs["slots"] >= 0]
    boundary = quantize.boundary_values(chosen.flavour)
    assert np.isin(boundary[~np.isnan(boundary)], stored).all() and np.isnan(stored).any()


def test_bfloat16_inputs_are_bfloat16() -> None:
    module: Any = import_file(FIXTURES / "TL001" / "paged_cache.py")
    rows = module.random_rows(4, "bfloat16", seed=0)
    assert not (rows.view(np.uint32) & 0xFFFF).any()
    assert (module.random_rows(4, "float32", seed=0).view(np.uint32) & 0xFFFF).any()
