"""Making objects of the project's classes: what their attributes hold afterwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Sequence as Items

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.calls import entering
from tritonlint.facts.host.calls.arguments import Given
from tritonlint.facts.host.calls.given import positional
from tritonlint.facts.host.calls.suspicion import hands_on_bytes
from tritonlint.facts.host.containers.registries import makes_tensors
from tritonlint.facts.host.objects import classes, members
from tritonlint.facts.host.run import MAX_DEPTH, MAX_ENTERED
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.symbols import Allocation, Attribute, Made
from tritonlint.facts.host.values.values import (
    Callable,
    Class,
    Const,
    Instance,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Target
from tritonlint.facts.project.tree import FUNCTION, last_name, nodes
from tritonlint.frozen import replace

# An initializer of more lines is not run for each object that is made, nor one that does more than
# to keep what it is given and is given nothing of which anything is known: what it does then is
# known of the class.
_LONG = 80
# What is given as it is.
_PLAIN = (ast.Name, ast.Attribute, ast.Constant)


def make(frame: Frame, node: ast.Call, made: Class, given: Given) -> Value:
    """The object that `Class(...)` gives."""
    definition = made.definition
    if classes.inherits(definition, "TypedDict"):
        return Table(tuple(given.arguments.keywords.items()), frame.span(node), not given.complete)
    if classes.is_enum(definition):
        return members.by_value(frame, made, node)
    symbol = Made(definition.qualified, node.lineno, node.col_offset, frame.site)
    initializer = definition.module.member(definition, "__init__")
    if initializer is None:
        return _declared(frame, node, definition, given, symbol)
    instance = Instance(definition, symbol)
    return _initialized(frame, node, instance, initializer, given)


def _declared(
    frame: Frame, node: ast.Call, definition: Definition, given: Given, symbol: Made
) -> Instance:
    """The object of a class that is declared field by field, after its `__post_init__`."""
    fields = tuple(_fields(frame, definition, given, symbol))
    instance = Instance(definition, symbol, fields)
    method = definition.module.member(definition, "__post_init__")
    if method is None:
        return instance
    handed = [classes.is_marked(each, "InitVar") for each in _given_fields(definition)]
    only = [value for (_, value), each in zip(fields, handed, strict=True) if each]
    return _initialized(frame, node, instance, method, positional(frame, node, *only))


def _initialized(
    frame: Frame, node: ast.Call, instance: Instance, initializer: Target, given: Given
) -> Instance:
    """An object after its initializer, where that is run."""
    symbol = instance.name
    if not (
        isinstance(initializer, Definition)
        and isinstance(initializer.node, ast.FunctionDef)
        and initializer.module.code_after(initializer.node.lineno, initializer.node) < _LONG
        and frame.depth < MAX_DEPTH
        and id(initializer.node) not in frame.run.stack
        and frame.run.statements < MAX_ENTERED
        and (
            _only_keeps(initializer.node)
            or makes_tensors(initializer.node)
            or _is_decided(initializer.node, given)
            or hands_on_bytes(frame, Callable(initializer, instance), given)
        )
    ):
        kept_objects = _objects_kept(initializer, given)
        return replace(instance, attributes=(*instance.attributes, *kept_objects))
    _, inner = entering.run(frame, node, Callable(initializer, instance), given)
    attributes = {
        each.name: value
        for each, value in inner.env.items()
        if isinstance(each, Attribute) and each.of is symbol
    }
    return replace(instance, attributes=tuple((dict(instance.attributes) | attributes).items()))


def _objects_kept(initializer: Target, given: Given) -> Iterator[tuple[str, Value]]:
    """The objects that an initializer is given and keeps as they are, with their attributes."""
    if not isinstance(initializer, Definition) or not isinstance(initializer.node, FUNCTION):
        return
    known = signature(initializer.node)
    bound = known.bind((None, *given.arguments.positional), given.arguments.keywords).values
    for statement in initializer.node.body:
        match statement:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=name)],
                value=ast.Name(id=parameter),
            ):
                value = bound.get(parameter) or Const(None)
                items = value.items if isinstance(value, Sequence) else (value,)
                if items and all(isinstance(each, Instance) for each in items):
                    yield name, value


def _is_decided(initializer: ast.FunctionDef, given: Given) -> bool:
    """Whether an argument that is written, or a tensor that was made here, or a flag that is left
    open, decides a test of an initializer."""
    tested = _tested(initializer) if given.complete else frozenset()
    known = signature(initializer)
    bound = known.bind((None, *given.arguments.positional), given.arguments.keywords).values
    flags = {
        name
        for name, each in known.defaults.items()
        if isinstance(each, ast.Constant) and isinstance(each.value, bool)
    }
    return any(_decides(bound[x]) if x in bound else x in flags for x in tested)


def _decides(value: Value | None) -> bool:
    return isinstance(value, Const) or (
        isinstance(value, Tensor) and isinstance(value.buffer, Allocation)
    )


@kept(4096)
def _tested(initializer: ast.FunctionDef) -> frozenset[str]:
    """The names that an initializer tests, by themselves, denied or compared."""
    found: set[str] = set()
    for node in nodes(initializer, ast.If, ast.IfExp):
        test = node.test.operand if isinstance(node.test, ast.UnaryOp) else node.test
        test = test.left if isinstance(test, ast.Compare) else test
        if isinstance(test, ast.Name):
            found.add(test.id)
    return frozenset(found)


@kept(4096)
def _only_keeps(initializer: ast.FunctionDef) -> bool:
    """Whether an initializer only gives attributes what it is given, as it is, or hands it on."""
    for each in initializer.body:
        match each:
            case ast.Assign(value=value) | ast.AnnAssign(value=value) | ast.Expr(value=value):
                if isinstance(value, _PLAIN) or _hands_on(value):
                    continue
        return False
    return True


def _hands_on(value: ast.expr | None) -> bool:
    """Whether a call hands on names and constants as they are."""
    if not isinstance(value, ast.Call):
        return False
    given = (*value.args, *(each.value for each in value.keywords))
    return all(isinstance(each, _PLAIN) for each in given)


def _fields(
    frame: Frame, definition: Definition, given: Given, symbol: Made
) -> Iterator[tuple[str, Value]]:
    """The fields of a class that is declared field by field, with what they are given."""
    arguments = given.arguments
    for index, field in enumerate(_given_fields(definition)):
        assert isinstance(field.target, ast.Name)
        name = field.target.id
        value = arguments.get(index, name)
        if value is None and field.value is not None and given.complete:
            scope = (*definition.enclosing, definition.node)
            inner = frame.elsewhere(definition.module, scope, frame.types)  # type: ignore[arg-type]
            inner.site = frame.site
            value = inner.evaluate(field.value)
        yield name, value if value is not None else Tensor(Attribute(symbol, name))


@kept(1024)
def _given_fields(definition: Definition) -> tuple[ast.AnnAssign, ...]:
    """The fields of a class that are given where an object is made."""
    return tuple(each for each in classes.declared_fields(definition) if _is_given(each))


def pattern_fields(frame: Frame, kind: ast.expr) -> Items[str]:
    """What a class pattern's positions stand for: the fields of a class that is declared field by
    field, in order. None are known of another."""
    value = frame.evaluate(kind)
    if not isinstance(value, Class):
        return ()
    definition = value.definition
    if definition.module.member(definition, "__match_args__") is not None:
        return ()
    return tuple(last_name(each.target) for each in _given_fields(definition))


def _is_given(field: ast.AnnAssign) -> bool:
    """Whether a field is given where an object is made: others the class sets itself."""
    if classes.is_marked(field, "ClassVar"):
        return False
    named = field.value.keywords if isinstance(field.value, ast.Call) else ()
    return not any(
        each.arg == "init" and isinstance(each.value, ast.Constant) and not each.value.value
        for each in named
    )
