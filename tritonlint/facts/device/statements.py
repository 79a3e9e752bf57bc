"""Statements of a kernel, run on types: both sides of a branch that is not decided, loops until
nothing changes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from tritonlint.facts.device.expressions import evaluate
from tritonlint.facts.device.frames import Frame
from tritonlint.facts.device.intervals import ANYTHING
from tritonlint.facts.device.joins import join_environments
from tritonlint.facts.device.machine import Machine
from tritonlint.facts.device.operators import binary
from tritonlint.facts.device.types import T_INT32
from tritonlint.facts.device.values import UNKNOWN, Const, Environment, Tensor, Tuple, Value, truth
from tritonlint.facts.project.kernel import Qualified
from tritonlint.frozen import replace

# How often the body of a loop is run: types settle after two rounds, a chain of three variables
# after three.
_ROUNDS = 3
# A loop over a known tuple is unrolled up to so many items.
_UNROLLED = 16


def run_body(machine: Machine, frame: Frame, body: list[ast.stmt]) -> bool:
    """Runs statements in order. Returns whether the end is reached (False after `return`, `break`,
    ...)."""
    for node in body:
        machine.steps += 1
        handler = _HANDLERS.get(type(node))
        if handler is not None and not handler(machine, frame, node):
            return False
    return True


def assign(machine: Machine, frame: Frame, target: ast.expr, value: Value) -> None:
    """Binds the names in `target`."""
    match target:
        case ast.Name(id=name):
            frame.environment[name] = value
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            frame.environment[f"{owner}.{name}"] = value
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            items = value.items if isinstance(value, Tuple) else ()
            matched = len(items) == len(targets)
            for index, each in enumerate(targets):
                assign(machine, frame, each, items[index] if matched else _part(value))
        case ast.Starred(value=inner):
            assign(machine, frame, inner, UNKNOWN)


def _part(value: Value) -> Value:
    """An item of a value that is not known as a tuple: the same type, as of a block that is
    split."""
    return value if isinstance(value, Tensor) else UNKNOWN


def _assign(machine: Machine, frame: Frame, node: ast.Assign) -> bool:
    value = evaluate(machine, frame, node.value)
    for target in node.targets:
        assign(machine, frame, target, value)
    return True


def _annotated(machine: Machine, frame: Frame, node: ast.AnnAssign) -> bool:
    if node.value is not None:
        assign(machine, frame, node.target, evaluate(machine, frame, node.value))
    return True


def _augmented(machine: Machine, frame: Frame, node: ast.AugAssign) -> bool:
    left = evaluate(machine, frame, node.target)
    right = evaluate(machine, frame, node.value)
    assign(machine, frame, node.target, binary(machine, node.op, left, right, (frame, node)))
    return True


def _expression(machine: Machine, frame: Frame, node: ast.Expr) -> bool:
    match node.value:
        case ast.Constant():
            return True
        case ast.Call(func=ast.Attribute() | ast.Name() as function, args=[condition, *_]):
            name = function.attr if isinstance(function, ast.Attribute) else function.id
            if name == "static_assert":
                called = evaluate(machine, frame, function)
                decided = truth(evaluate(machine, frame, condition))
                # What follows a failed static assertion is never compiled.
                return not (isinstance(called, Qualified) and decided is False)
    evaluate(machine, frame, node.value)
    return True


def _assert(machine: Machine, frame: Frame, node: ast.Assert) -> bool:
    return truth(evaluate(machine, frame, node.test)) is not False


def _if(machine: Machine, frame: Frame, node: ast.If) -> bool:
    test = evaluate(machine, frame, node.test)
    decided = truth(test)
    if isinstance(test, Tensor):
        machine.evidence.integer(test.types)
    if decided is not None:
        return run_body(machine, frame, node.body if decided else node.orelse)
    before = dict(frame.environment)
    first = run_body(machine, frame, node.body)
    after_first = frame.environment
    frame.environment = before
    second = run_body(machine, frame, node.orelse)
    if first and second:
        frame.environment = join_environments(after_first, frame.environment)
    elif first:
        frame.environment = after_first
    return first or second


def _for(machine: Machine, frame: Frame, node: ast.For) -> bool:
    over = evaluate(machine, frame, node.iter)
    if isinstance(over, Tuple) and len(over.items) <= _UNROLLED:
        frame.left.append([])
        for item in over.items:
            assign(machine, frame, node.target, item)
            if not run_body(machine, frame, node.body):
                break
        _join_left(frame)
        return run_body(machine, frame, node.orelse)
    static = isinstance(node.iter, ast.Call) and _called(node.iter) == "static_range"
    item = Tensor((T_INT32,), weak=static)
    entered = static and _is_entered(machine, frame, node.iter)
    _repeat(machine, frame, node.body, lambda: assign(machine, frame, node.target, item), entered)
    return run_body(machine, frame, node.orelse)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _is_entered(machine: Machine, frame: Frame, over: ast.expr) -> bool:
    """Whether the body of a loop over `static_range(...)` is known to run."""
    if not isinstance(over, ast.Call) or over.keywords or len(over.args) > 2:
        return False
    bounds = [evaluate(machine, frame, each) for each in over.args]
    match bounds:
        case [Const(value=int() as stop)]:
            return stop > 0
        case [Const(value=int() as start), Const(value=int() as stop)]:
            return stop > start
    return False


def _while(machine: Machine, frame: Frame, node: ast.While) -> bool:
    if truth(evaluate(machine, frame, node.test)) is False:
        return run_body(machine, frame, node.orelse)

    def test() -> None:
        evaluate(machine, frame, node.test)

    _repeat(machine, frame, node.body, test)
    return run_body(machine, frame, node.orelse)


def _repeat(
    machine: Machine,
    frame: Frame,
    body: list[ast.stmt],
    begin: Callable[[], None],
    entered: bool = False,
) -> None:
    """Runs the body of a loop until the environment before it is the one after it. What a name held
    before a loop that is surely `entered` it holds after it only where the body leaves it so."""
    for _ in range(_ROUNDS):
        before = dict(frame.environment)
        frame.left.append([])
        begin()
        if not run_body(machine, frame, body):
            frame.environment = dict(before)
        _join_left(frame)
        after = _widen(before, join_environments(before, frame.environment))
        ended = _widen(before, dict(frame.environment)) if entered else after
        frame.environment = after
        # A name that is new after a round is bound anew in the next one before it is read.
        if all(after[name] is value or after[name] == value for name, value in before.items()):
            break
    frame.environment = ended


def _join_left(frame: Frame) -> None:
    for environment in frame.left.pop():
        frame.environment = join_environments(frame.environment, environment)


def _widen(before: Environment, after: Environment) -> Environment:
    """An interval that changed in a round would change in the next one too: it is given up."""
    for name, value in after.items():
        old = before.get(name)
        if isinstance(value, Tensor) and value is not old and value.interval != ANYTHING:
            if not isinstance(old, Tensor) or old.interval != value.interval:
                after[name] = replace(value, interval=ANYTHING)
    return after


def _leave(machine: Machine, frame: Frame, node: ast.stmt) -> bool:
    if frame.left:
        frame.left[-1].append(dict(frame.environment))
    return False


def _return(machine: Machine, frame: Frame, node: ast.Return) -> bool:
    frame.returned.append(
        Const(None) if node.value is None else evaluate(machine, frame, node.value)
    )
    return False


def _with(machine: Machine, frame: Frame, node: ast.With) -> bool:
    for item in node.items:
        value = evaluate(machine, frame, item.context_expr)
        if item.optional_vars is not None:
            assign(machine, frame, item.optional_vars, value)
    return run_body(machine, frame, node.body)


def _raise(machine: Machine, frame: Frame, node: ast.stmt) -> bool:
    return False


_HANDLERS: Mapping[type[ast.stmt], Callable[..., bool]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Expr: _expression,
    ast.Assert: _assert,
    ast.If: _if,
    ast.For: _for,
    ast.While: _while,
    ast.Break: _leave,
    ast.Continue: _leave,
    ast.Return: _return,
    ast.With: _with,
    ast.Raise: _raise,
}
