"""What the attributes of an object hold, as far as its class tells it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.host import heirs, renaming
from tritonlint.facts.host.asserted_attributes import keep_asserted
from tritonlint.facts.host.choices import options
from tritonlint.facts.host.class_facts import (
    assigned_in,
    buffers,
    class_facts,
    facts_of,
    gathers,
    take_over,
)
from tritonlint.facts.host.class_values import ClassFacts
from tritonlint.facts.host.decorators import has_view
from tritonlint.facts.host.events import Note
from tritonlint.facts.host.registries import makes_tensors
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.symbols import Allocation, Attribute, Made, Object, Symbol
from tritonlint.facts.host.values import Const, DType, Instance, Sequence, Table, Tensor, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.registering import filled_in
from tritonlint.facts.project.tree import FUNCTION, Function, nodes
from tritonlint.frozen import replace


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
    if own is None:
        own = _container(frame, definition, name)
    if isinstance(own, (Table, Sequence)) and not own.items:
        facts, own = _filled(frame, definition, name) or (facts, own)
    if is_setting(name, own or Const(None)):
        return Tensor(symbol)
    if own is None:
        _keep_asserted(frame, owner, name)  # a field, by `__post_init__`
        return None
    memory = take_over(frame, facts, own)
    narrow = {each for each in memory if _of_one_byte(frame.known(each))}
    if narrow:
        _note_views(frame, definition, name, narrow)
    names = _names(owner)
    known = frame.run.notes
    for note in facts.notes:
        if note.buffer in memory:
            own_note = replace(note, path=renaming.path(note.path, names))
            known += [own_note] if own_note not in known else []
    if isinstance(own, Tensor) and own.buffer not in facts.types and own.types is None:
        _keep_dtype(frame, facts, own.buffer, symbol)
        _keep_asserted(frame, owner, name)
        return None
    if isinstance(owner.symbol, Made):
        names = {**names, **_made_apart(frame, owner.symbol, memory)}
    return renaming.value(own, names)


def _keep_asserted(frame: Frame, owner: Instance, name: str) -> None:
    """Have it known that an attribute is asserted to be of bytes, and what methods view it as."""
    if keep_asserted(frame, owner, name):
        kind = Object(owner.definition.qualified)
        memory: set[Symbol] = {Attribute(kind, name)}
        _note_views(frame, owner.definition, name, memory, {kind: owner.name})


def _keep_dtype(frame: Frame, facts: ClassFacts, buffer: Symbol, symbol: Symbol) -> None:
    """Have what is known of the dtype of memory be known of the attribute that holds it."""
    named, known = facts.dtypes.get(buffer, frozenset()), frame.run.notes
    frame.run.dtypes.setdefault(symbol, named)
    if buffer in facts.stand_ins:
        frame.run.stand_ins[symbol] = facts.stand_ins[buffer]
    defaults = (each for each in facts.notes if each.kind == "default" and each.buffer in named)
    known += [each for each in defaults if each not in known]


def _made_apart(frame: Frame, owner: Made, buffers: Iterable[Symbol]) -> renaming.Names:
    """The memory of one object, by that of any object of its class: each has its own."""
    made = (each for each in buffers if isinstance(each, Allocation))
    apart: dict[Symbol, Symbol] = {
        each: Allocation(each.path, each.line, each.column, f"{each.site}<{owner}", each.mark)
        for each in made
    }
    for each, own in apart.items():
        if each in frame.types:
            frame.types.setdefault(own, frame.types[each])
        notes = (renaming.note(note, apart) for note in list(frame.run.notes.by_buffer(each)))
        frame.run.notes += [note for note in notes if note not in frame.run.notes]
    return apart


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
    value."""
    dtype = any(isinstance(each, DType) for _, each in options(value))
    return name.endswith("cache_dtype") and not dtype


def _set_later(frame: Frame, definition: Definition, name: str) -> tuple[ClassFacts, Value] | None:
    """What the only method beside `__init__` that assigns an attribute gives it; of several, the
    only one that makes tensors of a type."""
    assigning = list(_methods(definition, _assigning(definition.as_class).get(name, ())))
    if len(assigning) > 1:
        assigning = [each for each in assigning if makes_tensors(each[1])]
    if len(assigning) != 1:
        return None
    facts = facts_of(frame, definition, assigning[0][0])
    found = facts.values.get(name)
    # What lets go of it does not say what it was.
    return None if found is None or found == Const(None) else (facts, found)


def _is_made_anew(frame: Frame, definition: Definition, name: str) -> bool:
    """Whether what is run is the only method that assigns an attribute which `__init__` does too:
    until then it is what `__init__` made."""
    assigning = _assigning(definition.as_class).get(name, ())
    run = frame.run.root
    return len(assigning) == 1 and assigning[0] is run.node and gathers(frame, run)


def _methods(
    definition: Definition, among: Iterable[Function]
) -> Iterator[tuple[Definition, Function]]:
    """The methods of a class `among` these, and their nodes: one that is run too, since an earlier
    call may have filled what it asks for."""
    for each in among:
        yield Definition(definition.module, each, definition.inside, each.name), each


@kept(256)
def _functions(owner: ast.ClassDef) -> tuple[Function, ...]:
    """The methods of a class beside `__init__`."""
    methods = (each for each in owner.body if isinstance(each, FUNCTION))
    return tuple(each for each in methods if each.name != "__init__")


@kept(4096)
def _assigning(owner: ast.ClassDef) -> Mapping[str, list[Function]]:
    """By attribute, the methods of a class beside `__init__` that assign it."""
    found: dict[str, list[Function]] = {}
    for each in _functions(owner):
        for name in assigned_in(each):
            found.setdefault(name, []).append(each)
    return found


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
        for method, node in _methods(definition, _functions(definition.as_class))
        if name in filled_in(node)
        if name in (facts := facts_of(frame, definition, method)).values
    ]
    return found[0] if len(found) == 1 else None


def _of_one_byte(types: ElementTypes) -> bool:
    return bool(types.types) and all(each.width == 8 for each in types.types or ())


def note_views_of(frame: Frame, owner: Instance, name: str, held: Value) -> None:
    """Note the same of what an attribute holds that the object was made with."""
    definition = owner.definition
    if not isinstance(held, Tensor):
        return
    if held.view is None and held.part is None and _of_one_byte(frame.known(held.buffer)):
        own = class_facts(frame, definition).values.get(name)
        kind = Object(definition.qualified)
        known_as = own.buffer if isinstance(own, Tensor) else Attribute(kind, name)
        names = {known_as: held.buffer, kind: owner.name}
        _note_views(frame, definition, name, {known_as}, names)


def _note_views(
    frame: Frame,
    definition: Definition,
    name: str,
    memory: set[Symbol],
    renamed: renaming.Names | None = None,
) -> None:
    """Note the codes that other methods copy into the `memory` of bytes that an attribute holds,
    that they view these bytes as codes, and what they view parts of them as; also where they have
    these of a property, or of another attribute that keeps them."""
    known = frame.run.notes
    own_values = class_facts(frame, definition).values
    keeping = [each for each, value in own_values.items() if not memory.isdisjoint(buffers(value))]
    own_heirs = heirs.heirs(definition)
    own = (definition, *own_heirs)
    for owner in (*definition.bases, definition, *own_heirs):
        # An heir may make another one of what its class keeps.
        also = () if owner in own_heirs else keeping
        names = {name, *also, *_naming(owner, name)}
        # What a base calls an attribute of its own objects.
        above = {} if owner in own else _as_of(owner, (name, *also), memory)
        called = {**(renamed or {}), **{x: y.renamed(renamed or {}) for x, y in above.items()}}
        for method, node in _methods(owner, _functions(owner.as_class)):
            if has_view(node) and not names.isdisjoint(named_in(node)):
                notes = facts_of(frame, owner, method).notes
                told = (x for x in notes if x.buffer in {*memory, *above} and tells_codes(x))
                found = (renaming.note(x, called) if called else x for x in told)
                known += [x for x in found if x not in known]


def _as_of(owner: Definition, names: Iterable[str], memory: set[Symbol]) -> dict[Symbol, Symbol]:
    """The attributes of these names of any object of a class, each as the one `memory` that they
    hold."""
    held = next(iter(memory))
    kind = Object(owner.qualified)
    return {Attribute(kind, each): held for each in names} if len(memory) == 1 else {}


def _naming(owner: Definition, name: str) -> Iterator[str]:
    """The methods of a class that name an attribute."""
    for each in owner.as_class.body:
        if isinstance(each, FUNCTION) and name in named_in(each):
            yield each.name


def tells_codes(note: Note) -> bool:
    """Whether a note says that bytes are codes of 8-bit floats, or what a part of them is, or that
    they are of a type which is asked for."""
    if note.kind != "view":
        return note.kind == "codes"
    return note.types.types is None or all(
        t.is_fp8 or (t.is_float and note.part is not None) for t in note.types.types
    )


def _set_by_heir(
    frame: Frame, definition: Definition, name: str
) -> tuple[ClassFacts, Value] | None:
    """What the only class of the file that inherits from this one, and whose `__init__` gives the
    attribute something, gives it: a mixin works on what others make."""
    each_facts = [class_facts(frame, each) for each in heirs.heirs(definition)]
    found = [facts for facts in each_facts if name in facts.values]
    return (found[0], found[0].values[name]) if len(found) == 1 else None


def named_like(frame: Frame, owner: Instance, pattern: re.Pattern[str]) -> list[str]:
    """The attributes of an object whose names are as `pattern` says, as far as they are known."""
    of = owner.name
    known = [each.name for each in frame.env if isinstance(each, Attribute) and each.of is of]
    for each in (owner.definition, *heirs.heirs(owner.definition)):
        known += class_facts(frame, each).values
    return [each for each in dict.fromkeys(known) if pattern.fullmatch(each)]


@kept(4096)
def named_in(function: ast.AST) -> frozenset[str]:
    """The attributes that a function names."""
    return frozenset(each.attr for each in nodes(function, ast.Attribute))
