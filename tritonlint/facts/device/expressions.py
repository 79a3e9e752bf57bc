"""Expressions of a kernel, evaluated on types."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import lru_cache

from tritonlint.dtypes import from_torch, from_triton
from tritonlint.facts.device.attributes import (
    method_attribute,
    pointer_attribute,
    tensor_attribute,
    type_attribute,
)
from tritonlint.facts.device.calls import call, member
from tritonlint.facts.device.comparisons import compare
from tritonlint.facts.device.frames import Frame
from tritonlint.facts.device.joins import join
from tritonlint.facts.device.language.intrinsics import is_intrinsic
from tritonlint.facts.device.machine import STEPS, Machine
from tritonlint.facts.device.operators import binary, unary
from tritonlint.facts.device.types import (
    T_BOOL,
    Type,
    known,
)
from tritonlint.facts.device.values import (
    UNKNOWN,
    Const,
    Dtype,
    Environment,
    Method,
    Object,
    Pointer,
    Tensor,
    Tuple,
    Unknown,
    Value,
    truth,
)
from tritonlint.facts.flow.comprehensions import generate
from tritonlint.facts.project.kernel import Expression, Kernel, Namespace, Qualified
from tritonlint.syntax import by_kind

_BUILTINS = frozenset(
    "min max abs float int bool len range zip enumerate list tuple reversed print isinstance "
    "hasattr getattr type str "
    "repr callable sum sorted round divmod any all map".split()
)
_LANGUAGE = ("triton.language.", "triton.experimental.gluon.language.")


def evaluate(machine: Machine, frame: Frame, node: ast.expr) -> Value:
    """The value of an expression."""
    machine.steps += 1
    if machine.steps > STEPS:
        raise machine.exhausted()
    handler = _HANDLERS.get(type(node))
    return UNKNOWN if handler is None else handler(machine, frame, node)


def _constant(machine: Machine, frame: Frame, node: ast.Constant) -> Value:
    value = node.value
    return Const(value) if value is None or isinstance(value, (bool, int, float, str)) else UNKNOWN


def _name(machine: Machine, frame: Frame, node: ast.Name) -> Value:
    found = frame.env.get(node.id)
    return found if found is not None else _outer(machine, frame, node.id)


def _outer(machine: Machine, frame: Frame, name: str) -> Value:
    """A name from outside the function."""
    entity = frame.scope.lookup(name)
    match entity:
        case Expression(node, scope):
            key = id(node)
            if key not in machine.constants:
                machine.constants[key] = UNKNOWN  # for a name that is defined by itself
                machine.constants[key] = evaluate(machine, frame.outside(scope), node)
            return machine.constants[key]
        case Qualified(qualified):
            return external(qualified)
        case None:
            return Qualified(f"builtins.{name}") if name in _BUILTINS else UNKNOWN
    return entity


@lru_cache(maxsize=4096)
def external(qualified: str) -> Value:
    """What a name outside the project stands for in a kernel: an element type, or a function or
    module by its name."""
    module, _, name = qualified.rpartition(".")
    if module == "torch":
        element = from_torch(name)
        return Dtype((known(element),)) if element is not None else Qualified(qualified)
    if qualified.startswith(_LANGUAGE):
        element = from_triton(name)
        if element is not None:
            return Dtype((known(element),))
        if name == "float8e4b15":
            return Dtype((Type("float"),))
    return Qualified(qualified)


def _attribute(machine: Machine, frame: Frame, node: ast.Attribute) -> Value:
    if isinstance(node.value, ast.Name):
        stored = frame.env.get(f"{node.value.id}.{node.attr}")
        if stored is not None:
            return stored
    owner = evaluate(machine, frame, node.value)
    name = node.attr
    match owner:
        case Qualified(qualified):
            return external(f"{qualified}.{name}")
        case Pointer():
            found = pointer_attribute(machine, owner, name)
            is_field = isinstance(found, Method) and found.name == name and not is_intrinsic(name)
            return (machine.item(owner, name) if is_field else None) or found
        case Tensor() | Const():
            return tensor_attribute(owner, name)
        case Dtype():
            return type_attribute(owner, name)
        case Object():
            return member(machine, frame, owner, name)
        case Namespace(scope):
            return _outer(machine, frame.outside(scope), name)
        case Tuple(items, names):
            return items[names.index(name)] if name in names else UNKNOWN
        case Method():
            return method_attribute(machine, owner, name)
        case Kernel() if name == "fn":
            return owner
    return Method(owner, name) if isinstance(owner, Unknown) else UNKNOWN


def _binary(machine: Machine, frame: Frame, node: ast.BinOp) -> Value:
    left = evaluate(machine, frame, node.left)
    right = evaluate(machine, frame, node.right)
    return binary(machine, node.op, left, right, (frame, node))


def _unary(machine: Machine, frame: Frame, node: ast.UnaryOp) -> Value:
    return unary(machine, node.op, evaluate(machine, frame, node.operand))


def _compare(machine: Machine, frame: Frame, node: ast.Compare) -> Value:
    left = evaluate(machine, frame, node.left)
    results: list[Value] = []
    for op, comparator in zip(node.ops, node.comparators, strict=False):
        right = evaluate(machine, frame, comparator)
        results.append(compare(machine, op, left, right, (frame, node)))
        left = right
    return results[0] if len(results) == 1 else _all(results)


def _all(results: list[Value]) -> Value:
    decided = [truth(each) for each in results]
    if False in decided:
        return Const(False)
    return Const(True) if None not in decided else Tensor((T_BOOL,), weak=True)


def _boolean(machine: Machine, frame: Frame, node: ast.BoolOp) -> Value:
    """`and` and `or` with Python's short cut on what is known while compiling."""
    stop = isinstance(node.op, ast.Or)
    values: list[Value] = []
    for each in node.values:
        value = evaluate(machine, frame, each)
        decided = truth(value)
        if decided is stop:
            return value if not values else Const(stop)
        if decided is None:
            values.append(value)
    if not values:
        return Const(not stop)
    if len(values) == 1:
        return values[0]
    return (
        UNKNOWN
        if any(isinstance(each, Unknown) for each in values)
        else Tensor((T_BOOL,), weak=True)
    )


def _choice(machine: Machine, frame: Frame, node: ast.IfExp) -> Value:
    decided = truth(evaluate(machine, frame, node.test))
    if decided is not None:
        return evaluate(machine, frame, node.body if decided else node.orelse)
    return join(evaluate(machine, frame, node.body), evaluate(machine, frame, node.orelse))


def _sequence(machine: Machine, frame: Frame, node: ast.Tuple | ast.List) -> Value:
    return Tuple(_arguments(machine, frame, node.elts))


def _arguments(machine: Machine, frame: Frame, nodes: list[ast.expr]) -> tuple[Value, ...]:
    values: list[Value] = []
    for each in nodes:
        if isinstance(each, ast.Starred):
            inner = evaluate(machine, frame, each.value)
            values += inner.items if isinstance(inner, Tuple) else (UNKNOWN,)
        else:
            values.append(evaluate(machine, frame, each))
    return tuple(values)


def _subscript(machine: Machine, frame: Frame, node: ast.Subscript) -> Value:
    owner = evaluate(machine, frame, node.value)
    index = evaluate(machine, frame, node.slice)
    match owner, index:
        case Tuple(items), Const(value=int() as i) if -len(items) <= i < len(items):
            return items[i]
        case Tuple(items), _ if items:
            result = items[0]
            for each in items[1:]:
                result = join(result, each)
            return result
        case Pointer(), Const(value=int() as i) if i >= 0:
            return machine.item(owner, i) or owner
        case ((Tensor() | Pointer()), _):
            return owner
    return UNKNOWN


def _call(machine: Machine, frame: Frame, node: ast.Call) -> Value:
    function = evaluate(machine, frame, node.func)
    arguments = _arguments(machine, frame, node.args)
    keywords: Environment = {}
    for each in node.keywords:
        value = evaluate(machine, frame, each.value)
        if each.arg is not None:
            keywords[each.arg] = value
    return call(machine, frame, function, arguments, keywords, (frame, node))


def _named(machine: Machine, frame: Frame, node: ast.NamedExpr) -> Value:
    value = evaluate(machine, frame, node.value)
    frame.env[node.target.id] = value
    return value


def _slice(machine: Machine, frame: Frame, node: ast.Slice) -> Value:
    for each in (node.lower, node.upper, node.step):
        if each is not None:
            evaluate(machine, frame, each)
    return UNKNOWN


def _comprehension(machine: Machine, frame: Frame, node: ast.ListComp | ast.GeneratorExp) -> Value:
    """`[f(x) for x in xs]` over tuples of known length; else one item stands for all."""
    results: list[Value] = []
    exact = generate(
        frame, node.generators, lambda inner: results.append(evaluate(machine, inner, node.elt))
    )
    return Tuple(tuple(results)) if exact else UNKNOWN


_HANDLERS: Mapping[type[ast.expr], Callable[..., Value]] = by_kind(
    {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.BinOp: _binary,
        ast.UnaryOp: _unary,
        ast.Compare: _compare,
        ast.BoolOp: _boolean,
        ast.IfExp: _choice,
        ast.Tuple: _sequence,
        ast.List: _sequence,
        ast.Subscript: _subscript,
        ast.Call: _call,
        ast.NamedExpr: _named,
        ast.Slice: _slice,
        ast.ListComp: _comprehension,
        ast.GeneratorExp: _comprehension,
    }
)
