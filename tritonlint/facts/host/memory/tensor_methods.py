"""Methods of tensors in launching code: views by dtypes that are only named, memory that a tensor
is set to, and what `tensors` knows."""

from __future__ import annotations

import ast

from tritonlint.dtypes import UNKNOWN
from tritonlint.facts.host.assigning import rebind
from tritonlint.facts.host.calls.arguments import Arguments
from tritonlint.facts.host.memory import item_counts, tensors
from tritonlint.facts.host.memory.named_dtypes import may_retype, names_dtype
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.values import Const, DType, Memory, Tensor, Value
from tritonlint.frozen import replace

# What gives the memory of a tensor.
_STORAGES = frozenset("untyped_storage storage _typed_storage".split())


def call(
    frame: Frame, node: ast.Call, name: str, owner: Value, arguments: Arguments
) -> Value | None:
    """What a method of a tensor gives; None for what is no tensor."""
    if not isinstance(owner, Tensor):
        return None
    if name in _STORAGES and not node.args and not node.keywords:
        return Memory(owner)
    if name == "set_" and isinstance(node.func, ast.Attribute):
        shared = _set_to(frame, node, owner, arguments)
        if shared is not None:
            rebind(frame, node.func.value, shared)
            return shared
    if name == "as_strided":
        item_counts.note_strides(frame, node, owner)
    if may_retype(name, node, arguments):
        return _retyped(frame, node, name, owner, arguments)
    return tensors.method(frame, owner, name, arguments, frame.span(node))


def _retyped(
    frame: Frame, node: ast.Call, name: str, owner: Tensor, arguments: Arguments
) -> Tensor:
    """A tensor that may have been viewed or cast as a dtype which is not known."""
    around = frame.enclosing[-1] if frame.enclosing else None
    dtype = names_dtype(node, around)
    if dtype and name == "view":
        frame.note("view", owner.buffer, UNKNOWN, frame.span(node), owner.part)
    elif dtype:
        target = arguments.keywords.get("dtype") or arguments.get(0, "dtype")
        if target is not None:
            return tensors.converted(frame, target, frame.span(node))
    return replace(owner, types=UNKNOWN, view=frame.span(node), guarded=False, viewed_on=())


def _set_to(frame: Frame, node: ast.Call, owner: Tensor, arguments: Arguments) -> Value | None:
    """What `torch.empty(0, dtype=...).set_(x.untyped_storage(), ...)` gives: the memory of `x`, or
    a part of it, viewed as the type of the tensor that is set. None where one of them is not
    known, and of integers: only the room is asked of those."""
    given = arguments.get(0, "source")
    source = given.tensor if isinstance(given, Memory) else given
    types = frame.run.stand_ins.get(owner.buffer) or owner.types or frame.known(owner.buffer)
    if not isinstance(source, Tensor) or types.single is None:
        return None
    if any(each.is_integer and each.width > 8 for each in frame.known(source.buffer).types or ()):
        return None
    at = frame.span(node)
    begin = arguments.get(1, "storage_offset")
    if begin not in (None, Const(0)):
        source = replace(source, part=None, types=None, view=None)
        source = tensors.cut(frame, source, at)
    return tensors.view(frame, source, Arguments((DType(types),), {}), at)
