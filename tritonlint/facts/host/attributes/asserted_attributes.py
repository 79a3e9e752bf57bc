"""Attributes that are of bytes since the class asserts that what it is made with is."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.dtypes import UNKNOWN
from tritonlint.facts.host.attributes import changing
from tritonlint.facts.host.attributes.assigned import assigned_in, made_anew
from tritonlint.facts.host.objects.class_facts import class_facts, facts_of
from tritonlint.facts.host.objects.class_values import ClassFacts
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import renaming
from tritonlint.facts.host.values.symbols import Attribute, Object, Parameter, Symbol
from tritonlint.facts.host.values.values import Const, Instance, Tensor, Value
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import FUNCTION


def keep_asserted(frame: Frame, owner: Instance, name: str) -> bool:
    """Have an attribute of which nothing else is known be of the bytes that `__init__` or
    `__post_init__` asserts it to be, and say whether it is. Other methods may let go of it, or make
    it of another one that is asserted too."""
    facts = class_facts(frame, owner.definition)
    buffer = _asserted(owner.definition, facts, name)
    if buffer is None or not {name, changing.ANY}.isdisjoint(made_anew(owner.definition)):
        return False
    if not all(
        each == Const(None) or _is_asserted(owner.definition, facts, each)
        for each in _given_later(frame, owner.definition, name)
    ):
        return False
    frame.types.setdefault(Attribute(owner.name, name), facts.types[buffer])
    names: renaming.Names = {
        buffer: Attribute(owner.name, name),
        Object(owner.definition.qualified): owner.name,
    }
    known = frame.run.notes
    for note in facts.notes:
        if note.buffer == buffer:
            own = renaming.note(note, names)
            known += [own] if own not in known else []
    return True


def _asserted(definition: Definition, facts: ClassFacts, name: str) -> Symbol | None:
    """The memory that an attribute has at first, where it is asserted to be of bytes."""
    known: list[Symbol] = [Attribute(Object(definition.qualified), name)]
    match facts.first.get(name):
        case Tensor(buffer=Parameter() as buffer, types=None):
            known.append(buffer)
    return next((each for each in known if _is_bytes(facts, each)), None)


def _is_bytes(facts: ClassFacts, buffer: Symbol) -> bool:
    types = facts.types.get(buffer, UNKNOWN).types
    return bool(types) and all(each.width == 8 for each in types or ())


def _is_asserted(definition: Definition, facts: ClassFacts, value: Value | None) -> bool:
    """Whether a value is memory that another attribute of the object is asserted to have."""
    match value:
        case Tensor(buffer=Attribute(of=Object(), name=name), types=None):
            return _asserted(definition, facts, name) is not None
        case Tensor(buffer=buffer, types=None):
            return _is_bytes(facts, buffer)
    return False


def _given_later(frame: Frame, definition: Definition, name: str) -> Iterator[Value | None]:
    """What the methods beside `__init__` give an attribute."""
    for each in definition.as_class.body:
        if isinstance(each, FUNCTION) and not each.name.startswith("__"):
            if name in assigned_in(each):
                method = Definition(definition.module, each, definition.inside, each.name)
                yield facts_of(frame, definition, method).values.get(name)
