"""Walking syntax trees: dotted names, and statements with the functions and classes around them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

Function = ast.FunctionDef | ast.AsyncFunctionDef
Enclosing = tuple[Function | ast.ClassDef, ...]
# Statements without others inside them, the most frequent ones.
_SIMPLE = (ast.Assign, ast.Expr, ast.Return, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.Assert)


def dotted_name(node: ast.AST) -> str | None:
    """`a.b.c` as it is spelled, or None for any other expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def statements_in(
    body: Sequence[ast.stmt], enclosing: Enclosing = ()
) -> Iterator[tuple[ast.stmt, Enclosing]]:
    """Every statement at any depth, in source order, with the functions and classes around it."""
    stack: list[tuple[ast.stmt, Enclosing]] = [(node, enclosing) for node in reversed(body)]
    while stack:
        node, around = stack.pop()
        yield node, around
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            around = (*around, node)
        stack.extend((inner, around) for inner in reversed(_inner(node)))


def _inner(node: ast.stmt) -> list[ast.stmt]:
    if isinstance(node, _SIMPLE):
        return []
    inner: list[ast.stmt] = list(getattr(node, "body", ()))
    for handler in getattr(node, "handlers", ()):
        inner += handler.body
    for case in getattr(node, "cases", ()):
        inner += case.body
    return inner + list(getattr(node, "orelse", ())) + list(getattr(node, "finalbody", ()))
