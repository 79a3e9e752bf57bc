"""Which attributes the methods of a class assign."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tritonlint.facts.host.attributes import changing
from tritonlint.facts.host.attributes.traded import retyped_by
from tritonlint.facts.host.objects import classes, heirs
from tritonlint.facts.kept import kept
from tritonlint.facts.project.inheriting import linearized
from tritonlint.facts.project.modules import Definition, methods
from tritonlint.facts.project.tree import FUNCTION, Function, nodes, statements_in

# How attributes are given something whose names are not written as such.
_UNNAMED = ("setattr(", "vars(", "__dict__", "_buffers[", "_parameters[")


def assigned_elsewhere(definition: Definition) -> Iterator[str]:
    """The attributes of `self` that methods other than `__init__` assign, or that are made anew in
    another way."""
    yield from made_anew(definition)
    for method in _later_methods(definition):
        yield from assigned_in(method)


def made_anew(definition: Definition) -> Iterator[str]:
    """The attributes of `self` that classes which inherit from its own assign, that those above it
    make of another type, that functions of the file make anew, or that methods other than
    `__init__` change without assigning them."""
    yield from changing.changed_outside(definition.module)
    if any(map(_makes_members, linearized(definition))):
        yield changing.ANY
    for heir in heirs.heirs(definition):
        for method in heir.as_class.body:
            if isinstance(method, FUNCTION):
                yield from assigned_in(method)
    yield from made_above(definition)
    for method in _later_methods(definition):
        own = Definition(definition.module, method, definition.inside, method.name)
        yield from changing.changed_by_own(own) - assigned_in(method)


def made_above(definition: Definition) -> Iterator[str]:
    """The attributes of `self` that methods of the classes above a class make another type of, or
    anew, beside `__init__` and what it calls: a mixin decodes what an heir has made."""
    every = methods(definition)
    first = (each.as_function for each in every if each.name == "__init__")
    called = {each.attr for node in first for each in nodes(node, ast.Attribute)}
    for each in every:
        if each.name not in called | {"__init__"} and each.owner is not definition.node:
            yield from retyped_by(each.as_function)


@kept(256)
def functions(owner: ast.ClassDef) -> tuple[Function, ...]:
    """The methods of a class beside `__init__`."""
    methods = (each for each in owner.body if isinstance(each, FUNCTION))
    return tuple(each for each in methods if each.name != "__init__")


@kept(4096)
def methods_assigning(owner: ast.ClassDef) -> Mapping[str, list[Function]]:
    """By attribute, the methods of a class beside `__init__` that assign it."""
    found: dict[str, list[Function]] = {}
    for each in functions(owner):
        for name in assigned_in(each):
            found.setdefault(name, []).append(each)
    return found


@kept(4096)
def may_be_given_elsewhere(definition: Definition, name: str) -> bool:
    """Whether code of the file outside of a class may give an attribute of its objects something:
    under its name, or under any."""
    module, own = definition.module, definition.as_class
    first, last = own.lineno, own.end_lineno or own.lineno
    given = changing.stored(module).get(name, ())
    return any(each in module.source.text for each in _UNNAMED) or any(
        not first <= each.lineno <= last for each in given
    )


@kept(1024)
def _makes_members(definition: Definition) -> bool:
    """Whether a class gives those that inherit from it members by names: what an attribute is
    given may go through a property then."""
    return any(
        isinstance(each.func, ast.Name) and each.func.id == "setattr"
        for method in definition.as_class.body
        if isinstance(method, FUNCTION) and method.name == "__init_subclass__"
        for each in nodes(method, ast.Call)
    )


def _later_methods(definition: Definition) -> Iterator[Function]:
    """The methods of a class beside `__init__`, and beside setters: what those assign is seen where
    `__init__` does."""
    for method in definition.as_class.body:
        if isinstance(method, FUNCTION) and method.name != "__init__":
            if not classes.accessor(method, "setter"):
                yield method


@kept(4096)
def assigned_in(method: Function) -> frozenset[str]:
    """The attributes of objects that a method assigns, or registers."""
    statements = [each for each, _ in statements_in(method.body)]
    assigned = (
        node.value.attr
        if node.attr == "data" and isinstance(node.value, ast.Attribute)
        else node.attr
        for statement in statements
        for target in targets(statement)
        for node in nodes(target, ast.Attribute)
        if isinstance(node.ctx, ast.Store)
    )
    by_name = (name for each in statements for name in registered(method, each))
    return frozenset((*assigned, *by_name))


def registered(method: Function, statement: ast.stmt) -> Iterator[str]:
    """The names of the attributes that a statement of a method gives what it registers or saves, as
    far as they are written out."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="save_for_backward"))):
            yield "saved_tensors"
        case ast.Expr(value=ast.Call() as call) if told := changing.named(call):
            yield from (each for each in changing.keys(method, told[1]) if each != changing.ANY)


def targets(statement: ast.stmt) -> list[ast.expr]:
    """What a statement assigns to."""
    match statement:
        case ast.Assign(targets=targets):
            return targets
        case ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.AsyncFor():
            return [statement.target]
        case ast.With() | ast.AsyncWith():
            return [each.optional_vars for each in statement.items if each.optional_vars]
    return []
