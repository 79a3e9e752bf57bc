"""What a name in a kernel holds where two paths meet: both values, as one."""

from __future__ import annotations

from tritonlint.facts.device.intervals import hull, is_constant
from tritonlint.facts.device.types import (
    union,
)
from tritonlint.facts.device.values import (
    PLAIN,
    UNKNOWN,
    Const,
    Dtype,
    Environment,
    History,
    Object,
    Pointer,
    Tensor,
    Tuple,
    Unknown,
    Value,
    either_cast,
    number,
)


def join(a: Value, b: Value) -> Value:
    """What a name holds when it may hold either. Only the types that can be told apart are kept
    apart."""
    if a is b or a == b:
        return a
    match a, b:
        case Tensor(), Tensor():
            return join_tensors(a, b)
        case Pointer(), Pointer():
            return _join_pointers(a, b)
        case Tuple(xs), Tuple(ys) if len(xs) == len(ys):
            return Tuple(tuple(join(x, y) for x, y in zip(xs, ys, strict=True)))
        case Dtype(), Dtype() if a.pointer == b.pointer:
            return Dtype(union(a.types, b.types), a.pointer)
        case Object(), Object() if a.owner == b.owner and len(a.fields) == len(b.fields):
            both = zip(a.fields, b.fields, strict=True)
            return Object(a.owner, tuple((name, join(x, y)) for (name, x), (_, y) in both))
        case (
            Const(value=None) | Unknown(),
            (Pointer() | Tensor() | Object() | Tuple() | Dtype()) as other,
        ) | (
            (Pointer() | Tensor() | Object() | Tuple() | Dtype()) as other,
            Const(value=None) | Unknown(),
        ):
            return other
    return _join_unlike(a, b)


def _join_pointers(a: Pointer, b: Pointer) -> Pointer:
    """The pointer that may be either. What a number was made to says nothing of the memory that a
    parameter names."""
    for one, other in ((a, b), (b, a)):
        if not one.bases and other.bases and other.element is None:
            return other
    element = union(a.element or (), b.element or ()) or None
    return Pointer(
        a.bases | b.bases,
        element,
        a.candidate or b.candidate,
        a.descriptor and b.descriptor,
        a.clashes or b.clashes,
        a.own or b.own or (a.element is None) != (b.element is None),
    )


def _join_unlike(a: Value, b: Value) -> Value:
    # A pointer on one path and a number on the other: the number is a placeholder.
    for each in (a, b):
        if isinstance(each, Pointer) and not each.candidate:
            return each
    x, y = number(a), number(b)
    if x is not None and y is not None:
        return join_tensors(x, y)
    return UNKNOWN


def join_tensors(a: Tensor, b: Tensor) -> Tensor:
    """The number that may be either."""
    types = union(a.types, b.types)
    # A placeholder of the other kind gives way: `acc = 0.0` before a loop that assigns blocks.
    if a.weak != b.weak and len(types) > 1:
        types = b.types if a.weak else a.types
    return Tensor(
        types,
        a.loads | b.loads,
        a.source | b.source,
        either_cast(a.cast, b.cast),
        a.rounded and b.rounded,
        hull(a.interval, b.interval),
        a.weak and b.weak,
        a.bits or b.bits,
        _join_histories(a, b),
        a.codes if a.codes == b.codes else None,
    )


def _join_histories(a: Tensor, b: Tensor) -> History:
    x, y = a.history, b.history
    if x is PLAIN and y is PLAIN:
        return PLAIN
    computed = [each.rounded for each in (a, b) if not is_constant(each.interval)]
    return History(
        x.given or y.given,
        x.real or y.real,
        x.halved or y.halved,
        x.settled or y.settled or len(set(computed)) > 1,
        x.exponent or y.exponent,
        x.biased or y.biased,
        x.cast or y.cast,
        x.byte or y.byte,
        x.loads | y.loads,
        summed=x.summed or y.summed,
        nearest=x.nearest if x.nearest == y.nearest else "",
        short=x.short or y.short,
        largest=x.largest or y.largest,
    )


def join_environments(a: Environment, b: Environment) -> Environment:
    """The names of both, joined."""
    result = dict(a)
    for name, value in b.items():
        old = result.get(name)
        if old is not value:
            result[name] = value if old is None else join(old, value)
    return result
