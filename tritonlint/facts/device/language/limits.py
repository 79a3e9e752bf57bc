"""The functions of the Triton language that bound a number: extrema and clamps."""

from __future__ import annotations

import ast

from tritonlint.facts.device.intervals import Interval, hull, is_constant, looser, tighter
from tritonlint.facts.device.invocation import Invocation
from tritonlint.facts.device.language.mathematics import elementwise
from tritonlint.facts.device.values import (
    UNKNOWN,
    Const,
    Tensor,
    Value,
)
from tritonlint.facts.project.tree import as_code
from tritonlint.frozen import replace


def extremum(call: Invocation) -> Value:
    """`maximum(x, y)`, `minimum(x, y)` and Python's `max` and `min` in a kernel."""
    values = call.arguments or tuple(
        call.keywords[name] for name in ("x", "y") if name in call.keywords
    )
    if all(isinstance(each, Const) for each in values) and len(values) > 1:
        return _constant_extremum(call, values)
    result = call.number(0, "x")
    for index in range(1, max(len(values), 2)):
        result = _extremum(call, result, call.number(index, "y"))
    return result


def _constant_extremum(call: Invocation, values: tuple[Value, ...]) -> Value:
    numbers = [
        each.value
        for each in values
        if isinstance(each, Const) and isinstance(each.value, (int, float))
    ]
    if len(numbers) != len(values):
        return UNKNOWN
    return Const(max(numbers) if call.name.startswith("max") else min(numbers))


def _extremum(call: Invocation, a: Tensor, b: Tensor) -> Tensor:
    low_a, high_a = a.interval
    low_b, high_b = b.interval
    if call.name.startswith("max"):
        interval = (tighter(max, low_a, low_b), looser(max, high_a, high_b))
    else:
        interval = (looser(min, low_a, low_b), tighter(min, high_a, high_b))
    result = replace(elementwise(call, a, b), interval=interval)
    main = [each for each in (a, b) if not is_constant(each.interval)]
    main = [each for each in main if not each.history.given] or main
    if len(main) != 1:
        return result
    limit = b if main[0] is a else a
    upper = call.name.startswith("min")
    limits = (None, limit.interval[1]) if upper else (limit.interval[0], None)
    return _limited(call, main[0], limits, result)


def clamp(call: Invocation) -> Value:
    """`clamp(x, low, high)`."""
    value, low, high = call.number(0, "x"), call.number(1, "min"), call.number(2, "max")
    interval = (
        tighter(max, value.interval[0], low.interval[0]),
        tighter(min, value.interval[1], high.interval[1]),
    )
    result = replace(elementwise(call, value, low, high), interval=interval)
    return _limited(call, value, (low.interval[0], high.interval[1]), result)


def chosen(call: Invocation, x: Tensor, y: Tensor, result: Tensor) -> Tensor | None:
    """What `where(v > 7, 7, v)` and its like give, which cut a number to a limit; None for any
    other choice."""
    match call.where[1]:
        case ast.Call(args=[ast.Compare(left=left, ops=[op], comparators=[right]), one, other]):
            pass
        case _:
            return None
    if not isinstance(op, (ast.Gt, ast.GtE, ast.Lt, ast.LtE)):
        return None
    for limit, arm, main, tested, upper in (
        (x, one, y, other, isinstance(op, (ast.Gt, ast.GtE))),
        (y, other, x, one, isinstance(op, (ast.Lt, ast.LtE))),
    ):
        equal = as_code(arm) == as_code(right) or _number(right) == limit.interval[0]
        same = equal and is_constant(limit.interval)
        if same and as_code(left) in (as_code(tested), _cut(tested)):
            low, high = main.interval
            number = limit.interval[0]
            interval = (
                (looser(min, low, number), tighter(min, high, number))
                if upper
                else (tighter(max, low, number), looser(max, high, number))
            )
            limits = (None, number) if upper else (number, None)
            return _limited(call, main, limits, replace(result, interval=interval))
    return None


def between(call: Invocation, x: Tensor, y: Tensor, result: Tensor) -> Tensor:
    """`result` of `where(v > 0.5, v, 0.0)` within what the test says of `v`, or of `-v`."""
    match call.where[1]:
        case ast.Call(args=[ast.Compare(left=left, ops=[op], comparators=[right]), one, other]):
            limit, above = _number(right), isinstance(op, (ast.Gt, ast.GtE))
        case _:
            return result
    if limit is None or not (above or isinstance(op, (ast.Lt, ast.LtE))):
        return result
    first = _beyond(one, as_code(left), limit, x.interval, above)
    second = _beyond(other, as_code(left), limit, y.interval, not above)
    return replace(result, interval=hull(first, second))


def _beyond(arm: ast.expr, tested: str, limit: float, known: Interval, above: bool) -> Interval:
    """What an arm lies within where the number `tested` is above a limit, or else below it."""
    if as_code(arm) == f"-{tested}":
        limit, above = -limit, not above
    elif as_code(arm) != tested:
        return known
    low, high = known
    return (tighter(max, low, limit), high) if above else (low, tighter(min, high, limit))


def _number(node: ast.expr) -> float | None:
    """The number that is written."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -float(value)
    return None


def _cut(node: ast.expr) -> str:
    """What another choice of the kind cuts."""
    match node:
        case ast.Call(args=[ast.Compare(left=left), _, _]):
            return as_code(left)
    return ""


def _limited(call: Invocation, value: Tensor, limits: Interval, result: Tensor) -> Tensor:
    """`result`, which is `value` cut to the limits: integral when `value` is, since limits are."""
    watch = call.machine.watch
    if watch is None:
        return result
    kept = replace(result, rounded=value.rounded)
    return watch.limited(value, limits, kept, call.where)
