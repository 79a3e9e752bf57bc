"""What an object holds: objects of the classes that its `__init__` or an annotation names
(`self.impl = Impl(...)`), and functions, as they are or made of others (`partial(store, x)`)."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping

from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Target
from tritonlint.facts.project.tree import FUNCTION, SCOPE, Function, last_name, nodes, walk
from tritonlint.frozen import replace


def owner_of(function: Definition) -> Definition | None:
    """The class that a method stands in."""
    for depth in range(len(function.enclosing), 0, -1):
        owner = function.enclosing[depth - 1]
        if isinstance(owner, ast.ClassDef):
            return Definition(function.module, owner, function.enclosing[: depth - 1], owner.name)
    return None


@kept(4096)
def is_heir(owner: Definition, of: Definition, depth: int = 6) -> bool:
    """Whether a class of the project inherits from another one."""
    bases = owner.bases if depth else ()
    return any(each.node is of.node or is_heir(each, of, depth - 1) for each in bases)


@kept(8192)
def held(owner: Definition, attribute: str) -> tuple[Definition, ...]:
    """The classes of the project whose objects `attribute` of an object of `owner` can be, as far
    as its class body and its `__init__` name them, and the functions that it can be or be made
    of, which its other methods may give it too."""
    named = [(owner, each) for each in _annotated(owner.as_class).get(attribute, ())]
    initializer = _initializer(owner)
    if initializer is not None:
        inside = replace(initializer, enclosing=initializer.inside)
        given = _given(initializer.as_function).get(attribute, ())
        named += [(inside, each) for each in given]
    for method, value in _made_later(owner.as_class).get(attribute, ()):
        around = Definition(owner.module, method, owner.inside, method.name)
        named.append((replace(around, enclosing=around.inside), value))
    return tuple(each for around, node in named for each in _named(around, node))


@kept(4096)
def handed_out(function: Definition) -> tuple[Definition, ...]:
    """The classes of the project that a function returns, or objects of which, as far as its
    `return`s and its annotation name them: as they are, by an attribute of its object, or by a
    table."""
    found: dict[int, Definition] = {}
    inside = replace(function, enclosing=function.inside)
    given: list[ast.expr | None] = [function.as_function.returns]
    given += [each.value for each in nodes(function.as_function, ast.Return)]
    for value in filter(None, given):
        owner = owner_of(function)
        match value:
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if owner is not None:
                found |= {id(each.node): each for each in held(owner, name)}
                continue
            case ast.Call(func=ast.Name(id="cls")) if owner is not None:
                found[id(owner.node)] = owner
                continue
            case ast.Call(func=called):
                value = called
        for each in _in_tables(_named_or_values(inside, value)):
            found[id(each.node)] = each
    return tuple(each for each in found.values() if isinstance(each.node, ast.ClassDef))


def _named_or_values(around: Definition, node: ast.expr) -> Iterator[Definition]:
    for each in walk(node):
        if isinstance(each, (ast.Name, ast.Attribute)):
            target = around.module.meant(each, around.enclosing)
            if isinstance(target, Definition):
                yield target


def _in_tables(named: Iterable[Definition]) -> Iterator[Definition]:
    """What is named; of a table of a module, the classes that it holds."""
    for each in named:
        if isinstance(each.node, ast.Dict):
            yield from _named(each, each.node)
        else:
            yield each


def held_by_class(owner: Definition, attributes: Collection[str]) -> Iterator[Definition]:
    """The classes that those of `attributes` are which a class has: `impl_cls = Impl`."""
    for each in owner.as_class.body:
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name() as value):
                if name in attributes:
                    named = _named(replace(owner, enclosing=owner.inside), value)
                    yield from (each for each in named if isinstance(each.node, ast.ClassDef))


def functions_in(owner: Definition, attributes: Collection[str]) -> Iterator[Definition]:
    """The functions that those of `attributes` can be, or be made of, that the `__init__` of a
    class gives its objects."""
    initializer = _initializer(owner)
    given = _given(initializer.as_function) if initializer is not None else {}
    for name in (each for each in given if each in attributes):
        yield from functions_held(held(owner, name))


def _initializer(owner: Definition) -> Definition | None:
    found = owner.module.member(owner, "__init__")
    is_function = isinstance(found, Definition) and isinstance(found.node, Function)
    return found if is_function else None  # type: ignore[return-value]


@kept(4096)
def _annotated(owner: ast.ClassDef) -> Mapping[str, list[ast.expr]]:
    """By the names that the body of a class annotates: what they are said to be."""
    found: dict[str, list[ast.expr]] = {}
    for statement in owner.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                found.setdefault(name, []).append(annotation)
    return found


@kept(4096)
def _given(initializer: Function) -> Mapping[str, list[ast.expr]]:
    """By the attributes of `self` that an initializer sets: what it gives them, and what they or
    the parameter that they are given are said to be."""
    annotations = {each.arg: each.annotation for each in initializer.args.args}
    found: dict[str, list[ast.expr]] = {}
    for node in nodes(initializer, ast.Assign, ast.AnnAssign):
        match node:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)]):
                said = None
            case ast.AnnAssign(target=ast.Attribute(value=ast.Name(id="self"), attr=name)):
                said = node.annotation
            case _:
                continue
        if isinstance(node.value, ast.Name):
            said = said or annotations.get(node.value.id)
        found.setdefault(name, []).extend(each for each in (said, node.value) if each is not None)
    return found


@kept(4096)
def _made_later(owner: ast.ClassDef) -> Mapping[str, list[tuple[Function, ast.expr]]]:
    """By the attributes of `self` that the methods of a class beside `__init__` set: the functions
    with their first arguments, and the lambdas, that they give them."""
    found: dict[str, list[tuple[Function, ast.expr]]] = {}
    for method in (each for each in owner.body if isinstance(each, FUNCTION)):
        for name, values in _given(method).items() if method.name != "__init__" else ():
            made = [(method, each) for each in values if _is_partial(each)]
            if made:
                found.setdefault(name, []).extend(made)
    return found


def _is_partial(value: ast.expr) -> bool:
    """Whether a value is a function with its first arguments, or a lambda."""
    called = isinstance(value, ast.Call) and last_name(value.func) == "partial"
    return called or isinstance(value, ast.Lambda)


def _named(around: Definition, node: ast.expr) -> Iterator[Definition]:
    """The classes and functions that an annotation or a value names."""
    for each in walk(node):
        if isinstance(each, (ast.Name, ast.Attribute)):
            target: Target = around.module.meant(each, around.enclosing)
            match each:
                case ast.Attribute(value=ast.Name(id="self"), attr=name) if target is None:
                    owner = owner_of(around)
                    target = owner.module.member(owner, name) if owner is not None else None
            if isinstance(target, Definition) and isinstance(target.node, SCOPE):
                yield target


def functions_held(held: Iterable[Definition]) -> Iterator[Definition]:
    """What of that is a function."""
    return (each for each in held if not isinstance(each.node, ast.ClassDef))


def methods_held(held: Iterable[Definition], name: str) -> Iterator[Definition]:
    """The methods `name` of the classes of that, and of those that its functions hand out, or the
    functions that their objects hold so."""
    for each in held:
        is_class = isinstance(each.node, ast.ClassDef)
        handed = handed_out(each) if isinstance(each.node, FUNCTION) else ()
        for owner in (each,) if is_class else handed:
            found = owner.module.member(owner, name)
            if isinstance(found, Definition):
                yield found
            elif is_class:
                yield from functions_in(owner, (name,))
