"""Where the view of a launch argument goes: at the argument, or where its name was given to it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Set
from dataclasses import dataclass

from tritonlint.rule.syntax import Tree, start
from tritonlint.source import SourceFile, Span

# What can be asked of a tensor without reading what it holds.
_METADATA = frozenset(
    "shape stride size ndim dim device numel data_ptr is_cuda is_contiguous".split()
)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def expression_at(source: SourceFile, place: Span) -> ast.expr | None:
    """The expression that stands exactly at `place`, or None."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.expr) and node.lineno == place.line:
            if source.span(node) == place:
                return node
    return None


def to_view(tree: Tree, node: ast.expr, somewhere: Callable[[ast.AST], bool]) -> ast.expr:
    """What to view instead of the argument `node`: the right side of `name = other`, by which the
    argument got its name, if nothing but the call takes what the name holds; else the argument, or
    the side of `a if test else b.view(...)` that is a bare name.

    The bytes then have their type wherever the name says so. An assignment in a branch that the
    call is not in serves only an argument that holds bytes in that branch: where the call takes
    that side by the same test, or `somewhere(statement)` says so of the statement that branches.
    """
    leaf = _bare_side(node)
    function = tree.function(node)
    if not isinstance(leaf, ast.Name) or function is None:
        return node
    stores = [each for each in _names(function, leaf.id, ast.Store) if start(each) < start(leaf)]
    assignment = tree.parents[max(stores, key=start)] if stores else None
    value = _copied(assignment)
    if assignment is None or value is None:
        return leaf
    elsewhere = tree.blocks(assignment) - tree.blocks(node)
    if not all(somewhere(each) for each, _ in elsewhere) and not _same_test(elsewhere, leaf, node):
        return leaf
    use = _Use(tree, function, next((e for e in tree.above(node) if isinstance(e, ast.Call)), None))
    return value if use.is_only_one(leaf.id, assignment) else leaf


def under_test(tree: Tree, inner: ast.expr, argument: ast.expr) -> bool:
    """Whether `inner` is in a branch that the argument's call is not in."""
    return not tree.blocks(inner) <= tree.blocks(argument)


def _bare_side(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.IfExp):
        bare = [each for each in (node.body, node.orelse) if isinstance(each, ast.Name)]
        return bare[0] if len(bare) == 1 else node
    return node


def _same_test(blocks: Set[tuple[ast.AST, str]], leaf: ast.expr, node: ast.expr) -> bool:
    """Whether `leaf` is taken from `node` by the very test that the one block is under."""
    (block, branch), *more = blocks
    if more or not isinstance(block, ast.If) or not isinstance(node, ast.IfExp):
        return False
    side = "body" if leaf is node.body else "orelse"
    return side == branch and ast.dump(block.test) == ast.dump(node.test)


def _copied(assignment: ast.AST | None) -> ast.Name | None:
    """The right side of an assignment that gives what has a name another name."""
    match assignment:
        case ast.Assign(targets=[ast.Name()], value=ast.Name() as value):
            return value
        case ast.AnnAssign(target=ast.Name(), value=ast.Name() as value):
            return value
    return None


@dataclass(frozen=True)
class _Use:
    """The uses of names in `function`, where one call is of interest."""

    tree: Tree
    function: ast.AST
    call: ast.Call | None

    def is_only_one(self, name: str, assignment: ast.AST, depth: int = 3) -> bool:
        """Whether all uses of `name` after `assignment` are in the call, in other calls of the same
        kernel, or ask for no contents; so must be those of a copy."""
        looped = any(isinstance(each, _LOOPS) for each in self.tree.above(assignment))
        for use in _names(self.function, name, ast.Load):
            parent = self.tree.parents[use]
            if parent is assignment or (start(use) < start(assignment) and not looped):
                continue
            if self._excludes(assignment, use):
                continue
            if not self._harmless(use, parent, depth):
                return False
        return True

    def _excludes(self, one: ast.AST, other: ast.AST) -> bool:
        """Whether the two are in different branches of one test."""
        sides = {
            (ast.dump(each.test), name)
            for each, name in self.tree.blocks(one)
            if isinstance(each, ast.If)
        }
        opposite = {"body": "orelse", "orelse": "body"}
        return any(
            (ast.dump(each.test), opposite[name]) in sides
            for each, name in self.tree.blocks(other)
            if isinstance(each, ast.If)
        )

    def _harmless(self, use: ast.Name, parent: ast.AST, depth: int) -> bool:
        if isinstance(parent, ast.Attribute):
            compared = isinstance(self.tree.parents[parent], ast.Compare)
            if parent.attr in _METADATA or (parent.attr == "dtype" and not compared):
                return True
        if any(each is self.call or _same_kernel(each, self.call) for each in self.tree.above(use)):
            return True
        match parent:
            case ast.Assign(targets=[ast.Name(id=copy)], value=value) if value is use and depth:
                return self.is_only_one(copy, parent, depth - 1)
        return False


def _same_kernel(one: ast.AST, other: ast.Call | None) -> bool:
    """Whether both launch the kernel of one name."""
    match one, other:
        case (
            ast.Call(func=ast.Subscript(value=ast.Name(id=name))),
            ast.Call(func=ast.Subscript(value=ast.Name(id=same))),
        ):
            return name == same
    return False


def _names(function: ast.AST, name: str, context: type[ast.expr_context]) -> list[ast.Name]:
    return [
        each
        for each in ast.walk(function)
        if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, context)
    ]
