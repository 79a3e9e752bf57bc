"""Arms of the branches of a kernel that store something, each in its own way."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable

from tritonlint.facts.device import Rounding
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel, functions_of
from tritonlint.facts.project.tree import as_code, assigned, last_name, nodes, walk

# A cast to 64 bits, as it is written.
_WIDENED = re.compile(r"\.to\((?:tl|triton\.language)\.int64\)")
# Calls that give what is in memory, and which program it is.
_COUNTING = frozenset(("load", "program_id"))


def on_one_path(kernel: Kernel, one: Rounding, flags: Container[str]) -> bool:
    """Whether the store stands in one arm of an `if`, and its other arm stores too: what the test
    asks may tell the type, if it asks for more than the `flags` that the launch tells."""
    line = one.cast.line
    for node in nodes(kernel.node, ast.If):
        if not node.orelse or all(each.id in flags for each in nodes(node.test, ast.Name)):
            continue
        arms = (node.body, node.orelse)
        inside = [arm[0].lineno <= line <= (arm[-1].end_lineno or line) for arm in arms]
        if any(inside) and all(map(_stores, arms)):
            return True
    return False


def has_wide_arm(kernel: Kernel, product: ast.expr) -> bool:
    """Whether a product is assigned in one arm of an `if`, and its other arm assigns the same name
    the same in 64 bits."""
    for node in nodes(kernel.node, ast.If):
        arms = (node.body, node.orelse) if node.orelse else ()
        for arm, other in zip(arms, reversed(arms), strict=True):
            own = {_without_casts(x) for x in arm if _holds(x, product)}
            if own and any(_without_casts(x) in own and "int64" in as_code(x) for x in other):
                return True
    return False


def _holds(statement: ast.stmt, product: ast.expr) -> bool:
    return isinstance(statement, ast.Assign) and any(x is product for x in walk(statement))


def _without_casts(statement: ast.stmt) -> str:
    return _WIDENED.sub("", as_code(statement))


def may_choose(kernel: Kernel, flags: Container[str]) -> bool:
    """Whether a test of more than the `flags` that the launch tells decides what a kernel stores,
    or whether it goes on. What is in memory, and which program it is, tells no type."""
    for function in functions_of(kernel):
        counted = _counted(function.node)
        for node in nodes(function.node, ast.If):
            asked = {each.id for each in nodes(node.test, ast.Name)}
            if all(each in flags for each in asked) or _compares(node.test, counted):
                continue
            inner = (each for one in (*node.body, *node.orelse) for each in walk(one))
            if any(isinstance(each, ast.Return) or _writes(each) for each in inner):
                return True
    return False


def _compares(test: ast.expr, counted: Container[str]) -> bool:
    """Whether a test compares what is `counted`, or several such things."""
    if isinstance(test, ast.BoolOp):
        return all(_compares(each, counted) for each in test.values)
    return isinstance(test, ast.Compare) and any(
        each.id in counted for each in nodes(test, ast.Name)
    )


@kept(256)
def _counted(function: ast.AST) -> frozenset[str]:
    """The names of a kernel that hold what was loaded, or which program it is."""
    found: set[str] = set()
    others: set[str] = set()
    for statement in nodes(function, ast.Assign, ast.AnnAssign):
        for target, value in assigned(statement):
            calls = {last_name(each.func) for each in nodes(value, ast.Call)}
            names = found if calls & _COUNTING else others
            names.update(each.id for each in nodes(target, ast.Name))
    return frozenset(found - others)


def _writes(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=name)):
            return name == "store" or name.startswith("atomic_")
    return False


def _stores(arm: Iterable[ast.stmt]) -> bool:
    calls = (each for one in arm for each in nodes(one, ast.Call))
    return any(isinstance(each.func, ast.Attribute) and each.func.attr == "store" for each in calls)
