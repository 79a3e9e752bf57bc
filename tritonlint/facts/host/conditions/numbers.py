"""Comparisons of one thing with several written numbers or texts, or with one other thing, and
whether they come out so together."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache

from tritonlint.facts.host.values.symbols import Compared, Literal, Spelled, Symbol

# The operator of a comparison, what it compares with, and how it comes out.
_Asked = tuple[str, Fraction | str, bool]
_HOLDS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "==": operator.eq,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
}
# How two numbers stand to each other where a comparison of them is true: -1 for less, 1 for more.
_ORDERS = {
    "==": frozenset((0,)),
    "Lt": frozenset((-1,)),
    "LtE": frozenset((-1, 0)),
    "Gt": frozenset((1,)),
    "GtE": frozenset((0, 1)),
}
_ANY = frozenset((-1, 0, 1))


def clash(tests: Collection[tuple[Symbol, bool]]) -> bool:
    """Whether no number, and no text, has all comparisons with written ones, or with something
    else, come out so."""
    found: dict[Symbol, list[_Asked]] = {}
    orders: dict[Symbol, dict[Symbol, frozenset[int]]] = {}
    among: list[tuple[Compared, bool]] = []
    for test, outcome in tests:
        if isinstance(test, Compared) and isinstance(test.right, Literal):
            known = _written(test.right.written)
            if known is not None and test.operator in _HOLDS:
                found.setdefault(test.left, []).append((test.operator, known, outcome))
        elif isinstance(test, Compared) and test.operator in _ORDERS:
            with_it = orders.setdefault(test.left, {})
            with_it[test.right] = with_it.get(test.right, _ANY) & _order(test, outcome)
            if not with_it[test.right]:
                return True
        elif isinstance(test, Compared) and test.operator == "In":
            among.append((test, outcome))
    if any(len(each) > 1 and _impossible(each) for each in found.values()):
        return True
    return any(_is_none_of(*each, tests) for each in among)


def _order(test: Compared, outcome: bool) -> frozenset[int]:
    """How what a comparison is about can stand to what it is compared with, where it comes out
    so."""
    return _ORDERS[test.operator] if outcome else _ANY - _ORDERS[test.operator]


def _is_none_of(test: Compared, outcome: bool, tests: Iterable[tuple[Symbol, bool]]) -> bool:
    """Whether something is among a few, and none of them, or the other way round, as the tests of
    each say."""
    codes = _listed(test.right.code) if isinstance(test.right, Spelled) else ()
    equal = {
        each.right.code: then
        for each, then in tests
        if isinstance(each, Compared) and each.operator == "==" and each.left is test.left
        if isinstance(each.right, Spelled)
    }
    said = [equal.get(code) for code in codes]
    return bool(said) and (all(x is False for x in said) if outcome else any(said))


@lru_cache(maxsize=1024)
def _listed(code: str) -> tuple[str, ...]:
    """The items of a written tuple, list or set, as they are spelled."""
    try:
        node = ast.parse(code, mode="eval").body
    except SyntaxError:
        return ()
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            return tuple(map(ast.unparse, items))
    return ()


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
