"""Values with other names for what they speak of: what `__init__` knows as a parameter, the methods
of the object know as an attribute."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from tritonlint.facts.host.events import Note
from tritonlint.facts.host.values.symbols import Attribute, Made, Parameter, Symbol, Unknown
from tritonlint.facts.host.values.values import (
    Choice,
    Condition,
    DType,
    Instance,
    Path,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.frozen import replace

Names = Mapping[Symbol, Symbol]


def parameters(held: Mapping[Attribute, Value], functions: Container[str]) -> Names:
    """By the symbol of a parameter of one of these functions, that of the attribute that is given
    it as it is."""
    return {
        each.buffer: attribute
        for attribute, each in held.items()
        if isinstance(each, Tensor) and each.types is None and each.part is None
        if isinstance(each.buffer, Parameter) and each.buffer.function in functions
    }


def unknowns(held: Mapping[Attribute, Value]) -> Names:
    """By the symbol of what is unknown, as an attribute of another object is, that of the attribute
    that is given it as it is: tests of it are tests of the attribute."""
    return {
        each.buffer: attribute
        for attribute, each in held.items()
        if isinstance(each, Tensor) and each.types is None and each.part is None
        if isinstance(each.buffer, (Attribute, Unknown)) and each.buffer is not attribute
    }


def value(old: Value, names: Names) -> Value:
    """`old` in the new names. Objects keep theirs, but what one holds that is made there has the
    new ones."""
    match old:
        case Tensor(buffer=buffer) if buffer in names:
            return replace(old, buffer=names[buffer], tested=path(old.tested, names))
        case DType(of=Symbol() as of) if of in names:
            return replace(old, of=names[of])
    return _parts(old, names, value)


def tests(old: Value, names: Names) -> Value:
    """`old` with its tests in the new names, and nothing else."""
    if isinstance(old, Tensor) and (old.tested or old.viewed_on):
        tested, viewed_on = path(old.tested, names), path(old.viewed_on, names)
        return replace(old, tested=tested, viewed_on=viewed_on)
    return _parts(old, names, tests)


def _parts(old: Value, names: Names, renamed: Callable[[Value, Names], Value]) -> Value:
    match old:
        case Condition():
            parts = tuple(
                each for part in old.parts if isinstance(each := renamed(part, names), Condition)
            )
            told = old.told and (path(old.told[0], names), path(old.told[1], names))
            return replace(old, key=old.key.renamed(names), parts=parts, told=told)
        case Choice(options=options):
            return Choice(tuple((path(at, names), renamed(each, names)) for at, each in options))
        case Sequence(items=items):
            return replace(old, items=tuple(renamed(each, names) for each in items))
        case Table(items=entries):
            return replace(old, items=tuple((key, renamed(each, names)) for key, each in entries))
        case Instance(symbol=Made(), attributes=own) if own:
            return replace(old, attributes=tuple((name, renamed(x, names)) for name, x in own))
    return old


def path(old: Path, names: Names) -> Path:
    """`old` in the new names."""
    return tuple((each.renamed(names), outcome) for each, outcome in old)


def note(old: Note, names: Names) -> Note:
    """`old` in the new names."""
    buffer = old.buffer.renamed(names)
    variable = old.variable and old.variable.renamed(names)
    return replace(old, buffer=buffer, variable=variable, path=path(old.path, names))
