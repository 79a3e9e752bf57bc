"""How wide the rows of a buffer are, as the code around a slice of it spells that."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import (
    FUNCTION,
    attributes_of,
    dotted_name,
    last_name,
    nodes,
    only_given,
)

_SHAPING = ("view", "reshape")
_MAKING = ("empty", "zeros", "ones", "full")
# Over so many names a value is followed.
_STEPS = 4


def row_width(module: Module, around: Definition | None, buffer: ast.expr) -> ast.expr | None:
    """The last dimension of `buffer`, an expression in the function `around`, where its rows are
    given their shape: `x.view(-1, n + 4)`, `torch.empty((pages, n + 4), ...)`; as it is computed,
    not as it is called there. None where that is not written in this file."""
    names = only_given(around.as_function if around is not None else module.tree)
    owner = around.enclosing[-1] if around is not None and around.enclosing else None
    own = owner if isinstance(owner, ast.ClassDef) else None
    width = _last_dimension(_meant(buffer, names, own))
    return None if width is None else _meant(width, names, own)


def _last_dimension(made: ast.expr) -> ast.expr | None:
    match made:
        case ast.Call(func=ast.Attribute(attr=name), args=[_, *_, last]) if name in _SHAPING:
            return last
        case ast.Call(func=function, args=[ast.Tuple(elts=[_, *_, last]), *_]):
            return last if last_name(function) in (*_SHAPING, *_MAKING) else None
    return None


def _meant(node: ast.expr, names: Mapping[str, ast.expr], owner: ast.ClassDef | None) -> ast.expr:
    """What an expression is given that is a name, an attribute of the object, or what a method of
    it returns without being told anything."""
    for _ in range(_STEPS):
        known: ast.expr | None = None
        match node:
            case ast.Name(id=name):
                known = names.get(name)
            case ast.Attribute(attr=name) if owner is not None:
                given = attributes_of(owner).get(dotted_name(node) or "", [])
                known = given[0] if len(given) == 1 else _returned(owner, name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name), args=[]):
                known = _returned(owner, name) if owner is not None else None
        if known is None:
            break
        node = known
    return node


def _returned(owner: ast.ClassDef, name: str) -> ast.expr | None:
    """What a method of a class returns, where that is one expression."""
    methods = (each for each in owner.body if isinstance(each, FUNCTION) and each.name == name)
    values = [each.value for method in methods for each in nodes(method, ast.Return)]
    return values[0] if len(values) == 1 else None
