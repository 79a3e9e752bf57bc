"""Kernels that scale what they store to 448, the largest value of e4m3fn, by a number of their
own."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from tritonlint.facts.hazards.written_numbers import number
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import as_code, walk
from tritonlint.source import Span

E4M3FN_MAX = 448.0
# What a kernel says that cares for the other flavour.
_CARES = re.compile(r"\b240\b|e4b8|fnuz", re.IGNORECASE)
_DEPTH = 4


@kept(256)
def scaled_to_448(
    module: Module, kernel: Kernel, passed: frozenset[str] = frozenset()
) -> Span | None:
    """Where a kernel divides a maximum by 448, or 448 by one: a number that its file, `module`, has
    written, or one that the launch has, which passes it as the constants `passed`."""
    source = module.source
    known = passed or "448" in source.text
    if not known or _CARES.search(source.snippet(source.span(kernel.node))):
        return None
    given = _given(kernel)

    def largest(node: ast.expr) -> bool:
        own = isinstance(node, ast.Name) and node.id in passed
        return own or number(module, node) == E4M3FN_MAX

    for node in walk(kernel.node):
        match node:
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                for one, other in ((left, right), (right, left)):
                    if largest(one) and _is_maximum(other, given, _DEPTH):
                        return source.span(node)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                for one, other in ((left, right), (right, left)):
                    match one:
                        case ast.BinOp(left=ast.Constant(value=1), op=ast.Div(), right=most):
                            if largest(most) and _is_maximum(other, given, _DEPTH):
                                return source.span(node)
    return None


def _is_maximum(node: ast.expr, given: Mapping[str, Sequence[ast.expr]], depth: int) -> bool:
    """Whether an expression is a maximum of absolute values, over names too."""
    found = [*walk(node)]
    text = as_code(node)
    if "max(" in text and "abs(" in text:
        return True
    names = {each.id for each in found if isinstance(each, ast.Name)}
    return depth > 0 and any(
        _is_maximum(value, given, depth - 1) for name in names for value in given.get(name, ())
    )


def _given(kernel: Kernel) -> Mapping[str, Sequence[ast.expr]]:
    """What the names of a kernel are given."""
    found: dict[str, list[ast.expr]] = {}
    for node in walk(kernel.node):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, []).append(value)
    return found
