"""Functions under a decorator of the project that views what it hands on, or makes what it hands
over: what is called then is what the decorator gives."""

from __future__ import annotations

import ast

from tritonlint.facts.host.calls.given import positional
from tritonlint.facts.host.conditions.conditions import narrow
from tritonlint.facts.host.containers.registries import makes_tensors
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.values import Callable, DType, Instance, Tensor, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import FUNCTION, SCOPE, nodes, walk


def decorated(frame: Frame, function: Callable) -> Value:
    """The function that a call of `function` calls: with the decorators that view something
    applied. Others are taken to hand on what they are given."""
    definition = function.definition
    result: Value = function
    for each in reversed(definition.as_function.decorator_list):
        if not _views(definition, each):
            continue
        around = frame.elsewhere(definition.module, definition.enclosing, frame.types)
        call = ast.copy_location(ast.Call(each, [], []), each)
        made = around.apply(call, around.evaluate(each), positional(around, each, result))
        result = made if isinstance(made, (Callable, Instance)) else result
    return result


def supplied(frame: Frame, function: Callable) -> Callable | None:
    """What is called instead of a function whose decorator makes bytes, which it may hand to it;
    None of any other function."""
    definition = function.definition
    every = definition.as_function.decorator_list
    meant = [_meant(definition, each) for each in every]
    if not any(target is not None and _makes_bytes(target) for target in meant):
        return None
    result = function
    for each, target in reversed([*zip(every, meant, strict=True)]):
        if target is not None:
            around = frame.elsewhere(definition.module, definition.enclosing, frame.types)
            call = ast.copy_location(ast.Call(each, [], []), each)
            made = around.apply(call, around.evaluate(each), positional(around, each, result))
            if not isinstance(made, Callable):
                return None
            result = made
    return result if result is not function else None


def note_demanded(frame: Frame) -> None:
    """Have it known which types a decorator demands of the parameters that it names, where it
    raises for others: `@storage(k_cache=torch.uint8)`."""
    function, around = frame.enclosing[-1], frame.enclosing[:-1]
    for each in function.decorator_list:
        target = frame.module.meant(each.func, around) if isinstance(each, ast.Call) else None
        if not isinstance(each, ast.Call) or target is None or not _checks_types(target):
            continue
        for keyword in each.keywords:
            given = frame.env.get(keyword.arg)
            dtype = frame.evaluate(keyword.value) if isinstance(given, Tensor) else None
            if isinstance(given, Tensor) and isinstance(dtype, DType) and dtype.types.known:
                narrow(frame, given.buffer, dtype.types)
                frame.note("asserted", given.buffer, dtype.types, frame.span(keyword.value))


@kept(1024)
def _checks_types(target: Definition) -> bool:
    """Whether a function that makes a decorator asks for dtypes, and raises; it converts
    nothing."""
    if not isinstance(target.node, FUNCTION):
        return False
    named = {each.attr for each in nodes(target.node, ast.Attribute)}
    raising = any(nodes(target.node, ast.Raise, ast.Assert))
    return raising and "dtype" in named and named.isdisjoint(("to", "view", "type"))


@kept(1024)
def _makes_bytes(target: Definition) -> bool:
    named = {each.attr for each in nodes(target.as_function, ast.Attribute)}
    return not named.isdisjoint(("uint8", "int8")) and makes_tensors(target.as_function)


def _meant(definition: Definition, decorator: ast.expr) -> Definition | None:
    """The function of the project that a decorator is, or that makes it."""
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    target = definition.module.meant(named, definition.enclosing)
    return target if target is not None and isinstance(target.node, FUNCTION) else None


def _views(definition: Definition, decorator: ast.expr) -> bool:
    """Whether a decorator is a function or a class of the project that views a tensor, or calls a
    function that does."""
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    target = definition.module.meant(named, definition.enclosing)
    return target is not None and isinstance(target.node, SCOPE) and _leads_to_view(target)


@kept(1024)
def _leads_to_view(target: Definition, further: int = 3) -> bool:
    node = target.node
    if isinstance(node, Module):
        return False
    if has_view(node):
        return True
    around = target.inside if isinstance(node, SCOPE) else target.enclosing
    called = [x for each in nodes(node, ast.Call) for x in (each.func, *_handed(node, each))]
    found = (target.module.meant(each, around) for each in called if further)
    return any(_leads_to_view(each, further - 1) for each in found if each is not None)


def _handed(node: ast.AST, call: ast.Call) -> list[ast.expr]:
    """What may be called by what is called: `codes` of `partial(codes, d)` or `map(codes, x)`."""
    return call.args[:1] if not isinstance(node, SCOPE) or isinstance(call.func, ast.Name) else []


@kept(4096)
def has_view(function: ast.AST) -> bool:
    """Whether a function views a tensor."""
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "view"
        for each in walk(function)
    )
