"""How numbers came about, by what they are computed from: what a watched run remembers of them."""

from __future__ import annotations

import ast

from tritonlint.facts.device.intervals import ANYTHING, Interval, hull, is_constant
from tritonlint.facts.device.values import PLAIN, History, Nearest, Tensor
from tritonlint.facts.device.watched import Conversion
from tritonlint.frozen import replace

# What is added to an exponent makes it a biased one from here on: no float format that a kernel
# builds by hand has a smaller bias than e5m2's 15, less the largest exponent of a code.
_BIAS = 7.0
# Where the exponent begins in bfloat16 and float32.
MANTISSAS = (7.0, 23.0)
_SCALES = tuple(2.0**each for each in MANTISSAS)
_HALVES: tuple[Interval, ...] = ((0.5, 0.5), (-0.5, -0.5), (-0.5, 0.5))
_FRACTIONS: tuple[Interval, ...] = (*_HALVES, (0.0, 1.0))
_SIGN: Interval = (-1.0, 1.0)


def is_fixed(value: Tensor) -> bool:
    """Whether only one number can be in a value."""
    return is_constant(value.interval)


def is_only(interval: Interval, wanted: float) -> bool:
    """Whether only `wanted` is in an interval."""
    return interval == (wanted, wanted)


def of_floats(op: ast.operator, a: Tensor, b: Tensor) -> History:
    """The history of a float that two numbers make."""
    x, y = a.history, b.history
    if isinstance(op, (ast.Add, ast.Sub)):
        halved = x.halved or y.halved or _is_fraction(a) or _is_fraction(b)
        halved = halved or (isinstance(op, ast.Add) and _adds_half_beyond(a, b))
        exponent = (x.exponent or y.exponent) and (_near(a) or _near(b))
        added = isinstance(op, ast.Add) and any(map(_may_be_bias, (a, b)))
        biased = exponent and (x.biased or y.biased or added)
        counted = isinstance(op, ast.Add) and any(
            is_fixed(each) and at_least(each, 1) for each in (a, b)
        )
        # A sum of integers is one, and inputs may be integers.
        given = all(each.rounded or each.history.given for each in (a, b))
        settled = x.settled or y.settled
        biased = biased or (counted and not exponent)
        nearest: Nearest = "added" if _adds_half(op, a, b) and halved else ""
        return History(given, False, halved, settled, exponent, biased, nearest=nearest)
    scaled = (x.exponent and _near(b)) or (y.exponent and _near(a))
    exponent = scaled and isinstance(op, (ast.Mult, ast.Div))
    # What a sign is given to is as far from an integer as it was: `sign * (abs(x) + 0.5)`.
    halved = (x.halved and b.interval == _SIGN) or (y.halved and a.interval == _SIGN)
    halved = halved and isinstance(op, ast.Mult)
    factor = _factor(a) or _factor(b) if isinstance(op, ast.Mult) else 0.0
    return History(halved=halved, exponent=exponent, biased=x.biased or y.biased, factor=factor)


def _factor(value: Tensor) -> float:
    """The one number that is in a value; 0 where there are others."""
    return value.interval[0] or 0.0 if is_fixed(value) else 0.0


def _adds_half_beyond(a: Tensor, b: Tensor) -> bool:
    """Whether half a unit more is added to a multiple than what it is multiplied by: `x * 127.5 +
    128.0` is `(x + 1) * 127.5 + 0.5`."""
    return any(
        each.history.factor > 0.0 and _factor(other) - each.history.factor == 0.5
        for each, other in ((a, b), (b, a))
    )


def is_half(value: Tensor) -> bool:
    """Whether a value is half a unit, of one sign or of the other, and nothing else."""
    return value.interval in _HALVES


def _is_fraction(value: Tensor) -> bool:
    """Whether a value is half a unit or a random part of one; what became an integer is none."""
    integral = value.rounded or all(each.kind == "int" for each in value.types)
    return value.interval in _FRACTIONS and not integral


def _adds_half(op: ast.operator, a: Tensor, b: Tensor) -> bool:
    """Whether half a unit is added to a value whatever its sign is."""
    if isinstance(op, ast.Sub):
        return is_only(b.interval, -0.5)
    return is_only(a.interval, 0.5) or is_only(b.interval, 0.5)


def nearest_of(name: str, before: History) -> Nearest:
    """How the function `name` rounds a value that came about so."""
    if name in ("rint", "nearbyint", "roundeven"):
        return "even"
    if name == "floor":
        return "up" if before.halved else ""
    return before.nearest


def of_integers(op: ast.operator, a: Tensor, b: Tensor) -> History:
    """The history of an integer that two numbers make: a byte that is multiplied to where a float
    has its exponent, or a sum of products."""
    if isinstance(op, (ast.Add, ast.Sub)) and (a.history.summed or b.history.summed):
        return History(summed=True)
    for value, other in ((a, b), (b, a)):
        byte = value.history.byte
        if isinstance(op, ast.Mult) and byte and any(is_only(other.interval, s) for s in _SCALES):
            return History(byte=replace(byte, shifted=True))
    return PLAIN


def at_least(value: Tensor, least: float) -> bool:
    """Whether a value is no less than that."""
    low = value.interval[0]
    return low is not None and low >= least


def _may_be_bias(value: Tensor) -> bool:
    """Whether a number makes an exponent a biased one: a large one, or one that only the launch
    tells."""
    return at_least(value, _BIAS) or (value.weak and value.interval == ANYTHING)


def is_counted(value: Tensor) -> bool:
    """Whether one or more was added to a number: to a count, of which a logarithm is wanted."""
    return value.history.biased and not value.history.exponent


def _near(value: Tensor) -> bool:
    """Whether a value keeps an exponent an exponent: a number that is known while compiling, or
    another logarithm."""
    return value.weak or is_fixed(value) or value.history.exponent


def merged(old: Conversion, new: Conversion) -> Conversion:
    """What holds in every run of one conversion: a loop is run more than once."""
    return replace(
        new,
        rounded=old.rounded and new.rounded,
        excused=old.excused or new.excused,
        exponent=old.exponent or new.exponent,
        biased=old.biased or new.biased,
        interval=hull(old.interval, new.interval),
        clamp=old.clamp,
        limits=old.limits,
        bias=old.bias,
    )
