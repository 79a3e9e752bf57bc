"""Walking through syntax trees."""

from __future__ import annotations

import ast

import pytest

from tritonlint.facts.project.tree import walk

SOURCE = """
class Pool:
    def __init__(self, rows):
        self.rows = [each for each in rows if each]

    async def read(self, at: int) -> int:
        def inner():
            return self.rows[at]
        return inner()
"""


@pytest.mark.parametrize("kind", [ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef])
def test_what_is_walked_through_again_has_the_nodes_of_the_first_time(kind: type[ast.AST]) -> None:
    tree = next(each for each in ast.walk(ast.parse(SOURCE)) if isinstance(each, kind))
    nodes = [each for each in ast.walk(tree) if not isinstance(each, ast.expr_context)]
    assert nodes[0] is tree
    for _ in range(2):
        assert list(walk(tree)) == nodes


def test_a_walk_that_ends_early_leaves_the_next_one_whole() -> None:
    tree = ast.parse(SOURCE)
    assert next(walk(tree)) is tree
    assert any(isinstance(each, ast.ListComp) for each in walk(tree))
    assert len(list(walk(tree))) == len(list(walk(tree))) > 30
