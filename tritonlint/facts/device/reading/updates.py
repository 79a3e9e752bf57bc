"""Where a function updates a name by a sum with it: `total += x`, `total = total + x`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Set

from tritonlint.facts.kept import kept
from tritonlint.facts.project.tree import nodes, statements_in


@kept(64)
def updates_of(function: ast.FunctionDef) -> Mapping[int, bool]:
    """The updates of a function, by the node of the sum: whether the name is given no other value
    in the innermost loop around."""
    found: dict[int, bool] = {}
    every = [each for each, _ in statements_in([function])]
    loops = [each for each in every if isinstance(each, (ast.For, ast.While))]
    for loop in (function, *loops):  # inner loops come after those around them
        statements = every if loop is function else [each for each, _ in statements_in([loop])]
        updates = {id(each): update for each in statements if (update := _update(each))}
        given = {name for each in statements if id(each) not in updates for name in _given(each)}
        found |= {id(total): name not in given for name, total in updates.values()}
    return found


@kept(64)
def written_out(function: ast.FunctionDef) -> Set[int]:
    """The updates by products of names that a function makes several of, one after the other."""
    found: dict[str, list[int]] = {}
    for each, _ in statements_in([function]):
        update = _update(each)
        if update is not None and any(map(_is_product, ast.iter_child_nodes(update[1]))):
            found.setdefault(update[0], []).append(id(update[1]))
    return {each for same in found.values() if len(same) > 1 for each in same}


def _is_product(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)


def _update(node: ast.stmt) -> tuple[str, ast.AST] | None:
    """The name that a statement updates, and the sum."""
    match node:
        case ast.AugAssign(target=ast.Name(id=name)):
            return name, node
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp() as value):
            sides = (value.left, value.right)
            if any(isinstance(each, ast.Name) and each.id == name for each in sides):
                return name, value
    return None


def _given(node: ast.stmt) -> Iterator[str]:
    """The names that a statement gives a value."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (each.id for each in nodes(target, ast.Name))
