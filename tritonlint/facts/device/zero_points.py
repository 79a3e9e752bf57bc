"""Zero points: numbers that are subtracted from codes of integers, or what they come to once the
codes are scaled. Nothing like that is done with codes of floats."""

from __future__ import annotations

import ast

from tritonlint.facts.device.values import History, Tensor
from tritonlint.frozen import replace

# Loaded through one parameter and multiplied by something; a number that is written, multiplied.
_SCALED_CODES = History(real=True, summed=True)
_SCALED_NUMBER = History(real=True, signed=True)
_SCALED_NEGATIVE = History(real=True, signed=True, halved=True)


def is_zero_point(by: Tensor) -> bool:
    """Whether it is a whole number, or half of one, as is subtracted from codes with a zero point:
    a written one, or integers from memory."""
    written = _written(by)
    if written is not None:
        return abs(written) > 1 and (2 * written).is_integer()
    return not by.weak and all(each.kind == "int" and not each.assumed for each in by.types)


def codes_shifted(op: ast.operator, a: Tensor, b: Tensor) -> frozenset[str]:
    """The parameter through which codes were loaded that `a op b` takes a zero point from: a number
    that is subtracted from them, or what it is of their scale, from what they are scaled to."""
    adds = isinstance(op, ast.Add)
    for codes, by in ((a, b), (b, a)) if adds else ((a, b),) if isinstance(op, ast.Sub) else ():
        sources = frozenset(codes.source) - by.source
        if len(sources) != 1:
            continue
        negative = (_written(by) or 0) < 0
        plain = codes.history.given and (negative if adds else not negative)
        scaled = codes.history == _SCALED_CODES
        of_scale = by.history == (_SCALED_NEGATIVE if adds else _SCALED_NUMBER)
        if (scaled and of_scale) or (plain and is_zero_point(by)):
            return sources
    return frozenset()


def scaled(op: ast.operator, a: Tensor, b: Tensor, result: Tensor) -> Tensor | None:
    """`a op b` where that is codes, or a written number, multiplied by something; None of anything
    else."""
    if not isinstance(op, ast.Mult) or a.history.largest or b.history.largest:
        return None
    for each, by in ((a, b), (b, a)):
        written = _written(each)
        if written is not None and abs(written) > 1 and _written(by) is None:
            return replace(result, history=_SCALED_NEGATIVE if written < 0 else _SCALED_NUMBER)
        if each.history.given and len(each.source) == 1 and each.source.isdisjoint(by.source):
            return replace(result, history=_SCALED_CODES)
    return None


def _written(number: Tensor) -> float | None:
    """The number that a block is filled with, where the kernel writes it."""
    low, high = number.interval
    return float(low) if low is not None and low == high and not number.source else None
