"""The numeric functions of the Triton language: what they do to types, intervals and rounding."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import partial, reduce

from tritonlint.dtypes import BY_NAME, FLOAT32, INT32
from tritonlint.facts.device.casts import as_number, convert
from tritonlint.facts.device.intervals import ANYTHING, Interval, hull
from tritonlint.facts.device.invocation import Invocation
from tritonlint.facts.device.joins import join, join_tensors
from tritonlint.facts.device.operators import alike, binary, meet, own_cast, pick
from tritonlint.facts.device.types import (
    T_FLOAT32,
    T_INT32,
    Type,
    known,
    promote,
    promote_all,
    union,
)
from tritonlint.facts.device.values import (
    INDEX,
    NO_LOADS,
    PLAIN,
    UNKNOWN,
    Dtype,
    Tensor,
    Tuple,
    Value,
    either_cast,
    number,
)
from tritonlint.frozen import replace

_ROUNDING = frozenset(
    {"rint", "nearbyint", "round", "roundeven", "floor", "ceil", "trunc", "rint_rn"}
)
# Of an integral first operand, or of operands that all are, they make an integral number.
_KEEPS_INTEGRAL = frozenset({"copysign", "fabs"})
_KEEPS_ALL_INTEGRAL = frozenset({"fmod", "remainder"})
_RANGES: Mapping[str, Interval] = {
    "exp": (0.0, None),
    "exp2": (0.0, None),
    "sqrt": (0.0, None),
    "sqrt_rn": (0.0, None),
    "rsqrt": (0.0, None),
    "sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "rand": (0.0, 1.0),
    "sin": (-1.0, 1.0),
    "cos": (-1.0, 1.0),
    "tanh": (-1.0, 1.0),
    "erf": (-1.0, 1.0),
}
_UINT32 = known(BY_NAME["uint32"])
# Functions of a float and an integer.
_SCALING = frozenset({"ldexp", "scalbn", "pow", "jn", "yn"})


def float_function(call: Invocation) -> Value:
    """A function of floats: `exp`, `sqrt`, all of libdevice. Triton rejects an integer operand of
    most of them."""
    operands = [
        tensor
        for each in call.everything()
        if (tensor := as_number(call.machine, each)) is not None
    ]
    for each in operands:
        call.machine.evidence.floating(each.types)
        integer = each.loads and not each.weak and all(t.is_integer for t in each.types)
        if integer and call.name not in _SCALING:
            call.machine.use(each.loads, "compile_error", call.where, "compile_error")
    source = frozenset(name for each in operands for name in each.source)
    floats = union(
        *([t for t in each.types if t.kind == "float"] for each in operands if not each.weak)
    )
    first = operands[0] if operands else None
    integral = call.name in _KEEPS_INTEGRAL and first is not None and first.rounded
    integral |= call.name in _KEEPS_ALL_INTEGRAL and all(map(_is_integral, operands))
    rounded = call.name in _ROUNDING or integral
    interval = _RANGES.get(call.name, ANYTHING)
    if call.name in _ROUNDING and first is not None:
        interval = first.interval
    result = Tensor(floats or (T_FLOAT32,), source=source, rounded=rounded, interval=interval)
    watch = call.machine.watch
    return result if watch is None else watch.called(call.name, operands, result, call.where)


def _is_integral(operand: Tensor) -> bool:
    """Whether only whole numbers can be in an operand."""
    low, high = operand.interval
    single = low is not None and low == high and float(low).is_integer()
    return operand.rounded or single or all(each.kind != "float" for each in operand.types)


def same_type(call: Invocation) -> Value:
    """A function that moves or combines elements of its first argument and keeps their type."""
    first = call.arguments[0] if call.arguments else call.get(0, "input")
    return UNKNOWN if first is None else first


def absolute(call: Invocation) -> Value:
    """`abs(x)`."""
    value = call.number(0, "x")
    low, high = value.interval
    top = max(abs(low), abs(high)) if low is not None and high is not None else None
    result = replace(value, interval=(0.0, top), cast=own_cast(value.cast))
    watch = call.machine.watch
    return result if watch is None else watch.measured("abs", value, result, call.where)


def reduction(call: Invocation) -> Value:
    """`sum`, `max`, `min` and the like along an axis: integers below 32 bits widen
    (`_pick_sum_dtype`)."""
    first = call.get(0, "input")
    if isinstance(first, Tuple):
        return Tuple(
            tuple(_reduced(call, number(each) or Tensor((T_INT32,))) for each in first.items)
        )
    result = _reduced(call, call.number(0, "input"))
    if call.name in ("max", "min") and call.flag("return_indices"):
        return Tuple((result, INDEX))
    return result


def _reduced(call: Invocation, value: Tensor) -> Tensor:
    dtype = call.keywords.get("dtype")
    if isinstance(dtype, Dtype):
        value = convert(call.machine, value, dtype.types, call.where)
    types = tuple(_widened(each) for each in value.types)
    keeps = call.name in ("max", "min", "reduce", "associative_scan", "sort", "topk")
    watch = call.machine.watch
    if types == value.types and keeps:
        kept = replace(value, weak=False)
        if watch is None or call.name not in ("max", "min"):
            return kept
        return watch.measured(call.name, value, kept, call.where)
    result = Tensor(
        types,
        value.loads,
        value.source,
        own_cast(value.cast),
        rounded=value.rounded,
        interval=value.interval if keeps else ANYTHING,
        history=replace(PLAIN, given=value.history.given, loads=value.history.loads),
    )
    return result if watch is None else watch.measured(call.name, value, result, call.where)


def _widened(each: Type) -> Type:
    if each.kind == "bool":
        return T_INT32
    if each.kind == "int" and each.element is not None and each.element.width < 32:
        return _UINT32 if each.element.kind == "unsigned" else T_INT32
    return each


def custom_reduction(call: Invocation) -> Value:
    """`reduce(x, axis, f)` and `associative_scan(x, axis, f)`: what `f` makes of two elements."""
    first, function = call.get(0, "input"), call.get(2, "combine_fn")
    if first is None or function is None:
        return UNKNOWN
    items = first.items if isinstance(first, Tuple) else (first,)
    result = call.apply(function, (*items, *items))
    return join(first, result) if type(result) is type(first) else first


def index_of(call: Invocation) -> Value:
    """`argmax`, `program_id`, `cdiv` of indices and the like: a 32-bit integer."""
    return INDEX


def ceiling_division(call: Invocation) -> Value:
    """`cdiv(x, div)`: an integer division."""
    a, b = call.get(0, "x"), call.get(1, "div")
    if a is None or b is None:
        return INDEX
    return binary(call.machine, ast.FloorDiv(), a, b, call.where)


def elementwise(call: Invocation, *operands: Tensor) -> Tensor:
    """The operands converted to their common type."""
    types, weak = operands[0].types, operands[0].weak
    for each in operands[1:]:
        rule = partial(promote, a_weak=weak, b_weak=each.weak)
        types = promote_all(types, each.types, rule)
        weak = weak and each.weak
    for each in operands[1:]:
        alike(call.machine, operands[0], each)
    for each in operands:
        meet(call.machine, each, types, call.where)
    floating = all(each.kind == "float" for each in types)
    loads = NO_LOADS if floating else frozenset(load for each in operands for load in each.loads)
    source = frozenset(name for each in operands for name in each.source)
    interval = operands[0].interval
    for each in operands[1:]:
        interval = hull(interval, each.interval)
    rounded = all(each.rounded for each in operands)
    bits = any(each.bits for each in operands)
    history = PLAIN
    if call.machine.watch is not None:
        history = reduce(join_tensors, operands).history
    integer = all(each.is_integer for each in types)
    cast = own_cast(reduce(either_cast, (each.cast for each in operands))) if integer else None
    return Tensor(types, loads, source, cast, rounded, interval, weak, bits, history)


def arithmetic(op: ast.operator) -> Callable[[Invocation], Value]:
    """The function spelling of an operator: `tl.add(x, y)`."""

    def apply(call: Invocation) -> Value:
        a, b = (
            call.get(0, "input" if "input" in call.keywords else "x"),
            call.get(1, "other" if "other" in call.keywords else "y"),
        )
        return UNKNOWN if a is None or b is None else binary(call.machine, op, a, b, call.where)

    return apply


def multiply_add(call: Invocation) -> Value:
    """`fma(x, y, z)`."""
    result = elementwise(call, call.number(0, "x"), call.number(1, "y"), call.number(2, "z"))
    result = replace(result, interval=ANYTHING, rounded=False)
    watch = call.machine.watch
    if watch is None:
        return result
    x, y = call.number(0, "x"), call.number(1, "y")
    product = replace(x, source=x.source | y.source, interval=ANYTHING, history=PLAIN)
    product = watch.computed(ast.Mult(), x, y, product, call.where)
    return watch.computed(ast.Add(), product, call.number(2, "z"), result, call.where)


def division(call: Invocation) -> Value:
    """`fdiv(x, y)`, `div_rn(x, y)`."""
    a, b = call.number(0, "x"), call.number(1, "y")
    if all(each.is_integer for each in (*a.types, *b.types)):
        call.machine.use(a.loads | b.loads, "compile_error", call.where, "compile_error")
        return Tensor((T_FLOAT32,), source=a.source | b.source)
    result = replace(elementwise(call, a, b), interval=ANYTHING, rounded=False)
    watch = call.machine.watch
    return result if watch is None else watch.computed(ast.Div(), a, b, result, call.where)


def random_float(call: Invocation) -> Value:
    """`rand`, `randn`: fp32 from an integer seed and offset; the four-fold forms give four."""
    result = Tensor((Type("float", FLOAT32),), interval=_RANGES.get(call.name, ANYTHING))
    return Tuple((result,) * 4) if call.name.endswith("4x") else result


def random_integer(call: Invocation) -> Value:
    """`randint`, `philox`: 32-bit integers that have nothing of their seed's number."""
    loads = pick(
        frozenset(
            load for each in call.arguments if isinstance(each, Tensor) for load in each.loads
        )
    )
    result = Tensor((known(INT32),), loads)
    return result if call.name == "randint" else Tuple((result,) * 4)
