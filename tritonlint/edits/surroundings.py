"""What surrounds each node of a module: scopes, blocks, and the imports that hold at run time."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TypeVar

from tritonlint.frozen import dataclass
from tritonlint.source import SourceFile, Span

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
Import = ast.Import | ast.ImportFrom
Block = tuple[ast.AST, str]

T = TypeVar("T")
_BLOCK = (ast.stmt, ast.ExceptHandler, ast.match_case)


@dataclass(frozen=True)
class Placed:
    """A node, the functions and classes around it (innermost first), and the blocks (`body`,
    `orelse`, ...) of statements that it stands in: it runs only if each of them does."""

    node: ast.AST
    scopes: tuple[Scope, ...]
    blocks: frozenset[Block]

    @property
    def start(self) -> tuple[int, int]:
        """Where it begins, to compare places."""
        return getattr(self.node, "lineno", 0), getattr(self.node, "col_offset", 0)

    @property
    def runs(self) -> bool:
        """Whether it is there at run time: not in the body of `if TYPE_CHECKING:`."""
        return not any(
            name == "body" and isinstance(each, ast.If) and _is_type_checking(each.test)
            for each, name in self.blocks
        )


class Surroundings:
    """The nodes of a file, each with what surrounds it, from the outside in."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.module = source.tree
        self.all = list(_placed(source.tree))
        self._found: dict[object, object] = {}

    def once(self, find: Callable[[Surroundings], T]) -> T:
        """What `find` finds in the file, which it is asked for once."""
        if find not in self._found:
            self._found[find] = find(self)
        return self._found[find]  # type: ignore[return-value]

    def at(self, place: Span) -> Placed:
        """The innermost node that `place` is a part of."""
        found = self.all[0]
        for each in self._near(place.line):
            node = each.node
            if isinstance(node, (ast.expr, ast.stmt)) and node.lineno <= place.line:
                if place.end_line <= (node.end_lineno or 0):
                    span = self.source.span(node)
                    begins = (span.line, span.column) <= (place.line, place.column)
                    ends = (place.end_line, place.end_column) <= (span.end_line, span.end_column)
                    found = each if begins and ends else found
        return found

    def _near(self, line: int) -> Iterator[Placed]:
        """The nodes of the statements at the top that `line` is in, from the outside in."""
        first = last = bisect_right(self._first_lines, line)
        while first > 0 and line <= (self.module.body[first - 1].end_lineno or 0):
            first -= 1
        for number in range(first, last):
            yield from self._by_statement[number]

    @cached_property
    def _first_lines(self) -> list[int]:
        return [
            min((each.lineno for each in getattr(node, "decorator_list", [])), default=node.lineno)
            for node in self.module.body
        ]

    @cached_property
    def _by_statement(self) -> Sequence[Sequence[Placed]]:
        """The nodes that begin on the lines of each statement at the top."""
        found: list[list[Placed]] = [[] for _ in self.module.body]
        for each in self.all:
            if isinstance(each.node, (ast.expr, ast.stmt)):
                found[bisect_right(self._first_lines, each.node.lineno) - 1].append(each)
        return found

    def imports(self) -> Sequence[tuple[Placed, Import, ast.alias]]:
        """The imports that bind names at run time, with each name."""
        return self.once(_imports)


def _imports(around: Surroundings) -> Sequence[tuple[Placed, Import, ast.alias]]:
    return [
        (each, each.node, alias)
        for each in around.all
        if isinstance(each.node, (ast.Import, ast.ImportFrom)) and each.runs
        for alias in each.node.names
    ]


def _placed(module: ast.Module) -> Iterator[Placed]:
    left = deque([Placed(module, (), frozenset())])
    while left:
        above = left.popleft()
        yield above
        node, scopes = above.node, above.scopes
        inside = (node, *scopes) if isinstance(node, Scope) else scopes
        for name, value in ast.iter_fields(node):
            listed = value if isinstance(value, list) else [value]
            for child in listed:
                if isinstance(child, ast.AST) and not isinstance(child, ast.expr_context):
                    opens = listed is value and isinstance(child, _BLOCK)
                    blocks = above.blocks | {(node, name)} if opens else above.blocks
                    left.append(Placed(child, inside, blocks))


def _is_type_checking(test: ast.expr) -> bool:
    match test:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name == "TYPE_CHECKING"
    return False


def bound(alias: ast.alias) -> str:
    """The name that an import binds: the first part of `import a.b`."""
    return alias.asname or alias.name.partition(".")[0]
