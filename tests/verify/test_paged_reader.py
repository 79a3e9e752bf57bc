"""The reference of the family that reads codes against plain loops, and that its inputs are worth
having."""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np
import pytest
from verify_support import FIXTURES

from tritonlint.verify import quantize
from tritonlint.verify.case import Configuration, Verifier, find_cases, load_verifier
from tritonlint.verify.cases.load import import_file
from tritonlint.verify.gpu.agreement import differing

FAMILY: Any = import_file(FIXTURES / "TL002" / "paged_reader.py")
HEAD_DIM = 128
READERS = {folder.name: load_verifier(folder) for folder in find_cases([FIXTURES / "TL002"])}
EVERY = [
    pytest.param(verifier, configuration, id=f"{name} {configuration.name}")
    for name, verifier in READERS.items()
    for configuration in verifier.configurations
]
PRODUCTS = [each for each in EVERY if "random_rows" in each.values[1].settings]


def value(code: int, flavour: str) -> float:
    """What a code stands for, by the specification's formula."""
    bias, nans = {"e4m3fn": (7, {0x7F, 0xFF}), "e4m3fnuz": (8, {0x80})}[flavour]
    if code in nans:
        return math.nan
    sign, exponent, fraction = (-1) ** (code >> 7), (code >> 3) & 15, code & 7
    if exponent == 0:
        return sign * fraction * 2.0 ** (-2 - bias)
    return sign * (8 + fraction) * 2.0 ** (exponent - bias - 3)


@pytest.mark.parametrize("flavour", ["e4m3fn", "e4m3fnuz"])
def test_keys_are_what_a_loop_reads_from_the_bytes_of_the_cache(flavour: str) -> None:
    page_size = 16
    chosen = Configuration(flavour, {"page_size": page_size, "scale": "power of two"})
    inputs = READERS["explicit_cast"].inputs(chosen)
    pages = inputs["cache"].reshape(len(inputs["cache"]), -1)
    rows = []
    for slot in inputs["slots"]:
        page, row = divmod(int(slot), page_size)
        at = page_size * HEAD_DIM + 4 * row
        (scale,) = struct.unpack("<f", pages[page, at : at + 4].tobytes())
        codes = pages[page, row * HEAD_DIM : (row + 1) * HEAD_DIM].tolist()
        rows.append([value(code, flavour) * scale for code in codes])
    expected = READERS["explicit_cast"].expected(chosen, inputs)["keys"]
    assert np.array_equal(expected.reshape(-1, HEAD_DIM), np.float32(rows), equal_nan=True)


@pytest.mark.parametrize("name", ["arithmetic", "whole_tensor"])
def test_products_are_what_a_loop_sums(name: str) -> None:
    verifier = READERS[name]
    inputs = verifier.inputs(verifier.configurations[0])
    width = len(inputs["vector"])
    (expected,) = verifier.expected(verifier.configurations[0], inputs).values()
    for row, seen in zip(inputs["cache"], expected[0], strict=True):
        (scale,) = struct.unpack("<f", row[width:].tobytes())
        numbers = [value(code, "e4m3fn") for code in row[:width].tolist()]
        total = math.fsum(n * v for n, v in zip(numbers, inputs["vector"].tolist(), strict=True))
        right = np.float32(total) * np.float32(scale)
        assert seen == right or (np.isnan(seen) and np.isnan(right))


@pytest.mark.parametrize(("verifier", "configuration"), EVERY)
def test_the_inputs_have_every_byte_and_the_hazard_spoils_nearly_all(
    verifier: Any, configuration: Configuration
) -> None:
    inputs = verifier.inputs(configuration)
    assert set(inputs["codes"].reshape(-1).tolist()) == set(range(256))
    right = verifier.expected(configuration, inputs)
    spoilt = verifier.as_flagged(configuration, inputs)
    for region in right:
        share = differing(right[region], spoilt[region], "").mean()
        assert share > 0.99 if region in verifier.harmed else share == 0


@pytest.mark.parametrize(("verifier", "configuration"), PRODUCTS)
def test_the_order_of_a_sum_does_not_matter(
    verifier: Verifier, configuration: Configuration
) -> None:
    inputs = verifier.inputs(configuration)
    values = quantize.decode(inputs["codes"], "e4m3fn")
    for numbers, smallest in ((values, 2.0**-9), (inputs["codes"], 1.0)):
        terms = numbers.astype(np.float64) * inputs["vector"] / smallest
        terms = terms[~np.isnan(terms).any(axis=1)]
        assert np.array_equal(terms, np.rint(terms))
        assert (np.abs(terms).sum(axis=1) <= 2**24).all()


def test_each_byte_value_is_seen_alone() -> None:
    inputs = READERS["arithmetic"].inputs(READERS["arithmetic"].configurations[0])
    for code, row in enumerate(inputs["codes"][:256]):
        assert sorted(row)[-1] == code and (row != 0).sum() == (code != 0)


def test_0x38_is_read_as_56_as_flagged_and_as_1_as_fixed() -> None:
    verifier: Any = READERS["explicit_cast"]
    chosen = next(c for c in verifier.configurations if c.settings["scale"] == "one")
    inputs = verifier.inputs(chosen)
    at = (inputs["codes"] == 0x38)[inputs["slots"]].reshape(-1)
    flagged, fixed = verifier.as_flagged(chosen, inputs), verifier.expected(chosen, inputs)
    assert set(flagged["keys"].reshape(-1)[at]) == {56.0}
    assert set(fixed["keys"].reshape(-1)[at]) == {1.0}


def test_bfloat16_is_to_nearest_and_ties_to_even() -> None:
    step = 2.0**-7
    exact = np.float32([1, 1 + step, -3.5, 0, 448 * 2.0**-20])
    assert np.array_equal(FAMILY.to_bfloat16(exact), exact)
    ties = np.float32([1 + step / 2, 1 + 3 * step / 2, -1 - step / 2, 2 - step / 2])
    assert FAMILY.to_bfloat16(ties).tolist() == [1, 1 + 2 * step, -1, 2]
    near = np.nextafter(ties, np.float32(4))
    assert FAMILY.to_bfloat16(near).tolist() == [1 + step, 1 + 2 * step, -1, 2]
    assert np.signbit(FAMILY.to_bfloat16(np.float32(-0.0)))
    assert np.isnan(FAMILY.to_bfloat16(np.float32("nan")))


@pytest.mark.parametrize("page_size", [16, 64])
def test_keys_with_float32_scales_have_ties_of_bfloat16(page_size: int) -> None:
    chosen = Configuration("e4m3fn", {"page_size": page_size, "scale": "float32"})
    inputs = READERS["explicit_cast"].inputs(chosen)
    numbers = quantize.decode(inputs["codes"], "e4m3fn") * inputs["scales"][:, None]
    assert ((numbers.view(np.uint32) & 0xFFFF) == 0x8000).sum() > 100


def test_inputs_are_the_same_on_every_run() -> None:
    for verifier in READERS.values():
        first, second = (verifier.inputs(verifier.configurations[-1]) for _ in range(2))
        assert all(np.array_equal(first[name], second[name]) for name in first)
