"""The functions of the Triton and Gluon languages that reach memory or change a value's type, as
calls."""

from __future__ import annotations

from tritonlint.facts.device import casts, memory
from tritonlint.facts.device.invocation import Invocation, pointers_in
from tritonlint.facts.device.types import T_UNKNOWN
from tritonlint.facts.device.values import UNKNOWN, Const, Dtype, Pointer, Tensor, Tuple, Value
from tritonlint.frozen import replace

NOTHING = Const(None)


def load(call: Invocation) -> Value:
    """`load(pointer, mask, other)`, of a block, a descriptor or a buffer."""
    pointer = call.get(0, "pointer") or call.get(0, "ptr")
    if pointer is None:
        return UNKNOWN
    other = call.keywords.get("other")
    if other is None and call.name == "load" and len(call.arguments) > 2:
        other = call.arguments[2]
    mask = call.get(1, "mask")
    if isinstance(mask, Tensor):
        call.machine.evidence.integer(mask.types)
    return memory.load(call.machine, call.frame, pointer, call.where, other)


def store(call: Invocation) -> Value:
    """`store(pointer, value)`."""
    return _store(call, call.get(0, "pointer"), call.get(1, "value"))


def _store(call: Invocation, pointer: Value | None, value: Value | None) -> Value:
    if pointer is not None and value is not None:
        memory.store(call.machine, call.frame, pointer, value, call.where)
    return NOTHING


def descriptor_store(call: Invocation) -> Value:
    """`descriptor.store(offsets, value)`: the offsets come before the value."""
    return _store(call, call.get(0, "desc"), call.get(2, "value"))


def scatter(call: Invocation) -> Value:
    """`descriptor.scatter(value, ...)`."""
    return _store(call, call.get(0, "desc"), call.get(1, "value"))


def buffer_store(call: Invocation) -> Value:
    """AMD's `buffer_store(value, pointer, ...)`."""
    return _store(call, call.get(1, "ptr"), call.get(0, "stored_value"))


def atomic(call: Invocation) -> Value:
    """`atomic_add(pointer, value)` and its kin."""
    pointer = call.get(0, "pointer")
    swap = call.name == "atomic_cas"
    values = call.arguments[1:3] if swap else call.arguments[1:2]
    named = [call.keywords[name] for name in ("val", "cmp", "value") if name in call.keywords]
    if pointer is None:
        return UNKNOWN
    if isinstance(values[0] if values else None, Tuple):
        values = call.arguments[2:3]  # a descriptor's: offsets first
    return memory.atomic(call.machine, call.frame, pointer, [*values, *named], call.where)


def copy(call: Invocation) -> Value:
    """An asynchronous copy between memory and shared memory: bytes move, nothing is converted."""
    for value in call.everything():
        for pointer in pointers_in(value):
            memory.load(call.machine, call.frame, pointer, call.where)
    return NOTHING


def pointer(call: Invocation) -> Value:
    """A block pointer or descriptor over the memory of its base."""
    base = call.get(0, "base")
    if isinstance(base, Pointer) and base.candidate:
        call.machine.evidence.addresses.update(base.bases)
    if isinstance(base, Pointer) and "descriptor" in call.name:
        return replace(base, descriptor=True)
    return base if base is not None else UNKNOWN


def shared_memory(call: Invocation) -> Value:
    """Shared memory of a given element type."""
    dtype = call.get(0, "element_ty")
    if not isinstance(dtype, Dtype):
        return Pointer(frozenset(), (T_UNKNOWN,))
    pointer = casts.pointer_to(dtype.types)
    value = call.get(3, "value")
    if value is not None:
        memory.store(call.machine, call.frame, pointer, value, call.where)
    return pointer


def cast(call: Invocation) -> Value:
    """`x.to(dtype, rounding, bitcast)`, `cast(x, dtype, rounding, bitcast)`."""
    value, target = call.get(0, "input"), call.get(1, "dtype")
    if value is None or target is None:
        return UNKNOWN
    bitcast = call.flag("bitcast")
    if len(call.arguments) > 3:
        bitcast = isinstance(call.arguments[3], Const) and bool(call.arguments[3].value)
    return casts.cast(call.machine, value, target, call.where, bitcast)
