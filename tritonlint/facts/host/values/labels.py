"""What the entries of a dict are kept under: constants, and other keys as they are spelled."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache

from tritonlint.dtypes import ElementTypes, from_torch
from tritonlint.facts.host.values.symbols import Spelled
from tritonlint.facts.host.values.values import (
    Const,
    DType,
    Instance,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.facts.project.tree import as_code


def label_of(key: Value, node: ast.expr) -> object:
    """What an entry is kept under whose key is `key`, the value of `node`: a constant for itself, a
    tuple of them too, a dtype by its name in torch, a member of an enum by its own, anything else
    by its code."""
    match key:
        case Const(value=value):
            return value
        case Tensor(buffer=Spelled() as kept):  # a key that was gone through
            return kept
        case Instance(symbol=Spelled() as member):  # of an enum
            return member
        case DType(of=None, key=None, types=types) if types.single is not None:
            return Spelled(str(types.single))
        case Sequence(items=items, repeated=False) if all(isinstance(x, Const) for x in items):
            return tuple(each.value for each in items if isinstance(each, Const))
    return Spelled(as_code(node))


def key_of(label: object) -> Value:
    """The key that an entry is kept under, as far as `label` tells."""
    if isinstance(label, tuple):
        return Sequence(tuple(map(Const, label)))
    if not isinstance(label, Spelled):
        return Const(label)
    dtype = from_torch(label.code.removeprefix("torch."))
    return Tensor(label) if dtype is None else DType(ElementTypes.of(dtype), text=str(dtype))


def candidates(table: Table, label: object) -> tuple[list[Value], bool]:
    """What may be kept under `label`, and whether it is: the entry that is; else, of a constant,
    those with keys that are not known and may come to it, and of a key that is not known itself all
    of them."""
    exact = [value for each, value in table.items if each == label]
    if exact:
        return exact, True
    if isinstance(label, Spelled):
        return [value for _, value in table.items], False
    possible = [
        value
        for each, value in table.items
        if isinstance(each, Spelled) and _may_come_to(each.code, label)
    ]
    return possible, False


def any_spelled(labels: Iterable[object]) -> bool:
    """Whether some of `labels` are no constants."""
    return any(isinstance(each, Spelled) for each in labels)


@lru_cache(maxsize=4096)
def _may_come_to(code: str, constant: object) -> bool:
    """Whether what `code` gives can be a constant."""
    try:
        return _may_be(ast.parse(code, mode="eval").body, constant)
    except (SyntaxError, ValueError):
        return True


def _may_be(node: ast.expr, constant: object) -> bool:
    """The same of an expression: a text by what it begins and ends with, a tuple by its items."""
    match node, constant:
        case ast.Tuple(elts=items), tuple():
            same = len(items) == len(constant)
            return same and all(map(_may_be, items, constant))
        case ast.Constant(value=known), _:
            return bool(known == constant)
    first, last = _edges(node)
    if isinstance(constant, str):
        return constant.startswith(first) and constant.endswith(last)
    return not first and not last


def _edges(node: ast.expr) -> tuple[str, str]:
    """The constant texts that the string of an expression begins and ends with."""
    match node:
        case ast.Constant(value=str() as text):
            return text, text
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _edges(left)[0], _edges(right)[1]
        case ast.JoinedStr(values=[first, *_, last]):
            return _edges(first)[0], _edges(last)[1]
    return "", ""
