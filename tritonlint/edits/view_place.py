"""Where the view of a launch argument goes: at the argument, or where its name was given to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set

import libcst as cst
from libcst.metadata import ExpressionContext

from tritonlint.edits.concrete import Concrete
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# What can be asked of a tensor without reading what it holds.
_METADATA = frozenset(
    "shape stride size ndim dim device numel data_ptr is_cuda is_contiguous".split()
)
_BRANCHES = (cst.If, cst.Else, cst.ExceptHandler, cst.Finally, cst.MatchCase)


def to_view(
    part: Concrete, node: cst.BaseExpression, somewhere: Callable[[Span], bool]
) -> cst.BaseExpression:
    """What to view instead of the argument `node`: the right side of `name = other`, by which the
    argument got its name, if nothing but the call takes what the name holds; else the argument, or
    the side of `a if test else b.view(...)` that is a bare name.

    The bytes then have their type wherever the name says so. An assignment in a branch that the
    call is not in serves only an argument that holds bytes in that branch: where the call takes
    that side by the same test, or `somewhere(place)` says so of the statement that branches.
    """
    leaf = _bare_side(node)
    function = _function(part, node)
    if not isinstance(leaf, cst.Name) or function is None:
        return node
    names = _Names(part, function)
    stores = names.of(leaf.value, ExpressionContext.STORE)
    earlier = [each for each in stores if names.start(each) < names.start(leaf)]
    assignment = _assignment(part, max(earlier, key=names.start)) if earlier else None
    value = _copied(assignment)
    if assignment is None or value is None:
        return leaf
    elsewhere = blocks(part, assignment) - blocks(part, node)
    if not all(somewhere(part.span(each)) for each, _ in elsewhere):
        if not _same_test(part, elsewhere, leaf, node):
            return leaf
    call = next((each for each in part.above(node) if isinstance(each, cst.Call)), None)
    return value if _Use(names, call).is_only_one(leaf.value, assignment) else leaf


def blocks(part: Concrete, node: cst.CSTNode) -> frozenset[tuple[cst.CSTNode, str]]:
    """The blocks (`body`, `orelse`, ...) of statements that `node` stands in: it runs only if each
    of them does."""
    found = set()
    below = node
    for each in part.above(node):
        if isinstance(below, cst.BaseSuite) and not isinstance(each, (cst.Else, cst.Finally)):
            found.add((each, "body"))
        elif isinstance(below, _BRANCHES):
            found.add((each, "finalbody" if isinstance(below, cst.Finally) else "orelse"))
        below = each
    return frozenset(found)


def under_test(part: Concrete, inner: cst.CSTNode, argument: cst.CSTNode) -> bool:
    """Whether `inner` is in a branch that the argument's call is not in."""
    return not blocks(part, inner) <= blocks(part, argument)


def _function(part: Concrete, node: cst.CSTNode) -> cst.FunctionDef | None:
    """The innermost function around `node`, None in a lambda or at the top of a class."""
    scopes = (cst.FunctionDef, cst.ClassDef, cst.Lambda)
    innermost = next((each for each in part.above(node) if isinstance(each, scopes)), None)
    return innermost if isinstance(innermost, cst.FunctionDef) else None


def _bare_side(node: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(node, cst.IfExp):
        bare = [each for each in (node.body, node.orelse) if isinstance(each, cst.Name)]
        return bare[0] if len(bare) == 1 else node
    return node


def _same_test(
    part: Concrete,
    blocks: Set[tuple[cst.CSTNode, str]],
    leaf: cst.BaseExpression,
    node: cst.BaseExpression,
) -> bool:
    """Whether `leaf` is taken from `node` by the very test that the one block is under."""
    (block, branch), *more = blocks
    if more or not isinstance(block, cst.If) or not isinstance(node, cst.IfExp):
        return False
    side = "body" if leaf is node.body else "orelse"
    return side == branch and _code(part, block.test) == _code(part, node.test)


def _code(part: Concrete, node: cst.CSTNode) -> str:
    return " ".join(part.text(node).split())


def _assignment(part: Concrete, name: cst.Name) -> cst.CSTNode:
    """The statement, or another node, that gives `name` its value."""
    parent = part.parents[name]
    return part.parents[parent] if isinstance(parent, cst.AssignTarget) else parent


def _copied(assignment: cst.CSTNode | None) -> cst.Name | None:
    """The right side of an assignment that gives what has a name another name."""
    match assignment:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name())], value=cst.Name() as value):
            return value if value.value != "None" else None
        case cst.AnnAssign(target=cst.Name(), value=cst.Name() as value):
            return value if value.value != "None" else None
    return None


@dataclass(frozen=True)
class _Names:
    """The names in a function."""

    part: Concrete
    function: cst.FunctionDef

    def of(self, name: str, context: ExpressionContext) -> Iterator[cst.Name]:
        """The places at which `name` is loaded, or stored to."""
        for node, used in self.part.contexts.items():
            if isinstance(node, cst.Name) and node.value == name and used == context:
                if self.function in self.part.above(node):
                    yield node

    def start(self, node: cst.CSTNode) -> tuple[int, int]:
        """Where `node` begins, to compare places."""
        at = self.part.span(node)
        return at.line, at.column


@dataclass(frozen=True)
class _Use:
    """The uses of names in a function, where one call is of interest."""

    names: _Names
    call: cst.Call | None

    def is_only_one(self, name: str, assignment: cst.CSTNode, depth: int = 3) -> bool:
        """Whether all uses of `name` after `assignment` are in the call, in other calls of the same
        kernel, or ask for no contents; so must be those of a copy."""
        part, start = self.names.part, self.names.start
        looped = any(isinstance(each, (cst.For, cst.While)) for each in part.above(assignment))
        for use in self.names.of(name, ExpressionContext.LOAD):
            parent = part.parents[use]
            if parent is assignment or (start(use) < start(assignment) and not looped):
                continue
            if self._excludes(assignment, use):
                continue
            if not self._harmless(use, parent, depth):
                return False
        return True

    def _excludes(self, one: cst.CSTNode, other: cst.CSTNode) -> bool:
        """Whether the two are in different branches of one test."""
        part = self.names.part
        sides = {
            (_code(part, each.test), name)
            for each, name in blocks(part, one)
            if isinstance(each, cst.If)
        }
        opposite = {"body": "orelse", "orelse": "body"}
        return any(
            (_code(part, each.test), opposite[name]) in sides
            for each, name in blocks(part, other)
            if isinstance(each, cst.If)
        )

    def _harmless(self, use: cst.Name, parent: cst.CSTNode, depth: int) -> bool:
        part = self.names.part
        if isinstance(parent, cst.Attribute):
            compared = isinstance(part.parents[parent], (cst.Comparison, cst.ComparisonTarget))
            name = parent.attr.value
            if name in _METADATA or (name == "dtype" and not compared):
                return True
        if any(each is self.call or _same_kernel(each, self.call) for each in part.above(use)):
            return True
        match parent:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=copy))]) if depth:
                return self.is_only_one(copy, parent, depth - 1)
        return False


def _same_kernel(one: cst.CSTNode, other: cst.Call | None) -> bool:
    """Whether both launch the kernel of one name."""
    match one, other:
        case (
            cst.Call(func=cst.Subscript(value=cst.Name(value=name))),
            cst.Call(func=cst.Subscript(value=cst.Name(value=same))),
        ):
            return name == same
    return False
