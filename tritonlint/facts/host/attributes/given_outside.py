"""Attributes that a class leaves empty, and that other code gives its objects: caches that a runner
binds to the layers of a model."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tritonlint.dtypes import UNKNOWN
from tritonlint.facts.host.attributes.binders import binders_in, calling, may_be_given, setter_of
from tritonlint.facts.host.conditions.silent_tests import speaks_of_types
from tritonlint.facts.host.memory.element_types import (
    all_bytes,
    mixes_bytes,
    of_one_type,
    tensor_types,
)
from tritonlint.facts.host.objects import heirs
from tritonlint.facts.host.objects.class_facts import buffers, take_over
from tritonlint.facts.host.objects.class_values import ClassFacts
from tritonlint.facts.host.objects.factories import run_apart
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Attribute, Object
from tritonlint.facts.host.values.values import Instance, Tensor, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.inheriting import linearized
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import Function, dotted_name, walk


def given_outside(frame: Frame, owner: Instance, name: str) -> Value | None:
    """What an attribute that the class of `owner` leaves empty, or that a method is handed for it,
    holds after the other functions of the project that give an attribute of this name something, or
    call that method, or after what calls those: where they are few, and give it memory of one type,
    or of bytes in some cases and of something else in others (`Run.either`), where the class and
    those like it ask for no type. What is found by that is supposed (`Run.bound`)."""
    kind = owner.definition
    if not may_be_given(kind, name):
        return None
    own = [_bound(frame, kind, each, name) for each in binders_in(kind.module, kind, name) or ()]
    found = [*own, *_in_other_files(frame, kind, name)] if None not in own else []
    held = of_one_type(frame, found)
    if held is not None and mixes_bytes(frame, held):
        setter = setter_of(kind, name)
        if setter is None or not _takes_all(kind) or _is_one_of_several(frame, kind, setter):
            return None
    if held is not None and (mixes_bytes(frame, held) or _may_be_wide(frame, held)):
        frame.run.either.update(dict.fromkeys(buffers(held), name))
    return held


def _may_be_wide(frame: Frame, value: Value) -> bool:
    """Whether memory is of bytes in some cases and of a type that is not known in others."""
    every = [each for _, each in options(value) if isinstance(each, Tensor)]
    types = [tensor_types(frame, each) for each in every]
    return UNKNOWN in types and any(map(all_bytes, types))


@kept(1024)
def _takes_all(kind: Definition) -> bool:
    """Whether the code of a class, and of those that it inherits from, views nothing and speaks of
    no types but those that torch has: it does the same with all that it is given."""
    every = [each for owner in linearized(kind) for each in walk(owner.as_class)]
    shaping = {id(each.func) for each in every if isinstance(each, ast.Call) and _shapes(each)}
    return not any(_asks(each) for each in every if id(each) not in shaping)


def _shapes(call: ast.Call) -> bool:
    """Whether a call, of a method that may view, is given sizes: it views nothing as another
    type."""
    sizes = (ast.Constant, ast.UnaryOp, ast.Tuple, ast.List, ast.Starred)
    return len(call.args) > 1 or any(isinstance(each, sizes) for each in call.args)


def _asks(node: ast.AST) -> bool:
    """Whether an expression views something, or its name or its text is about types."""
    match node:
        case ast.Attribute(attr=word):
            return word == "view" or (not _is_of_torch(node) and speaks_of_types(word))
        case ast.Name(id=word) | ast.arg(arg=word):
            return speaks_of_types(word)
        case ast.Call(args=given):
            return any(map(_is_asking, given))
        case ast.Compare(left=left, comparators=others):
            return any(map(_is_asking, (left, *others)))
    return False


def _is_asking(text: ast.expr) -> bool:
    """Whether a text that is written is about types."""
    return isinstance(text, ast.Constant) and speaks_of_types(str(text.value))


def _is_of_torch(node: ast.expr) -> bool:
    return (dotted_name(node) or "").startswith("torch.")


def _is_one_of_several(frame: Frame, kind: Definition, setter: Function) -> bool:
    """Whether what is handed something by a method of this name may be of another class: an heir,
    or one of another file."""
    if frame.run.in_other_files(kind.module, frozenset((setter.name,))):
        return True
    heirs_ = frame.run.overriding(kind, frame.run.root.name)
    return bool(heirs.heirs(kind)) or any(True for _ in heirs_)


def _in_other_files(frame: Frame, kind: Definition, name: str) -> Iterator[Value | None]:
    """What functions of other files give such an attribute; None for what is unknown, unless it is
    in a file that views nothing."""
    setter = setter_of(kind, name)
    names = (name, *((setter.name,) if setter is not None else ()))
    for module in frame.run.binding(kind.module, names):
        binders = binders_in(module, kind, name)
        if binders is None:
            yield None
        for each in binders or ():
            found = _bound(frame, kind, each, name)
            if found is not None or ".view" in module.source.text:
                yield found


def _bound(frame: Frame, kind: Definition, binder: Definition, name: str) -> Value | None:
    """What an attribute holds after a function, or after what calls that."""
    setter = setter_of(kind, name)
    meant = {setter.name: kind} if setter is not None else {}
    known: list[tuple[ClassFacts, Value]] = []
    for function in (binder, *calling(binder)):
        if id(function.node) in frame.run.stack:
            return None
        facts = _facts(frame, function, meant)
        found = facts.values.get(name)
        if found is not None and not facts.types.keys().isdisjoint(buffers(found)):
            known.append((facts, found))
            if facts.types.keys() >= set(buffers(found)):
                break
    if not known:
        return None
    facts, found = known[-1]
    held = take_over(frame, facts, found)
    notes = frame.run.notes
    notes += [note for note in facts.notes if note.buffer in held and note not in notes]
    frame.run.bound |= held
    return found


def _facts(frame: Frame, function: Definition, meant: Mapping[str, Definition]) -> ClassFacts:
    """What objects of which nothing else is known have for their attributes after a function,
    whatever it is called with; those that it gives one thing. One of `meant` is handed it."""
    known, key = frame.run.attributes, (id(function.node), id(function.module))
    for each in meant.values():
        key = (id(each.node), id(function.node))
    if key not in known:
        known[key] = ClassFacts({}, {}, ())  # for a function that calls itself
        inner, _ = run_apart(frame, function, meant)
        given: dict[str, list[Value]] = {}
        for each, value in inner.env.items():
            if isinstance(each, Attribute) and not isinstance(each.of, Object):
                given.setdefault(each.name, []).append(value)
        values = {name: each[0] for name, each in given.items() if len(each) == 1}
        notes = tuple(inner.run.notes)
        known[key] = ClassFacts(values, dict(inner.types), notes, of=function)
    return known[key]
