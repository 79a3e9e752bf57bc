"""A call of a function of the Triton language, with its arguments evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tritonlint.facts.device.casts import as_number
from tritonlint.facts.device.frames import Frame, Where
from tritonlint.facts.device.machine import Machine
from tritonlint.facts.device.types import T_UNKNOWN
from tritonlint.facts.device.values import (
    NO_LOADS,
    Const,
    Loads,
    Object,
    Pointer,
    Tensor,
    Tuple,
    Value,
    truth,
)
from tritonlint.frozen import dataclass


@dataclass(frozen=True)
class Invocation:
    """`name(*arguments, **keywords)` at `where`; for a method call the object is the first
    argument. `apply` calls a function of the project."""

    machine: Machine
    frame: Frame
    name: str
    arguments: tuple[Value, ...]
    keywords: Mapping[str, Value]
    where: Where
    apply: Callable[[Value, tuple[Value, ...]], Value]

    def get(self, index: int, name: str) -> Value | None:
        """The argument at `index`, or the one called `name`, or None."""
        if index < len(self.arguments):
            return self.arguments[index]
        return self.keywords.get(name)

    def number(self, index: int, name: str) -> Tensor:
        """The argument as a number; of unknown type when it is none."""
        value = self.get(index, name)
        tensor = None if value is None else as_number(self.machine, value)
        return Tensor((T_UNKNOWN,)) if tensor is None else tensor

    def flag(self, name: str) -> bool:
        """Whether the keyword `name` is known to be true."""
        return truth(self.keywords.get(name, Const(False))) is True

    def everything(self) -> tuple[Value, ...]:
        """All arguments."""
        return (*self.arguments, *self.keywords.values())


def loads_in(value: Value) -> Loads:
    """The loads whose bytes are in a value, in the items of a tuple too."""
    match value:
        case Tensor(loads=loads):
            return loads
        case Tuple(items):
            return frozenset(each for item in items for each in loads_in(item))
        case Object(fields=fields):
            return frozenset(each for _, item in fields for each in loads_in(item))
    return NO_LOADS


def pointers_in(value: Value) -> tuple[Pointer, ...]:
    """The pointers in a value, in the items of a tuple too."""
    match value:
        case Pointer():
            return (value,)
        case Tuple(items):
            return tuple(each for item in items for each in pointers_in(item))
        case Object(fields=fields):
            return tuple(each for _, item in fields for each in pointers_in(item))
    return ()
