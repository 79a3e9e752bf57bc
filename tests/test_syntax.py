"""Compact syntax trees say what those of `ast` say."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tritonlint.syntax import by_kind, compact

ROOT = Path(__file__).parents[1]
FORMS = {
    "empty": "",
    "a docstring": '"""Text."""\n',
    "signatures": "async def f(a, /, b: int = 1, *c, d, e=2, **g) -> None:\n    return lambda *x: x\n",
    "classes": "@made\nclass C(B, metaclass=M):\n    x: int\n    y: int = 3\n    del z\n",
    "statements": "for i in x:\n    break\nelse:\n    pass\nwhile a:\n    continue\n"
    "with a as b, c:\n    raise E from e\ntry:\n    global g\nexcept* E as e:\n    assert a, b\n",
    "matches": "match x:\n    case [1, *rest] | {'k': v, **more} if y:\n        pass\n"
    "    case C(a, b=None) as c:\n        pass\n    case _:\n        pass\n",
    "expressions": "a = b = [*c, d[1:2, ...], {**e}, {f: g}, {h}, (yield), -i, not j, k if l else m]\n"
    "n += f'{o!r:>{p}}' + 'q' 'r' + b's'.t(*u, v=w, **x) and (y := z) < 1 <= 2.5j\n",
    "comprehensions": "[a async for a in b if c for d in e]\n(f for f in g)\n{h: i for h, i in j}\n",
    "imports": "from . import a\nfrom ..b import *\nimport c.d as e\n",
    "a long string": "x = '''\n" + "text\n" * 400 + "'''\ny = 1\n",
    "after many lines": "\n" * 5000 + "x = (\n1,\n2)\n",
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_compact_tree_says_the_same(text: str) -> None:
    _check(text)


def test_so_do_those_of_the_project() -> None:
    for path in [*ROOT.glob("tritonlint/**/*.py"), *ROOT.glob("fixtures/**/*.py")]:
        _check(path.read_text())


def test_nodes_have_no_dictionaries() -> None:
    tree = compact(ast.parse("x = f(1)\n"))
    assert not any(vars(each) for each in ast.walk(tree) if each._attributes)


def test_a_tree_that_is_nested_too_deeply_is_itself() -> None:
    tree = ast.parse("x = " + "+".join(["1"] * 2000))
    assert compact(tree) is tree


def test_tables_know_both_kinds_of_nodes() -> None:
    plain = ast.parse("x")
    table = by_kind({ast.Expr: "an expression"})
    assert [table[type(each.body[0])] for each in (plain, compact(plain))] == ["an expression"] * 2


def test_patterns_and_code_are_the_same() -> None:
    match compact(ast.parse("f(x, key=1)")).body:
        case [ast.Expr(ast.Call(ast.Name("f"), [ast.Name(id="x")], [ast.keyword("key")])) as found]:
            assert ast.unparse(found) == "f(x, key=1)"
        case _:
            pytest.fail("another tree")


def _check(text: str) -> None:
    tree = ast.parse(text)
    made = compact(tree)
    assert ast.unparse(made) == ast.unparse(tree)
    assert list(map(_held, ast.walk(made))) == list(map(_held, ast.walk(tree)))


def _held(node: ast.AST) -> list[object]:
    """The name of a node's kind and what it holds that are no nodes."""
    values = [(name, getattr(node, name, None)) for name in (*node._fields, *node._attributes)]
    plain = [each for each in values if not isinstance(each[1], (ast.AST, list))]
    return [type(node).__name__, plain]
