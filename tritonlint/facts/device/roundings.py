"""Watches a run of a kernel for floats that are cast to a type of fewer bits and stored as they
are then: the memory may have kept what the cast loses."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tritonlint.dtypes import ElementType
from tritonlint.facts.device.casts import single, union_of
from tritonlint.facts.device.contract import Place
from tritonlint.facts.device.frames import Key, Where, key_of
from tritonlint.facts.device.types import Types
from tritonlint.facts.device.values import History, Tensor
from tritonlint.facts.device.watch import Watch


@dataclass(frozen=True)
class Rounding:
    """A float that a kernel casts at `cast` to `element`, which has fewer bits than it, and stores
    at `place` through `parameter`. `of` are the parameters whose element type that is, `source`
    those whose loaded values reach it, `via` the calls of device functions that lead to the
    store. It is `chained` where the result is cast to the parameter's own type of fewer bits
    still."""

    parameter: str
    place: Place
    via: tuple[Place, ...]
    cast: Place
    element: ElementType
    of: frozenset[str]
    source: frozenset[str]
    chained: bool = False


class Roundings(Watch):
    """What one run saw."""

    def __init__(self) -> None:
        super().__init__()
        # By a cast: the type, whose that is, and the cast that its operand is the result of.
        self._casts: dict[Key, tuple[ElementType, frozenset[str], Key | None]] = {}
        self.stored_so: dict[tuple[Place, str], Rounding] = {}

    def converted(self, value: Tensor, result: Tensor, where: Where) -> Tensor:
        element = single(result.types)
        if element is None or not _loses(value, element):
            return replace(result, history=value.history if _widens(value, result) else History())
        key = key_of(where)
        before = value.history.cast if value.history.cast in self._casts else None
        self._casts[key] = (element, union_of(result.types), before)
        return replace(result, history=History(cast=key))

    def stored(self, value: Tensor, target: Types, where: Where) -> None:
        key = value.history.cast
        if key is None or key not in self._casts:
            return
        element, of, before = self._casts[key]
        place, via = key_of(where)
        named = union_of(target)
        if single(value.types) != element:  # another path does not cast it, or the store's own cast
            named &= union_of(value.types)
        for name in named:
            made = Rounding(name, place, via, key[0], element, of, value.source)
            if name in of and before is not None:
                first, whose, _ = self._casts[before]
                made = Rounding(name, place, via, before[0], first, whose, value.source, True)
            self.stored_so.setdefault((place, name), made)


def _widens(value: Tensor, result: Tensor) -> bool:
    """Whether codes of 8 bits are cast to the type of a pointer, which a store through it does
    anyway; 16 bits that are widened so may be meant to be rounded."""
    element = single(value.types)
    return element is not None and element.is_fp8 and bool(union_of(result.types))


def _loses(value: Tensor, element: ElementType) -> bool:
    """Whether a cast of `value` to `element` loses bits for certain."""
    wider = all(t.element is not None and t.element.width > element.width for t in value.types)
    floats = all(each.kind == "float" for each in value.types)
    return element.is_float and floats and wider and not value.weak
