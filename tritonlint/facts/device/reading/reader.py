"""Reads a kernel from top to bottom for what its expressions compute.

Each statement is read once: a branch joins what its sides give a name, and where the same
constants are tested again each side knows its own; a loop is read as if it ran once. That is enough
for the form of an index and for the order of its casts, and cheap: many kernels of a project are
read. What an unknown function returns is not known.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from functools import reduce

from tritonlint.facts.device.reading.expressions import (
    binary,
    is_of_the_language,
    joined,
    term_of,
)
from tritonlint.facts.device.reading.terms import COMPILED, UNKNOWN, Term, combined
from tritonlint.facts.flow import statements
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.flow.targets import shared_out
from tritonlint.facts.flow.walk import Items, Walk
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Expression, Kernel, Namespace, Scope
from tritonlint.facts.project.tree import as_code, dotted_name, nodes, walk
from tritonlint.frozen import dataclass, replace

# Functions inside each other whose results are followed, and how many statements they may have.
_DEPTH = 2
_SHORT = 12
# What types of 64 bits have in their names.
_WIDE = "int64"
_CALLED = re.compile(r"([A-Za-z_][\w.]*)\s*\(")


@dataclass(frozen=True)
class Update:
    """`name op= added` or `name = name op added`: what the name held, and what it holds then."""

    name: str
    before: Term
    after: Term
    node: ast.stmt


@dataclass
class Reading:
    """What was read: the terms that were computed, in order, and the names that were added to."""

    terms: list[Term] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)


# A test of constants, as it is spelled, and whether that is what makes it true; of nothing where
# anything else is tested.
_Test = tuple[str, bool]
# What a name holds after a branch by such a test: where it came out true, and where it did not.
_Parted = tuple[str, Term, Term]


@dataclass
class _Reader(Walk[Term, _Test]):
    """Reads one function. The parameters of one that is launched stand for themselves."""

    kernel: Kernel
    depth: int = 0
    reading: Reading = field(default_factory=Reading)
    returns: list[Term] = field(default_factory=list)
    constants: dict[str, Term] = field(default_factory=dict)
    parted: dict[Term, _Parted] = field(default_factory=dict)
    outcomes: dict[str, bool] = field(default_factory=dict)

    # A loop is read as if it ran once.
    ENTERED = True

    block = statements.block

    @property
    def outermost(self) -> bool:
        return self.depth == 0

    def noted(self, term: Term) -> Term:
        self.reading.terms.append(term)
        return term

    def constant(self, name: str) -> Term:
        """A name that the kernel does not bind: a constant of the module, or nothing known."""
        if name not in self.constants:
            match self.kernel.scope.lookup(name) if not hasattr(builtins, name) else None:
                case Expression(node=node):
                    spelled = str(_literal(node)) if _literal(node) is not None else name
                    made = Term("constexpr", name=spelled, width=COMPILED)
                case _:
                    made = Term("call", name=name)
            self.constants[name] = made
        return self.constants[name]

    def call(self, node: ast.Call, args: list[Term], keywords: dict[str, Term]) -> Term | None:
        """What a short function of the project returns; None for one of Triton's, and for any
        other."""
        target = _target(self.kernel.scope, dotted_name(node.func) or "")
        if target is None:
            return None
        unknown = self.noted(Term("call", (*args, *keywords.values()), target.name))
        body = target.node.body
        if (
            self.depth >= _DEPTH
            or len(body) > _SHORT
            or any(isinstance(each, ast.Starred) for each in node.args)
        ):
            return unknown
        parameters = signature(target.node)
        env = {each.arg: Term("call", name=each.arg) for each in parameters.named}
        inner = _Reader(env | parameters.bind(args, keywords).values, target, self.depth + 1)
        inner.block(body)
        returned = reduce(joined, inner.returns) if inner.returns else unknown
        if self.outermost and returned.op in ("cast", "bitcast") and returned.node is None:
            # What the function computes stands in it, what it gives stands here too.
            here = replace(returned, node=node)
            return here if here.op == "cast" else self.noted(here)
        return returned

    def evaluate(self, node: ast.expr) -> Term:
        return term_of(self, node)

    def step(self, node: ast.stmt) -> bool:
        return True

    def fork(self) -> _Reader:
        rest = (self.kernel, self.depth, self.reading, self.returns, self.constants, self.parted)
        return _Reader(dict(self.env), *rest, dict(self.outcomes), loops=self.loops)

    def adopt(self, arm: _Reader) -> None:
        self.env, self.outcomes = arm.env, arm.outcomes

    def merge(self, one: _Reader, other: _Reader) -> None:
        before, self.env = self.env, {**other.env, **one.env}
        theirs = other.outcomes
        test = next((x for x, out in one.outcomes.items() if theirs.get(x, out) != out), "")
        for name in one.env.keys() & other.env.keys():
            sides = one.env[name], other.env[name]
            taken, skipped = sides if one.outcomes.get(test) else sides[::-1]
            if self.parted.get(before.get(name, taken)) == (test, taken, skipped):
                self.env[name] = before[name]
                continue
            self.env[name] = made = joined(other.env[name], one.env[name])
            if test and taken is not skipped:
                self.parted[made] = test, taken, skipped

    def test(self, node: ast.expr) -> _Test:
        term_of(self, node)
        says = True
        while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node, says = node.operand, not says
        held = [self.env.get(each.id) for each in nodes(node, ast.Name)]
        known = [each.name for each in held if each is not None and each.op == "constexpr"]
        if not held or len(known) < len(held) or any(nodes(node, ast.Call)):
            return "", True
        return f"{as_code(node)}: {known}", says

    def assume(self, test: _Test, outcome: bool, *, required: bool = False) -> None:
        spelled, says = test
        if not spelled:
            return
        self.outcomes[spelled] = outcome = outcome == says
        for name, term in self.env.items():
            held = self.parted.get(term)
            if held is not None and held[0] == spelled:
                self.env[name] = held[1] if outcome else held[2]

    def decided(self, test: _Test) -> bool | None:
        return None

    def part_of(self, node: ast.expr, name: str) -> Term:
        return Term("call", name=name)

    def through(self, node: ast.expr) -> Items[Term]:
        bounds = [term_of(self, each) for each in node.args] if isinstance(node, ast.Call) else []
        name = dotted_name(node.func) if isinstance(node, ast.Call) else ""
        form = (name or "").rpartition(".")[2]
        if not bounds or form not in ("range", "static_range"):
            return Items(None, Term("call", tuple(bounds)))
        width, loaded = combined(*bounds)
        width = 32 if width == COMPILED else width
        return Items(None, Term("loop", tuple(bounds), form, width=width, loaded=loaded))

    def assigning(self, node: ast.Assign, target: ast.expr, value: Term) -> None:
        match target:
            case ast.Name(id=name):
                before = self.env.get(name)
                if before is not None and value.op == "sum" and before in value.args:
                    self.reading.updates.append(Update(name, before, value, node))
            case ast.Tuple() | ast.List():
                for each, part in zip(target.elts, self.unpacked(target, value), strict=True):
                    self.assigning(node, each, part)

    def unpacked(self, target: ast.Tuple | ast.List, value: Term) -> Sequence[Term]:
        items = value.args if value.op == "tuple" else ()
        known = shared_out(items, target.elts, lambda each: Term("tuple", tuple(each)))
        if known is not None:
            return known
        return [Term("call", (value,), f"[{index}]") for index in range(len(target.elts))]

    def store(self, target: ast.expr, value: Term) -> None:
        pass

    def augmented(self, node: ast.AugAssign) -> Term | None:
        added = term_of(self, node.value)
        if not isinstance(node.target, ast.Name):
            return None
        before = term_of(self, node.target)
        after = binary(self, node.op, before, added, node.target)
        self.reading.updates.append(Update(node.target.id, before, after, node))
        return after

    def returned(self, value: Term | None) -> None:
        if value is not None:
            self.returns.append(value)


def _launched(kernel: Kernel) -> dict[str, Term]:
    """The parameters of a kernel that is launched."""
    found: dict[str, Term] = {}
    for each in signature(kernel.node).named:
        written = as_code(each.annotation) if each.annotation else ""
        if "constexpr" in written:
            found[each.arg] = Term("constexpr", name=each.arg, width=COMPILED)
        else:
            width = 64 if "int64" in written else UNKNOWN if "float" in written else 32
            found[each.arg] = Term("parameter", name=each.arg, width=width)
    return found


def _literal(node: ast.expr) -> int | None:
    """The integer that a constant of the module is, in `tl.constexpr(...)` too."""
    match node:
        case ast.Constant(value=int() as number) if not isinstance(number, bool):
            return number
        case ast.Call(
            func=ast.Name(id="constexpr") | ast.Attribute(attr="constexpr"), args=[inner]
        ):
            return _literal(inner)
    return None


def _target(scope: Scope, dotted: str) -> Kernel | None:
    """The function of the project that a dotted name stands for."""
    first, *rest = dotted.split(".")
    entity = scope.lookup(first) if first else None
    for name in rest:
        entity = entity.scope.lookup(name) if isinstance(entity, Namespace) else None
    return entity if isinstance(entity, Kernel) else None


def names_64_bits(kernel: Kernel, text: str) -> bool:
    """Whether `kernel`, which is written as `text`, or a short function that is read with it, names
    an integer type of 64 bits: where none does, nothing is widened."""
    return _WIDE in text or any(
        isinstance(node, (ast.Attribute, ast.Constant))
        and _WIDE in (node.attr if isinstance(node, ast.Attribute) else str(node.value))
        for each in _entered(kernel, set(_CALLED.findall(text)))
        for node in walk(each.node)
    )


def _entered(kernel: Kernel, called: Iterable[str]) -> Iterator[Kernel]:
    """The short functions of the project that are read where `kernel` calls functions by these
    names, and those that they call."""
    seen = {id(kernel.node)}
    waiting = [(kernel.scope, called)]
    while waiting:
        scope, names = waiting.pop()
        for each in (_target(scope, name) for name in names if not is_of_the_language(name)):
            if each is not None and len(each.node.body) <= _SHORT and id(each.node) not in seen:
                seen.add(id(each.node))
                yield each
                calls = (call.func for call in nodes(each.node, ast.Call))
                waiting.append((each.scope, {name for c in calls if (name := dotted_name(c))}))


@kept(4096)
def read(kernel: Kernel) -> Reading:
    """What `kernel` computes; nothing for one that is nested too deeply."""
    reader = _Reader(_launched(kernel), kernel)
    try:
        reader.block(kernel.node.body)
    except RecursionError:
        return Reading()
    return reader.reading
