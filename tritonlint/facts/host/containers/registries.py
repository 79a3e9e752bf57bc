"""Tables and lists of a module, with what its other statements put into them as it is imported;
names that functions declare `global`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from collections.abc import Sequence as Items
from itertools import chain

from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.calls.binding import bind
from tritonlint.facts.host.calls.given import arguments_of
from tritonlint.facts.host.memory import tensors
from tritonlint.facts.host.memory.element_types import mixes_bytes
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose
from tritonlint.facts.host.values.symbols import Attribute, Object
from tritonlint.facts.host.values.values import (
    Callable,
    Class,
    Const,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.registering import (
    PUTTING,
    TAKING,
    declared_global,
    filled_in,
    filling,
    first_inside,
    may_declare,
    registered,
    replaced_in,
)
from tritonlint.facts.project.tree import nodes, walk
from tritonlint.frozen import replace

Container = Table | Sequence

# Statements that may change a table, and so many of them are followed.
_CHANGING = (ast.Assign, ast.AugAssign, ast.Expr, ast.For, ast.If, ast.Delete, ast.Try, ast.With)
_MOST = 16


def filled(frame: Frame, definition: Definition, made: Value) -> Value:
    """`made`, which a name of a module stands for first, with what functions that declare it
    `global` make of it, or its statements add: `TABLE[key] = value`, or calls that do that."""
    if made == Const(None) or isinstance(made, Tensor):
        later = _set_later(frame, definition, made)
        return made if later is None or mixes_bytes(frame, later) else later
    if not isinstance(made, (Table, Sequence)):
        return made
    name = definition.name
    statements, fillers = _filling(definition.module, name)
    decorated = registered(definition.module, name)[:_MOST] if fillers else ()
    made = _put_later(frame, definition, made)
    if not statements and not decorated:
        return made
    inner = frame.elsewhere(definition.module, (), frame.types)
    inner.env = {name: made}
    for statement in statements:
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Name(id=called)) as call) if called in fillers:
                inner.env[name] = _after(inner, fillers[called], call, name)
            case _:
                inner.block([statement])
    for filler, decorator, own in decorated:
        inner.env[name] = _registered(inner, filler, decorator, own, name)
    return inner.env[name]


def _put_later(frame: Frame, definition: Definition, made: Container) -> Container:
    """`made` with what functions put into it, or leave in its place; of several values for one key,
    any."""
    before = _entries(made)
    found: dict[object, list[Value]] = {}
    for function in _keeping(definition.module, definition.name):
        left = _left_by(frame, function, definition.name, made)
        alike = (_entries(each).items() for each in left if type(each) is type(made))
        for key, value in chain.from_iterable(alike):
            if before.get(key) != value and value not in found.setdefault(key, []):
                found[key].append(value)
    put = {
        key: choose(*(((), each) for each in several)) for key, several in found.items() if several
    }
    if isinstance(made, Table):
        return made.updated(put.items()) if put else made
    return replace(made, items=tuple({**before, **put}.values())) if put else made


def _entries(container: Value | None) -> dict[object, Value]:
    """What a dict holds by its keys, a list by its places."""
    match container:
        case Table(items=items):
            return dict(items)
        case Sequence(items=several):
            return dict(enumerate(several))
    return {}


def _set_later(frame: Frame, definition: Definition, made: Value) -> Value | None:
    """What the functions give a name of a module that declare it `global`, and that is `made`
    first."""
    before = made if isinstance(made, Tensor) else None
    setters = _setters(definition.module, definition.name)
    if before is None:
        setters = [each for each in setters if _gives_tensors(each)]
    left = (value for each in setters for value in _left_by(frame, each, definition.name, before))
    found = [each for each in left if each not in (Const(None), before)]
    return choose(*(((), each) for each in found)) if found else None


def _left_by(
    frame: Frame, function: Definition, name: str, before: Value | None = None
) -> Items[Value]:
    """What a name of the module stands for after a function of it, called by anyone, at its end or
    at a `return`; `before` is what it stands for first. Nothing where it is not given anything."""
    # By its first statement: one that is run may ask for what an earlier call of it put there.
    filling = id(function.as_function.body[0])
    if filling in frame.run.stack:
        return ()
    frame.run.stack += [filling, id(function.as_function)]
    inner = frame.elsewhere(function.module, (function.as_function,), frame.types)
    inner.env = bind(frame, function, Given(Arguments((), {}), {}), Callable(function))
    if before is not None:
        inner.env.setdefault(name, before)
    inner.body()
    frame.keep_made(inner)
    del frame.run.stack[-2:]
    own = Attribute(Object(function.module.name), name)
    ends = (inner.env, *(env for _, env in inner.ends))
    left: list[Value] = []
    for env in ends:
        value = env.get(own, env.get(name))
        left += [value] if value is not None and value not in left else []
    return left


@kept(1024)
def _keeping(module: Module, name: str) -> list[Definition]:
    """The functions of a module that put tensors which they make, or views, into the table or the
    list `name`, or give the name another one."""
    declared = may_declare(module)
    return [
        each
        for each in module.functions
        if not each.enclosing
        if name in replaced_in(each.node) or (declared and name in declared_global(each.node))  # type: ignore[arg-type]
        if _gives_tensors(each) or _views(each)
    ]


def _views(function: Definition) -> bool:
    return any(each.attr == "view" for each in nodes(function.as_function, ast.Attribute))


@kept(1024)
def _setters(module: Module, name: str) -> list[Definition]:
    if not may_declare(module):
        return []
    functions = (
        each
        for each in module.functions
        if all(isinstance(around, ast.ClassDef) for around in each.enclosing)
    )
    return [each for each in functions if name in declared_global(each.node)]  # type: ignore[arg-type]


def _gives_tensors(function: Definition) -> bool:
    """Whether a function makes tensors, or objects of which a method makes some."""
    if makes_tensors(function.node):  # type: ignore[arg-type]
        return True
    for each in walk(function.node):  # type: ignore[arg-type]
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
            made = function.module.resolve(each.func.id, function.enclosing)
            if made is not None and isinstance(made.node, ast.ClassDef):
                if makes_tensors(made.node):
                    return True
    return False


def _after(frame: Frame, function: Definition, call: ast.Call, name: str) -> Value:
    """What `name` stands for after a call of a function that fills it."""
    inner = frame.elsewhere(function.module, (function.as_function,), frame.types)
    known = Callable(function, None, dict(frame.env))
    inner.env = bind(frame, function, arguments_of(frame, call), known)
    inner.body()
    return inner.env.get(name, frame.env[name])


def _registered(
    frame: Frame, filler: Definition, decorator: ast.expr, own: Definition, name: str
) -> Value:
    """What `name` stands for after a decorator that fills it, on `own`: the filler itself, or a
    function in the one that is called for the decorator."""
    inner = frame.elsewhere(filler.module, (filler.as_function,), frame.types)
    known = Callable(filler, None, dict(frame.env))
    value = Class(own) if isinstance(own.node, ast.ClassDef) else Callable(own)
    taken = Given(Arguments((value,), {}), {})
    called = decorator if isinstance(decorator, ast.Call) else None
    inner.env = bind(frame, filler, arguments_of(frame, called) if called else taken, known)
    inner.body()
    nested = first_inside(filler) if called else None
    if nested is not None and name in filled_in(nested.node):  # type: ignore[arg-type]
        around = Callable(nested, None, {**frame.env, **inner.env})
        inner = inner.elsewhere(nested.module, nested.inside, frame.types)
        inner.env = bind(frame, nested, taken, around)
        inner.body()
    return inner.env.get(name, frame.env[name])


@kept(1024)
def _filling(module: Module, name: str) -> tuple[list[ast.stmt], Mapping[str, Definition]]:
    """The statements of a module that put something into what `name` stands for, and the functions
    that they call for it."""
    text = module.source.text
    if not any(f"{name}{each}" in text for each in ("[", ".", " |", " +", "|", "+")):
        return [], {}
    fillers = filling(module, name)
    statements: list[ast.stmt] = [
        each
        for each in module.tree.body
        if isinstance(each, _CHANGING)
        if _called(each) in fillers or name in filled_in(each, PUTTING | TAKING)
    ]
    return statements[:_MOST], fillers


def _called(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name
    return None


@kept(4096)
def makes_tensors(method: ast.AST) -> bool:
    """Whether a method, or one of a class, calls what makes tensors, with a dtype, or with options
    that may name one."""
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr in tensors.CONSTRUCTORS
        and any(keyword.arg in ("dtype", None) for keyword in each.keywords)
        for each in walk(method)
    )
