"""A kernel that is walked on types: what its statements mean."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import field

from tritonlint.facts.device.expressions import evaluate
from tritonlint.facts.device.frames import Frame, Where, place_of
from tritonlint.facts.device.intervals import ANYTHING
from tritonlint.facts.device.joins import join_environments
from tritonlint.facts.device.machine import Machine
from tritonlint.facts.device.operators import binary
from tritonlint.facts.device.types import T_INT32
from tritonlint.facts.device.values import UNKNOWN, Const, Tensor, Tuple, Value, truth
from tritonlint.facts.flow import statements
from tritonlint.facts.flow.targets import shared_out
from tritonlint.facts.flow.walk import Items
from tritonlint.facts.project.kernel import Kernel, Qualified, Scope
from tritonlint.frozen import dataclass, replace

# A loop over a known tuple is unrolled up to so many items.
_UNROLLED = 16
# A `static_range` is unrolled up to so many rounds: as many as a loop of any length may be walked.
_ROUNDS_APART = 4


@dataclass
class Activation(Frame):
    """A function of a kernel that is run by `machine`."""

    machine: Machine = field(kw_only=True)

    # Types settle after two rounds, a chain of three variables after three.
    ROUNDS = 3

    block = statements.block

    def evaluate(self, node: ast.expr) -> Value:
        return evaluate(self.machine, self, node)

    def step(self, node: ast.stmt) -> bool:
        self.machine.steps += 1
        return True

    def outside(self, scope: Scope) -> Activation:
        return Activation({}, scope, self.path, self.via, self.stack, machine=self.machine)

    def entered(self, function: Kernel, where: Where) -> Activation:
        via, stack = (*self.via, place_of(where)), (*self.stack, function.node)
        return Activation({}, function.scope, function.path, via, stack, machine=self.machine)

    def fork(self) -> Activation:
        return Activation(
            dict(self.env),
            self.scope,
            self.path,
            self.via,
            self.stack,
            self.returns,
            loops=self.loops,
            machine=self.machine,
        )

    def adopt(self, arm: Activation) -> None:
        self.env = arm.env

    def merge(self, one: Activation, other: Activation) -> None:
        self.env = join_environments(one.env, other.env)

    def test(self, node: ast.expr) -> Value:
        return self.evaluate(node)

    def decided(self, test: Value) -> bool | None:
        if isinstance(test, Tensor):
            self.machine.evidence.integer(test.types)
        return truth(test)

    def through(self, node: ast.expr) -> Items[Value]:
        over = self.evaluate(node)
        if isinstance(over, Tuple) and len(over.items) <= _UNROLLED:
            return Items(over.items)
        rounds = _static_rounds(self, node)
        if rounds is not None and len(rounds) <= _ROUNDS_APART:
            return Items([Const(each) for each in rounds])
        static = isinstance(node, ast.Call) and _called(node) == "static_range"
        return Items(None, Tensor((T_INT32,), weak=static), bool(rounds))

    def widen(self, before: Activation) -> None:
        """An interval that changed in a round would change in the next one too: it is given up."""
        for name, value in self.env.items():
            old = before.env.get(name)
            if isinstance(value, Tensor) and value is not old and value.interval != ANYTHING:
                if not isinstance(old, Tensor) or old.interval != value.interval:
                    self.env[name] = replace(value, interval=ANYTHING)

    def settled(self, before: Activation) -> bool:
        # A name that is new after a round is bound anew in the next one before it is read.
        now = self.env
        return all(now[name] is value or now[name] == value for name, value in before.env.items())

    def unpacked(self, target: ast.Tuple | ast.List, value: Value) -> Iterable[Value]:
        items = value.items if isinstance(value, Tuple) else None
        found = None if items is None else shared_out(items, target.elts, lambda x: Tuple(tuple(x)))
        if found is not None:
            return found
        if not any(isinstance(each, ast.Starred) for each in target.elts):
            known = [self.machine.item(value, index) for index in range(len(target.elts))]
            if all(each is not None for each in known):
                return known  # type: ignore[return-value]
        # An item of a value that is not known as a tuple is of the same type, as of a block that is
        # split.
        part = value if isinstance(value, Tensor) else UNKNOWN
        return [UNKNOWN if isinstance(each, ast.Starred) else part for each in target.elts]

    def part_of(self, node: ast.expr, name: str) -> Value:
        return UNKNOWN

    def store(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                self.env[f"{owner}.{name}"] = value

    def augmented(self, node: ast.AugAssign) -> Value:
        left, right = self.evaluate(node.target), self.evaluate(node.value)
        return binary(self.machine, node.op, left, right, (self, node))

    def returned(self, value: Value | None) -> None:
        self.returns.append(Const(None) if value is None else value)

    def alone(self, node: ast.expr) -> bool:
        match node:
            case ast.Call(func=ast.Attribute() | ast.Name() as function, args=[condition, *_]):
                if _called(node) == "static_assert":
                    called = self.evaluate(function)
                    decided = truth(self.evaluate(condition))
                    # What follows a failed static assertion is never compiled.
                    return not (isinstance(called, Qualified) and decided is False)
        self.evaluate(node)
        return True


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _static_rounds(frame: Frame, over: ast.expr) -> range | None:
    """The numbers that a loop over `static_range(...)` goes through, where they are known."""
    if not isinstance(over, ast.Call) or over.keywords or _called(over) != "static_range":
        return None
    match [frame.evaluate(each) for each in over.args]:
        case [Const(value=int() as stop)]:
            return range(stop)
        case [Const(value=int() as start), Const(value=int() as stop)]:
            return range(start, stop)
        case [Const(value=int() as start), Const(value=int() as stop), Const(value=int() as step)]:
            return range(start, stop, step) if step else None
    return None
