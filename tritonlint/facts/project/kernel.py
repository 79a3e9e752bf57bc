"""A jit function and the names that it can see: what the analysis of kernels needs to know about a
project."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Protocol

from tritonlint.facts.project.tree import nodes
from tritonlint.frozen import dataclass
from tritonlint.source import Span


@dataclass(frozen=True)
class Qualified:
    """A name outside the project, dotted and in full: `triton.language.float32`."""

    name: str


@dataclass(frozen=True)
class Expression:
    """A name that is assigned an expression; its names are read in `scope`."""

    node: ast.expr
    scope: Scope


@dataclass(frozen=True)
class Namespace:
    """A module or a class of the project: its members are looked up in `scope`. `fields` are those
    of a class that is declared field by field (`name: type`), in order."""

    scope: Scope
    fields: tuple[str, ...] = ()
    node: ast.ClassDef | None = None


class Scope(Protocol):
    """The names around a kernel."""

    def lookup(self, name: str) -> Entity | None:
        """What `name` stands for, or None when that is not known before running."""


@dataclass(frozen=True)
class Kernel:
    """A jit function, to be launched or called by another. `name` is the one that it is launched
    by, `path` the file of its definition as messages show it. `jit` is False for a plain Python
    function that a kernel calls while it is compiled (`triton.constexpr_function`)."""

    name: str
    path: str
    node: ast.FunctionDef
    scope: Scope
    jit: bool = True

    @property
    def line(self) -> int:
        """The line of the `def`."""
        return self.node.lineno

    def span(self, node: ast.expr) -> Span:
        """Where an expression of its code stands."""
        last, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return Span(self.path, node.lineno, node.col_offset + 1, last, end + 1)


Entity = Kernel | Qualified | Expression | Namespace


def functions_of(kernel: Kernel) -> Iterator[Kernel]:
    """`kernel`, and the functions of the project that it calls by name, over any number of
    calls."""
    waiting, seen = [kernel], {id(kernel.node)}
    while waiting:
        each = waiting.pop()
        yield each
        calls = (node.func for node in nodes(each.node, ast.Call))
        names = {func.id for func in calls if isinstance(func, ast.Name)}
        for callee in (each.scope.lookup(name) for name in sorted(names)):
            if isinstance(callee, Kernel) and id(callee.node) not in seen:
                seen.add(id(callee.node))
                waiting.append(callee)
