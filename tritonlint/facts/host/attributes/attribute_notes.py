"""What the methods of classes view and copy of the memory that attributes hold: it tells what is in
it, whichever method is run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tritonlint.dtypes import UINT8, ElementTypes
from tritonlint.facts.host.attributes.assigned import functions
from tritonlint.facts.host.calls.decorators import has_view
from tritonlint.facts.host.events import Note
from tritonlint.facts.host.memory.element_types import all_codes, dtype_types, inside
from tritonlint.facts.host.objects import heirs
from tritonlint.facts.host.objects.class_facts import buffers, class_facts, facts_of, gathers
from tritonlint.facts.host.objects.classes import owner_of
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import renaming
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Attribute, HasType, Object, Symbol
from tritonlint.facts.host.values.values import Instance, Sequence, Table, Tensor, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import FUNCTION, Function, dotted_name, nodes
from tritonlint.frozen import replace

_MEMORY = (Tensor, Sequence, Table)


def note_views_of(frame: Frame, owner: Instance, name: str, held: Value) -> None:
    """Note what methods make of the bytes that an attribute holds, or an item of it, with which the
    object was made; see `note_views`."""
    definition = owner.definition
    own = class_facts(frame, definition).values.get(name)
    kind = Object(definition.qualified)
    known_as = tuple(buffers(own)) if isinstance(own, _MEMORY) else ()
    whole = (held, *inside(held)) if isinstance(held, _MEMORY) else ()
    for each in (x for item in whole for _, x in options(item)):
        if isinstance(each, Tensor) and each.view is None and each.part is None:
            if of_one_byte(frame.known(each.buffer)):
                known = known_as or (Attribute(kind, name),)
                names = {**dict.fromkeys(known, each.buffer), kind: owner.name}
                note_views(frame, definition, name, {*known, each.buffer}, names)


def note_views_of_others(
    frame: Frame, definition: Definition, name: str, memory: set[Symbol]
) -> None:
    """Note what the methods beside the one that is run make of the `memory` that an attribute of an
    object of another class holds; see `note_views`."""
    kind = owner_of(frame.run.root)
    if kind is None or kind.node is definition.node or gathers(frame, frame.run.root):
        return
    known = frame.run.notes
    for method, node in methods(kind, functions(kind.as_class)):
        if node is not frame.run.root.node and has_view(node) and name in named_in(node):
            notes = facts_of(frame, kind, method).notes
            told = (x for x in notes if x.buffer in memory and tells_codes(x))
            known += [x for x in told if x not in known]


def note_views_of_own(frame: Frame, owner: Instance, name: str) -> None:
    """Note as what a function views an attribute of its own object, where it takes that of another
    object of the class: what both hold is of one kind, and so it is codes where it is bytes. That
    is supposed (`Run.bound`)."""
    own, around = frame.instance, frame.enclosing[-1] if frame.enclosing else None
    if not isinstance(own, Instance) or around is None or owner.symbol in (None, own.symbol):
        return
    if own.definition.node is not owner.definition.node:
        return
    for call in nodes(around, ast.Call):
        match call:
            case ast.Call(func=ast.Attribute(value=viewed, attr="view"), args=[dtype]):
                # What the type is taken from may be such an attribute again.
                running = frame.run.stack
                if dotted_name(viewed) != f"self.{name}" or id(call) in running:
                    continue
                running.append(id(call))
                types = dtype_types(frame, frame.evaluate(dtype))
                running.pop()
                if all_codes(types):
                    message = f"this attribute of another such object is viewed as {types} here"
                    buffer, span = Attribute(owner.name, name), frame.span(call)
                    path = ((HasType(buffer, str(UINT8)), True),)
                    note = Note("seen", buffer, types, span, path, message=message, encoded=True)
                    frame.run.notes += [note] if note not in frame.run.notes else []
                    frame.run.bound.add(buffer)


def note_views(
    frame: Frame,
    definition: Definition,
    name: str,
    memory: set[Symbol],
    renamed: renaming.Names | None = None,
    asked: renaming.Names | None = None,
) -> None:
    """Note the codes that other methods copy into the `memory` of bytes that an attribute holds,
    that they view these bytes as codes, and what they view parts of them as; also where they have
    these of a property, or of another attribute that keeps them. What is `renamed` is so in all of
    a note, what is `asked` in its tests."""
    known = frame.run.notes
    own_values = class_facts(frame, definition).values
    keeping = [each for each, value in own_values.items() if not memory.isdisjoint(buffers(value))]
    own_heirs = heirs.heirs(definition)
    own = (definition, *own_heirs)
    for owner in (*definition.bases, *own):
        # An heir may make another one of what its class keeps.
        also = () if owner in own_heirs else keeping
        names = {name, *also, *_naming(owner, name)}
        # What a base calls an attribute of its own objects.
        above = {} if owner in own else _as_of(owner, (name, *also), memory)
        called = {**(renamed or {}), **{x: y.renamed(renamed or {}) for x, y in above.items()}}
        for method, node in methods(owner, functions(owner.as_class)):
            if has_view(node) and not names.isdisjoint(named_in(node)):
                notes = facts_of(frame, owner, method).notes
                told = (x for x in notes if x.buffer in {*memory, *above} and tells_codes(x))
                found = (renaming.note(x, called) if called else x for x in told)
                own_tests = (replace(x, path=renaming.path(x.path, asked or {})) for x in found)
                known += [x for x in own_tests if x not in known]


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


def of_one_byte(types: ElementTypes) -> bool:
    return bool(types.types) and all(each.width == 8 for each in types.types or ())


def methods(
    definition: Definition, among: Iterable[Function]
) -> Iterator[tuple[Definition, Function]]:
    """The methods of a class `among` these, and their nodes: one that is run too, since an earlier
    call may have filled what it asks for."""
    for each in among:
        yield Definition(definition.module, each, definition.inside, each.name), each


@kept(4096)
def named_in(function: ast.AST) -> frozenset[str]:
    """The attributes that a function names."""
    return frozenset(each.attr for each in nodes(function, ast.Attribute))
