"""The functions of the Triton language that make blocks and put them together."""

from __future__ import annotations

from tritonlint.facts.device import casts
from tritonlint.facts.device.invocation import Invocation
from tritonlint.facts.device.joins import join
from tritonlint.facts.device.language import limits
from tritonlint.facts.device.language import mathematics as numeric
from tritonlint.facts.device.machine import element_types
from tritonlint.facts.device.types import (
    T_FLOAT32,
    T_INT32,
    Types,
    surely_differ,
    union,
)
from tritonlint.facts.device.values import (
    UNKNOWN,
    Dtype,
    Pointer,
    Tensor,
    Tuple,
    Value,
    either_cast,
)
from tritonlint.frozen import replace


def where(call: Invocation) -> Value:
    """`where(condition, x, y)`: a choice of numbers or of pointers."""
    condition, a, b = call.get(0, "condition"), call.get(1, "x"), call.get(2, "y")
    if a is None or b is None:
        return UNKNOWN
    if isinstance(condition, Tensor):
        call.machine.evidence.integer(condition.types)
    if isinstance(a, Pointer) and isinstance(b, Pointer):
        either = join(a, b)
        assert isinstance(either, Pointer)
        types = (element_types(call.machine, a), element_types(call.machine, b))
        return replace(either, clashes=either.clashes or surely_differ(*types))
    for each in (a, b):
        if isinstance(each, Pointer) and not each.candidate:
            return each
    x, y = call.number(1, "x"), call.number(2, "y")
    result = numeric.elementwise(call, x, y)
    cast = either_cast(x.cast, y.cast) if result.types in (x.types, y.types) else result.cast
    result = replace(result, cast=cast, weak=False)
    cut = limits.chosen(call, x, y, result)
    if cut is not None:
        return cut
    result = limits.between(call, x, y, result)
    watch = call.machine.watch
    return result if watch is None or condition is None else watch.chosen(condition, result)


def full(call: Invocation) -> Value:
    """`full(shape, value, dtype)`."""
    dtype = call.get(2, "dtype")
    value = call.number(1, "value")
    if dtype is None:
        return replace(value, weak=False)
    types = casts.as_dtype(dtype).types
    if not value.weak:
        return casts.convert(call.machine, value, types, call.where)
    return Tensor(types, interval=value.interval, rounded=value.rounded)


def zeros(call: Invocation) -> Value:
    """`zeros(shape, dtype)`."""
    types = casts.as_dtype(call.get(1, "dtype")).types
    return Tensor(types, interval=(0.0, 0.0), rounded=True)


def zeros_like(call: Invocation) -> Value:
    """`zeros_like(input)`."""
    return Tensor(call.number(0, "input").types, interval=(0.0, 0.0), rounded=True)


def full_like(call: Invocation) -> Value:
    """`full_like(input, value)`: the type of what it is like."""
    return Tensor(call.number(0, "input").types)


def dot(call: Invocation) -> Value:
    """`dot(a, b, acc)`: both operands must have one type, and of the integers only int8 goes. Those
    make int32, whatever is asked for: to add that to floats does not compile (FACTS.md, 1)."""
    a, b = call.number(0, "input"), call.number(1, "other")
    accumulator = call.get(2, "acc")
    call.machine.evidence.same(a.types, b.types)
    for x, y in ((a, b), (b, a)):
        signed = all(t.element is None or t.element.kind == "signed" for t in x.types)
        if x.loads and not (signed and all(t.is_integer for t in y.types)):
            call.machine.use(x.loads, "compile_error", call.where, "compile_error")
    types = union(*(_product(each.types) for each in (a, b)))
    dtype = call.keywords.get("out_dtype")
    if any(all(t.is_integer and not t.assumed for t in each.types) for each in (a, b)):
        types = (T_INT32,)
        if isinstance(accumulator, Tensor) and all(t.kind == "float" for t in accumulator.types):
            call.machine.use(a.loads | b.loads, "compile_error", call.where, "compile_error")
            return UNKNOWN
    elif isinstance(dtype, Dtype):
        types = dtype.types
    elif isinstance(accumulator, Tensor):
        types = accumulator.types
    result = Tensor(types, source=a.source | b.source)
    watch = call.machine.watch
    return result if watch is None else watch.multiplied(result)


def _product(types: Types) -> Types:
    integer = all(each.is_integer for each in types)
    return (T_INT32,) if integer else (T_FLOAT32,)


def dot_scaled(call: Invocation) -> Value:
    """`dot_scaled`: packed fp4 and fp8 operands and e8m0 scales are bytes by contract."""
    names = ("lhs", "lhs_scale", "lhs_format", "rhs", "rhs_scale")
    for index, name in enumerate(names):
        value = call.get(index, name)
        if isinstance(value, Tensor):
            call.machine.use(value.loads, "bits", call.where)
    return Tensor((T_FLOAT32,))


def split(call: Invocation) -> Value:
    """`split(a)`: two halves of one type."""
    value = call.get(0, "a")
    return UNKNOWN if value is None else Tuple((value, value))


def combine(call: Invocation) -> Value:
    """`join`, `cat`, `interleave`: the elements of two blocks."""
    a, b = call.get(0, "a"), call.get(1, "b")
    if a is None or b is None:
        return UNKNOWN
    if isinstance(a, Pointer) or isinstance(b, Pointer):
        return join(a, b)
    x, y = call.number(0, "a"), call.number(1, "b")
    return replace(numeric.elementwise(call, x, y), cast=either_cast(x.cast, y.cast))


def broadcast(call: Invocation) -> Value:
    """`broadcast(a, b)` gives both, `broadcast_to(a, shape)` one."""
    first, second = call.get(0, "input"), call.get(1, "other")
    if isinstance(second, (Tensor, Pointer)) and call.name == "broadcast":
        return Tuple((first or UNKNOWN, second))
    return first or UNKNOWN
