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
from tritonlint.facts.project.tree import as_code, given_names, last_name, nodes, walk
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
    called = {last_name(each.func) for each in nodes(kernel.node, ast.Call)}
    helpers = [each for each in module.functions if each.name in called]
    for function in (kernel.node, *(each.as_function for each in helpers)):
        found = _scaled_in(module, function, passed)
        if found is not None:
            return source.span(found)
    return None


def _scaled_in(module: Module, function: ast.AST, passed: frozenset[str]) -> ast.expr | None:
    """Where a function of the device does so."""
    given = given_names(function)

    def largest(node: ast.expr) -> bool:
        if isinstance(node, ast.Name) and len(given.get(node.id, ())) == 1:
            return largest(given[node.id][0])
        own = isinstance(node, ast.Name) and node.id in passed
        return own or number(module, node) == E4M3FN_MAX

    for node in walk(function):
        match node:
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                for one, other in ((left, right), (right, left)):
                    if largest(one) and _is_maximum(other, given, _DEPTH):
                        return node
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                for one, other in ((left, right), (right, left)):
                    match one:
                        case ast.BinOp(left=ast.Constant(value=1), op=ast.Div(), right=most):
                            if largest(most) and _is_maximum(other, given, _DEPTH):
                                return node
    return None


def _is_maximum(node: ast.expr, given: Mapping[str, Sequence[ast.expr]], depth: int) -> bool:
    """Whether an expression is a maximum of absolute values, over names too."""
    found, seen = [node], set[str]()
    for _ in range(depth):
        names = {each.id for one in found for each in nodes(one, ast.Name)} - seen
        seen |= names
        found += [value for name in sorted(names) for value in given.get(name, ())]
    text = " ".join(map(as_code, found))
    return "max(" in text and "abs(" in text
