"""Which element types tensors and dtypes can have."""

from __future__ import annotations

import ast
from collections.abc import Sequence as Items

from tritonlint.dtypes import PLATFORM_FP8, UNKNOWN, ElementTypes, from_torch, join
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose, options
from tritonlint.facts.host.values.symbols import Symbol
from tritonlint.facts.host.values.values import (
    Callable,
    Const,
    DType,
    Instance,
    Partial,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import nodes

FLOATS = ElementTypes.of(
    *(t for name in ("float16", "bfloat16", "float32", "float64") if (t := from_torch(name)))
)
ANY_FLOAT = FLOATS | PLATFORM_FP8


def all_bytes(types: ElementTypes) -> bool:
    """Whether these are known, and bytes."""
    return bool(types.types) and all(each.is_byte for each in types.types or ())


def all_codes(types: ElementTypes) -> bool:
    """Whether these are known, and types of 8-bit floats."""
    return bool(types.types) and all(each.is_fp8 for each in types.types or ())


def wide_floats(types: ElementTypes) -> bool:
    """Whether all of these are floats of more than 8 bits."""
    return bool(types.types) and all(t.is_float and t.width > 8 for t in types.types or ())


def item_size(types: ElementTypes) -> Const | None:
    """The bytes of an element, where all the types that it can have are as wide."""
    widths = {each.width for each in types.types or ()}
    return Const(widths.pop() // 8) if len(widths) == 1 else None


def dtype_symbol(value: Value) -> Symbol | None:
    """What is known by name only where `value` is a dtype: the buffer whose own type it is, or the
    parameter or attribute that it is."""
    match value:
        case DType(of=Symbol() as buffer) | Tensor(buffer=buffer, types=None, part=None):
            return buffer
    return None


def dtype_types(frame: Frame, value: Value) -> ElementTypes:
    """The element types that a dtype expression can name."""
    found = ElementTypes(frozenset())
    for _, each in options(value):
        if isinstance(each, Tensor):
            found = found | frame.known(each.buffer)
        elif not isinstance(each, DType):
            return UNKNOWN
        elif each.types.known:
            found = found | each.types
        else:
            found = found | (frame.known(each.of) if each.of else UNKNOWN)
    return found


def known_of(frame: Frame, dtype: Value) -> ElementTypes:
    """The element types that a dtype expression can name, without those that are not known: of
    `out_dtype`, its default."""
    each_option = (dtype_types(frame, each) for _, each in options(dtype))
    found = join(each for each in each_option if each.known)
    return found if found.types else UNKNOWN


def tensor_types(frame: Frame, value: Value) -> ElementTypes:
    """The element types that a tensor can have on this path."""
    found = ElementTypes(frozenset())
    for _, each in options(value):
        if not isinstance(each, Tensor):
            return UNKNOWN
        found = found | (each.types if each.types is not None else frame.known(each.buffer))
    return found


def of_one_type(frame: Frame, given: Items[Value | None]) -> Value | None:
    """One of the values that several places give; None where there are none, one is not known, or
    they are not of one type: what is done with it may be meant for one of them."""
    found = [each for each in given if each is not None]
    types = {tensor_types(frame, each) for each in found} if len(found) > 1 else set()
    if not found or len(found) != len(given) or len(types) > 1 or UNKNOWN in types:
        return None
    return choose(*(((), each) for each in found))


def inside(value: Value) -> Items[Value]:
    """What a container holds, and what something to call has of its own: its first arguments, or
    the names around it."""
    match value:
        case Sequence(items=items):
            return items
        case Table(items=entries):
            return [item for _, item in entries]
        case Partial(function=function, positional=given, keywords=named):
            return [function, *(item for item, _ in given), *(item for _, item, _ in named)]
        case Callable(closure=dict() as names, definition=Definition(node=node)):
            used = {each.id for each in nodes(node, ast.Name)} & names.keys()  # type: ignore[arg-type]
            return [names[name] for name in sorted(used)]
    return ()


def mixes_bytes(frame: Frame, value: Value) -> bool:
    """Whether memory in a value is of bytes in some cases and of something else in others: which
    one it is goes together with what is asked elsewhere."""
    every = options(value)
    types = [tensor_types(frame, each).types or () for _, each in every if isinstance(each, Tensor)]
    told = {kind.is_byte for each in types for kind in each}
    inner = [item for _, each in every for item in inside(each)]
    kept: dict[str, list[Value]] = {}
    for _, each in every:
        for name, item in each.attributes if isinstance(each, Instance) else ():
            kept.setdefault(name, []).append(item)
    inner += (choose(*(((), item) for item in items)) for items in kept.values())
    return len(told) > 1 or any(mixes_bytes(frame, each) for each in inner)


def dtype_of(frame: Frame, owner: Value) -> Value:
    """`owner.dtype`: one on each path where a test decides whether `owner` holds bytes, and those
    of several buffers where of one nothing is known."""
    if isinstance(owner, Tensor):
        return _own_dtype(frame, owner)
    tensors = [(path, each) for path, each in options(owner) if isinstance(each, Tensor)]
    own = choose(*((path, _own_dtype(frame, each)) for path, each in tensors)) if tensors else None
    if isinstance(own, DType) and own.of:  # parts of one buffer
        return own
    if own is not None and len(tensors) > 1:
        each_path = [(path, DType(tensor_types(frame, each))) for path, each in tensors]
        several = choose(*each_path)
        if decides_bytes(frame, several):
            return several
        if all(isinstance(x, DType) and x.of for _, x in options(own)):
            if not tensor_types(frame, owner).known:
                return own
    return DType(tensor_types(frame, owner))


def _own_dtype(frame: Frame, tensor: Tensor) -> DType:
    if tensor.types is not None:
        return DType(tensor.types)
    return DType(
        frame.run.stand_ins.get(tensor.buffer) or frame.known(tensor.buffer), tensor.buffer
    )


def decides_bytes(frame: Frame, dtype: Value) -> bool:
    """Whether it depends on the outcome of a test if a dtype is one of bytes."""
    each_path = list(options(dtype))
    bytes_ = [all_bytes(dtype_types(frame, each)) for _, each in each_path]
    return all(path for path, _ in each_path) and any(bytes_) and not all(bytes_)
