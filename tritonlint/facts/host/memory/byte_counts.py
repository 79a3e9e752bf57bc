"""Numbers that count the bytes of elements, `n * dtype.itemsize`, and memory that is made of so
many."""

from __future__ import annotations

import ast
import re

from tritonlint.dtypes import UNKNOWN, ElementTypes
from tritonlint.facts.host.calls.arguments import Arguments
from tritonlint.facts.host.memory import element_types
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.naming import as_tensor
from tritonlint.facts.host.values.symbols import Attribute
from tritonlint.facts.host.values.values import Const, Count, DType, Sequence, Tensor, Value
from tritonlint.facts.project.tree import last_name
from tritonlint.source import Span

# Functions that give the size of an element of a dtype: `get_dtype_size(dtype)`.
_SIZE_OF = re.compile(r"(?:d_?type|elem(?:ent)?|item)_?size|size_?of", re.IGNORECASE)


def note_count(frame: Frame, node: ast.BinOp, made: Tensor, left: Value, right: Value) -> None:
    """Remember of `made`, which arithmetic gives, the elements whose bytes it counts: a number of
    elements times their size, or such a count with what rounds it up."""
    sizes = _size(frame, node.left, left), _size(frame, node.right, right)
    counts = _count(frame, left), _count(frame, right)
    found: Count | None = None
    match node.op:
        case ast.Mult():
            known = {each for each in (*sizes, *counts) if each is not None}
            found = known.pop() if len(known) == 1 else None
        case ast.Add() | ast.Sub():
            same = counts[0] == counts[1] or isinstance(right, Const)
            found = counts[0] if same else None
        case ast.FloorDiv() if sizes[1] is None:
            found = counts[0]
    if found is not None:
        frame.run.counted[made.buffer] = found
    else:  # what begins at the same place may be a part of it
        frame.run.counted.pop(made.buffer, None)


def note_made(frame: Frame, made: Tensor, arguments: Arguments, span: Span) -> None:
    """Note that memory of bytes is made of as many as elements of another type take."""
    size = arguments.keywords.get("size")
    for each in (*arguments.positional, *((size,) if size is not None else ())):
        for item in each.items if isinstance(each, Sequence) else (each,):
            count = _count(frame, item)
            if count is not None and _are_floats(count.types):
                frame.note("counted", made.buffer, count.types, span, variable=count.of)


def _count(frame: Frame, value: Value) -> Count | None:
    """The elements whose bytes a number counts; None where it counts others."""
    found = {
        frame.run.counted.get(each.buffer) if isinstance(each, Tensor) else None
        for _, each in options(value)
    }
    return found.pop() if len(found) == 1 else None


def _size(frame: Frame, node: ast.expr, value: Value) -> Count | None:
    """What a number is the size of an element of; None where it is another number."""
    match node:
        case ast.Attribute(attr="itemsize", value=owner):
            return _elements(frame, frame.evaluate(owner))
        case ast.Call(func=ast.Attribute(attr="element_size", value=owner), args=[]):
            return _elements(frame, frame.evaluate(owner))
        case ast.Call(func=function, args=[dtype, *_]) if _SIZE_OF.search(last_name(function)):
            return _elements(frame, frame.evaluate(dtype))
    value = as_tensor(value)
    match value:
        case Tensor(buffer=Attribute(of=Attribute(of=of, name="dtype"), name="itemsize")):
            return Count(UNKNOWN, of)
    named = isinstance(value, Tensor) and value.buffer.last_name == "itemsize"
    return Count(UNKNOWN) if named else None


def _elements(frame: Frame, value: Value) -> Count:
    """Those of a dtype, or of a tensor."""
    if all(isinstance(each, DType) for _, each in options(value)):
        of = value.of if isinstance(value, DType) else None
        return Count(element_types.dtype_types(frame, value), of)
    of = value.buffer if isinstance(value, Tensor) and value.view is None else None
    return Count(element_types.tensor_types(frame, value), of)


def _are_floats(types: ElementTypes) -> bool:
    """Whether elements are not known to be of other types than floats."""
    return types.types is None or all(each.is_float for each in types.types)
