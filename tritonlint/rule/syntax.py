"""What surrounds a place in a syntax tree: scopes, blocks and imports that hold at run time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
Import = ast.Import | ast.ImportFrom


class Tree:
    """A module's tree with the way from each node up to the module."""

    def __init__(self, module: ast.Module) -> None:
        self.module = module
        self.parents = {child: node for node in ast.walk(module) for child in _children(node)}

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around `node`, innermost first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def scopes(self, node: ast.AST) -> tuple[Scope, ...]:
        """The functions and classes around `node`, innermost first."""
        return tuple(each for each in self.above(node) if isinstance(each, Scope))

    def function(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """The innermost function around `node`, None at the top of the module or of a class."""
        innermost = next(iter(self.scopes(node)), None)
        wanted = (ast.FunctionDef, ast.AsyncFunctionDef)
        return innermost if isinstance(innermost, wanted) else None

    def blocks(self, node: ast.AST) -> frozenset[tuple[ast.AST, str]]:
        """The blocks (`body`, `orelse`, ...) of statements that `node` stands in: it runs only if
        each of them does."""
        found = set()
        below = node
        for each in self.above(node):
            for name, value in ast.iter_fields(each):
                if isinstance(value, list) and below in value and isinstance(below, _BLOCK):
                    found.add((each, name))
            below = each
        return frozenset(found)

    def runs(self, node: ast.AST) -> bool:
        """Whether `node` is there at run time: not in the body of `if TYPE_CHECKING:`."""
        return not any(
            name == "body" and isinstance(each, ast.If) and _is_type_checking(each.test)
            for each, name in self.blocks(node)
        )

    def imports(self) -> Iterator[tuple[Import, ast.alias]]:
        """The imports that bind names at run time, with each name."""
        for node in ast.walk(self.module):
            if isinstance(node, (ast.Import, ast.ImportFrom)) and self.runs(node):
                for alias in node.names:
                    yield node, alias


_BLOCK = (ast.stmt, ast.ExceptHandler, ast.match_case)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    # The nodes for load and store are shared by all names.
    return (each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.expr_context))


def _is_type_checking(test: ast.expr) -> bool:
    match test:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name == "TYPE_CHECKING"
    return False


def bound(alias: ast.alias) -> str:
    """The name that an import binds: the first part of `import a.b`."""
    return alias.asname or alias.name.partition(".")[0]


def start(node: ast.AST) -> tuple[int, int]:
    """Where `node` begins, to compare places."""
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
