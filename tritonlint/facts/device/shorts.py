"""Products of short integers from memory that reach a pointer: Triton computes them in 16 bits."""

from __future__ import annotations

import ast

from tritonlint.facts.device.contract import Place
from tritonlint.facts.device.frames import Key, Where, key_of, place_of
from tritonlint.facts.device.intervals import is_constant
from tritonlint.facts.device.values import Tensor
from tritonlint.frozen import dataclass, replace


@dataclass(frozen=True)
class ShortProduct:
    """An index of 16 bits, loaded through `parameter`, times a constant or another one of 16 bits,
    at `place`, where the calls `via` lead to; it is added to a pointer at `used`. `operand` is
    where the index stands in the product."""

    place: Place
    via: tuple[Place, ...]
    parameter: str
    operand: Place | None
    used: Place | None = None


class Shorts:
    """What one run saw."""

    def __init__(self) -> None:
        self._seen: dict[Key, ShortProduct] = {}

    def used(self) -> tuple[ShortProduct, ...]:
        """The products that reach a pointer."""
        return tuple(each for each in self._seen.values() if each.used is not None)

    def computed(
        self, op: ast.operator, a: Tensor, b: Tensor, result: Tensor, where: Where
    ) -> Tensor:
        """`result` is `a op b`, and remembers such a product in it."""
        if not isinstance(op, (ast.Mult, ast.Add, ast.Sub, ast.Mod, ast.FloorDiv)):
            return result
        divided = isinstance(op, (ast.Mod, ast.FloorDiv))
        if divided and is_constant(b.interval):
            return result  # as of a hash, which is meant to wrap around
        key = a.history.short or (None if divided else b.history.short)
        if isinstance(op, ast.Mult) and key is None and not result.weak and _is_short(result):
            key = self._note(a, b, where)
        return replace(result, history=replace(result.history, short=key)) if key else result

    def _note(self, a: Tensor, b: Tensor, where: Where) -> Key | None:
        index, other = (b, a) if a.weak else (a, b)
        if index.weak or len(index.source) != 1 or other.interval == (1.0, 1.0):
            return None
        frame, node = where
        operand = getattr(node, "right" if index is b else "left", None)
        key = key_of(where)
        stands = place_of((frame, operand)) if isinstance(operand, ast.expr) else None
        self._seen.setdefault(key, ShortProduct(*key, next(iter(index.source)), stands))
        return key

    def offset(self, amount: Tensor, where: Where) -> None:
        """`amount` is added to a pointer."""
        key = amount.history.short
        if key is not None and self._seen[key].used is None:
            self._seen[key] = replace(self._seen[key], used=place_of(where))


def _is_short(value: Tensor) -> bool:
    return bool(value.types) and all(
        t.element is not None and t.element.is_integer and t.element.width == 16
        for t in value.types
    )
