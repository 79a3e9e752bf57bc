"""Python's builtins in a kernel."""

from __future__ import annotations

from tritonlint.facts.device.casts import as_number
from tritonlint.facts.device.invocation import Invocation
from tritonlint.facts.device.language.intrinsics import intrinsic
from tritonlint.facts.device.types import T_BOOL, T_FLOAT32, T_INT
from tritonlint.facts.device.values import (
    INDEX,
    UNKNOWN,
    Const,
    Tensor,
    Tuple,
    Unknown,
    Value,
)
from tritonlint.frozen import replace


def builtin(invocation: Invocation) -> Value:
    """What a Python builtin gives."""
    name, arguments, machine = invocation.name, invocation.arguments, invocation.machine
    first = arguments[0] if arguments else None
    match name:
        case "min" | "max":
            return intrinsic(
                replace(invocation, name="maximum" if name == "max" else "minimum"), ""
            )
        case "abs" | "tuple" | "range":
            return intrinsic(invocation, "")
        case "float" | "int" | "bool":
            return _python_number(name, first)
        case "len":
            return (
                Const(len(first.items)) if isinstance(first, Tuple) else Tensor((T_INT,), weak=True)
            )
        case "zip" | "enumerate" | "list" | "reversed":
            return first if isinstance(first, Tuple) and name in ("list", "reversed") else INDEX
        case "print" | "isinstance" | "hasattr" | "type" | "str" | "repr" | "callable" | "getattr":
            return UNKNOWN
    for each in arguments:
        as_number(machine, each)
    return UNKNOWN


def _python_number(name: str, value: Value | None) -> Value:
    types = {"float": T_FLOAT32, "int": T_INT, "bool": T_BOOL}
    if isinstance(value, Const) and isinstance(value.value, (bool, int, float, str)):
        try:
            convert = {"float": float, "int": int, "bool": bool}[name]
            return Const(convert(value.value))
        except (ValueError, OverflowError):
            return UNKNOWN
    if isinstance(value, Unknown) or value is None or isinstance(value, Tensor) and value.weak:
        return Tensor((types[name],), weak=True)
    return Tensor((types[name],), source=value.source if isinstance(value, Tensor) else frozenset())
