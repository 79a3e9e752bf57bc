"""Reads a kernel from top to bottom for what its expressions compute.

Each statement is read once: a branch joins what its sides give a name, a loop is read as if it ran
once. That is enough for the form of an index and for the order of its casts, and cheap: many
kernels of a project are read. What an unknown function returns is not known.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import field

from tritonlint.facts.device.reading.expressions import binary, joined, term_of
from tritonlint.facts.device.reading.terms import COMPILED, UNKNOWN, Term, combined
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Expression, Kernel, Namespace, Scope
from tritonlint.facts.project.tree import dotted_name
from tritonlint.frozen import dataclass

# Functions inside each other whose results are followed, and how many statements they may have.
_DEPTH = 2
_SHORT = 12


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


class _Reader:
    """Reads one function. `arguments` are what it is called with; the parameters of one that is
    launched stand for themselves."""

    def __init__(self, kernel: Kernel, depth: int = 0) -> None:
        self.kernel = kernel
        self.scope = kernel.scope
        self.depth = depth
        self.outermost = depth == 0
        self.names: dict[str, Term] = {}
        self.returned: list[Term] = []
        self.reading = Reading()
        self._constants: dict[str, Term] = {}

    def noted(self, term: Term) -> Term:
        self.reading.terms.append(term)
        return term

    def constant(self, name: str) -> Term:
        """A name that the kernel does not bind: a constant of the module, or nothing known."""
        if name not in self._constants:
            match self.scope.lookup(name) if not hasattr(builtins, name) else None:
                case Expression(node=node):
                    spelled = str(_literal(node)) if _literal(node) is not None else name
                    made = Term("constexpr", name=spelled, width=COMPILED)
                case _:
                    made = Term("call", name=name)
            self._constants[name] = made
        return self._constants[name]

    def call(self, node: ast.Call, args: list[Term], keywords: dict[str, Term]) -> Term | None:
        """What a short function of the project returns; None for one of Triton's, and for any
        other."""
        target = _target(self.scope, dotted_name(node.func) or "")
        if target is None:
            return None
        unknown = Term("call", (*args, *keywords.values()), target.name)
        body = target.node.body
        if (
            self.depth >= _DEPTH
            or len(body) > _SHORT
            or any(isinstance(each, ast.Starred) for each in node.args)
        ):
            return unknown
        inner = _Reader(target, self.depth + 1)
        inner.bind(args, keywords)
        inner.run(body)
        if not inner.returned:
            return unknown
        result = inner.returned[0]
        for each in inner.returned[1:]:
            result = joined(result, each)
        return result

    def bind(self, args: list[Term], keywords: dict[str, Term]) -> None:
        """Give the parameters the arguments of a call."""
        parameters = signature(self.kernel.node)
        given = parameters.bind(args, keywords).values
        for each in parameters.named:
            self.names[each.arg] = given.get(each.arg) or Term("call", name=each.arg)

    def launched(self) -> None:
        """Let the parameters stand for themselves."""
        for each in signature(self.kernel.node).named:
            written = ast.unparse(each.annotation) if each.annotation else ""
            if "constexpr" in written:
                self.names[each.arg] = Term("constexpr", name=each.arg, width=COMPILED)
            else:
                width = 64 if "int64" in written else UNKNOWN if "float" in written else 32
                self.names[each.arg] = Term("parameter", name=each.arg, width=width)

    def run(self, body: Iterable[ast.stmt]) -> None:
        for each in body:
            self._statement(each)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                term = term_of(self, value)
                for target in targets:
                    self._assign(target, term, node)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, term_of(self, value), node)
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                before = self.names.get(name) or self.constant(name)
                after = binary(self, op, before, term_of(self, value), target)
                self.reading.updates.append(Update(name, before, after, node))
                self.names[name] = after
            case ast.For():
                self._loop(node)
            case ast.While(test=test, body=body):
                term_of(self, test)
                self.run(body)
            case ast.If():
                self._branch(node)
            case ast.With(body=body):
                self.run(body)
            case ast.Return(value=ast.expr() as value):
                self.returned.append(term_of(self, value))
            case ast.Expr(value=value) if not isinstance(value, ast.Constant):
                term_of(self, value)
            case ast.AugAssign(value=value):
                term_of(self, value)

    def _assign(self, target: ast.expr, term: Term, node: ast.stmt) -> None:
        match target:
            case ast.Name(id=name):
                before = self.names.get(name)
                if before is not None and term.op == "sum" and before in term.args:
                    self.reading.updates.append(Update(name, before, term, node))
                self.names[name] = term
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                whole = term.op == "tuple" and len(term.args) == len(targets)
                for index, each in enumerate(targets):
                    inner = term.args[index] if whole else Term("call", (term,), f"[{index}]")
                    self._assign(each, inner, node)

    def _loop(self, node: ast.For) -> None:
        bounds = (
            [term_of(self, each) for each in node.iter.args]
            if isinstance(node.iter, ast.Call)
            else []
        )
        name = dotted_name(node.iter.func) if isinstance(node.iter, ast.Call) else ""
        form = (name or "").rpartition(".")[2]
        if bounds and form in ("range", "static_range"):
            width, loaded = combined(*bounds)
            width = 32 if width == COMPILED else width
            counter = Term("loop", tuple(bounds), form, width=width, loaded=loaded)
        else:
            counter = Term("call", tuple(bounds))
        self._assign(node.target, counter, node)
        self.run(node.body)
        self.run(node.orelse)

    def _branch(self, node: ast.If) -> None:
        term_of(self, node.test)
        before = dict(self.names)
        self.run(node.body)
        taken, self.names = self.names, dict(before)
        self.run(node.orelse)
        for name, term in taken.items():
            other = self.names.get(name)
            self.names[name] = term if other is None else joined(other, term)


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


@kept(4096)
def read(kernel: Kernel) -> Reading:
    """What `kernel` computes; nothing for one that is nested too deeply."""
    reader = _Reader(kernel)
    reader.launched()
    try:
        reader.run(kernel.node.body)
    except RecursionError:
        return Reading()
    return reader.reading
