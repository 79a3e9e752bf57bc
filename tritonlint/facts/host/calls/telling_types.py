"""Which functions are worth entering for what they tell of element types, though they launch
nothing."""

from __future__ import annotations

import ast

from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import Function, last_name, nodes, walk


def tells_types(module: Module, function: Function) -> bool:
    """Whether a function of `module` gives views, or refuses what holds no bytes."""
    text = module.source.data
    return (b".view(" in text and _gives_views(function)) or (
        b"uint8" in text and _asks_for_bytes(function)
    )


@kept(4096)
def _gives_views(function: Function) -> bool:
    """Whether a function views memory as another type, and gives something back."""
    views = returns = False
    for node in walk(function):
        match node:
            case ast.Return(value=ast.expr()):
                returns = True
            case ast.Call(func=ast.Attribute(attr="view"), args=[ast.Attribute() | ast.Name()]):
                views = True
    return views and returns


@kept(4096)
def _asks_for_bytes(function: Function) -> bool:
    """Whether a function raises where a tensor is not made of bytes."""
    for node in nodes(function, ast.If, ast.Assert):
        match node:
            case ast.Assert(test=test) | ast.If(test=test, body=[*_, ast.Raise()]):
                if any(map(_compares_bytes, nodes(test, ast.Compare))):
                    return True
    return False


def _compares_bytes(test: ast.AST) -> bool:
    return (
        isinstance(test, ast.Compare)
        and last_name(test.left) == "dtype"
        and any(last_name(each) == "uint8" for each in test.comparators)
    )
