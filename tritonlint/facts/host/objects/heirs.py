"""Classes that inherit from one another: what a class leaves to its heirs, as whose method one is
run, and which of what they give tells something."""

from __future__ import annotations

import ast
from collections.abc import Callable, Container
from collections.abc import Sequence as Several
from itertools import dropwhile, takewhile
from typing import TypeGuard

from tritonlint.facts.host.memory.element_types import all_bytes
from tritonlint.facts.host.values.choices import MAX_OPTIONS, Known, options
from tritonlint.facts.host.values.symbols import OfClass, Symbol
from tritonlint.facts.host.values.values import Path, Sequence, Tensor, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.bindings import bound_by
from tritonlint.facts.project.inheriting import linearized
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import (
    FUNCTION,
    SCOPE,
    Function,
    last_name,
    nodes,
    walk,
)

# How a class asks for what its heirs say of themselves, where that is not followed.
_ASKING = (
    *("type(self)", "__class__", "getattr(self", "hasattr(self", "bool(self", "cls."),
    *("__init_subclass__", "is_floating_point"),
)
# Classes outside of the project that give their heirs nothing of what is looked for.
_PLAIN_BASES = ("object", "ABC")


@kept(4096)
def heirs(definition: Definition) -> tuple[Definition, ...]:
    """The classes at the top level of a file that name this one, of the same file, as a base."""
    return tuple(
        Definition(definition.module, each, (), each.name)
        for each in definition.module.tree.body
        if isinstance(each, ast.ClassDef) and not definition.enclosing
        if any(isinstance(base, ast.Name) and base.id == definition.name for base in each.bases)
    )


def run_as(method: Definition) -> list[Definition | None]:
    """The classes as whose method one is run: None for its own, which is left out where no object
    of it can be the one at hand, and the heirs that keep the method and have one of their own for
    another that it calls, or that makes what it reads, or make the object of bytes."""
    owner = method.owner
    if owner is None or method.name == "__init__":
        return [None]
    own = Definition(method.module, owner, method.enclosing[:-1], owner.name)
    found = heirs(own)
    if not found:
        return [None]
    named = {each.attr for each in nodes(method.node, ast.Attribute)}  # type: ignore[arg-type]
    named |= _making(own, named)
    changing: list[Definition | None] = []
    keeping = False
    for heir in found:
        first = [heir, *_before(heir, own)]
        names = {name for each in first for name in method_names(each)} - {"__init__"}
        if not any(method.name in _given_in(each.as_class) for each in first):
            told = any(map(_names_bytes, first))
            told = told or (not _asks_for_classes(own) and any(map(_has_bytes, first)))
            changes = told or not names.isdisjoint(named)
            changing += [heir] if changes else []
            keeping = keeping or not changes
    return changing if changing and not keeping and _is_for_heirs(own, named) else [None, *changing]


@kept(1024)
def _hooks(owner: ast.ClassDef) -> tuple[tuple[str, str], ...]:
    """The attributes that the methods of a class give what methods of the object give, or make of
    that, and the names of these methods."""
    found: list[tuple[str, str]] = []
    for method in owner.body:
        for each in nodes(method, ast.Assign) if isinstance(method, FUNCTION) else ():
            match each:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)]):
                    called = (x.func for x in nodes(each.value, ast.Call))
                    found += [(name, hook.attr) for hook in called if _is_own(hook)]
    return tuple(found)


def _is_own(called: ast.expr) -> TypeGuard[ast.Attribute]:
    """Whether what is called is a method of the object itself."""
    return (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and (called.value.id == "self")
    )


def _making(owner: Definition, named: set[str]) -> set[str]:
    """The methods of an object by which the methods of its class, its own or inherited, make what
    of these attributes it has."""
    every = (pair for each in linearized(owner) for pair in _hooks(each.as_class))
    return {hook for name, hook in every if name in named}


def _before(heir: Definition, owner: Definition) -> list[Definition]:
    """The other classes that a class inherits from in front of `owner`: their methods come first,
    as those of a mixin do."""
    return list(takewhile(lambda each: each.node is not owner.node, heir.bases))


def above(owner: Definition, heir: Definition) -> list[Definition]:
    """The classes in which a method of `owner` that an object of `heir` runs looks for the one that
    it extends: those that come after `owner`."""
    later = list(dropwhile(lambda each: each.node is not owner.node, linearized(heir)))
    return later[1:]


def _is_for_heirs(definition: Definition, named: set[str]) -> bool:
    """Whether all objects of a class are of its heirs: it is abstract, it lacks what of these
    `named` attributes they have, or its file makes objects of them and none of it."""
    found = heirs(definition)
    own = _has(definition)
    if is_abstract(definition):
        return True
    if own is not None and any((_has(each) or own) & named - own for each in found):
        return True
    made, known = _made(definition.module)
    return definition.name not in known and any(each.name in made for each in found)


def is_abstract(definition: Definition) -> bool:
    """Whether a class leaves a method to its heirs."""
    return any(isinstance(each, FUNCTION) and _is_left(each) for each in definition.as_class.body)


def _is_left(method: Function) -> bool:
    """Whether a method is abstract, or raises that it is not implemented."""
    if any(last_name(each) == "abstractmethod" for each in method.decorator_list[-1:]):
        return True
    match method.body[-1]:
        case ast.Raise(exc=ast.expr() as raised):
            called = raised.func if isinstance(raised, ast.Call) else raised
            return last_name(called) == "NotImplementedError"
    return False


def is_left_to_heirs(method: Function) -> bool:
    """Whether a class leaves a method to its heirs: so it says, or there is nothing in it."""
    empty = (isinstance(each, ast.Pass) or _is_written(each) for each in method.body)
    return _is_left(method) or all(empty)


def views(heir: Definition, name: str) -> bool:
    """Whether the method of this name that a class has views something."""
    method = heir.module.member(heir, name)
    return isinstance(method, Definition) and any(
        isinstance(each, ast.Attribute) and each.attr == "view" for each in walk(method.as_function)
    )


def is_first_with(heir: Definition, name: str) -> bool:
    """Whether the method that a class has for one that is left to it is not that of a base, or made
    anew: what another one has that it inherits from is what most objects do."""
    below = (each.module.member(each, name) for each in heir.bases)
    return all(
        is_left_to_heirs(each.node)
        for each in below
        if isinstance(each, Definition) and isinstance(each.node, FUNCTION)
    )


def _is_written(statement: ast.stmt) -> bool:
    """Whether a statement is a docstring, or `...`."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _has(definition: Definition) -> frozenset[str] | None:
    """The names of what objects of a class have; None where it has a base that is not known."""
    return members(definition, _bound_in, _PLAIN_BASES)


def members(
    definition: Definition,
    own: Callable[[ast.ClassDef], frozenset[str]],
    plain: Container[str],
    within: tuple[object, ...] = (),
) -> frozenset[str] | None:
    """The names that a class and its bases have of their `own`; None where a base is not known, and
    is none of these `plain` ones from outside of the project."""
    found = own(definition.as_class)
    for base in definition.as_class.bases:
        if last_name(base.value if isinstance(base, ast.Subscript) else base) in plain:
            continue
        target = definition.module.meant(base, definition.enclosing)
        if target is None or not isinstance(target.node, ast.ClassDef) or target.node in within:
            return None
        inherited = members(target, own, plain, (*within, definition.node))
        if inherited is None:
            return None
        found |= inherited
    return found


@kept(1024)
def _given_in(owner: ast.ClassDef) -> frozenset[str]:
    """The names that the body of a class gives something."""
    return frozenset(name for statement in owner.body for name, _ in bound_by(statement))


@kept(1024)
def _bound_in(owner: ast.ClassDef) -> frozenset[str]:
    """What the body of a class binds, and what its methods assign to attributes."""
    found = {each.name for each in owner.body if isinstance(each, SCOPE)}
    for each in walk(owner):
        match each:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                found.add(name)
            case ast.Constant(value=str(name)):  # of `setattr`, `__slots__`, `register_buffer`
                found.add(name)
    return frozenset(found)


@kept(512)
def _made(module: Module) -> tuple[frozenset[str], frozenset[str]]:
    """What a file calls by its name, and what it names otherwise than as a base, or in an
    annotation."""
    aside: set[int] = set()
    for each in walk(module.tree):
        asides = each.bases if isinstance(each, ast.ClassDef) else ()
        for one in (*asides, getattr(each, "annotation", None), getattr(each, "returns", None)):
            aside |= {id(name) for name in walk(one)} if one is not None else set()
    calls = (each.func for each in nodes(module.tree, ast.Call))
    named = (each for each in walk(module.tree) if id(each) not in aside)
    return (
        frozenset(each.id for each in calls if isinstance(each, ast.Name)),
        frozenset(each.id for each in named if isinstance(each, ast.Name)),
    )


@kept(1024)
def _names_bytes(definition: Definition) -> bool:
    """Whether a method that a class has of its own names a type of bytes."""
    own = (each for each in definition.as_class.body if isinstance(each, FUNCTION))
    return any(last_name(each) == "uint8" for node in own for each in nodes(node, ast.expr))


@kept(1024)
def _has_bytes(definition: Definition) -> bool:
    """Whether an attribute of a class is a type of bytes; none that is decorated."""
    own = definition.as_class
    given = [x.value for x in own.body if isinstance(x, ast.Assign | ast.AnnAssign) and x.value]
    return not own.decorator_list and any(last_name(x) in ("uint8", "int8") for x in given)


@kept(1024)
def _asks_for_classes(definition: Definition) -> bool:
    """Whether a class asks what its objects are of in a way that is not followed."""
    text = definition.module.source.lines_of(definition.as_class)
    return any(each in text for each in _ASKING)


def method_names(definition: Definition) -> set[str]:
    return {each.name for each in definition.as_class.body if isinstance(each, FUNCTION)}


def telling_heirs(
    results: Several[tuple[Path, Value]], known: Known
) -> Several[tuple[Path, Value]]:
    """`results`, of which each is what another heir of a class gives: those that are memory of
    bytes, as it is `known`, and one that is not, of another heir if there is one."""
    if not any(of_class(path) for path, _ in results):
        return results
    flat = [(at, each) for path, value in results for at, each in options(value, path)]
    told = [each for each in flat if _holds_bytes(each[1], known)]
    told.sort(key=lambda each: isinstance(each[1], Sequence))
    others = [each for each in flat if each not in told]
    classes = {of_class(path) for path, _ in told}
    others.sort(key=lambda each: of_class(each[0]) in classes)
    return [*told[: MAX_OPTIONS - 1], *others[:1]]


def of_class(path: Path) -> Symbol | None:
    """The test for the class of an object that comes out true on a path."""
    found = (key for key, outcome in path if outcome and isinstance(key, OfClass))
    return next(found, None)


def _holds_bytes(value: Value, known: Known) -> bool:
    """Whether a tensor, or one in a tuple, is known to be made of bytes and not viewed."""
    for _, each in options(value):
        if isinstance(each, Sequence) and any(_holds_bytes(item, known) for item in each.items):
            return True
        if isinstance(each, Tensor) and each.view is None:
            if all_bytes(each.types or known(each.buffer)):
                return True
    return False
