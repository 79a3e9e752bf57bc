"""What the attributes of an object hold, as far as its class tells it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Set

from tritonlint.dtypes import UNKNOWN, ElementTypes
from tritonlint.facts.host.attributes.asserted_attributes import keep_asserted
from tritonlint.facts.host.attributes.assigned import (
    functions,
    made_above,
    may_be_given_elsewhere,
    methods_assigning,
)
from tritonlint.facts.host.attributes.attribute_notes import (
    methods,
    note_views,
    note_views_of_others,
    of_one_byte,
)
from tritonlint.facts.host.attributes.traded import kept_by
from tritonlint.facts.host.containers.registries import makes_tensors
from tritonlint.facts.host.memory.element_types import of_one_type
from tritonlint.facts.host.objects import heirs
from tritonlint.facts.host.objects.class_facts import (
    buffers,
    class_facts,
    facts_of,
    gathers,
    take_over,
)
from tritonlint.facts.host.objects.class_values import ClassFacts
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import renaming
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Allocation, Attribute, Made, Object, Symbol
from tritonlint.facts.host.values.values import (
    Const,
    DType,
    Instance,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.facts.project.inheriting import linearized
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.registering import filled_in
from tritonlint.facts.project.tree import Function
from tritonlint.frozen import replace

# What more methods give an attribute is not compared.
_MOST = 4


def assigned_value(frame: Frame, owner: Instance, name: str) -> Value | None:
    """What `__init__` gives an attribute, or else the one method that does, with what is known of
    the buffer behind it; None for a tensor of which nothing is known. Of a setting, which one it is
    says more than its value."""
    definition, symbol = owner.definition, Attribute(owner.name, name)
    facts = class_facts(frame, definition)
    own = facts.values.get(name)
    if own is None or own == Const(None):
        later = _set_later(frame, definition, name) or _set_by_heir(frame, definition, name)
        facts, own = later or (facts, own)
    if own is None and _is_made_anew(frame, definition, name) and name in facts.first:
        take_over(frame, facts, facts.first[name])
        return renaming.value(facts.first[name], _names(owner))
    if own is None and (alike := _given_alike(frame, definition, name, _names(owner))):
        return renaming.value(alike, _names(owner))
    if own is None:
        own = _container(frame, definition, name)
    if isinstance(own, (Table, Sequence)) and not own.items:
        filled = _filled(frame, definition, name) or _set_by_heir(frame, definition, name)
        facts, own = filled or (facts, own)
    if is_setting(name, own or Const(None)):
        return Tensor(symbol)
    if own is None:
        _keep_asserted(frame, owner, name)  # a field, by `__post_init__`
        return None
    memory = take_over(frame, facts, own)
    narrow = {each for each in memory if of_one_byte(frame.known(each))}
    names = _names(owner)
    if narrow:
        note_views(frame, definition, name, narrow, asked=names)
    _keep_notes(frame, facts, memory, names)
    if isinstance(own, Tensor) and own.buffer not in facts.types and own.types is None:
        _keep_dtype(frame, facts, own.buffer, symbol)
        _keep_asserted(frame, owner, name)
        return None
    names = {**names, **_made_apart(frame, owner, facts, memory)}
    held = renaming.value(own, names)
    if narrow:
        note_views_of_others(frame, definition, name, set(buffers(held)))
    return held


def _keep_notes(
    frame: Frame, facts: ClassFacts, memory: Set[Symbol], names: renaming.Names
) -> None:
    """Have what a class tells of memory, and of the dtypes that it is made with, be known here."""
    known = frame.run.notes
    for note in facts.notes:
        if note.buffer in memory:
            own_note = replace(note, path=renaming.path(note.path, names))
            known += [own_note] if own_note not in known else []
    for buffer in memory & facts.dtypes.keys():
        _keep_dtype(frame, facts, buffer, buffer)


def _keep_asserted(frame: Frame, owner: Instance, name: str) -> None:
    """Have it known that an attribute is asserted to be of bytes, and what methods view it as."""
    if keep_asserted(frame, owner, name):
        kind = Object(owner.definition.qualified)
        memory: set[Symbol] = {Attribute(kind, name)}
        note_views(frame, owner.definition, name, memory, {kind: owner.name})


def _keep_dtype(frame: Frame, facts: ClassFacts, buffer: Symbol, symbol: Symbol) -> None:
    """Have what is known of the dtype of memory be known of the attribute that holds it."""
    named, known = facts.dtypes.get(buffer, frozenset()), frame.run.notes
    frame.run.dtypes.setdefault(symbol, named)
    if buffer in facts.stand_ins:
        frame.run.stand_ins[symbol] = facts.stand_ins[buffer]
    defaults = (each for each in facts.notes if each.kind == "default" and each.buffer in named)
    known += [each for each in defaults if each not in known]


def _made_apart(
    frame: Frame, owner: Instance, facts: ClassFacts, memory: Iterable[Symbol]
) -> renaming.Names:
    """The memory of one object, by that of any object of its class: each has its own. Of an object
    that is not made here, that which an object of another class has as another type."""
    made = [each for each in memory if isinstance(each, Allocation)]
    whose: Symbol = Object(owner.definition.qualified)
    if isinstance(owner.symbol, Made):
        whose = owner.symbol
    else:
        made = [each for each in made if _differ(frame.known(each), facts.types.get(each, UNKNOWN))]
    apart: dict[Symbol, Symbol] = {
        each: Allocation(each.path, each.line, each.column, f"{each.site}<{whose}", each.mark)
        for each in made
    }
    for each, own in apart.items():
        types = facts.types.get(each) or frame.types.get(each)
        if types is not None:
            frame.types.setdefault(own, types)
        notes = (renaming.note(note, apart) for note in list(frame.run.notes.by_buffer(each)))
        frame.run.notes += [note for note in notes if note not in frame.run.notes]
    return apart


def _differ(one: ElementTypes, other: ElementTypes) -> bool:
    """Whether both are known, and have no type in common."""
    ours, theirs = one.types or frozenset(), other.types or frozenset()
    return bool(ours and theirs) and ours.isdisjoint(theirs)


def _names(owner: Instance) -> renaming.Names:
    """What a test asks of any object of a class, it asks of this one, or of what it was given."""
    if owner.symbol is None:
        return {}
    kind = Object(owner.definition.qualified)
    given: dict[Symbol, Symbol] = {
        Attribute(kind, name): each.buffer
        for name, each in owner.attributes
        if isinstance(each, Tensor) and each.types is None and each.view is None is each.part
    }
    return {kind: owner.symbol, **given}


def is_setting(name: str, value: Value) -> bool:
    """Whether an attribute is the setting of a cache's dtype: which one it is says more than its
    value, but where that is a dtype or a member of an enum."""
    told = any(isinstance(each, (DType, Instance)) for _, each in options(value))
    return name.endswith("cache_dtype") and not told


def _set_later(frame: Frame, definition: Definition, name: str) -> tuple[ClassFacts, Value] | None:
    """What the only method beside `__init__` that assigns an attribute, maybe one that the class
    inherits, gives it; of several, the only one that makes tensors of a type."""
    assigning = list(_assigned_by(definition, name))
    if len(assigning) > 1:
        assigning = [each for each in assigning if makes_tensors(each[1])]
    if len(assigning) != 1:
        return None
    facts = facts_of(frame, definition, assigning[0][0])
    found = facts.values.get(name)
    # What lets go of it does not say what it was.
    return None if found is None or found == Const(None) else (facts, found)


def _given_alike(
    frame: Frame, definition: Definition, name: str, names: renaming.Names
) -> Value | None:
    """What `__init__` and several methods give an attribute, each memory of the one type."""
    first = class_facts(frame, definition)
    given = [(first, first.first[name])] if name in first.first else []
    assigning = [each for each, _ in _assigned_by(definition, name)] if given else []
    every = methods_assigning(definition.as_class).get(name, ())
    if not given or len(every) < 2 and not any(name in kept_by(each) for each in every):
        return None
    if len(assigning) > _MOST or may_be_given_elsewhere(definition, name):
        return None
    for each in assigning:
        facts = facts_of(frame, definition, each)
        if name not in facts.values:
            return None
        given.append((facts, facts.values[name]))
    made = [(facts, value) for facts, value in given if value != Const(None)]
    held = [take_over(frame, facts, value) for facts, value in made]
    alike = of_one_type(frame, [value for _, value in made])
    if alike is None or not all(isinstance(each, Tensor) for _, each in options(alike)):
        return None
    for (facts, _), memory in zip(made, held, strict=True):
        _keep_notes(frame, facts, memory, names)
        note_views(frame, definition, name, memory, asked=names)
    return alike


def _assigned_by(definition: Definition, name: str) -> Iterator[tuple[Definition, Function]]:
    """The methods that assign an attribute, and not only what it holds already, of the first class
    which has such of those that an object is of."""
    for owner in linearized(definition):
        assigning = methods_assigning(owner.as_class).get(name, ())
        if name in made_above(definition) or not may_be_given_elsewhere(definition, name):
            assigning = [each for each in assigning if name not in kept_by(each)]
        if assigning:
            handed = owner.node is not definition.node  # what an heir hands on is not known
            if not (handed and any(each.name == "__post_init__" for each in assigning)):
                yield from methods(owner, assigning)
            return


def _is_made_anew(frame: Frame, definition: Definition, name: str) -> bool:
    """Whether what is run is the only method that assigns an attribute which `__init__` does too:
    until then it is what `__init__` made."""
    assigning = methods_assigning(definition.as_class).get(name, ())
    run = frame.run.root
    return len(assigning) == 1 and assigning[0] is run.node and gathers(frame, run)


def _container(frame: Frame, definition: Definition, name: str) -> Value | None:
    """The empty container that a field of a class is unless it is given another one."""
    member = definition.module.member(definition, name)
    if not isinstance(member, Definition) or not isinstance(member.node, ast.Call):
        return None
    value = frame.elsewhere(member.module, member.enclosing).evaluate(member.node)
    return value if isinstance(value, (Table, Sequence)) and not value.items else None


def _filled(frame: Frame, definition: Definition, name: str) -> tuple[ClassFacts, Value] | None:
    """What the only method that puts something into a container puts there."""
    found = [
        (facts, facts.values[name])
        for method, node in methods(definition, functions(definition.as_class))
        if name in filled_in(node)
        if name in (facts := facts_of(frame, definition, method)).values
    ]
    return found[0] if len(found) == 1 else None


def _set_by_heir(
    frame: Frame, definition: Definition, name: str
) -> tuple[ClassFacts, Value] | None:
    """What the only class of the file that inherits from this one, and whose `__init__` gives the
    attribute something, gives it: a mixin works on what others make."""
    each_facts = [class_facts(frame, each) for each in heirs.heirs(definition)]
    found = [facts for facts in each_facts if not _is_left(facts.values.get(name))]
    return (found[0], found[0].values[name]) if len(found) == 1 else None


def _is_left(value: Value | None) -> bool:
    """Whether a class leaves it to others what an attribute is, or is filled with."""
    empty = isinstance(value, (Table, Sequence)) and not value.items
    return value is None or value == Const(None) or empty


def named_like(frame: Frame, owner: Instance, pattern: re.Pattern[str]) -> list[str]:
    """The attributes of an object whose names are as `pattern` says, as far as they are known."""
    of = owner.name
    known = [each.name for each in frame.env if isinstance(each, Attribute) and each.of is of]
    for each in (owner.definition, *heirs.heirs(owner.definition)):
        known += class_facts(frame, each).values
    return [each for each in dict.fromkeys(known) if pattern.fullmatch(each)]
