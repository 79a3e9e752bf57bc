"""The concrete syntax tree of a part of a file: of the function, or the statement, that holds a
place. To parse no more than that keeps a finding in a large file cheap."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from tritonlint.source import SourceFile, Span

if TYPE_CHECKING:
    import libcst as cst
    from libcst.metadata import CodeRange, ExpressionContext, MetadataWrapper

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Concrete:
    """The tree of a part of `source`, with the place in the file of each node. Lines `first` to
    `last` of the file (from 1); the module of the tree holds them alone."""

    def __init__(self, source: SourceFile, first: int, last: int) -> None:
        """Raises libcst.ParserSyntaxError when the lines are no statements."""
        import libcst as cst

        self.source = source
        text = "".join(source.lines[first - 1 : last])
        # A block keeps its indentation, and so its columns, under a head of one line.
        head = "" if text[:1] not in (" ", "\t") else f"if True:{_line_end(text)}"
        self._above = first - 1 - bool(head)
        self.module = cst.parse_module(head + text)

    def holds(self, node: cst.CSTNode) -> bool:
        """Whether `node` is of this tree."""
        return node in self.positions

    def span(self, node: cst.CSTNode) -> Span:
        """Where `node` stands, without the parentheses around it, as `ast` has it."""
        at = self.positions[node]
        return self._span(at, at)

    def whole(self, node: cst.CSTNode) -> Span:
        """Where `node` stands, with the parentheses around it."""
        opening, closing = getattr(node, "lpar", ()), getattr(node, "rpar", ())
        if not opening or not closing:
            return self.span(node)
        return self._span(self.positions[opening[0]], self.positions[closing[-1]])

    def text(self, node: cst.CSTNode, at: cst.CSTNode | None = None) -> str:
        """The code of `node`, of this tree, or made to stand in the place of `at`."""
        import libcst as cst

        code = self.module.code_for_node(node)
        if len(code.splitlines()) < 2 or not isinstance(node, cst.BaseExpression):
            return code
        # The lines of an expression begin with the indentation of the blocks around it.
        blocks = [each for each in self.above(at or node) if isinstance(each, cst.IndentedBlock)]
        own = self.module.default_indent
        indent = "".join(own if each.indent is None else each.indent for each in reversed(blocks))
        if not indent:
            return code
        line = cst.SimpleStatementLine([cst.Expr(node)])
        code = self.module.code_for_node(cst.IndentedBlock([line], indent=indent))
        end = len(self.module.default_newline)
        return code[end + len(indent) : -end]

    def node_at(self, place: Span) -> cst.CSTNode | None:
        """The node that stands exactly at `place`: an expression before any other, then a
        statement."""
        import libcst as cst

        ends = place.line - self._above, place.column - 1, place.end_line - self._above
        found: list[cst.CSTNode] = []
        for node, at in self.positions.items():
            # In `ast` these include their parentheses.
            if isinstance(node, (cst.Tuple, cst.GeneratorExp)) and node.lpar:
                found += [node] if self.whole(node) == place else []
            elif (at.start.line, at.start.column, at.end.line) == ends:
                found += [node] if at.end.column == place.end_column - 1 else []
        first = (cst.BaseExpression, cst.BaseSmallStatement, cst.CSTNode)
        return next((each for kind in first for each in found if isinstance(each, kind)), None)

    def around(self, place: Span) -> cst.CSTNode:
        """The smallest node that `place` is a part of."""
        smallest, least = self.module, (1 << 60, 0)
        found: cst.CSTNode = smallest
        for node, at in self.positions.items():
            span = self._span(at, at)
            if _within(place, span):
                size = (span.end_line - span.line, span.end_column - span.column)
                if size <= least:
                    found, least = node, size
        return found

    def above(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The nodes around `node`, innermost first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def follows(self, second: cst.CSTNode, first: cst.CSTNode) -> bool:
        """Whether two simple statements stand in lines of their own, one right after the other."""
        one, two = self.parents[first], self.parents[second]
        block = self.parents.get(one)
        if block is None or self.parents.get(two) is not block:
            return False
        lines = list(block.children)
        alone = [len(getattr(each, "body", ())) == 1 for each in (one, two)]
        return all(alone) and lines.index(two) == lines.index(one) + 1

    @cached_property
    def parents(self) -> dict[cst.CSTNode, cst.CSTNode]:
        """Each node's parent."""
        found: dict[cst.CSTNode, cst.CSTNode] = {}
        left: list[cst.CSTNode] = [self.module]
        while left:
            node = left.pop()
            for child in node.children:
                found[child] = node
                left.append(child)
        return found

    @cached_property
    def contexts(self) -> Mapping[cst.CSTNode, ExpressionContext | None]:
        """Whether each name, attribute and item is loaded, stored to or deleted."""
        from libcst.metadata import ExpressionContextProvider

        return self._wrapper.resolve(ExpressionContextProvider)

    @cached_property
    def positions(self) -> Mapping[cst.CSTNode, CodeRange]:
        """Where each node stands in the lines of this tree. Raises RecursionError where they are
        nested too deeply."""
        from libcst.metadata import PositionProvider

        try:
            return self._wrapper.resolve(PositionProvider)
        except KeyError as error:
            # What libcst's clean-up makes of a recursion that goes too deep.
            raise RecursionError(self.source.path) from error

    @cached_property
    def _wrapper(self) -> MetadataWrapper:
        from libcst.metadata import MetadataWrapper

        return MetadataWrapper(self.module, unsafe_skip_copy=True)

    def _span(self, first: CodeRange, last: CodeRange) -> Span:
        return Span(
            self.source.path,
            first.start.line + self._above,
            first.start.column + 1,
            last.end.line + self._above,
            last.end.column + 1,
        )


Parts = dict[tuple[int, int], Concrete]


def part_around(source: SourceFile, place: Span, parts: Parts) -> Concrete:
    """The innermost function that holds `place`, else the innermost statement that can stand alone
    (also where the function is nested too deeply), else the file; from `parts` where it is there,
    and kept in it."""
    import libcst as cst

    holding = list(_holding(source.tree, place))
    functions = [each for each in holding if isinstance(each, _FUNCTIONS)]
    for node in [*functions[-1:], *reversed(holding)]:
        lines = _lines(node)
        if lines in parts:
            return parts[lines]
        try:
            part = Concrete(source, *lines)
            _ = part.positions
        except (cst.ParserSyntaxError, RecursionError):
            # A part of a line, as after a semicolon; or one that is nested too deeply.
            continue
        parts[lines] = part
        return part
    return whole(source, parts)


def whole(source: SourceFile, parts: Parts) -> Concrete:
    """The tree of the whole file, from `parts` where it is there, and kept in it."""
    lines = 1, len(source.lines)
    if lines not in parts:
        parts[lines] = Concrete(source, *lines)
    return parts[lines]


def _holding(tree: ast.Module, place: Span) -> Iterator[ast.stmt]:
    """The statements that hold `place`, outermost first."""
    node: ast.AST | None = tree
    while node is not None:
        near = (
            _near(node, place.line) if isinstance(node, ast.Module) else ast.iter_child_nodes(node)
        )
        inside = (each for each in near if _holds(each, place))
        node = next(inside, None)
        if isinstance(node, ast.stmt):
            yield node


def _near(module: ast.Module, line: int) -> list[ast.stmt]:
    """The statements at the top of a module that may hold `line`: those around the last that begins
    there or before, by the lines of their keywords; a decorator stands above its own."""
    body = module.body
    last = bisect_right(body, line, key=lambda each: each.lineno)
    first = last
    while first > 0 and line <= (body[first - 1].end_lineno or 0):
        first -= 1
    return body[first : last + 1]


def _holds(node: ast.AST, place: Span) -> bool:
    if not isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
        return False
    if isinstance(node, ast.match_case):
        return any(_holds(each, place) for each in node.body)
    first, last = _lines(node)
    return first <= place.line and place.end_line <= last


def _lines(node: ast.stmt | ast.ExceptHandler) -> tuple[int, int]:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min(node.lineno, *(each.lineno for each in decorators), node.lineno)
    return first, node.end_lineno or node.lineno


def _line_end(text: str) -> str:
    line = text.splitlines(keepends=True)[0]
    return line[len(line.rstrip("\r\n")) :] or "\n"


def _within(inner: Span, outer: Span) -> bool:
    begins = (outer.line, outer.column) <= (inner.line, inner.column)
    return begins and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
