"""What the values of launching code are known by."""

from __future__ import annotations

import ast

from tritonlint.facts.host.choices import only_tensor
from tritonlint.facts.host.symbols import Attribute, Item, Literal, Spelled, Symbol
from tritonlint.facts.host.values import Condition, Const, DType, Instance, Method, Tensor, Value
from tritonlint.facts.project.tree import as_code


def symbol(value: Value, node: str | ast.expr) -> Symbol:
    """What a value is known by, the same wherever the same value is meant; else how it is
    spelled."""
    match only_tensor(value) or value:
        case Tensor(buffer=buffer):
            return buffer
        case Const(value=constant):
            return Literal(repr(constant))
        case Condition(key=key):
            return key
        case Instance(symbol=Symbol() as named):
            return named
        case DType(of=Symbol() as of):
            return Attribute(of, "dtype")
        case Method(owner=owner, name=name, node=ast.Attribute(value=inner)):
            return Attribute(symbol(owner, inner), name)
    return Spelled(node if isinstance(node, str) else as_code(node))


def as_tensor(value: Value) -> Value:
    """`a.b.c` of something unknown, as an unknown that is known by that."""
    if not isinstance(value, Method):
        return value
    return Tensor(Attribute(symbol(as_tensor(value.owner), value.node.value), value.name))


def is_key(index: ast.expr) -> bool:
    """Whether a subscript names an entry of a container rather than a part of a tensor."""
    written = isinstance(index, ast.Constant) and isinstance(index.value, str)
    return written or isinstance(index, ast.JoinedStr)


def entry_of(owner: Tensor, node: ast.Subscript) -> Symbol:
    """What the entry of a container is known by that nothing is known of."""
    return Item(owner.buffer, as_code(node.slice))
