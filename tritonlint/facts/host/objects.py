"""Objects of the project's classes: what their attributes hold, and what their classes declare."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.facts.host import calls, expressions, statements, tensors
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
from tritonlint.facts.modules import Definition


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
        static = any(
            isinstance(each, ast.Name) and each.id == "staticmethod"
            for each in target.node.decorator_list
        )
        method = Callable(target, None if static else owner)
        if any(
            isinstance(each, ast.Name) and "property" in each.id
            for each in target.node.decorator_list
        ):
            return calls.enter(
                frame,
                ast.Call(
                    node,
                    [],
                    [],
                    lineno=node.lineno,
                    col_offset=node.col_offset,
                    end_lineno=node.end_lineno,
                    end_col_offset=node.end_col_offset,
                ),
                method,
                Arguments((), {}),
                {},
            )
        value = expressions.definition_value(frame, target, name, node)
        return value if isinstance(value, Launchable) else method
    facts = class_facts(frame, definition)
    own = facts.values.get(name)
    if name.endswith("cache_dtype") and not any(
        isinstance(each, DType) for _, each in options(own or Const(None))
    ):
        return Tensor(symbol)  # a setting: which one it is says more than what it may be
    if own is not None and not isinstance(own, Tensor):
        return own
    if own is not None and own.buffer in facts.types:
        frame.types.setdefault(own.buffer, facts.types[own.buffer])
        frame.run.notes += [
            n for n in facts.notes if n.buffer == own.buffer and n not in frame.run.notes
        ]
        return own
    if target is not None:
        found = expressions.definition_value(frame, target, name, node)
        if not isinstance(found, Tensor):
            return found
    named = tensors.named_dtype(name)
    if named is None and "cache" in name:
        _note_declared(frame, definition, symbol)
    return named or Tensor(symbol)


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
            for node in ast.walk(method):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                    yield node.attr
