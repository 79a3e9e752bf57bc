"""Loads, stores and atomics: where element types meet memory."""

from __future__ import annotations

from tritonlint.facts.device.casts import as_number, single
from tritonlint.facts.device.contract import (
    LoadEffect,
    Place,
    Store,
    StoreEffect,
    ValueKind,
)
from tritonlint.facts.device.frames import Frame, Where, place_of
from tritonlint.facts.device.machine import Machine, element_types
from tritonlint.facts.device.types import (
    T_INT64,
    T_UNKNOWN,
    TypeKind,
    Types,
)
from tritonlint.facts.device.values import (
    NO_LOADS,
    Const,
    Pointer,
    Site,
    Tensor,
    Tuple,
    Value,
    number,
)


def load(
    machine: Machine, frame: Frame, pointer: Value, where: Where, other: Value | None = None
) -> Value:
    """The value that a load gives."""
    match pointer:
        case Pointer():
            types = element_types(machine, pointer)
            names = machine.address(pointer)
        case Tuple(items):
            return Tuple(tuple(load(machine, frame, each, where, other) for each in items))
        case _:
            return Tensor((T_UNKNOWN,))
    if isinstance(other, Const) and isinstance(other.value, float):
        machine.evidence.floating(types)
    loads = NO_LOADS
    machine.evidence.loaded |= set(names)
    place = place_of(where)
    for name in names:
        site = Site(name, place, frame.via)
        own = _own(machine, pointer, types, name, place)
        if not own:
            machine.loaded(site, "bits")
            continue
        if pointer.clashes:
            machine.loaded(site, "compile_error")
            continue
        machine.loaded(site, _load_effect(own))
        if any(each.kind != "float" for each in own):
            loads |= {(site, "number")}
    value = Tensor(types or (T_UNKNOWN,), loads, frozenset(names))
    return value if machine.watch is None else machine.watch.loaded(value, names, where)


def _own(
    machine: Machine, pointer: Pointer, types: Types, name: str, place: Place, written: bool = False
) -> Types:
    """The element types by which a pointer of `types` reaches the memory of the parameter `name` as
    what it is; one that it was cast to may be a code of an 8-bit float."""
    if pointer.element is None:
        return (machine.element(name),)
    cast = tuple(each for each in types if name not in each.of)
    if cast:
        machine.encoded((name,), single(cast), place, written)
    return tuple(each for each in types if name in each.of)


def _load_effect(types: Types) -> LoadEffect:
    kinds = {each.kind for each in types}
    if kinds <= {"int", "bool"}:
        return "int"
    return "float" if kinds == {"float"} else "unknown"


def store(
    machine: Machine, frame: Frame, pointer: Value, value: Value, where: Where, atomic: bool = False
) -> None:
    """A store of `value` through `pointer`, which casts it to the element type of the pointer."""
    if isinstance(value, Tuple) and isinstance(pointer, Tuple):
        for each, item in zip(pointer.items, value.items, strict=False):
            store(machine, frame, each, item, where, atomic)
        return
    tensor = _stored(machine, value)
    if not isinstance(pointer, Pointer):
        if tensor.loads:
            machine.use(tensor.loads, "unknown", where, "bits")
        return
    if pointer.element is not None:
        _implicit_cast(machine, tensor, pointer.element, where)
    types = element_types(machine, pointer)
    for name in machine.address(pointer):
        target = _own(machine, pointer, types, name, place_of(where), written=True)
        if not target:
            machine.stored(_record(name, tensor, "bits", where, frame))
            continue
        machine.evidence.same(target, tensor.types)
        _implicit_cast(machine, tensor, target, where)
        if machine.watch is not None:
            machine.watch.stored(tensor, target, where)
        narrow = atomic and any(
            each.element is not None and each.element.width < 16 for each in target
        )
        if tensor.codes is not None:
            machine.encoded((name,), tensor.codes, place_of(where), written=True)
        effect: StoreEffect = (
            "compile_error" if narrow or pointer.clashes else _store_effect(target, tensor)
        )
        machine.stored(_record(name, tensor, effect, where, frame))


def _stored(machine: Machine, value: Value) -> Tensor:
    """What is stored, as a number: a pointer is stored as its address."""
    match value:
        case Pointer(candidate=True):
            return as_number(machine, value) or Tensor((T_UNKNOWN,))
        case Pointer():
            return Tensor((T_INT64,))
    return number(value) or Tensor((T_UNKNOWN,))


def _implicit_cast(machine: Machine, value: Tensor, target: Types, where: Where) -> None:
    """The cast that a store does, as the loads in `value` see it."""
    if not value.loads:
        return
    for each in target:
        if each.is_fp8:
            machine.use(value.loads, "compile_error", where, "compile_error")
        elif each.kind == "float":
            machine.to_float(value, where)
        elif each.kind == "unknown":
            machine.use(value.loads, "unknown", where)


def _store_effect(target: Types, value: Tensor) -> StoreEffect:
    kinds = {each.kind for each in target}
    floats = [each for each in value.types if each.kind == "float"]
    if "unknown" in kinds or not kinds:
        return "unknown"
    if kinds == {"float"}:
        integers = any(each.is_integer for each in value.types)
        return "compile_error" if integers and all(each.is_fp8 for each in target) else "float"
    if value.cast is not None and value.cast.truncates:
        return "float_to_int"
    if floats:
        return "compile_error" if all(each.is_fp8 for each in floats) else "float_to_int"
    if any(each.kind == "unknown" for each in value.types):
        return "unknown"
    return "bits" if value.bits else "int"


def _record(name: str, value: Tensor, effect: StoreEffect, where: Where, frame: Frame) -> Store:
    cast = value.cast
    explicit = cast is not None and name in cast.of
    kind: ValueKind = cast.kind if cast is not None and explicit else _value_kind(value)
    return Store(
        name,
        place_of(where),
        effect,
        kind,
        explicit,
        cast.place if cast is not None else None,
        frame.via,
        value.rounded,
        value.interval,
        value.source,
        cast.of if cast is not None else frozenset(),
    )


def _value_kind(value: Tensor) -> ValueKind:
    kinds: dict[TypeKind, None] = dict.fromkeys(each.kind for each in value.types)
    for kind in ("float", "unknown", "int", "bool"):
        if kind in kinds:
            return "bits" if value.bits and kind == "int" else kind
    return "unknown"


def atomic(
    machine: Machine, frame: Frame, pointer: Value, values: list[Value], where: Where
) -> Value:
    """An atomic that combines `values` with memory and gives what was there. Triton has none on
    elements below 16 bits (`_validate_atomic_rmw_element_type`)."""
    for value in values:
        store(machine, frame, pointer, value, where, atomic=True)
    result = load(machine, frame, pointer, where)
    if isinstance(pointer, Pointer) and isinstance(result, Tensor):
        if any(each.element is not None and each.element.width < 16 for each in result.types):
            machine.use(result.loads, "compile_error", where)
    return result
