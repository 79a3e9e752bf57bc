"""An independent 8-bit float quantizer: float32 to codes and back, bit-exact, without torch and
without Triton.

A reference that shares code with what it judges shares its bugs. This one is a table: the values of
a flavour in the order of their codes, and the midpoints between neighbours. A float is encoded by
where it falls among the midpoints, in float64, in which every value and every midpoint is exact.
There are no shifts, no masks and no bias arithmetic on the input, which is what a kernel or a
converter would do.

Sources: the OCP 8-bit floating point specification 1.0 for e4m3fn and e5m2; "8-bit Numerical
Formats For Deep Neural Networks" (Noune et al., 2022) for e4m3fnuz, whose exponent bias is 8, which
has one zero, and whose only NaN is 0x80.

Rules of `encode`, those of PTX's `cvt.rn.satfinite`: round to nearest, ties to the even code; what
is beyond the largest finite value, infinities included, becomes the largest finite value of that
sign; NaN becomes the flavour's canonical NaN (0x7F for e4m3fn and e5m2, 0x80 for e4m3fnuz),
whatever its sign. A negative number that rounds to zero keeps its sign (0x80) where the flavour has
a negative zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Format:
    """The layout of an 8-bit float: widths in bits, `largest_code` the code of the largest finite
    value, `nan` the canonical NaN, `infinity` the code of +infinity or None where the format has
    none."""

    name: str
    exponent_bits: int
    mantissa_bits: int
    bias: int
    largest_code: int
    nan: int
    infinity: int | None
    negative_zero: bool


FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("e4m3fn", 4, 3, 7, 0x7E, 0x7F, None, True),
        Format("e4m3fnuz", 4, 3, 8, 0x7F, 0x80, None, False),
        Format("e5m2", 5, 2, 15, 0x7B, 0x7F, 0x7C, True),
    )
}


def _magnitude(spec: Format, code: int) -> float:
    """The value of a finite code without its sign bit."""
    exponent, mantissa = divmod(code, 1 << spec.mantissa_bits)
    fraction = mantissa / (1 << spec.mantissa_bits)
    if exponent == 0:
        return float(fraction * 2.0 ** (1 - spec.bias))
    return float((1 + fraction) * 2.0 ** (exponent - spec.bias))


@cache
def finite_values(flavour: str) -> npt.NDArray[np.float64]:
    """The finite values from zero up; the index of a value is its code."""
    spec = FORMATS[flavour]
    return np.array([_magnitude(spec, code) for code in range(spec.largest_code + 1)])


@cache
def midpoints(flavour: str) -> npt.NDArray[np.float64]:
    """The midpoints between neighbouring finite values; number `i` lies between the codes `i` and
    `i + 1`. All are exact in float32 too."""
    values = finite_values(flavour)
    return np.asarray((values[:-1] + values[1:]) / 2)


@cache
def code_values(flavour: str) -> Floats:
    """The values of all 256 codes as float32, of shape [256]."""
    spec = FORMATS[flavour]
    values = np.full(256, np.nan, dtype=np.float32)
    finite = finite_values(flavour).astype(np.float32)
    values[: finite.size] = finite
    values[0x80 : 0x80 + finite.size] = -finite
    if spec.infinity is not None:
        values[spec.infinity] = np.inf
        values[spec.infinity | 0x80] = -np.inf
    if not spec.negative_zero:
        values[0x80] = np.nan
    return values


def decode(codes: Codes, flavour: str) -> Floats:
    """The float32 values of `codes`, of the same shape."""
    return np.asarray(code_values(flavour)[codes])


def encode(values: npt.ArrayLike, flavour: str) -> Codes:
    """The codes of `values` (rounded to float32 first, unless they are), of the same shape, by the
    module's rules."""
    spec = FORMATS[flavour]
    with np.errstate(invalid="ignore"):  # widening a signalling NaN
        exact = np.asarray(values, dtype=np.float32).astype(np.float64)
    magnitude = np.abs(exact)
    table = midpoints(flavour)
    below = np.searchsorted(table, magnitude, side="left")
    not_above = np.searchsorted(table, magnitude, side="right")
    # The two differ on a midpoint only: then one of the neighbouring codes is even.
    codes = np.where(below % 2 == 0, below, not_above).astype(np.uint8)
    negative = np.signbit(exact) & (spec.negative_zero | (codes != 0))
    codes = np.where(negative, codes | 0x80, codes).astype(np.uint8)
    return np.where(np.isnan(exact), np.uint8(spec.nan), codes).astype(np.uint8)


def is_nan(codes: Codes, flavour: str) -> npt.NDArray[np.bool_]:
    """Which codes are NaN."""
    return np.isnan(decode(codes, flavour))


def differ(left: Codes, right: Codes, flavour: str) -> npt.NDArray[np.bool_]:
    """Which codes differ. Two NaN codes count as the same: no standard says which sign a converted
    NaN has."""
    return np.asarray((left != right) & ~(is_nan(left, flavour) & is_nan(right, flavour)))


def boundary_values(flavour: str) -> Floats:
    """Inputs that separate a right quantizer from a wrong one, as float32: every finite value,
    every midpoint and the float32 just below and just above it, both signs, both zeros; the largest
    finite value, the next float32, the first value that would round past it, 2^20; infinities and
    NaN."""
    values = finite_values(flavour).astype(np.float32)
    ties = midpoints(flavour).astype(np.float32)
    below = np.nextafter(ties, np.float32(0))
    above = np.nextafter(ties, np.float32(np.inf))
    largest = values[-1]
    beyond = largest + (largest - values[-2]) / np.float32(2)
    top = np.array(
        [np.nextafter(largest, np.float32(np.inf)), beyond, 2 * largest, 2.0**20, np.inf],
        dtype=np.float32,
    )
    positive = np.concatenate([values, ties, below, above, top]).astype(np.float32)
    return np.concatenate([positive, -positive, np.array([np.nan], dtype=np.float32)])
