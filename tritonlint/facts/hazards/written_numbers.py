"""Numbers that are written in a file, or computed from such."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping

from tritonlint.facts.project.modules import Module

_CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau}
_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
# So far names and operations are followed.
_DEPTH = 6


def number(module: Module, node: ast.expr, depth: int = _DEPTH) -> float | None:
    """A number that is written out, a constant of the file or of `math`, or what is computed from
    these."""
    if depth == 0:
        return None
    match node:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=float() | int() as written):
            return written
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = number(module, operand, depth - 1)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            one, other = (number(module, each, depth - 1) for each in (left, right))
            if one is None or other is None or (isinstance(op, ast.Div) and not other):
                return None
            return _OPERATORS[type(op)](one, other)
        case ast.Call(func=ast.Attribute(attr="constexpr"), args=[value]):
            return number(module, value, depth - 1)
        case ast.Attribute(value=ast.Name(id="math"), attr=name):
            return _CONSTANTS.get(name)
        case ast.Name(id=name):
            several = len(module.bindings.get(name, ())) > 1
            bound = None if several else module.resolve(name)
            if bound is not None and isinstance(bound.node, ast.expr):
                return number(bound.module, bound.node, depth - 1)
    return None
