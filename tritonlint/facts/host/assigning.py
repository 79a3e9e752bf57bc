"""Binding names, attributes and items of containers to values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Sequence as Items

from tritonlint.facts.host import iteration
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.symbols import as_tensor
from tritonlint.facts.host.tensors import piece
from tritonlint.facts.host.values import (
    Class,
    Const,
    Instance,
    Sequence,
    Table,
    Tensor,
    Value,
    choose,
    constant,
    options,
)


def assign(frame: Frame, target: ast.expr, value: Value) -> None:
    """Bind `target` to `value`, unpacking tuples."""
    match target:
        case ast.Name(id=name):
            frame.env[name] = value
        case ast.Tuple(elts=items) | ast.List(elts=items):
            for item, each in zip(items, _unpacked(frame, target, items, value), strict=True):
                assign(frame, item, each)
        case ast.Starred(value=inner):
            assign(frame, inner, value)
        case ast.Attribute(value=owner, attr=name):
            holder = as_tensor(frame.evaluate(owner))
            if isinstance(holder, Instance):
                frame.env[f"{holder.name}.{name}"] = value
            elif isinstance(holder, Tensor):
                frame.env[f"{holder.buffer}.{name}"] = value
            elif isinstance(holder, Class):
                frame.env[f"{holder.definition.qualified}.{name}"] = value
        case ast.Subscript():
            store(frame, target, value)


def store(frame: Frame, target: ast.Subscript, value: Value) -> None:
    """`container[key] = value`."""
    owner = frame.evaluate(target.value)
    match owner:
        case Table():
            key = frame.evaluate(target.slice)
            label = key.value if isinstance(key, Const) else ast.unparse(target.slice)
            changed: Value = owner.updated([(label, value)], open_=not isinstance(key, Const))
        case Sequence(items=known) if known:
            index = constant(frame.evaluate(target.slice))
            if isinstance(index, int) and -len(known) <= index < len(known):
                both = list(known)
                both[index] = value
            elif isinstance(target.slice, ast.Slice):
                return
            else:
                both = [choose(((), each), ((), value)) for each in known]
            changed = Sequence(tuple(both), repeated=owner.repeated)
        case _:
            return
    rebind(frame, target.value, changed)


def rebind(frame: Frame, spelled: ast.expr | None, value: Value) -> None:
    """Have the expression `spelled` stand for the changed container."""
    if isinstance(spelled, (ast.Name, ast.Attribute)):
        assign(frame, spelled, value)
    elif isinstance(spelled, ast.Subscript):
        store(frame, spelled, value)


def _unpacked(
    frame: Frame, node: ast.expr, targets: Items[ast.expr], value: Value
) -> Iterator[Value]:
    """What each of `targets` is given of `value`: the parts of a tensor stay parts of its
    buffer."""
    starred = next((i for i, each in enumerate(targets) if isinstance(each, ast.Starred)), None)
    for index in range(len(targets)):
        found = [
            (path, _item(frame, node, each, index, len(targets), starred))
            for path, each in options(value)
        ]
        yield choose(*found)


def _item(
    frame: Frame, node: ast.expr, value: Value, index: int, count: int, starred: int | None
) -> Value:
    """One of `count` items that `value` is unpacked to; the one at `starred` takes all that is
    left."""
    over = None if isinstance(value, (Tensor, Table)) else iteration.items(value)
    if over is not None and over.repeated and over.item is not None:
        return over if index == starred else over.item
    if over is not None and starred is None and len(over.items) == count:
        return over.items[index]
    if over is not None and starred is not None and len(over.items) >= count - 1:
        more = len(over.items) - count
        if index == starred:
            return Sequence(over.items[index : index + more + 1])
        return over.items[index if index < starred else index + more]
    if isinstance(value, Tensor) and value.several:
        part = piece(value, index)
        return Sequence((part,), repeated=True) if index == starred else part
    owner = value if isinstance(value, Tensor) else frame.unknown(node)
    return Tensor(f"{owner.buffer}#{index}")
