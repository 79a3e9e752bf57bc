"""Values with other names for what they speak of: what `__init__` knows as a parameter, the methods
of the object know as an attribute."""

from __future__ import annotations

from collections.abc import Mapping

from tritonlint.facts.host.events import Note
from tritonlint.facts.host.symbols import Attribute, Parameter, Symbol
from tritonlint.facts.host.values import (
    Choice,
    Condition,
    DType,
    Path,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.frozen import replace

Names = Mapping[Symbol, Symbol]


def parameters(held: Mapping[Attribute, Value], function: str) -> Names:
    """By the symbol of a parameter of `function`, that of the attribute that is given it as it
    is."""
    return {
        each.buffer: attribute
        for attribute, each in held.items()
        if isinstance(each, Tensor) and each.types is None and each.part is None
        if isinstance(each.buffer, Parameter) and each.buffer.function == function
    }


def value(old: Value, names: Names) -> Value:
    """`old` in the new names. Objects keep theirs."""
    match old:
        case Tensor(buffer=buffer) if buffer in names:
            return replace(old, buffer=names[buffer], tested=path(old.tested, names))
        case DType(of=Symbol() as of) if of in names:
            return replace(old, of=names[of])
        case Condition():
            parts = tuple(
                each for part in old.parts if isinstance(each := value(part, names), Condition)
            )
            told = old.told and (path(old.told[0], names), path(old.told[1], names))
            return replace(old, key=old.key.renamed(names), parts=parts, told=told)
        case Choice(options=options):
            return Choice(tuple((path(at, names), value(each, names)) for at, each in options))
        case Sequence(items=items):
            return replace(old, items=tuple(value(each, names) for each in items))
        case Table(items=entries):
            return replace(old, items=tuple((key, value(each, names)) for key, each in entries))
    return old


def path(old: Path, names: Names) -> Path:
    """`old` in the new names."""
    return tuple((each.renamed(names), outcome) for each, outcome in old)


def note(old: Note, names: Names) -> Note:
    """`old` in the new names."""
    buffer = old.buffer.renamed(names)
    variable = old.variable and old.variable.renamed(names)
    return replace(old, buffer=buffer, variable=variable, path=path(old.path, names))
