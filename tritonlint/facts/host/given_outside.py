"""Attributes that a class leaves empty, and that other code of its file gives its objects: caches
that a runner binds to the layers of a model."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.changing import stored_by_others
from tritonlint.facts.host.class_facts import buffers, take_over
from tritonlint.facts.host.class_values import ClassFacts
from tritonlint.facts.host.element_types import of_one_type
from tritonlint.facts.host.factories import run_apart
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.symbols import Attribute, Object
from tritonlint.facts.host.values import Instance, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import FUNCTION, Function, dotted_name, last_name, nodes

# What more functions give an attribute is unknown.
_MOST = 4
# Over so many calls it is asked who calls the function that gives an attribute.
_HOPS = 2


def given_outside(frame: Frame, owner: Instance, name: str) -> Value | None:
    """What an attribute that the class of `owner` leaves empty, or that a method is handed for it,
    holds after the other functions of the file that give an attribute of this name something, or
    call that method, or after what calls those: where they are few, and give it memory of one type.
    What is found by that is supposed (`Run.bound`)."""
    kind = owner.definition
    binders = _binders_of(kind, name)
    setter = _setter(kind, name)
    names = (name, *((setter.name,) if setter is not None else ()))
    if not binders or any(True for each in names for _ in frame.run.viewing(frozenset((each,)))):
        return None
    return of_one_type(frame, [_bound(frame, each, name) for each in binders])


def _bound(frame: Frame, binder: Definition, name: str) -> Value | None:
    """What an attribute holds after a function, or after what calls that."""
    for function in (binder, *_calling(binder)):
        if id(function.node) in frame.run.stack:
            return None
        facts = _facts(frame, function)
        found = facts.values.get(name)
        if found is not None and not facts.types.keys().isdisjoint(buffers(found)):
            held = take_over(frame, facts, found)
            known = frame.run.notes
            known += [note for note in facts.notes if note.buffer in held and note not in known]
            frame.run.bound |= held
            return found
    return None


@kept(4096)
def _binders_of(kind: Definition, name: str) -> tuple[Definition, ...]:
    """The functions of the file that give an attribute of this name something, of what is no
    `self`, or call the method that is handed it; none where the class fills it itself, or another
    class has one of that name."""
    binders = _binders(kind.module).get(name, ())
    if not binders and (setter := _setter(kind, name)) is not None:
        callers = _callers(kind.module, setter.name)
        binders = callers if len(callers) <= _MOST else ()
    elif not _is_left_empty(kind, name):
        return ()
    if any(each.owner is kind.node for each in binders):
        return ()
    return binders if all(each is kind.node for each in _having(kind, name)) else ()


@kept(4096)
def _setter(kind: Definition, name: str) -> Function | None:
    """The only method of a class that gives an attribute anything, which is what it is handed, and
    the only one of the file that is called so."""
    given = [(method, x) for method, x in _given_by(kind, name) if x is not None]
    match [(method, value) for method, value in given if not _is_empty(value)]:
        case [(method, ast.Name(id=value))] if method.name != "__init__":
            bound = (each.id for each in nodes(method, ast.Name) if isinstance(each.ctx, ast.Store))
            handed = any(each.arg == value for each in signature(method).named)
            alike = [each for each in kind.module.functions if each.name == method.name]
            return method if handed and value not in bound and len(alike) == 1 else None
    return None


@kept(512)
def _binders(module: Module) -> Mapping[str, tuple[Definition, ...]]:
    """By attribute, the functions of a file that give it something, of what is no `self`, each in
    one assignment of its own; none where one does otherwise, or they are many."""
    plain = {id(each.targets[0]) for each in nodes(module.tree, ast.Assign)}
    found: dict[str, tuple[Definition, ...]] = {}
    for name, targets in stored_by_others(module).items():
        functions = [module.function_at(each.lineno) for each in targets]
        known = tuple(each for each in dict.fromkeys(functions) if each is not None)
        if len(known) == len(targets) <= _MOST and all(id(each) in plain for each in targets):
            found[name] = known
    return found


def _is_left_empty(kind: Definition, name: str) -> bool:
    """Whether all that the methods of a class give an attribute is None, nothing, or an empty
    tensor that stands for one."""
    given = _given_by(kind, name)
    return bool(given) and all(value is None or _is_empty(value) for _, value in given)


def _given_by(kind: Definition, name: str) -> Sequence[tuple[Function, ast.expr | None]]:
    """What the methods of a class give an attribute, with the method: None for nothing."""
    return _given_to_self(kind).get(name, ())


@kept(1024)
def _given_to_self(kind: Definition) -> Mapping[str, Sequence[tuple[Function, ast.expr | None]]]:
    """By attribute of `self`, what `_given_by` gives."""
    found: dict[str, list[tuple[Function, ast.expr | None]]] = {}
    for method in (each for each in kind.as_class.body if isinstance(each, FUNCTION)):
        for each in nodes(method, ast.Assign, ast.AnnAssign):
            for target in each.targets if isinstance(each, ast.Assign) else [each.target]:
                owner, _, name = (dotted_name(target) or "").partition(".")
                if owner == "self":
                    found.setdefault(name, []).append((method, each.value))
    return found


def _is_empty(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=None):
            return True
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return all(map(_is_empty, items))
        case ast.Dict(keys=[]):
            return True
        case ast.Call(args=[ast.List(elts=[]) | ast.Constant(value=0)], keywords=[]) as call:
            return last_name(call.func) in ("tensor", "empty", "Tensor")
        case ast.Call(func=function, args=[], keywords=[]):
            return last_name(function) in ("Tensor", "list", "tuple", "dict")
    return False


def _having(kind: Definition, name: str) -> Iterator[ast.ClassDef]:
    """The classes of the file that read or give an attribute of this name of their own."""
    for each in kind.module.classes:
        named = (dotted_name(x) for x in nodes(each.as_class, ast.Attribute) if x.attr == name)
        if any(x == f"self.{name}" for x in named):
            yield each.as_class


@kept(1024)
def _calling(function: Definition) -> tuple[Definition, ...]:
    """The functions of the file that call this one, where one does, and the one that calls that."""
    found: list[Definition] = []
    while len(found) < _HOPS:
        callers = _callers(function.module, function.name)
        if len(callers) != 1 or callers[0] in found or callers[0].node is function.node:
            break
        function = callers[0]
        found.append(function)
    return tuple(found)


@kept(4096)
def _callers(module: Module, name: str) -> tuple[Definition, ...]:
    calls = (each for each in nodes(module.tree, ast.Call) if last_name(each.func) == name)
    found = (module.function_at(each.lineno) for each in calls)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _facts(frame: Frame, function: Definition) -> ClassFacts:
    """What objects of which nothing else is known have for their attributes after a function,
    whatever it is called with; those that it gives one thing."""
    known, key = frame.run.attributes, (id(function.node), id(function.module))
    if key not in known:
        known[key] = ClassFacts({}, {}, ())  # for a function that calls itself
        inner, _ = run_apart(frame, function)
        given: dict[str, list[Value]] = {}
        for each, value in inner.env.items():
            if isinstance(each, Attribute) and not isinstance(each.of, Object):
                given.setdefault(each.name, []).append(value)
        values = {name: each[0] for name, each in given.items() if len(each) == 1}
        known[key] = ClassFacts(values, dict(inner.types), tuple(inner.run.notes))
    return known[key]
