"""Comparisons of one thing with several written numbers or texts, and whether they come out so
together."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from tritonlint.facts.host.symbols import Compared, Literal, Symbol

_Written = int | float | str
_HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
}


def clash(tests: Iterable[tuple[Symbol, bool]]) -> bool:
    """Whether no number, and no text, has all comparisons with written ones come out so."""
    found: dict[Symbol, list[tuple[str, _Written, bool]]] = {}
    for test, outcome in tests:
        if isinstance(test, Compared) and isinstance(test.right, Literal):
            known = _written(test.right.written)
            if known is not None and test.operator in _HOLDS:
                found.setdefault(test.left, []).append((test.operator, known, outcome))
    return any(len(each) > 1 and _impossible(each) for each in found.values())


def _impossible(asked: list[tuple[str, _Written, bool]]) -> bool:
    """Whether nothing passes these comparisons: neither a number that is written in one of them,
    nor one between two or beyond all; of texts two that are equal to it."""
    equal = {known for name, known, outcome in asked if name == "==" and outcome}
    if len(equal) > 1:
        return True
    limits = [(*each,) for each in asked if not isinstance(each[1], str)]
    if len(limits) < len(asked):
        return False
    points = sorted({float(known) for _, known, _ in limits})
    between = [(a + b) / 2 for a, b in zip(points, points[1:], strict=False)]
    tried = [*points, *between, points[0] - 1, points[-1] + 1]
    return not any(
        all(_HOLDS[name](each, float(known)) == outcome for name, known, outcome in limits)
        for each in tried
    )


@lru_cache(maxsize=1024)
def _written(code: str) -> _Written | None:
    """The number or the text that a literal is; a test for True or None is none of a number."""
    try:
        value = ast.literal_eval(code)
    except (ValueError, SyntaxError):
        return None
    known = isinstance(value, (int, float, str)) and not isinstance(value, bool)
    return value if known else None
