"""Operators on values: Triton's for tensors and pointers, Python's for what is known while
compiling."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from tritonlint.facts.device.casts import as_number
from tritonlint.facts.device.frames import Where
from tritonlint.facts.device.intervals import ANYTHING, combined, negated, of_bits
from tritonlint.facts.device.machine import Machine
from tritonlint.facts.device.types import (
    T_BOOL,
    T_FLOAT32,
    T_INT,
    Type,
    Types,
    promote,
    promote_all,
)
from tritonlint.facts.device.values import (
    MASK,
    NO_LOADS,
    NO_NAMES,
    UNKNOWN,
    Cast,
    Const,
    Loads,
    Pointer,
    Tensor,
    Tuple,
    Value,
    either_cast,
    number,
    truth,
)
from tritonlint.frozen import replace

_PYTHON: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
_BITWISE = (ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift)
# A sum of so many parameters has its pointer in front.
_ADDENDS = 6
_BASES = 16


def binary(machine: Machine, op: ast.operator, left: Value, right: Value, where: Where) -> Value:
    """`left op right`."""
    if isinstance(op, (ast.Add, ast.Sub)) and (
        isinstance(left, Pointer) or isinstance(right, Pointer)
    ):
        return _offset(machine, left, right, where)
    match left, right:
        case Const(), Const():
            return _python(op, left, right)
        case (Tuple(xs), Tuple(ys)) if isinstance(op, ast.Add):
            return Tuple(xs + ys)
        case (Tuple(xs), Const(value=int() as n)) if (
            isinstance(op, ast.Mult) and 0 <= n * len(xs) <= 64
        ):
            return Tuple(xs * n)
    a, b = as_number(machine, left), as_number(machine, right)
    if a is None or b is None:
        return UNKNOWN
    if machine.inferring:
        _index_hints(machine, op, a, b)
    watch = machine.watch
    if isinstance(op, _BITWISE):
        result = _bitwise(machine, op, a, b, where)
        return result if watch is None else watch.shifted(op, a, b, result)
    result = _arithmetic(machine, op, a, b, where)
    return result if watch is None else watch.computed(op, a, b, result, where)


def _python(op: ast.operator, left: Const, right: Const) -> Value:
    x, y = left.value, right.value
    if isinstance(x, str) != isinstance(y, str) or x is None or y is None:
        return UNKNOWN
    compute = _PYTHON.get(type(op))
    try:
        if compute is not None:
            result = compute(x, y)
        elif isinstance(x, int) and isinstance(y, int) and 0 <= y <= 256 and abs(x) < 2**64:
            powers = {
                ast.Pow: operator.pow,
                ast.LShift: operator.lshift,
                ast.RShift: operator.rshift,
            }
            result = powers[type(op)](x, y)
        elif (
            isinstance(op, ast.Pow) and isinstance(x, (int, float)) and isinstance(y, (int, float))
        ):
            result = float(x) ** y
        else:
            return UNKNOWN
    except (ArithmeticError, TypeError, ValueError, KeyError):
        return UNKNOWN
    if isinstance(result, int) and abs(result) >= 2**512:
        return Tensor((T_INT,), weak=True)
    return Const(result) if isinstance(result, (bool, int, float, str)) else UNKNOWN


def _offset(machine: Machine, left: Value, right: Value, where: Where) -> Value:
    """A pointer plus an offset. While roles are not known, both may be parameters that may be
    pointers."""
    if isinstance(left, Pointer) and isinstance(right, Pointer):
        if left.candidate or right.candidate:
            pairs = {(a + b)[:_ADDENDS] for a in left.bases for b in right.bases}
            return Pointer(frozenset(sorted(pairs)[:_BASES]), left.element or right.element, True)
        return Tensor((Type("int"),))
    pointer, offset = (left, right) if isinstance(left, Pointer) else (right, left)
    assert isinstance(pointer, Pointer)
    amount = number(offset)
    if (
        amount is not None
        and any(each.kind == "float" for each in amount.types)
        and pointer.candidate
    ):
        return binary_numbers(machine, pointer, amount)
    if machine.watch is not None and amount is not None:
        machine.watch.offset(amount, where)
    if machine.inferring and amount is not None:
        machine.evidence.offsets.append((pointer.bases, amount.types))
    return pointer


def binary_numbers(machine: Machine, pointer: Pointer, amount: Tensor) -> Value:
    """A sum of a float and a parameter that may be a pointer: the parameter is a number then."""
    scalar = as_number(machine, pointer)
    return (
        Tensor((T_FLOAT32,))
        if scalar is None
        else Tensor(promote_all(scalar.types, amount.types, promote))
    )


def _index_hints(machine: Machine, op: ast.operator, a: Tensor, b: Tensor) -> None:
    """What is combined with a program id or a range is an index or a stride."""
    bitwise = isinstance(op, (*_BITWISE, ast.Mod, ast.FloorDiv))
    if isinstance(op, (ast.Add, ast.Sub)):
        alike(machine, a, b)
    for x, y in ((a, b), (b, a)):
        if bitwise or is_index(y):
            machine.evidence.integer(x.types)
        elif not y.weak and all(each.kind == "float" for each in y.types):
            machine.evidence.scaled(x.types)


def alike(machine: Machine, a: Tensor, b: Tensor) -> None:
    """What is added, compared or chosen between is of one kind; a product of a float and an integer
    is common."""
    if not machine.inferring:
        return
    machine.evidence.same(a.types, b.types)
    for x, y in ((a, b), (b, a)):
        if not y.weak and all(each.kind == "int" for each in y.types):
            machine.evidence.integer(x.types)


def is_index(value: Tensor) -> bool:
    """Whether it is an integer that comes from no memory: a program id, a range."""
    return not value.weak and not value.source and all(each.kind == "int" for each in value.types)


def _bitwise(machine: Machine, op: ast.operator, a: Tensor, b: Tensor, where: Where) -> Tensor:
    boolean = all(each.kind == "bool" for each in (*a.types, *b.types))
    for each in (a, b):
        if each.types and all(t.kind == "float" for t in each.types):
            return Tensor((T_INT,), source=a.source | b.source)
    if boolean and not isinstance(op, (ast.LShift, ast.RShift)):
        return Tensor((T_BOOL,), source=a.source | b.source)
    types = promote_all(
        _integers(a.types), _integers(b.types), lambda x, y: promote(x, y, a.weak, b.weak)
    )
    unsigned = all(t.element is not None and t.element.kind == "unsigned" for t in types)
    return Tensor(
        types,
        pick(a.loads | b.loads),
        a.source | b.source,
        # What is shifted to its place in a word is a number no more.
        None if isinstance(op, ast.LShift) else own_cast(either_cast(a.cast, b.cast)),
        rounded=True,
        interval=of_bits(op, a.interval, b.interval, unsigned),
        weak=a.weak and b.weak,
        bits=a.bits or b.bits,
    )


def _integers(types: Types) -> Types:
    """The alternatives that a bit operation accepts; an unknown one is an integer then."""
    return tuple(
        T_INT if each.kind == "unknown" else each for each in types if each.kind != "float"
    ) or (T_INT,)


def _arithmetic(machine: Machine, op: ast.operator, a: Tensor, b: Tensor, where: Where) -> Tensor:
    division = isinstance(op, (ast.Div, ast.FloorDiv, ast.Mod))
    types = promote_all(a.types, b.types, lambda x, y: promote(x, y, a.weak, b.weak, division))
    if isinstance(op, ast.Div):
        types = tuple(dict.fromkeys(each if each.kind == "float" else T_FLOAT32 for each in types))
    loads = _combined_loads(machine, op, a, b, types, where)
    integer = all(each.is_integer for each in types)
    return Tensor(
        types,
        loads,
        a.source | b.source,
        own_cast(either_cast(a.cast, b.cast)) if integer else None,
        rounded=a.rounded and b.rounded and isinstance(op, (ast.Add, ast.Sub, ast.Mult)),
        interval=combined(op, a.interval, b.interval),
        weak=a.weak and b.weak,
    )


def _combined_loads(
    machine: Machine, op: ast.operator, a: Tensor, b: Tensor, types: Types, where: Where
) -> Loads:
    """The loads in the result, after the conversions of the operands were noted."""
    for each in (a, b):
        meet(machine, each, types, where)
    if all(each.kind == "float" for each in types):
        return NO_LOADS
    loads = a.loads | b.loads
    if loads and isinstance(op, (ast.Mod, ast.FloorDiv)) and _is_digit_base(b):
        return pick(loads)
    return loads


def _is_digit_base(divisor: Tensor) -> bool:
    """Whether `// divisor` or `% divisor` takes a byte apart: by a power of two inside a byte."""
    low, high = divisor.interval
    return low is not None and low == high and low in (2, 4, 8, 16, 32, 64, 128)


def own_cast(cast: Cast | None) -> Cast | None:
    """`cast` after integer arithmetic: what comes out is an integer in its own right, of no
    parameter's type."""
    return None if cast is None else replace(cast, of=NO_NAMES)


def pick(loads: Loads) -> Loads:
    """`loads` after bits or digits of them were picked."""
    return frozenset((site, "picked") for site, _ in loads)


def meet(machine: Machine, operand: Tensor, types: Types, where: Where) -> None:
    """`operand` is converted to the type `types` of an operation."""
    if not operand.loads or all(each.kind == "float" for each in operand.types):
        return
    if any(each.kind == "float" for each in types):
        machine.to_float(operand, where)
    elif any(each.kind == "unknown" for each in types) and all(
        each.is_integer for each in operand.types
    ):
        machine.use(operand.loads, "unknown", where)


def unary(machine: Machine, op: ast.unaryop, operand: Value) -> Value:
    """`op operand`."""
    if isinstance(op, ast.Not):
        decided = truth(operand)
        return MASK if decided is None else Const(not decided)
    if isinstance(operand, Const) and isinstance(operand.value, (bool, int, float)):
        if isinstance(op, ast.USub):
            return Const(-operand.value)
        if isinstance(op, ast.UAdd):
            return operand
        return Const(~operand.value) if isinstance(operand.value, int) else UNKNOWN
    value = as_number(machine, operand)
    if value is None:
        return UNKNOWN
    if isinstance(op, ast.Invert):
        machine.evidence.integer(value.types)
        boolean = all(each.kind == "bool" for each in value.types)
        return replace(value, loads=NO_LOADS if boolean else pick(value.loads), interval=ANYTHING)
    if isinstance(op, ast.USub):
        return replace(value, interval=negated(value.interval), cast=own_cast(value.cast))
    return value
