"""Functions under a decorator of the project that views what it hands on: what is called then is
what the decorator gives."""

from __future__ import annotations

import ast

from tritonlint.facts.host.given import positional
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import Callable, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import FUNCTION, walk


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
        result = made if isinstance(made, Callable) else result
    return result


def _views(definition: Definition, decorator: ast.expr) -> bool:
    """Whether a decorator is a function of the project that views a tensor."""
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    target = definition.module.meant(named, definition.enclosing)
    return target is not None and isinstance(target.node, FUNCTION) and has_view(target.node)


@kept(4096)
def has_view(function: ast.AST) -> bool:
    """Whether a function views a tensor."""
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "view"
        for each in walk(function)
    )
