"""Attributes of values in a kernel: the type of a pointer or tensor, and what a type tells of
itself."""

from __future__ import annotations

from tritonlint.facts.device.calls import dtype_is_unsure
from tritonlint.facts.device.machine import Machine, element_types
from tritonlint.facts.device.types import T_INT32, T_UNKNOWN
from tritonlint.facts.device.values import (
    UNKNOWN,
    Const,
    Dtype,
    Method,
    Pointer,
    Tensor,
    Value,
    number,
)


def pointer_attribute(machine: Machine, owner: Pointer, name: str) -> Value:
    """`pointer.name`."""
    match name:
        case "dtype" | "type":
            machine.evidence.typed.update(name for added in owner.bases for name in added)
            if owner.candidate and owner.element is None:
                # Whether it is a pointer shows when its `element_ty` is asked for.
                return Method(owner, "dtype")
            return Dtype(element_types(machine, owner), not owner.descriptor)
        case "shape" | "strides" | "block_shape" | "block_type" | "layout" | "numel" | "handle":
            return UNKNOWN
        case "T":
            return owner
    return Method(owner, name)


def tensor_attribute(owner: Tensor | Const, name: str) -> Value:
    """`tensor.name`."""
    match name:
        case "dtype" | "type":
            tensor = number(owner)
            return UNKNOWN if tensor is None else Dtype(tensor.types)
        case "T":
            return owner
        case "shape" | "numel" | "handle":
            return UNKNOWN
        case "value":
            return owner
    return Method(owner, name)


def type_attribute(owner: Dtype, name: str) -> Value:
    """`dtype.name`."""
    if name in ("element_ty", "scalar", "dtype"):
        return Dtype(owner.types)
    if name in ("primitive_bitwidth", "int_bitwidth", "itemsize", "fp_mantissa_width"):
        elements = {None if dtype_is_unsure(each) else each.element for each in owner.types}
        element = elements.pop() if len(elements) == 1 else None
        if element is None or name == "fp_mantissa_width":
            return Tensor((T_INT32,), weak=True)
        return Const(max(element.width // 8, 1) if name == "itemsize" else element.width)
    if name == "name":
        return UNKNOWN
    return Method(owner, name)


def method_attribute(machine: Machine, owner: Method, name: str) -> Value:
    """`parameter.dtype.element_ty` of a parameter that may be a pointer makes it one;
    `parameter.dtype` alone does not."""
    if isinstance(owner.owner, Pointer) and owner.name == "dtype":
        if name in ("element_ty", "is_ptr"):
            machine.evidence.addresses |= owner.owner.bases
            return Dtype(element_types(machine, owner.owner))
        return Method(Dtype((T_UNKNOWN,)), name)
    return UNKNOWN
