"""libcst trees of parts of a file: nodes stand where `ast` has them, little is parsed, and a
replacement changes nothing else."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import libcst as cst
import pytest

from support import ROOT, copy_flagged
from tritonlint.edits.concrete import Concrete, Parts, part_around, whole
from tritonlint.edits.edits import apply
from tritonlint.edits.replacing import replacing
from tritonlint.engine import check
from tritonlint.settings.config import Settings
from tritonlint.source import SourceFile, Span, read_source

FLAGGED = sorted(ROOT.glob("fixtures/TL00*/*/flagged.py"))
# Places that are awkward: a part of a line, two statements in one, blocks by tabs, other line ends.
AWKWARD = {
    "semicolon": "a = f(x); b = g(\n    y,\n)\n",
    "one_line_if": "if a: f(x)\nelse: g(y)\n",
    "decorator": "@d(x)\n@e(\n    y)\ndef f(a=g(z)):\n    return a\n",
    "tabs": "class C:\n\tdef f(self):\n\t\tif self:\n\t\t\treturn g(self, (1, 2))\n",
    "crlf": "def f(x):\r\n    return g(\r\n        x,\r\n    )\r\n",
    "not_ascii": "def f(x):\n    return 'äöü', g(x), (x\n        + 'ß')\n",
    "try": "try:\n    f(x)\nexcept (A, B) as e:\n    g(e)\nfinally:\n    h()\n",
    "match": "match f(x):\n    case C(y) if g(y):\n        h(y)\n",
    "no_newline": "class C:\n    x = f(y)",
    "lone_returns": "def f(x):\r    return g(\r        x)\r",
    "form_feed": "a = 1\n\x0cdef f(x):\n    return g(x)\n",
    "continuation": "def f(x):\n    y = g(x) + \\\n        h(x)\n    return y\n",
    "nested": "class C:\n    @d(a)\n    async def f(self):\n        def g(x=h(1)):\n            return [i async for i in k(x)]\n        return await g(lambda z: z(2))\n",
    "generator": "def f(x):\n    return h((j for j in x), 1), ((k(x)), (l(x),))\n",
    "with_items": "def f(x):\n    with (g(x) as a, h(x) as b):\n        return a[1:2, ::3], b[()]\n",
    "docstring": 'def f():\n    """a\nb"""\n    return g("""c\n d""")\n',
}


def _expressions(source: SourceFile) -> list[ast.expr]:
    """The expressions of a file that libcst has as expressions too."""
    every = list(ast.walk(source.tree))
    plain = (ast.Slice, ast.JoinedStr, ast.FormattedValue, ast.Starred)
    whole = (ast.JoinedStr, ast.pattern)
    apart = {child for each in every if isinstance(each, whole) for child in ast.walk(each)}
    apart |= {each.slice for each in every if isinstance(each, ast.Subscript)}
    found = [each for each in every if isinstance(each, ast.expr)]
    return [each for each in found if not isinstance(each, plain) and each not in apart]


def _must_agree(source: SourceFile) -> None:
    """Each expression of the file is found in the part around it, with the same text."""
    parts: Parts = {}
    for each in _expressions(source):
        place = source.span(each)
        part = part_around(source, place, parts)
        node = part.node_at(place)
        assert isinstance(node, cst.BaseExpression), ast.unparse(each)
        assert source.snippet(part.whole(node)) == part.text(node)


@pytest.mark.parametrize("path", FLAGGED, ids=lambda path: path.parent.name)
def test_every_expression_of_a_fixture_is_found_where_ast_has_it(path: Path) -> None:
    _must_agree(read_source(path))


@pytest.mark.parametrize("name", AWKWARD)
def test_every_expression_is_found_in(name: str) -> None:
    _must_agree(SourceFile("a.py", AWKWARD[name].encode()))


def _call(part: Concrete, name: str) -> cst.Call:
    found: list[cst.Call] = []

    class Calls(cst.CSTVisitor):
        def visit_Call(self, node: cst.Call) -> None:
            if part.text(node.func) == name:
                found.append(node)

    part.module.visit(Calls())
    return found[0]


def _wrapped(node: cst.BaseExpression) -> cst.BaseExpression:
    return cst.Call(cst.Name("w"), [cst.Arg(node)])


REPLACED: dict[str, tuple[str, Callable[[cst.Call], cst.BaseExpression], str]] = {
    "around": ("a = f( x ,  # c\n  y)\n", _wrapped, "a = w(f( x ,  # c\n  y))\n"),
    "inside": (
        "a = f( x ,  # c\n  y )  # d\n",
        lambda node: node.with_changes(args=[node.args[0].with_changes(value=cst.Name("z")), *node.args[1:]]),
        "a = f( z ,  # c\n  y )  # d\n",
    ),
    "parenthesized": ("a = ( f(x)  )\r\nb\r\n", _wrapped, "a = w(( f(x)  ))\r\nb\r\n"),
    "indented": (
        "class C:\n    def g(self):\n        a = f(\n            x,  # c\n        )\n",
        _wrapped,
        "class C:\n    def g(self):\n        a = w(f(\n            x,  # c\n        ))\n",
    ),
    "another": ("a = f(x)\n", lambda _: cst.Integer("1"), "a = 1\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", REPLACED)
def test_a_replacement_changes_nothing_else(name: str) -> None:
    before, make, after = REPLACED[name]
    part = whole(SourceFile("a.py", before.encode()), {})
    node = _call(part, "f")
    edits = replacing(part, {node: make(node)})
    assert apply(before, edits) == after
    kept = sum(
        len(before.splitlines()[0][e.span.column - 1 : e.span.end_column - 1]) for e in edits
    )
    assert name == "another" or kept <= 1, "the edits take out what stays"


def test_a_node_that_was_made_has_no_place() -> None:
    part = whole(SourceFile("a.py", b"f(x)\n"), {})
    assert not part.holds(cst.Name("x"))
    assert isinstance(part.around(Span("a.py", 1, 3, 1, 4)), cst.CSTNode)


def test_of_a_large_file_one_function_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    flagged = copy_flagged(tmp_path)
    filler = "".join(f"def f{i}(x):\n    return x + {i}\n\n\n" for i in range(5000))
    flagged.write_text(flagged.read_text(encoding="utf-8") + "\n\n" + filler, encoding="utf-8")
    parsed: list[str] = []
    parse = cst.parse_module
    monkeypatch.setattr(cst, "parse_module", lambda text: parsed.append(text) or parse(text))
    result = check.check([flagged], Settings(root=tmp_path))
    assert [each.code for each in result.findings] == ["TL001"]
    assert result.findings[0].fix is not None
    assert parsed and max(text.count("\n") for text in parsed) < 60
