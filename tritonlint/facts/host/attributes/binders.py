"""Which functions give an attribute that a class leaves empty something: of its own file, and of
others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.attributes.changing import stored, stored_by_others
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import FUNCTION, Function, dotted_name, last_name, nodes

# What more functions give an attribute is unknown.
_MOST = 4
# Over so many calls it is asked who calls the function that gives an attribute.
_HOPS = 2
# What gives an attribute by its name.
_BY_NAME = re.compile(r"\bsetattr\(|\bregister_|\b__dict__\b|\b_buffers\b|\breplace_parameter\(")


@kept(4096)
def may_be_given(kind: Definition, name: str) -> bool:
    """Whether a class leaves an attribute empty, or a method is handed it, and no other class of
    the file has one of that name."""
    if setter_of(kind, name) is None and not is_left_empty(kind, name):
        return False
    return binders_in(kind.module, kind, name) is not None


@kept(4096)
def binders_in(module: Module, kind: Definition, name: str) -> Sequence[Definition] | None:
    """The functions of a file that give an attribute of this name something, of what may be an
    object of the class `kind` and is no `self`, or else call the method that is handed it; None
    where the file may do so unseen, where a class does that inherits from this one, or where
    another class has an attribute of that name."""
    own = module.path == kind.module.path
    if not own and (_gives_by_name(module, name) or _gives_as_heir(module, kind, name)):
        return None
    binders = _binders(module).get(name)
    if binders is None and name in stored_by_others(module):
        return None
    found = [each for each in binders or () if own or not _is_of_others(each, kind, name)]
    setter = setter_of(kind, name)
    if setter is not None:
        if found:
            return None  # of what the method is handed too, one of two is meant
        found = list(_callers(module, setter.name))
    if len(found) > _MOST or any(own and each.owner is kind.node for each in found):
        return None
    if not found and not own:
        return ()
    giving = {id(each.owner) for each in found if not _hands_on_whole(each, name)}
    others = (each for each in _having(module, name) if id(each) not in giving)
    return found if all(own and each is kind.node for each in others) else None


@kept(4096)
def setter_of(kind: Definition, name: str) -> Function | None:
    """The only method of a class that gives an attribute anything, which is what it is handed, or
    something to call that holds that, and the only one of the file that is called so."""
    given = [(method, x) for method, x in given_by(kind, name) if x is not None]
    match [(method, value) for method, value in given if not is_empty(value)]:
        case [(method, value)] if method.name != "__init__":
            bound = {each.id for each in nodes(method, ast.Name) if isinstance(each.ctx, ast.Store)}
            handed = {each.arg for each in signature(method).named[1:]} - bound
            alike = [each for each in kind.module.functions if each.name == method.name]
            kept_names = {each.id for each in _kept(value)}
            return method if handed & kept_names and len(alike) == 1 else None
    return None


def _kept(value: ast.expr) -> Iterator[ast.Name]:
    """The names of what an expression keeps as it is: its own, or those that a partial function or
    a lambda is made with."""
    match value:
        case ast.Name():
            yield value
        case ast.Lambda(body=body):
            yield from nodes(body, ast.Name)
        case ast.Call(func=function, args=given, keywords=named):
            if last_name(function) == "partial":
                for each in (*given, *(one.value for one in named)):
                    yield from _kept(each)


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


def is_left_empty(kind: Definition, name: str) -> bool:
    """Whether all that the methods of a class give an attribute is None, nothing, or an empty
    tensor that stands for one."""
    given = given_by(kind, name)
    return bool(given) and all(value is None or is_empty(value) for _, value in given)


def given_by(kind: Definition, name: str) -> Sequence[tuple[Function, ast.expr | None]]:
    """What the methods of a class give an attribute, with the method: None for nothing."""
    return _given_to_self(kind).get(name, ())


@kept(1024)
def _given_to_self(kind: Definition) -> Mapping[str, Sequence[tuple[Function, ast.expr | None]]]:
    """By attribute of `self`, what `given_by` gives."""
    found: dict[str, list[tuple[Function, ast.expr | None]]] = {}
    for method in (each for each in kind.as_class.body if isinstance(each, FUNCTION)):
        for each in nodes(method, ast.Assign, ast.AnnAssign):
            for target in each.targets if isinstance(each, ast.Assign) else [each.target]:
                owner, _, name = (dotted_name(target) or "").partition(".")
                if owner == "self":
                    found.setdefault(name, []).append((method, each.value))
    return found


def is_empty(value: ast.expr) -> bool:
    """Whether an expression gives nothing yet: None, an empty container, or a tensor of nothing."""
    match value:
        case ast.Constant(value=None):
            return True
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return all(map(is_empty, items))
        case ast.Dict(keys=[]):
            return True
        case ast.Call(args=[ast.List(elts=[]) | ast.Constant(value=0)], keywords=[]) as call:
            return last_name(call.func) in ("tensor", "empty", "Tensor")
        case ast.Call(func=function, args=[], keywords=[]):
            return last_name(function) in ("Tensor", "list", "tuple", "dict")
    return False


@kept(4096)
def _having(module: Module, name: str) -> Sequence[ast.ClassDef]:
    """The classes of a file that read or give an attribute of this name of their own."""
    return tuple(
        each.as_class
        for each in module.classes
        if any(
            dotted_name(x) == f"self.{name}"
            for x in nodes(each.as_class, ast.Attribute)
            if x.attr == name
        )
    )


def _hands_on_whole(binder: Definition, name: str) -> bool:
    """Whether a method gives another object all that its own has under this name: that may be one
    of its own class."""
    whole = (dotted_name(each.value) for each in nodes(binder.as_function, ast.Assign))
    return f"self.{name}" in whole


def _gives_by_name(module: Module, name: str) -> bool:
    """Whether a file may give an attribute something by its name: `setattr(layer, "cache", c)`."""
    text = module.source.text
    return any(f"{x}{name}{x}" in text for x in "\"'") and _BY_NAME.search(text) is not None


def _gives_as_heir(module: Module, kind: Definition, name: str) -> bool:
    """Whether a class of another file that inherits from `kind` gives the attribute something."""
    functions = (module.function_at(each.lineno) for each in stored(module).get(name, ()))
    owners = {id(each.owner) for each in functions if each is not None}
    return any(id(each.node) in owners and _inherits(each, kind) for each in module.classes)


def _inherits(owner: Definition, kind: Definition, depth: int = 6) -> bool:
    """Whether a class is `kind`, or inherits from it, also where that was parsed anew."""
    if owner.qualified == kind.qualified:
        return True
    return depth > 0 and any(_inherits(each, kind, depth - 1) for each in owner.bases)


def _is_of_others(binder: Definition, kind: Definition, name: str) -> bool:
    """Whether what a function gives such an attribute, by a parameter that it annotates, is an
    object of another class."""
    function = binder.as_function
    said = {each.arg: each.annotation for each in signature(function).named}
    for each in nodes(function, ast.Attribute):
        if each.attr == name and isinstance(each.ctx, ast.Store):
            annotation = said.get(dotted_name(each.value) or "")
            meant = binder.module.meant(annotation, binder.enclosing) if annotation else None
            if meant is None or not isinstance(meant.node, ast.ClassDef):
                return False
            if _inherits(meant, kind) or _inherits(kind, meant):
                return False
    return True


@kept(1024)
def calling(function: Definition) -> tuple[Definition, ...]:
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
