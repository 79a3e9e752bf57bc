"""What the methods of a class give the attributes of its objects, as far as the class tells it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tritonlint.facts.host import classes, renaming, tensors
from tritonlint.facts.host.arguments import Arguments, Given
from tritonlint.facts.host.binding import bind
from tritonlint.facts.host.state import NEAR_DEPTH, ClassFacts, Frame, Run
from tritonlint.facts.host.values import (
    Callable,
    Const,
    DType,
    Instance,
    Sequence,
    Table,
    Tensor,
    Value,
    options,
)
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import Function, statements_in, walk

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def assigned_value(frame: Frame, owner: Instance, name: str) -> Value | None:
    """What `__init__` gives an attribute, or else the one method that does, with what is known of
    the buffer behind it; None for a tensor of which nothing is known. Of a setting, which one it is
    says more than its value."""
    definition = owner.definition
    facts = class_facts(frame, definition)
    own = facts.values.get(name)
    if own is None or own == Const(None):
        later = _set_later(frame, definition, name) or _set_by_heir(frame, definition, name)
        facts, own = later or (facts, own)
    if isinstance(own, (Table, Sequence)) and not own.items:
        facts, own = _filled(frame, definition, name) or (facts, own)
    if is_setting(name, own or Const(None)):
        return Tensor(f"{owner.name}.{name}")
    if own is None:
        return None
    buffers = set(_buffers(own))
    for buffer in buffers & facts.types.keys():
        frame.types.setdefault(buffer, facts.types[buffer])
    known = frame.run.notes
    known += [note for note in facts.notes if note.buffer in buffers and note not in known]
    if isinstance(own, Tensor) and own.buffer not in facts.types and own.types is None:
        return None
    return own


def is_setting(name: str, value: Value) -> bool:
    """Whether an attribute is the setting of a cache's dtype: which one it is says more than its
    value."""
    dtype = any(isinstance(each, DType) for _, each in options(value))
    return name.endswith("cache_dtype") and not dtype


def _buffers(value: Value) -> Iterator[str]:
    """The buffers of the tensors in a value."""
    for _, each in options(value):
        match each:
            case Tensor(buffer=buffer):
                yield buffer
            case Sequence(items=items):
                for item in items:
                    yield from _buffers(item)
            case Table(items=entries):
                for _, item in entries:
                    yield from _buffers(item)
            case Instance(attributes=attributes):
                for _, item in attributes:
                    yield from _buffers(item)


def _set_later(frame: Frame, definition: Definition, name: str) -> tuple[ClassFacts, Value] | None:
    """What the only method beside `__init__` that assigns an attribute gives it; of several, the
    only one that makes tensors of a type."""
    assigning = [each for each in _methods(frame, definition) if name in assigned_in(each[1])]
    if len(assigning) > 1:
        assigning = [each for each in assigning if makes_tensors(each[1])]
    if len(assigning) != 1:
        return None
    facts = facts_of(frame, definition, assigning[0][0])
    return (facts, facts.values[name]) if name in facts.values else None


def _methods(frame: Frame, definition: Definition) -> Iterator[tuple[Definition, Function]]:
    """The methods of a class beside `__init__` that are not being run, and their nodes."""
    assert isinstance(definition.node, ast.ClassDef)
    around = (*definition.enclosing, definition.node)
    for each in definition.node.body:
        if isinstance(each, _FUNCTION) and each.name != "__init__":
            if id(each) not in frame.run.stack:
                yield Definition(definition.module, each, around, each.name), each


def _filled(frame: Frame, definition: Definition, name: str) -> tuple[ClassFacts, Value] | None:
    """What the only method that puts something into a container puts there."""
    found = [
        (facts, facts.values[name])
        for method, node in _methods(frame, definition)
        if name in _filled_in(node)
        if name in (facts := facts_of(frame, definition, method)).values
    ]
    return found[0] if len(found) == 1 else None


def _set_by_heir(
    frame: Frame, definition: Definition, name: str
) -> tuple[ClassFacts, Value] | None:
    """What the only class of the file that inherits from this one, and whose `__init__` gives the
    attribute something, gives it: a mixin works on what others make."""
    each_facts = [class_facts(frame, each) for each in classes.heirs(definition)]
    found = [facts for facts in each_facts if name in facts.values]
    return (found[0], found[0].values[name]) if len(found) == 1 else None


@kept(4096)
def makes_tensors(method: ast.AST) -> bool:
    """Whether a method calls what makes tensors, with a dtype."""
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr in tensors.CONSTRUCTORS
        and any(keyword.arg == "dtype" for keyword in each.keywords)
        for each in walk(method)
    )


def named_like(frame: Frame, owner: Instance, pattern: re.Pattern[str]) -> list[str]:
    """The attributes of an object whose names are as `pattern` says, as far as they are known."""
    prefix = f"{owner.name}."
    known = [each.removeprefix(prefix) for each in frame.env if each.startswith(prefix)]
    known += class_facts(frame, owner.definition).values
    return [each for each in dict.fromkeys(known) if pattern.fullmatch(each)]


def note_declared(frame: Frame, definition: Definition, symbol: str) -> None:
    """Evidence for a cache that is bound to the object from outside: the dtype that its class
    declares for its cache is read from a table, and the table holds byte types. None where the
    class turns away every setting that asks for them."""
    facts = class_facts(frame, definition)
    if any(note.kind == "unquantized" for note in facts.notes):
        return
    for name, value in facts.values.items():
        if not ("cache" in name and "dtype" in name):
            continue
        for _, each in options(value):
            if not (isinstance(each, DType) and each.table and each.types.types):
                continue
            if any(t.is_byte for t in each.types.types):
                frame.note("table", symbol, each.types, each.table)


def class_facts(frame: Frame, definition: Definition) -> ClassFacts:
    """What `__init__` of a class (or the one that it inherits) gives its attributes. One that
    another method assigns too is left out."""
    initializer = definition.module.member(definition, "__init__")
    if not isinstance(initializer, Definition) or not isinstance(initializer.node, _FUNCTION):
        return ClassFacts({}, {}, ())
    return facts_of(frame, definition, initializer)


def note_required(frame: Frame, owner: Instance) -> None:
    """Note the settings that `__init__` of an object's class does not let pass."""
    for note in class_facts(frame, owner.definition).notes:
        if note.kind == "unquantized" and note not in frame.run.noted:
            frame.run.noted.add(note)
            frame.run.notes.append(note)


def facts_of(frame: Frame, definition: Definition, method: Definition) -> ClassFacts:
    """What a method of a class gives attributes, of its object and of its parameters."""
    known = frame.run.attributes
    key = (id(definition.node), id(method.node))
    if key not in known:
        known[key] = ClassFacts({}, {}, ())  # for a class that makes its own kind
        known[key] = _assigned(frame, definition, method)
    return known[key]


def _assigned(frame: Frame, definition: Definition, method: Definition) -> ClassFacts:
    """What a method gives the attributes of an object that nothing else is known of."""
    run = Run(
        frame.run.project, method, _initializes, attributes=frame.run.attributes, thorough=True
    )
    run.stack.append(id(method.node))
    instance = Instance(definition)
    assert isinstance(method.node, _FUNCTION)
    inner = frame.elsewhere(method.module, (*method.enclosing, method.node))
    inner.run, inner.instance, inner.depth = run, instance, 0
    inner.env = bind(inner, method, Given(Arguments((), {}), {}), Callable(method, instance))
    inner.depth = NEAR_DEPTH - 2
    inner.body()
    prefix = f"{definition.qualified}."
    elsewhere = set(_assigned_elsewhere(definition)) if method.name == "__init__" else set()
    values = {
        name.removeprefix(prefix): value
        for name, value in inner.env.items()
        if name.startswith(prefix) and name.removeprefix(prefix) not in elsewhere
    }
    start = f"{method.qualified}("
    values |= {
        name.removeprefix(start).replace(").", ".", 1): value
        for name, value in inner.env.items()
        if name.startswith(start) and ")." in name
    }
    names = renaming.parameters(method.qualified, values, definition.qualified)
    return ClassFacts(
        {name: renaming.value(value, names) for name, value in values.items()},
        {names.get(buffer, buffer): types for buffer, types in inner.types.items()},
        tuple(renaming.note(note, names) for note in run.notes),
    )


def _initializes(function: Definition) -> bool:
    """Whether a function is an initializer, or makes tensors for attributes, as those that
    initializers call do (`self._create_buffers()`)."""
    node = function.node
    assert isinstance(node, _FUNCTION)
    return function.name == "__init__" or (bool(assigned_in(node)) and makes_tensors(node))


def _assigned_elsewhere(definition: Definition) -> Iterator[str]:
    """The attributes of `self` that methods other than `__init__` assign."""
    assert isinstance(definition.node, ast.ClassDef)
    for method in definition.node.body:
        if isinstance(method, ast.FunctionDef) and method.name != "__init__":
            if not classes.accessor(method, "setter"):  # seen where `__init__` assigns
                yield from assigned_in(method)


@kept(4096)
def assigned_in(method: Function) -> frozenset[str]:
    """The attributes of objects that a method assigns, or registers."""
    statements = [each for each, _ in statements_in(method.body)]
    assigned = (
        node.attr
        for statement in statements
        for target in targets(statement)
        for node in walk(target)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    )
    return frozenset((*assigned, *filter(None, map(registered, statements))))


@kept(4096)
def _filled_in(method: Function) -> frozenset[str]:
    """The attributes of objects that a method puts items into."""
    found: set[str] = set()
    for each in walk(method):
        match each:
            case ast.Subscript(value=ast.Attribute(attr=name), ctx=ast.Store()):
                found.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=name), attr=how)):
                if how in ("append", "add", "insert", "extend", "setdefault", "update"):
                    found.add(name)
    return frozenset(found)


def registered(statement: ast.stmt) -> str | None:
    """The name that a statement gives a parameter or buffer of a layer."""
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(attr="register_parameter" | "register_buffer"),
                args=[ast.Constant(value=str() as name), *_],
            )
        ):
            return name
    return None


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
