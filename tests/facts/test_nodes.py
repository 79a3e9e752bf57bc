"""Nodes by their kind are those that a walk finds, in its order."""

from __future__ import annotations

import ast
import gc
import weakref

import pytest

from tritonlint.facts.project import tree

TEXT = """
class C(B):
    x: int = 1

    def f(self, y: "str" = 2, *rest):
        def g(z):
            return [h(each, k=lambda: z) for each in y if each < self.x]
        if (n := g(y)) and f(f(1)):
            x = y = {"a": n[1:2]}
        return g

C().f(3)
"""
KINDS = [
    (ast.Call,),
    (ast.Name,),
    (ast.Constant,),
    (ast.FunctionDef,),
    (ast.ClassDef,),
    (ast.Module,),
    (ast.expr,),
    (ast.stmt,),
    (ast.Assign, ast.AnnAssign),
    (ast.Call, ast.keyword, ast.Lambda),
    (ast.Try,),
]


@pytest.mark.parametrize("kinds", KINDS, ids=lambda kinds: "_".join(x.__name__ for x in kinds))
def test_nodes_of_a_kind_are_those_of_a_walk(kinds: tuple[type[ast.AST], ...]) -> None:
    parsed = ast.parse(TEXT)
    for each in ast.walk(parsed):
        expected = [inner for inner in tree.walk(each) if isinstance(inner, kinds)]
        for _ in range(2):
            assert list(tree.nodes(each, *kinds)) == expected
    assert any(isinstance(each, kinds) for each in tree.walk(parsed)) == (kinds != (ast.Try,))


def test_a_tree_is_freed_with_what_was_asked_of_it() -> None:
    parsed = ast.parse(TEXT)
    gone = weakref.ref(parsed.body[0])
    gc.disable()
    try:
        assert list(tree.nodes(parsed.body[0], ast.ClassDef)) == [parsed.body[0]]
        del parsed
        assert gone() is None
    finally:
        gc.enable()
