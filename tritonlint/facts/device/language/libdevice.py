"""The functions of libdevice, of NVIDIA and AMD: what they do to types."""

from __future__ import annotations

from tritonlint.dtypes import FLOAT64
from tritonlint.facts.device.casts import cast, convert
from tritonlint.facts.device.intervals import ANYTHING
from tritonlint.facts.device.invocation import Invocation
from tritonlint.facts.device.language.mathematics import float_function
from tritonlint.facts.device.operators import pick
from tritonlint.facts.device.types import T_FLOAT32, T_INT32, Type, known
from tritonlint.facts.device.values import INDEX, UNKNOWN, Dtype, Tensor, Value
from tritonlint.frozen import replace

# By how their names begin: floats that become integers, and the reverse.
_TO_INTEGER = ("float2", "double2", "llrint", "llround", "ilogb")
_FROM_INTEGER = ("int2", "uint2", "ll2", "ull2")
_PARTS = frozenset({"double2loint", "double2hiint", "hiloint2double"})
_OF_INTEGERS = frozenset(
    "abs popc clz ffs mulhi mul24 brev byte_perm min max sad hadd rhadd".split()
)


def library_function(call: Invocation) -> Value:
    """A function of libdevice: floats to floats, except the conversions and the predicates."""
    name = call.name
    if "_as_" in name or name in _PARTS:
        return _reinterpretation(call)
    if name.startswith(_FROM_INTEGER):
        return convert(call.machine, call.number(0, "arg0"), (_named_last(name),), call.where)
    if name.startswith(_TO_INTEGER):
        source = frozenset(
            name for each in call.arguments if isinstance(each, Tensor) for name in each.source
        )
        return Tensor((T_INT32,), source=source, rounded=not name.endswith("_rz"))
    if name in ("isnan", "isinf", "isfinited", "finitef", "signbit", "signbitf", "signbitd"):
        return INDEX
    if name in _OF_INTEGERS:
        first = call.number(0, "arg0")
        others = (call.number(index, "") for index in range(1, len(call.arguments)))
        rounded = first.rounded and all(each.rounded for each in others)
        return replace(
            first, loads=pick(first.loads), cast=None, interval=ANYTHING, rounded=rounded
        )
    return float_function(call)


def _reinterpretation(call: Invocation) -> Value:
    """Bits that are taken for a number of another type: `float_as_int(x)`."""
    target = Dtype((_named_last(call.name),))
    taken = [
        cast(call.machine, call.number(index, "arg0"), target, call.where, bitcast=True)
        for index in range(len(call.arguments))
    ]
    return taken[0] if taken else UNKNOWN


def _named_last(name: str) -> Type:
    """The type that the name of a conversion ends with: `int2double_rn`, `float_as_uint`."""
    last = name.replace("_as_", "2").rpartition("2")[2]
    if last.startswith("double"):
        return known(FLOAT64)
    return T_FLOAT32 if last.startswith("float") else T_INT32
