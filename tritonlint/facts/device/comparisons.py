"""Comparisons: masks of tensors, and what is decided while the kernel is compiled."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from tritonlint.facts.device.casts import as_number
from tritonlint.facts.device.frames import Where
from tritonlint.facts.device.machine import Machine
from tritonlint.facts.device.operators import alike, meet
from tritonlint.facts.device.types import T_BOOL, Type, promote, promote_all
from tritonlint.facts.device.values import (
    UNKNOWN,
    Const,
    Dtype,
    Object,
    Pointer,
    Tensor,
    Text,
    Tuple,
    Value,
)
from tritonlint.facts.project.kernel import Kernel

_COMPARE: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def compare(machine: Machine, op: ast.cmpop, left: Value, right: Value, where: Where) -> Value:
    """`left op right`: a mask, or a Python truth value where it is known while compiling. An
    integer that is compared with a float is converted to it, and so read as a number."""
    decided = _decided(machine, op, left, right)
    if decided is not None:
        return Const(decided)
    python_only = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
    if isinstance(op, python_only) or isinstance(left, Dtype) or isinstance(right, Dtype):
        return UNKNOWN
    if (
        isinstance(left, Const)
        and isinstance(left.value, str)
        or isinstance(right, Const)
        and isinstance(right.value, str)
    ):
        return UNKNOWN
    a, b = as_number(machine, left), as_number(machine, right)
    if a is None or b is None:
        return UNKNOWN
    alike(machine, a, b)
    types = promote_all(a.types, b.types, lambda s, t: promote(s, t, a.weak, b.weak))
    for each in (a, b):
        meet(machine, each, types, where)
    weak = a.weak and b.weak
    result = Tensor((T_BOOL,), source=a.source | b.source, interval=(0.0, 1.0), weak=weak)
    return result if machine.watch is None else machine.watch.compared(op, result)


def _decided(machine: Machine, op: ast.cmpop, left: Value, right: Value) -> bool | None:
    match op, left, right:
        case ((ast.In() | ast.NotIn()), _, Tuple(items)):
            found = [_decided(machine, ast.Eq(), left, each) for each in items]
            inside = True if True in found else None if None in found else False
            return inside if inside is None or isinstance(op, ast.In) else not inside
        case _, Const(value=x), Const(value=y) if type(op) in _COMPARE or isinstance(
            op, (ast.Is, ast.IsNot)
        ):
            return _python_compare(op, x, y)
        case ((ast.Is() | ast.Eq()), Dtype(), Dtype()):
            return _same_type(left, right)
        case ((ast.IsNot() | ast.NotEq()), Dtype(), Dtype()):
            same = _same_type(left, right)
            return None if same is None else not same
        case ((ast.Is() | ast.Eq() | ast.IsNot() | ast.NotEq()), _, Const(value=None)):
            return None if not _is_there(machine, left) else isinstance(op, (ast.IsNot, ast.NotEq))
    return None


def _python_compare(op: ast.cmpop, x: object, y: object) -> bool | None:
    if isinstance(op, (ast.Is, ast.IsNot)):
        same = x is y or (x == y and type(x) is type(y))
        return same if isinstance(op, ast.Is) else not same
    try:
        return bool(_COMPARE[type(op)](x, y))
    except TypeError:
        return None


def _same_type(left: Dtype, right: Dtype) -> bool | None:
    """Whether two types are the same: decided only when every alternative says so, and none is a
    guess."""
    answers = {_equal(a, b) for a in left.types for b in right.types}
    return answers.pop() if len(answers) == 1 and left.pointer == right.pointer else None


def _equal(a: Type, b: Type) -> bool | None:
    if a.assumed or b.assumed or "unknown" in (a.kind, b.kind):
        return True if a.of and a.of == b.of else None
    if a.element is not None and b.element is not None:
        return a.element == b.element
    return None if a.kind == b.kind else False


def _is_there(machine: Machine, value: Value) -> bool:
    """Whether a value is certainly not None."""
    match value:
        case Pointer(bases=bases):
            return not bases or all(name in machine.given for added in bases for name in added[:1])
        case Tensor(types=types, weak=weak):
            return not weak and not any(each.assumed or each.kind == "unknown" for each in types)
        case Dtype() | Tuple() | Object() | Kernel() | Text():
            return True
    return False
