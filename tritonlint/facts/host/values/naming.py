"""What the values of launching code are known by."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tritonlint.facts.host.values.choices import choose, only_tensor
from tritonlint.facts.host.values.symbols import Attribute, Item, Literal, Spelled, Symbol
from tritonlint.facts.host.values.values import (
    Choice,
    Condition,
    Const,
    DType,
    Instance,
    Method,
    Tensor,
    Value,
)
from tritonlint.facts.project.tree import as_code

# The attribute that is a dict of all others.
NAMES = "__dict__"


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
        case DType(called=Symbol() as called):
            return called
        case Method(owner=owner, name=name, node=ast.Attribute(value=inner)):
            return Attribute(symbol(owner, inner), name)
    return Spelled(node if isinstance(node, str) else as_code(node))


def as_tensor(value: Value) -> Value:
    """`a.b.c` of something unknown, as an unknown that is known by that; so among several."""
    if isinstance(value, Choice):
        named = tuple((path, as_tensor(each)) for path, each in value.options)
        return value if named == value.options else choose(*named)
    if not isinstance(value, Method):
        return value
    return Tensor(Attribute(symbol(as_tensor(value.owner), value.node.value), value.name))


def entry_of(
    owner: Tensor, index: ast.expr, evaluate: Callable[[ast.expr], Value]
) -> Symbol | None:
    """What the entry of a container is known by that nothing is known of: by its key, a string, or
    else by how that is written; None for a part of a tensor. Of what `x.__dict__` is, it is an
    attribute of `x`."""
    if isinstance(owner.buffer, Attribute) and owner.buffer.name == NAMES:
        match evaluate(index):
            case Const(value=str() as name):
                return Attribute(owner.buffer.of, name)
        return written_entry(owner, index)
    match index:
        case ast.Name() | ast.Constant(value=str()):
            key = evaluate(index)
            known = isinstance(key, Const) and isinstance(key.value, str)
            return Item(owner.buffer, repr(key.value)) if known else None  # type: ignore[union-attr]
        case ast.JoinedStr(values=parts):
            return Item(owner.buffer, repr("".join(_written(each, evaluate) for each in parts)))
    return None


def written_entry(owner: Tensor, index: ast.expr) -> Symbol:
    """What the entry of a container is known by where its key is not known."""
    return Item(owner.buffer, as_code(index))


def _written(part: ast.expr, evaluate: Callable[[ast.expr], Value]) -> str:
    """A part of an f-string: what it comes to, or else its code."""
    match part:
        case ast.Constant(value=text):
            return str(text)
        case ast.FormattedValue(value=value, format_spec=None, conversion=-1):
            known = evaluate(value)
            return str(known.value) if isinstance(known, Const) else as_code(part)
    return as_code(part)
