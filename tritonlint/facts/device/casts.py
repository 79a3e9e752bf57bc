"""Casts: what becomes of a value that takes another element type."""

from __future__ import annotations

from tritonlint.dtypes import ElementType
from tritonlint.facts.device.frames import Where, place_of
from tritonlint.facts.device.machine import Machine
from tritonlint.facts.device.types import (
    T_INT64,
    T_UNKNOWN,
    Type,
    TypeKind,
    Types,
)
from tritonlint.facts.device.values import (
    NO_LOADS,
    NO_NAMES,
    UNKNOWN,
    Cast,
    Dtype,
    Loads,
    Pointer,
    Tensor,
    Tuple,
    Value,
    number,
)
from tritonlint.frozen import replace


def cast(
    machine: Machine, value: Value, target: Value, where: Where, bitcast: bool = False
) -> Value:
    """`value.to(target)`."""
    if isinstance(value, Tuple):
        return Tuple(tuple(cast(machine, each, target, where, bitcast) for each in value.items))
    target = as_dtype(target)
    if isinstance(value, Pointer):
        if target.pointer:
            machine.evidence.pointers.update(machine.address(value) if value.candidate else ())
            return replace(value, element=target.types, own=False)
        if not value.candidate:
            return Tensor((T_INT64,))
    tensor = as_number(machine, value)
    if tensor is None:
        return UNKNOWN
    if target.pointer:
        machine.evidence.integer(tensor.types)
        return pointer_to(target.types)
    if bitcast:
        result = _bitcast(machine, tensor, target.types, where)
        watch = machine.watch
        return result if watch is None else watch.reinterpreted(tensor, result, where)
    return convert(machine, tensor, target.types, where)


def pointer_to(types: Types) -> Pointer:
    """A pointer to memory that no parameter names. Of a parameter's element type, it stands for
    that parameter's memory: what lies there is what the parameter holds."""
    return Pointer(frozenset((name,) for name in union_of(types)), types)


def as_dtype(value: Value | None) -> Dtype:
    """`value` as an element type. A parameter that is used as one and whose value is open is a
    float type: those are what kernels are parameterized with."""
    match value:
        case Dtype():
            return value
        case Tensor() | Pointer():
            return Dtype((Type("float", assumed=True),))
    return Dtype((T_UNKNOWN,))


def _bitcast(machine: Machine, value: Tensor, types: Types, where: Where) -> Tensor:
    machine.use(value.loads, "bits", where)
    machine.encoded(_held(value), single(types), place_of(where))
    before = single(value.types)
    codes = before if before is not None and before.is_fp8 else None
    integer = all(each.is_integer for each in types)
    loads: Loads = frozenset((site, "picked") for site, _ in value.loads) if integer else NO_LOADS
    came_from_float = any(each.kind != "int" for each in value.types)
    return Tensor(
        types,
        loads,
        value.source,
        bits=integer and (came_from_float or value.bits),
        codes=codes if integer else None,
    )


def _held(value: Tensor) -> frozenset[str]:
    """The parameters of which `value` is what was loaded: a byte that no bits were picked from, or
    a float of the memory's own type."""
    if any(each.element is not None and each.element.width != 8 for each in value.types):
        return NO_NAMES
    if any(form == "picked" for _, form in value.loads):
        return NO_NAMES
    floats = union_of(tuple(each for each in value.types if each.kind == "float"))
    return (floats & value.source) | {site.parameter for site, _ in value.loads}


def single(types: Types) -> ElementType | None:
    """The element type, where there is one and it is known."""
    return types[0].element if len(types) == 1 else None


def convert(machine: Machine, value: Tensor, types: Types, where: Where) -> Tensor:
    """The numeric conversion of `value` to `types`, explicit at `where`."""
    if value.types == types and not value.weak:
        return value
    _hint_cast(machine, value, types)
    loads = value.loads
    floats = any(each.kind == "float" for each in value.types)
    for target in types:
        if target.is_fp8 and loads:
            machine.use(loads, "compile_error", where, "compile_error")
        elif target.kind == "float":
            machine.to_float(value, where)
        elif target.kind == "unknown" and loads:
            machine.use(loads, "unknown", where)
    integer = any(each.kind in ("int", "unknown") for each in types)
    of = union_of(types)
    record = value.cast if value.cast is not None and integer and not floats and not of else None
    # What becomes a truth value is compared with zero, not cut.
    if of or (floats and any(each.kind == "int" for each in types)):
        before = (
            value.cast if value.cast is not None and not floats and value.cast.of & of else None
        )
        kind = _kind(value.types)
        earlier = value.cast is not None and value.cast.truncates and not floats
        record = before or Cast(place_of(where), kind, of, kind == "float" or earlier)
    result = Tensor(
        types,
        loads if integer else NO_LOADS,
        value.source,
        record,
        value.rounded or not floats,
        value.interval,
        bits=value.bits and integer and not floats,
    )
    return result if machine.watch is None else machine.watch.converted(value, result, where)


def union_of(types: Types) -> frozenset[str]:
    """The parameters whose element type one of `types` is."""
    return frozenset(name for each in types for name in each.of)


def _kind(types: Types) -> TypeKind:
    kinds = {each.kind for each in types}
    if "float" in kinds:
        return "float"
    return next(iter(kinds)) if len(kinds) == 1 else "int"


def _hint_cast(machine: Machine, value: Tensor, types: Types) -> None:
    for each in types:
        # Nobody casts floats to wide integers except to count; an index is cast so all the time.
        if each.kind == "int" and each.element is not None and each.element.width >= 32:
            machine.evidence.integer(value.types)


def as_number(machine: Machine, value: Value) -> Tensor | None:
    """`value` as a number. A parameter that may be a pointer and is used as a number is a
    scalar."""
    if isinstance(value, Pointer):
        if not value.candidate:
            return None
        names = [name for added in value.bases for name in added]
        machine.evidence.scalars.update(names)
        return Tensor((Type("unknown", variables=frozenset(names)),))
    return number(value)
