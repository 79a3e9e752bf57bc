"""Tensors that are made of an object which describes memory in NumPy's way, by
`__cuda_array_interface__` or `__array_interface__`: its `typestr` tells the element type
(https://numpy.org/doc/stable/reference/arrays.interface.html)."""

from __future__ import annotations

import ast

from tritonlint.dtypes import ElementTypes, from_torch
from tritonlint.facts.host.calls.arguments import Given
from tritonlint.facts.host.memory import tensors
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.values import Const, Instance, Table, Value

_TAKING = frozenset(("torch.as_tensor", "torch.tensor", "torch.asarray"))
_DESCRIBING = ("__cuda_array_interface__", "__array_interface__")
# What `typestr` says after the order of bytes.
_KINDS = {
    "u1": "uint8",
    "i1": "int8",
    "b1": "bool",
    "i2": "int16",
    "i4": "int32",
    "i8": "int64",
    "f2": "float16",
    "f4": "float32",
    "f8": "float64",
}


def call(frame: Frame, node: ast.Call, qualified: str, given: Given) -> Value | None:
    """The tensor that a function of torch's makes of an object which describes its memory; None of
    any other call."""
    if qualified not in _TAKING or "dtype" in given.arguments.keywords:
        return None
    owner = given.arguments.get(0, "data")
    if not isinstance(owner, Instance) or not node.args:
        return None
    for each in _DESCRIBING:
        if owner.definition.module.member(owner.definition, each) is None:
            continue
        attribute = ast.copy_location(ast.Attribute(node.args[0], each, ast.Load()), node)
        described = frame.evaluate(attribute)
        kinds = {_kind(table) for _, table in options(described)}
        known = from_torch(kinds.pop() or "") if len(kinds) == 1 else None
        return tensors.allocated(frame, ElementTypes.of(known), frame.span(node)) if known else None
    return None


def _kind(described: Value) -> str | None:
    """The element type that a description names."""
    entries = dict(described.items) if isinstance(described, Table) else {}
    match entries.get("typestr"):
        case Const(value=str() as text):
            return _KINDS.get(text[1:])
    return None
