"""Comparisons of one thing with several written numbers or texts, and whether they come out so
together."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache

from tritonlint.facts.host.symbols import Compared, Literal, Symbol

# The operator of a comparison, what it compares with, and how it comes out.
_Asked = tuple[str, Fraction | str, bool]
_HOLDS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "==": operator.eq,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
}


def clash(tests: Iterable[tuple[Symbol, bool]]) -> bool:
    """Whether no number, and no text, has all comparisons with written ones come out so."""
    found: dict[Symbol, list[_Asked]] = {}
    for test, outcome in tests:
        if isinstance(test, Compared) and isinstance(test.right, Literal):
            known = _written(test.right.written)
            if known is not None and test.operator in _HOLDS:
                found.setdefault(test.left, []).append((test.operator, known, outcome))
    return any(len(each) > 1 and _impossible(each) for each in found.values())


def _impossible(asked: list[_Asked]) -> bool:
    """Whether nothing passes these comparisons: no number that is written in one of them, nor one
    between two or beyond all. A text is equal to one other at most."""
    if len({known for name, known, outcome in asked if name == "==" and outcome}) > 1:
        return True
    limits = [(name, x, outcome) for name, x, outcome in asked if isinstance(x, Fraction)]
    if len(limits) < len(asked):
        return False
    points = sorted({known for _, known, _ in limits})
    between = [(a + b) / 2 for a, b in zip(points, points[1:], strict=False)]
    return not any(
        all(_HOLDS[name](each, known) == outcome for name, known, outcome in limits)
        for each in (points[0] - 1, *points, *between, points[-1] + 1)
    )


@lru_cache(maxsize=1024)
def _written(code: str) -> Fraction | str | None:
    """The number or the text that a literal is; True and None are neither."""
    try:
        value = ast.literal_eval(code)
    except (ValueError, SyntaxError):
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        exact = isinstance(value, int) or math.isfinite(value)
        return Fraction(value) if exact else None
    return value if isinstance(value, str) else None
