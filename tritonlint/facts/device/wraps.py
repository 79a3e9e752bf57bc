"""Differences of unsigned bytes that a kernel computes in eight bits and then uses as numbers:
below zero they wrap around."""

from __future__ import annotations

import ast

from tritonlint.facts.device.contract import Place
from tritonlint.facts.device.frames import Key, Where, key_of, place_of
from tritonlint.facts.device.intervals import is_constant
from tritonlint.facts.device.types import Type, Types
from tritonlint.facts.device.values import History, Tensor
from tritonlint.facts.project.tree import nodes, walk
from tritonlint.frozen import dataclass, replace


@dataclass(frozen=True)
class Wrapped:
    """An unsigned byte minus `bias` (minus another unsigned byte, where that is None) at `place`,
    where the calls `via` lead to. It is made unsigned at `unsigned`, where the kernel does that,
    loaded through `parameter` (empty if through several or none) and used as a number at `used`.
    `operand` is where the byte stands in the difference."""

    place: Place
    via: tuple[Place, ...]
    bias: int | None
    parameter: str
    unsigned: Place | None
    operand: Place | None
    used: Place | None = None


class Wraps:
    """What one run saw."""

    def __init__(self) -> None:
        self._seen: dict[Key, Wrapped] = {}

    def used(self) -> tuple[Wrapped, ...]:
        """The differences that are used as numbers, in the order in which they were computed."""
        return tuple(each for each in self._seen.values() if each.used is not None)

    def computed(
        self, op: ast.operator, a: Tensor, b: Tensor, result: Tensor, where: Where
    ) -> Tensor:
        """`result` is `a op b`, and remembers whether it is such a difference."""
        if isinstance(op, (ast.Mult, ast.Div)) or not is_byte(result.types):
            for each in (a, b):
                self.taken(each, result.types, where)
        if not isinstance(op, ast.Sub) or a.weak or not is_byte(a.types) or _is_no_less(a, b):
            return result
        constant = is_constant(b.interval) and b.weak
        if not is_byte(result.types) or not (constant or is_byte(b.types)):
            return result
        bias = int(b.interval[0] or 0) if constant else None
        if bias is not None and not 0 < bias < 256:
            return result
        frame, node = where
        left = getattr(node, "left", None)
        if frame.stack and _is_compared(frame.stack[-1], left, bias):
            return result
        key = key_of(where)
        made = Wrapped(
            *key,
            bias,
            next(iter(a.source)) if len(a.source) == 1 else "",
            a.history.unsigned,
            place_of((frame, left)) if isinstance(left, ast.expr) else None,
        )
        self._seen.setdefault(key, made)
        return replace(result, history=replace(result.history, wrapped=key))

    def taken(self, value: Tensor, types: Types, where: Where) -> None:
        """`value` becomes something of `types`: a number, if those are no bytes."""
        key = value.history.wrapped
        if key is not None and all(map(_is_number, types)):
            old = self._seen[key]
            self._seen[key] = replace(old, used=old.used or place_of(where))


def is_byte(types: Types) -> bool:
    """Whether something is an unsigned byte for certain."""
    return bool(types) and all(
        t.element is not None and t.element.kind == "unsigned" and t.element.width == 8
        for t in types
    )


def _is_number(each: Type) -> bool:
    """Whether a type is one of a float, or of an integer that has room for what is below zero."""
    return each.kind == "float" if each.element is None else each.element.width != 8


def made_unsigned(history: History, types: Types, where: Where) -> History:
    """The history of what is cast to `types`."""
    return replace(history, unsigned=place_of(where) if is_byte(types) else None, wrapped=None)


def _is_compared(function: ast.FunctionDef, byte: object, bias: int | None) -> bool:
    """Whether a function compares the byte with something, and so may care for those that are less
    than the bias: of several, a test for one value does not (`code == 255`)."""
    if not isinstance(byte, ast.Name):
        return False
    compared = nodes(function, ast.Compare)
    return any(
        isinstance(inner, ast.Name) and inner.id == byte.id
        for each in compared
        if bias == 1 or not _asks_for_one(each)
        for inner in walk(each)
    )


def _asks_for_one(test: ast.Compare) -> bool:
    """Whether a comparison is with one written number, for being that."""
    match test:
        case ast.Compare(ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant()]):
            return True
    return False


def _is_no_less(a: Tensor, b: Tensor) -> bool:
    """Whether `a` is at least what is subtracted from it."""
    low, high = a.interval[0], b.interval[1]
    return low is not None and high is not None and low >= high
