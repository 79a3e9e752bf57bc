"""How a view as another dtype is written."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tests.metamorphic.naming import on_the_host
from tests.metamorphic.program import Function, Program, expression, replace

Rewrite = Callable[[Program], bool]


def _views(program: Program) -> list[ast.Call]:
    """Each `x.view(dtype)` of the host: one argument, which is no number and no starred one."""
    found = []
    for node, _ in on_the_host(program):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "view" and len(node.args) == 1 and not node.keywords:
                text = ast.unparse(node.args[0])
                if "torch." in text or "dtype" in text.lower() or "fp8" in text.lower():
                    if not isinstance(node.args[0], ast.Starred):
                        found.append(node)
    return found


def _view_by(value: str, module: str = "") -> Rewrite:
    """`@x` is what is viewed, `@d` the dtype."""

    def rewrite(program: Program) -> bool:
        name = program.free("reinterpret")
        found = _views(program)
        for node in reversed(found):  # inner ones first
            assert isinstance(node.func, ast.Attribute)
            code = value.replace("@x", _bracketed(node.func.value))
            code = code.replace("@d", ast.unparse(node.args[0])).replace("@n", name)
            new = expression(code)
            assert isinstance(new, ast.Call)
            node.func, node.args, node.keywords = new.func, new.args, new.keywords
        if found and module:
            program.define(module.replace("@n", name))
        return bool(found)

    return rewrite


def _bracketed(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript) else f"({ast.unparse(node)})"


def _view_by_statements(before: str, value: str) -> Rewrite:
    def rewrite(program: Program) -> bool:
        changed = False
        for node in reversed(_views(program)):
            place = program.places()[node]
            if place.apart or isinstance(place.statement, Function | ast.ClassDef) or _short(node, place.statement):
                continue
            assert isinstance(node.func, ast.Attribute)
            name = program.free("kind")
            fill = before.replace("@n", name).replace("@d", ast.unparse(node.args[0]))
            place.before(fill.replace("@x", _bracketed(node.func.value)))
            code = value.replace("@n", name).replace("@d", ast.unparse(node.args[0]))
            replace(place.parent, node, expression(code.replace("@x", _bracketed(node.func.value))))
            changed = True
        return changed

    return rewrite


def _short(node: ast.AST, statement: ast.stmt) -> bool:
    """Whether the node may not be evaluated when its statement is, or stands in its header."""
    within = [each for each in ast.walk(statement) if isinstance(each, ast.IfExp | ast.BoolOp)]
    if isinstance(statement, ast.If | ast.While | ast.For | ast.With | ast.Match | ast.Try):
        return True
    return any(node in ast.walk(each) for each in within)


VIEWS: dict[str, Rewrite] = {
    "view_by_keyword": _view_by("@x.view(dtype=@d)"),
    "view_of_tensor_class": _view_by("torch.Tensor.view(@x, @d)"),
    "view_by_getattr": _view_by("getattr(@x, 'view')(@d)"),
    "view_by_star": _view_by("@x.view(*(@d,))"),
    "view_by_helper": _view_by("@n(@x, @d)", "def @n(tensor, dtype):\n    return tensor.view(dtype)"),
    "view_by_checking_helper": _view_by("@n(@x, @d)", "def @n(tensor, dtype):\n    if tensor.dtype == dtype:\n        return tensor\n    return tensor.view(dtype)"),
    "view_by_lambda": _view_by("@n(@x, @d)", "@n = lambda tensor, dtype: tensor.view(dtype)"),
    "view_by_staticmethod": _view_by("@n.view(@x, @d)", "class @n:\n    @staticmethod\n    def view(tensor, dtype):\n        return tensor.view(dtype)"),
    "view_by_operator": _view_by("torch.ops.aten.view.dtype(@x, @d)"),
    "view_by_methodcaller": _view_by("operator.methodcaller('view', @d)(@x)", "import operator"),
    "view_by_partial": _view_by("functools.partial(torch.Tensor.view, @x)(@d)", "import functools"),
    "view_in_conditional": _view_by_statements("@n = @x", "(@n.view(@d) if @n is not None else None)"),
    "view_by_local_dtype": _view_by_statements("@n = @d", "@x.view(@n)"),
    "view_by_kept_method": _view_by_statements("@n = @x.view", "@n(@d)"),
    "view_of_kept": _view_by_statements("@n = @x", "@n.view(@d)"),
    "view_kept": _view_by_statements("@n = @x.view(@d)", "@n"),
}  # fmt: skip
