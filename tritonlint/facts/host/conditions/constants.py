"""Tests of values that are written out: the literal arguments of a call decide the branches of the
function that it calls."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from tritonlint.facts.host.attributes.changing import stored
from tritonlint.facts.host.objects import classes
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.labels import any_spelled
from tritonlint.facts.host.values.symbols import Attribute, Unknown
from tritonlint.facts.host.values.values import (
    Class,
    Const,
    DType,
    Instance,
    Namespace,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.facts.project.tree import walk

_COMPARED: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.Is: operator.eq,
    ast.NotEq: operator.ne,
    ast.IsNot: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda x, items: x in items,
    ast.NotIn: lambda x, items: x not in items,
}


def compared(frame: Frame, node: ast.Compare, left: Value, right: Value) -> bool | None:
    """What `left <op> right` comes to where both are written out, here or at the call that leads
    here; None where they are not. A constant of a module does not count: it can be assigned at
    several places."""
    x, y = _constant(left), _constant(right)
    if x is None or y is None:
        return None
    if not (local(frame, node.left) and local(frame, node.comparators[0])):
        return None
    try:
        return bool(_COMPARED[type(node.ops[0])](x[0], y[0]))
    except TypeError:
        return None


def forget(frame: Frame, loop: ast.AST) -> None:
    """The constants that a loop assigns anew are not known in its body: only in the first round are
    they what they were before it."""
    for node in walk(loop):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            if isinstance(frame.env.get(node.id), Const):
                place = Unknown(frame.module.path, node.lineno, node.col_offset, "")
                frame.env[node.id] = Tensor(place)


def _constant(value: Value) -> tuple[Any] | None:
    """The value, in a tuple of one, of a constant, a dtype, or a container of them; of a dict its
    keys."""
    match value:
        case Const(value=constant):
            return (constant,)
        case DType(of=None, key=None, types=types) if types.single is not None:
            return (types.single,)
        case Sequence(items=items, repeated=False):
            inner = [_constant(each) for each in items]
            known = [each[0] for each in inner if each is not None]
            return (tuple(known),) if len(known) == len(inner) else None
        case Table(items=items, open=False) if not any_spelled(key for key, _ in items):
            return (tuple(key for key, _ in items),)
    return None


def local(frame: Frame, node: ast.expr) -> bool:
    """Whether an expression is made of literals, torch's dtypes, names of this function, members of
    enums, sizes of elements, what objects were made with or set to, and entries and lengths of
    these."""
    match node:
        case ast.Attribute(attr="itemsize"):
            return True
        case ast.Attribute(value=ast.Name() | ast.Attribute() as owner):
            match frame.evaluate(owner):
                case Class(definition=definition):
                    return classes.is_enum(definition)
                case Namespace(name=name):
                    return name in ("torch", "numpy")
                case Instance(definition=definition) if classes.is_enum(definition):
                    return node.attr in ("name", "value")
                case Instance(definition=definition, symbol=None) if frame.run.is_as(definition):
                    return node.attr not in stored(definition.module)
                case Instance(attributes=given) as made:
                    # What an initializer hands on, until something else is called.
                    set_first = frame.run.root.name == "__init__"
                    known = set_first and Attribute(made.name, node.attr) in frame.env
                    return known or any(name == node.attr for name, _ in given)
        case ast.Constant() | ast.Call(func=ast.Attribute(attr="element_size")):
            return True
        case ast.Name(id=name):
            return name in frame.env
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return all(local(frame, each) for each in items)
        case ast.UnaryOp(operand=owner) | ast.Subscript(value=owner, slice=ast.Constant()):
            return local(frame, owner)
        case ast.Call(func=ast.Name(id="len"), args=[owner]):
            return local(frame, owner)
    return False
