"""The quantizer against definitions that do not share its table."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tritonlint.verify import quantize

FLAVOURS = sorted(quantize.FORMATS)
ALL_CODES = np.arange(256, dtype=np.uint8)
LARGEST = {"e4m3fn": 448.0, "e4m3fnuz": 240.0, "e5m2": 57344.0}
SMALLEST = {"e4m3fn": 2.0**-9, "e4m3fnuz": 2.0**-10, "e5m2": 2.0**-16}


def value_by_hand(code: int, flavour: str) -> float:
    """The value of a code from the fields of its format, as its specification writes it down."""
    exponent_bits, bias = {"e4m3fn": (4, 7), "e4m3fnuz": (4, 8), "e5m2": (5, 15)}[flavour]
    mantissa_bits = 7 - exponent_bits
    sign = -1.0 if code & 0x80 else 1.0
    exponent = (code & 0x7F) >> mantissa_bits
    mantissa = code & ((1 << mantissa_bits) - 1)
    if flavour == "e4m3fn" and code & 0x7F == 0x7F:
        return math.nan
    if flavour == "e4m3fnuz" and code == 0x80:
        return math.nan
    if flavour == "e5m2" and exponent == 31:
        return math.nan if mantissa else sign * math.inf
    if exponent == 0:
        return sign * mantissa * 2.0 ** (1 - bias - mantissa_bits)
    return sign * (1 + mantissa / (1 << mantissa_bits)) * 2.0 ** (exponent - bias)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_code_decodes_to_the_value_of_its_fields(flavour: str) -> None:
    by_hand = np.array([value_by_hand(code, flavour) for code in range(256)], dtype=np.float32)
    decoded = quantize.decode(ALL_CODES, flavour)
    assert np.array_equal(decoded, by_hand, equal_nan=True)
    assert np.array_equal(np.signbit(decoded), np.signbit(by_hand)) or flavour == "e4m3fnuz"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_finite_code_survives_a_round_trip(flavour: str) -> None:
    values = quantize.decode(ALL_CODES, flavour)
    finite = np.isfinite(values)
    assert finite.sum() == {"e4m3fn": 254, "e4m3fnuz": 255, "e5m2": 248}[flavour]
    assert np.array_equal(quantize.encode(values[finite], flavour), ALL_CODES[finite])


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_every_midpoint_goes_to_the_even_code(flavour: str, sign: float) -> None:
    codes = np.arange(quantize.FORMATS[flavour].largest_code, dtype=np.uint8)
    below, above = (
        quantize.decode(each, flavour).astype(np.float64) for each in (codes, codes + 1)
    )
    ties = (below + above) / 2
    assert np.array_equal(ties, ties.astype(np.float32).astype(np.float64)), "ties are float32"
    even = np.where(codes % 2 == 0, codes, codes + 1)
    assert np.array_equal(quantize.encode(sign * ties, flavour), signed(even, sign, flavour))


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_beside_a_midpoint_the_nearer_code_wins(flavour: str, sign: float) -> None:
    codes = np.arange(quantize.FORMATS[flavour].largest_code, dtype=np.uint8)
    ties = ((quantize.decode(codes, flavour) + quantize.decode(codes + 1, flavour)) / 2).astype(
        np.float32
    )
    below = np.nextafter(ties, np.float32(0))
    above = np.nextafter(ties, np.float32(np.inf))
    assert np.array_equal(quantize.encode(sign * below, flavour), signed(codes, sign, flavour))
    assert np.array_equal(quantize.encode(sign * above, flavour), signed(codes + 1, sign, flavour))


def signed(codes: np.ndarray, sign: float, flavour: str) -> np.ndarray:
    """The codes with the sign bit for a negative sign; fnuz has one zero only."""
    if sign > 0:
        return codes.astype(np.uint8)
    negative = (codes | 0x80).astype(np.uint8)
    return np.where(codes == 0, 0, negative) if flavour == "e4m3fnuz" else negative


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_beyond_the_largest_finite_value_it_saturates(flavour: str) -> None:
    largest = np.float32(LARGEST[flavour])
    top = quantize.FORMATS[flavour].largest_code
    beyond = [largest, np.nextafter(largest, np.float32(np.inf)), 2 * largest, 1e38, np.inf]
    assert quantize.encode(beyond, flavour).tolist() == [top] * 5
    negative = quantize.encode(-np.array(beyond, dtype=np.float32), flavour)
    assert negative.tolist() == [top | 0x80] * 5


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_nan_is_canonical_whatever_its_sign(flavour: str) -> None:
    canonical = 0x80 if flavour == "e4m3fnuz" else 0x7F
    nans = np.array([0x7FC00000, 0xFFC00000, 0x7F800001], dtype=np.uint32).view(np.float32)
    assert quantize.encode(nans, flavour).tolist() == [canonical] * 3


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_zeros_and_what_rounds_to_zero(flavour: str) -> None:
    tiny = SMALLEST[flavour] / 2
    codes = quantize.encode([0.0, -0.0, tiny, -tiny, 1e-45, -1e-45], flavour).tolist()
    negative = 0x00 if flavour == "e4m3fnuz" else 0x80
    assert codes == [0, negative, 0, negative, 0, negative]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_every_bfloat16_goes_to_a_nearest_code(flavour: str) -> None:
    numbers = (np.arange(1 << 16, dtype=np.uint32) << 16).view(np.float32)
    numbers = numbers[np.isfinite(numbers) & (np.abs(numbers) <= LARGEST[flavour])]
    finite = quantize.decode(ALL_CODES, flavour).astype(np.float64)
    finite = np.unique(finite[np.isfinite(finite)])
    chosen = quantize.decode(quantize.encode(numbers, flavour), flavour).astype(np.float64)
    exact = numbers.astype(np.float64)
    right = np.searchsorted(finite, exact).clip(1, len(finite) - 1)
    distances = np.minimum(np.abs(finite[right] - exact), np.abs(finite[right - 1] - exact))
    assert np.array_equal(np.abs(chosen - exact), distances)


def test_two_nan_codes_are_the_same_and_nothing_else_is() -> None:
    left = np.array([0x7F, 0x7F, 0x00, 0x38], dtype=np.uint8)
    right = np.array([0xFF, 0x7E, 0x80, 0x38], dtype=np.uint8)
    assert quantize.differ(left, right, "e4m3fn").tolist() == [False, True, True, False]


def test_the_boundary_inputs_tell_truncation_from_rounding() -> None:
    values = quantize.boundary_values("e4m3fn")
    assert np.isnan(values).any() and np.isinf(values).any() and (values < 0).any()
    toward_zero = quantize.decode(quantize.encode(values, "e4m3fn"), "e4m3fn")
    assert (np.abs(toward_zero) > np.abs(values)).any(), "some round away from zero"
    assert set(quantize.encode(values, "e4m3fn").tolist()) >= set(range(0x7F))
