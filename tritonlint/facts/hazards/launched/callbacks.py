"""Functions that their file hands on instead of calling them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import FUNCTION, as_code, walk

# What makes an operator of a function that it is given: users choose what that is called with.
_OPERATOR = re.compile(r"(?:^|[_.])(?:ops?|impl|library|autograd|define)(?:[_.]|$)")


@kept(256)
def is_callback(function: Definition) -> bool:
    """Whether a function is one of its file's own, by its name or that of the function around it,
    and is only handed on there, as to a table of benchmarks, under no other name: what it is called
    with, the project says elsewhere, and no user chooses it."""
    around = function.enclosing[0] if function.enclosing else function.node
    if not isinstance(around, FUNCTION) or not isinstance(function.node, FUNCTION):
        return False
    own = around.name.startswith("_") and not around.name.startswith("__")
    if not own or function.node.decorator_list:
        return False
    scope = around if function.enclosing else function.module.tree
    handed, known = 0, False
    for each in walk(scope):
        match each:
            case ast.Name(id=function.node.name, ctx=ast.Load()):
                handed += 1
            case ast.Call():
                known |= function.node.name in _given_to_operators(each)
            case ast.Assign(value=value):
                known |= function.node.name in _renamed(value)
    return handed > 0 and not known


def _given_to_operators(call: ast.Call) -> Iterator[str]:
    """The names that a call calls, or makes operators of."""
    if isinstance(call.func, ast.Name):
        yield call.func.id
    if _OPERATOR.search(as_code(call.func)):
        yield from _names(_given(call))


def _renamed(value: ast.expr) -> Iterator[str]:
    """The names that what is assigned is another one for, or wraps: `mean = guard(_mean)`."""
    yield from _names([value] if not isinstance(value, ast.Call) else _given(value))


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(each.value for each in call.keywords)]


def _names(values: Iterable[ast.expr]) -> Iterator[str]:
    return (each.id for each in values if isinstance(each, ast.Name))
