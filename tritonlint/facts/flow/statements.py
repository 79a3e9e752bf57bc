"""The statements of a function, walked in order."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tritonlint.facts.flow import branches, loops
from tritonlint.facts.flow.targets import bind
from tritonlint.facts.flow.walk import V, Walk
from tritonlint.syntax import by_kind


def block(walk: Walk[Any, Any], statements: Sequence[ast.stmt]) -> bool:
    """Walk `statements` in order; whether their end is reached."""
    for node in statements:
        if not walk.step(node):
            return False
        handler = _HANDLERS.get(type(node))
        if handler is None:
            walk.define(node)
        elif not handler(walk, node):
            return False
    return True


def _assign(walk: Walk[V, Any], node: ast.Assign) -> bool:
    value = walk.evaluate(node.value)
    for target in node.targets:
        walk.assigning(node, target, value)
        bind(walk, target, value)
    return True


def _annotated(walk: Walk[V, Any], node: ast.AnnAssign) -> bool:
    if node.value is not None:
        bind(walk, node.target, walk.annotated(node, walk.evaluate(node.value)))
    return True


def _augmented(walk: Walk[V, Any], node: ast.AugAssign) -> bool:
    changed = walk.augmented(node)
    if changed is not None:
        bind(walk, node.target, changed)
    return True


def _expression(walk: Walk[V, Any], node: ast.Expr) -> bool:
    return isinstance(node.value, ast.Constant) or walk.alone(node.value)


def _return(walk: Walk[V, Any], node: ast.Return) -> bool:
    walk.returned(None if node.value is None else walk.evaluate(node.value))
    return False


def _with(walk: Walk[V, Any], node: ast.With | ast.AsyncWith) -> bool:
    for item in node.items:
        value = walk.opened(item.context_expr)
        if item.optional_vars is not None:
            bind(walk, item.optional_vars, value)
    return walk.block(node.body)


def _raise(walk: Walk[V, Any], node: ast.Raise) -> bool:
    return False


_HANDLERS: Mapping[type[ast.stmt], Callable[[Any, Any], bool]] = by_kind(
    {
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.Expr: _expression,
        ast.If: branches.branch,
        ast.Assert: branches.asserted,
        ast.Try: branches.attempt,
        branches.TryStar: branches.attempt,
        ast.Match: branches.match,
        ast.For: loops.for_each,
        ast.AsyncFor: loops.for_each,
        ast.While: loops.while_,
        ast.Break: loops.leave,
        ast.Continue: loops.leave,
        ast.Return: _return,
        ast.Raise: _raise,
        ast.With: _with,
        ast.AsyncWith: _with,
    }
)
