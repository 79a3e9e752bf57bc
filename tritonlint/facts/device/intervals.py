"""What is known of the range of a number: two bounds, None where there is none."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

Interval = tuple[float | None, float | None]
ANYTHING: Interval = (None, None)


def only(n: float) -> Interval:
    """The interval with `n` alone; without bounds for an integer that no float holds."""
    try:
        return (float(n), float(n))
    except OverflowError:
        return ANYTHING


def is_constant(interval: Interval) -> bool:
    """Whether only one number is in it."""
    return interval[0] is not None and interval[0] == interval[1]


def fits_byte(interval: Interval) -> bool:
    """Whether what is left of numbers in it, once their fractions are cut off, fits in 8 bits,
    signed or not: `x + 0.5` for an `x` of at most 255."""
    low, high = interval
    return low is not None and high is not None and low > -129 and high < 256


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval around both."""
    low = min(a[0], b[0]) if a[0] is not None and b[0] is not None else None
    high = max(a[1], b[1]) if a[1] is not None and b[1] is not None else None
    return (low, high)


def combined(op: ast.operator, a: Interval, b: Interval) -> Interval:
    """The interval of a sum, difference, product or quotient, where both operands have bounds."""
    match op:
        case ast.Add():
            return (_sum(a[0], b[0]), _sum(a[1], b[1]))
        case ast.Sub():
            return combined(ast.Add(), a, negated(b))
        case ast.Mult() if None in (*a, *b) and (is_constant(a) or is_constant(b)):
            factor, bounds = (a, b) if is_constant(a) else (b, a)
            return _times(bounds, factor[0] or 0.0)
        case ast.Mult() | ast.Div() if None in (*a, *b) and None not in (a[0], b[0]):
            # What is not negative stays so: a scale is no more negative than what it divides.
            return (0.0, None) if a[0] >= 0 and b[0] >= 0 else ANYTHING  # type: ignore[operator]
        case ast.Mult() | ast.Div():
            if None in (*a, *b) or (isinstance(op, ast.Div) and not (b[0] or 0) * (b[1] or 0) > 0):
                return ANYTHING
            compute = operator.mul if isinstance(op, ast.Mult) else operator.truediv
            try:
                ends = [compute(x, y) for x in a for y in b]
            except (ArithmeticError, TypeError):
                return ANYTHING
            return ANYTHING if any(x != x for x in ends) else (min(ends), max(ends))
    return ANYTHING


def _times(bounds: Interval, factor: float) -> Interval:
    """The interval of what lies within `bounds`, of which one may be missing, times a number that
    is not negative; nothing is told of another one."""
    if not factor > 0:
        return ANYTHING
    low, high = (None if each is None else each * factor for each in bounds)
    return (low, high)


def _sum(x: float | None, y: float | None) -> float | None:
    if x is None or y is None:
        return None
    total = x + y
    return None if total != total else total


def negated(interval: Interval) -> Interval:
    """The interval of `-x`."""
    low, high = interval
    return (None if high is None else -high, None if low is None else -low)


def of_bits(op: ast.operator, a: Interval, b: Interval, unsigned: bool) -> Interval:
    """The interval of `x & y`, which a mask bounds, and of `x | y`, which has the bits of a
    constant set, where both are `unsigned`."""
    for low, high in (a, b):
        if low is not None and low == high and low >= 0:
            if isinstance(op, ast.BitAnd):
                return (0.0, high)
            if isinstance(op, ast.BitOr) and unsigned:
                return (low, None)
    return ANYTHING


def tighter(
    choose: Callable[[float, float], float], x: float | None, y: float | None
) -> float | None:
    """The bound that `choose` picks of two that both hold."""
    if x is None or y is None:
        return y if x is None else x
    return choose(x, y)


def looser(
    choose: Callable[[float, float], float], x: float | None, y: float | None
) -> float | None:
    """The bound that `choose` picks of two of which one holds."""
    return None if x is None or y is None else choose(x, y)
