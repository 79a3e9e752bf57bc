"""Watches a run of a kernel for sums of 16-bit floats as they were loaded: Triton adds them up, and
multiplies them, in 16 bits, and what comes out is widened when it is too late.

A sum is `tl.sum` or `tl.cumsum` of what was loaded, or of differences and products of that; or a
product of two such values that a loop adds to a float32. That the author casts, names a type, or
keeps what comes out in 16 bits says that 16 bits are meant; so does a total of products that is
cast to 16 bits by name as it is, as kernels for products of matrices do it.
"""

from __future__ import annotations

import ast
from typing import Literal

from tritonlint.dtypes import FLOAT32, FLOAT64, ElementType
from tritonlint.facts.device.casts import union_of
from tritonlint.facts.device.contract import Place
from tritonlint.facts.device.frames import Key, Where, key_of, place_of
from tritonlint.facts.device.intervals import Interval
from tritonlint.facts.device.reading.read_back import read_back
from tritonlint.facts.device.reading.updates import updates_of, written_out
from tritonlint.facts.device.types import T_FLOAT32, Types
from tritonlint.facts.device.values import History, Tensor, Value
from tritonlint.facts.device.watch import Watch
from tritonlint.frozen import dataclass, replace

_WIDE = (FLOAT32, FLOAT64)
# What was computed otherwise, or cast: its type is meant.
_COMPUTED = History(real=True)
# Functions that Triton has not for 16 bits (`_check_dtype` in `triton.language.math`), nor
# has libdevice.
_NOT_NARROW = frozenset(
    """exp exp2 log log2 cos sin sqrt sqrt_rn rsqrt div_rn erf floor ceil sigmoid
    tanh pow""".split()
)
# How many positional arguments `sum(input, axis, keep_dims)` takes before the type.
_BEFORE_TYPE = 3


@dataclass(frozen=True)
class NarrowSum:
    """A sum that is computed in `element` at `place`, in the device function that the calls `via`
    lead to, of what was loaded at `loads` through `parameters`. For a `product` it is the product
    that is, and the sum is wide; an `update` is a sum that a loop keeps in memory, and rounds to it
    each time. At `use` it is divided, becomes a float32, or is stored."""

    place: Place
    via: tuple[Place, ...]
    kind: Literal["sum", "product", "update"]
    squared: bool
    element: ElementType
    parameters: frozenset[str]
    loads: frozenset[Place]
    use: Place


class Sums(Watch):
    """What one run saw. Of a history, `given` and `loads` say that a value is as it was loaded, or
    computed of nothing else; `halved` that it is a product of two such, or a mask of equal ones;
    `cast` that it is a sum; `settled` that it has a limit of perhaps more bits."""

    def __init__(self) -> None:
        super().__init__()
        self._sums: dict[Key, Tensor] = {}
        # Products of 16 bits that are cast to float32, by what they were loaded from.
        self._rounded: dict[frozenset[Place], Tensor] = {}
        self.seen: dict[Key, NarrowSum] = {}
        # Products, by where they are added to a total, of which the total is cast to 16 bits.
        self._meant: set[Key] = set()
        # By a sum, the others that are added to it.
        self._joined: dict[Key, set[Key]] = {}
        # By the call of a function that is not there for 16 bits, the parameters of such of which
        # something goes there.
        self._refused: dict[Key, frozenset[str]] = {}

    @property
    def refused(self) -> frozenset[str]:
        """The parameters because of which the kernel does not compile where they are of 16 bits."""
        return frozenset[str]().union(*self._refused.values())

    def loaded(self, value: Tensor, parameters: tuple[str, ...], where: Where) -> Tensor:
        return replace(value, history=History(given=True, loads=frozenset((place_of(where),))))

    def converted(self, value: Tensor, result: Tensor, where: Where) -> Tensor:
        key = value.history.cast
        if _wide(result.types):
            self._taken(value, where)
            if _is_raw(value) and value.history.halved:
                self._rounded[value.history.loads] = value
                return replace(result, history=value.history)
        elif key is not None and key in self.seen and not union_of(result.types):
            # The type of memory says nothing of what is meant; one that is named does.
            if self.seen[key].kind == "product":
                self._meant.add(key)
                del self.seen[key]
        return replace(result, history=_COMPUTED)

    def stored(self, value: Tensor, target: Types, where: Where) -> None:
        if _wide(target):
            self._taken(value, where)
        elif _narrow(target):
            self._updated(target, where)

    def _updated(self, target: Types, where: Where) -> None:
        """Note a sum that a loop keeps in memory of `target`."""
        frame, node = where
        load = read_back(frame.stack[-1]).get(id(node)) if frame.stack and frame.loops else None
        element = target[0].element
        if load is not None and element is not None:
            loads = frozenset((place_of((frame, load)),))
            place = place_of(where)
            seen = NarrowSum(
                place, frame.via, "update", False, element, union_of(target), loads, place
            )
            self.seen.setdefault(key_of(where), seen)

    def limited(self, main: Tensor, limits: Interval, result: Tensor, where: Where) -> Tensor:
        # A limit that has a name may be carried by a loop, and so be a float32.
        named = any(isinstance(each, ast.Name) for each in getattr(where[1], "args", ()))
        settled = main.history.settled or named
        return replace(result, history=replace(main.history, settled=settled))

    def computed(
        self, op: ast.operator, a: Tensor, b: Tensor, result: Tensor, where: Where
    ) -> Tensor:
        adds = isinstance(op, (ast.Add, ast.Sub))
        updates, weak = adds and _is_update(where), a.weak or b.weak
        if isinstance(op, ast.Div):
            self._taken(a, where)
        elif _wide(result.types) or _is_number(a) or _is_number(b) or (updates and weak):
            for each in (a, b):
                self._taken(each, where)
        if updates and a.weak != b.weak:
            # What begins as a number of Python's is a float32 where it is added to.
            result = replace(result, types=(T_FLOAT32,))
        if updates and _is_carried(where):
            for total, added in ((a, b), (b, a)):
                factors = self._product(added)
                if _is_total(total) and factors is not None:
                    self._note(key_of(where), factors, "product", where)
                    return replace(result, history=replace(_COMPUTED, cast=key_of(where)))
        first, second = a.history.cast, b.history.cast
        if adds and first is not None and second is not None and first != second:
            self._joined.setdefault(first, set()).update((second, *self._joined.get(second, ())))
            return replace(result, history=replace(_COMPUTED, cast=first))
        return replace(result, history=_of_both(op, a, b))

    def shifted(self, op: ast.operator, a: Tensor, b: Tensor, result: Tensor) -> Tensor:
        halved = a.history.halved or b.history.halved
        return replace(result, history=replace(_COMPUTED, halved=halved))

    def compared(self, op: ast.cmpop, result: Tensor) -> Tensor:
        return replace(result, history=replace(_COMPUTED, halved=isinstance(op, ast.Eq)))

    def chosen(self, mask: Value, result: Tensor) -> Tensor:
        """A mask of equal indices picks one value: there is nothing to add up."""
        if isinstance(mask, Tensor) and mask.history.halved:
            return replace(result, history=_COMPUTED)
        return result

    def reinterpreted(self, value: Tensor, result: Tensor, where: Where) -> Tensor:
        return replace(result, history=_COMPUTED)

    def offset(self, amount: Tensor, where: Where) -> None:
        """Nothing is added up."""

    def measured(self, name: str, value: Tensor, result: Tensor, where: Where) -> Tensor:
        if name == "abs" or (name in ("max", "min") and result.types == value.types):
            return result
        summed = name in ("sum", "cumsum") and not _names_type(where[1])
        factors = self._product(value) if summed and _wide(value.types) else None
        if factors is not None:
            self._note(key_of(where), factors, "product", where)
        if not summed or not _is_raw(value):
            return replace(result, history=_COMPUTED)
        self._sums[key_of(where)] = value
        return replace(result, history=replace(_COMPUTED, cast=key_of(where)))

    def called(self, name: str, operands: list[Tensor], result: Tensor, where: Where) -> Tensor:
        if name in _NOT_NARROW:
            raw = (each for each in operands if _is_raw(each) and not each.history.settled)
            sources = (each.source for each in raw)
            self._refused[key_of(where)] = frozenset[str]().union(*sources)
        return replace(result, history=_COMPUTED)

    def _taken(self, value: Tensor, where: Where) -> None:
        """`value` is divided, or becomes a float32."""
        key = value.history.cast
        for each in (key, *sorted(self._joined.get(key, ()))) if key is not None else ():
            if each in self._sums:
                self._note(each, self._sums[each], "sum", where)

    def _product(self, added: Tensor) -> Tensor | None:
        """The product in 16 bits that a value is, in a wider type perhaps."""
        if not added.history.halved:
            return None
        if _is_raw(added):
            return added
        return self._rounded.get(added.history.loads) if added.history.given else None

    def _note(
        self, key: Key, summed: Tensor, kind: Literal["sum", "product"], where: Where
    ) -> None:
        element = summed.types[0].element
        if key in self._meant:
            return
        assert element is not None
        history = summed.history
        seen = NarrowSum(
            *key, kind, history.halved, element, summed.source, history.loads, place_of(where)
        )
        self.seen.setdefault(key, seen)


def _is_raw(value: Tensor) -> bool:
    """Whether a value is a 16-bit float as it was loaded, or computed of nothing else."""
    history = value.history
    return history.given and not history.real and bool(history.loads) and _narrow(value.types)


def _narrow(types: Types) -> bool:
    return all(
        t.element is not None and t.element.is_float and t.element.width == 16 for t in types
    )


def _wide(types: Types) -> bool:
    return all(each.element in _WIDE for each in types)


def _is_number(value: Tensor) -> bool:
    """Whether it is a float that is passed as it is: a float32, which a block of 16 bits is
    promoted to."""
    floats = all(each.kind == "float" and each.element is None for each in value.types)
    return floats and not value.weak and not value.source


def _is_total(value: Tensor) -> bool:
    """Whether what a loop adds to is a float32."""
    return value.weak or _wide(value.types)


def _of_both(op: ast.operator, a: Tensor, b: Tensor) -> History:
    """The history of what two numbers make."""
    x, y = a.history, b.history
    key = x.cast if b.weak else y.cast if a.weak else None
    if key is not None:
        return replace(_COMPUTED, cast=key)
    raw = [each for each in (a, b) if not each.weak]
    if not isinstance(op, (ast.Add, ast.Sub, ast.Mult)) or not all(map(_is_raw, raw)):
        return _COMPUTED
    product = isinstance(op, ast.Mult) and len(raw) == 2
    halved, settled = product or x.halved or y.halved, x.settled or y.settled
    return History(given=True, halved=halved, loads=x.loads | y.loads, settled=settled)


def _names_type(node: ast.AST) -> bool:
    """Whether a call of `sum` says in which type."""
    if not isinstance(node, ast.Call):
        return False
    own = isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Name)
    count = len(node.args) + own
    return count > _BEFORE_TYPE or any(each.arg in ("dtype", None) for each in node.keywords)


def _is_update(where: Where) -> bool:
    """Whether a sum is `name += x`, or the value of `name = name + x`."""
    frame, node = where
    return bool(frame.stack) and id(node) in updates_of(frame.stack[-1])


def _is_carried(where: Where) -> bool:
    """Whether the loop around an update hands its name on from one round to the next, or what
    would be its rounds is written out."""
    frame, node = where
    function = frame.stack[-1]
    if frame.loops:
        return updates_of(function)[id(node)]
    return id(node) in written_out(function)
