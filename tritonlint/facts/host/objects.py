"""Objects of the project's classes: what their attributes hold, and what their classes declare."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.facts.host import entering, expressions, statements, tensors
from tritonlint.facts.host.state import ClassFacts, Frame, Run
from tritonlint.facts.host.tensors import Arguments
from tritonlint.facts.host.values import (
    Callable,
    Const,
    DType,
    Instance,
    Launchable,
    Tensor,
    Value,
    options,
)
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import statements_in


def instance_attribute(frame: Frame, owner: Instance, name: str, node: ast.Attribute) -> Value:
    """`self.name`: set in this function, a method, set in `__init__`, or unknown."""
    definition = owner.definition
    symbol = f"{definition.qualified}.{name}"
    if symbol in frame.env:
        return frame.env[symbol]
    target = definition.module.member(definition, name)
    if isinstance(target, Definition) and isinstance(
        target.node, (ast.FunctionDef, ast.AsyncFunctionDef)
    ):
        return _bound_method(frame, owner, target, node)
    own = _initialized_value(frame, definition, name)
    if own is not None:
        return own
    if target is not None:
        found = expressions.definition_value(frame, target, name, node)
        if not isinstance(found, Tensor):
            return found
    named = tensors.named_dtype(name)
    if named is None and "cache" in name:
        _note_declared(frame, definition, symbol)
    return named or Tensor(symbol)


def _bound_method(frame: Frame, owner: Instance, target: Definition, node: ast.Attribute) -> Value:
    """A method of `owner`: a kernel, what a property returns, or something to call."""
    assert isinstance(target.node, (ast.FunctionDef, ast.AsyncFunctionDef))
    decorators = [each.id for each in target.node.decorator_list if isinstance(each, ast.Name)]
    method = Callable(target, None if "staticmethod" in decorators else owner)
    if any("property" in each for each in decorators):
        call = ast.copy_location(ast.Call(node, [], []), node)
        return entering.enter(frame, call, method, Arguments((), {}), {})
    value = expressions.definition_value(frame, target, node.attr, node)
    return value if isinstance(value, Launchable) else method


def _initialized_value(frame: Frame, definition: Definition, name: str) -> Value | None:
    """What `__init__` gives an attribute, with what is known of the buffer behind it; None for a
    tensor of which nothing is known. Of a setting, which one it is says more than its value."""
    facts = class_facts(frame, definition)
    own = facts.values.get(name)
    dtype = any(isinstance(each, DType) for _, each in options(own or Const(None)))
    if name.endswith("cache_dtype") and not dtype:
        return Tensor(f"{definition.qualified}.{name}")
    if own is None or not isinstance(own, Tensor):
        return own
    if own.buffer not in facts.types:
        return None
    frame.types.setdefault(own.buffer, facts.types[own.buffer])
    known = frame.run.notes
    known += [note for note in facts.notes if note.buffer == own.buffer and note not in known]
    return own


def _note_declared(frame: Frame, definition: Definition, symbol: str) -> None:
    """Evidence for a cache that is bound to the object from outside: the dtype that its class
    declares for its cache is read from a table, and the table holds byte types."""
    for name, value in class_facts(frame, definition).values.items():
        if not ("cache" in name and "dtype" in name):
            continue
        for _, each in options(value):
            if not (isinstance(each, DType) and each.table and each.types.types):
                continue
            if any(t.is_byte for t in each.types.types):
                frame.note("table", symbol, each.types, each.table)


def class_facts(frame: Frame, definition: Definition) -> ClassFacts:
    """What `__init__` of a class (or the one that it inherits) gives its attributes."""
    known = frame.run.attributes
    key = id(definition.node)
    if key not in known:
        known[key] = ClassFacts({}, {}, ())  # for a class that makes its own kind
        initializer = definition.module.member(definition, "__init__")
        if isinstance(initializer, Definition) and isinstance(initializer.node, ast.FunctionDef):
            known[key] = _initialized(frame, definition, initializer)
    return known[key]


def _initialized(frame: Frame, definition: Definition, initializer: Definition) -> ClassFacts:
    run = Run(frame.run.project, initializer, lambda _: False, attributes=frame.run.attributes)
    run.stack.append(id(initializer.node))
    instance = Instance(definition)
    assert isinstance(initializer.node, ast.FunctionDef)
    inner = Frame(
        run, initializer.module, (*initializer.enclosing, initializer.node), {}, {}, (), instance
    )
    inner.env = statements.bind(
        inner, initializer, Arguments((), {}), Callable(initializer, instance)
    )
    inner.depth = 3
    statements.body(inner)
    prefix = f"{definition.qualified}."
    elsewhere = set(_assigned_elsewhere(definition))
    values = {
        name.removeprefix(prefix): value
        for name, value in inner.env.items()
        if name.startswith(prefix) and name.removeprefix(prefix) not in elsewhere
    }
    return ClassFacts(values, inner.types, tuple(run.notes))


def _assigned_elsewhere(definition: Definition) -> Iterator[str]:
    """The attributes of `self` that methods other than `__init__` assign."""
    assert isinstance(definition.node, ast.ClassDef)
    for method in definition.node.body:
        if isinstance(method, ast.FunctionDef) and method.name != "__init__":
            for statement, _ in statements_in(method.body):
                for target in _targets(statement):
                    for node in ast.walk(target):
                        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                            yield node.attr


def _targets(statement: ast.stmt) -> list[ast.expr]:
    """What a statement assigns to."""
    match statement:
        case ast.Assign(targets=targets):
            return targets
        case ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.AsyncFor():
            return [statement.target]
        case ast.With() | ast.AsyncWith():
            return [each.optional_vars for each in statement.items if each.optional_vars]
    return []
