"""How a program says of which dtype a tensor is: assertions, and what raises otherwise."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tests.metamorphic.naming import on_the_host
from tests.metamorphic.program import Program

Rewrite = Callable[[Program], bool]


def _tests(program: Program) -> list[ast.Assert]:
    """Each assertion about one dtype or several."""
    return [
        node
        for node, _ in on_the_host(program)
        if isinstance(node, ast.Assert) and "dtype" in ast.unparse(node.test)
    ]


def _test_by(code: str, module: str = "", single: bool = False) -> Rewrite:
    """Assertions in other words: `@t` is the test, `@a` and `@b` its sides where it is `a == b`."""

    def rewrite(program: Program) -> bool:
        found = False
        name = program.free("require")
        for node in _tests(program):
            sides = _sides(node.test)
            if single and sides is None:
                continue
            fill = code.replace("@t", ast.unparse(node.test)).replace("@n", name)
            if sides is not None:
                a, b = map(ast.unparse, sides)
                fill = fill.replace("@x", a.removesuffix(".dtype")).replace("@a", a).replace("@b", b)
            program.places()[node].instead(fill)
            found = True
        if found and module:
            program.define(module.replace("@n", name))
        return found

    return rewrite


def _sides(test: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    match test:
        case ast.Compare(left=ast.Attribute(attr="dtype") as left, ops=[ast.Eq() | ast.Is()], comparators=[right]):
            return left, right
    return None


def _conjunctions_apart(program: Program) -> bool:
    changed = False
    for node in _tests(program):
        if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And):
            tests = [f"assert {ast.unparse(each)}" for each in node.test.values]
            program.places()[node].instead("\n".join(tests))
            changed = True
    return changed


CHECKS: dict[str, Rewrite] = {
    "test_raises": _test_by("if not (@t):\n    raise TypeError('unsupported dtype')"),
    "test_unequal_raises": _test_by("if @a != @b:\n    raise TypeError(f'unsupported dtype {@a}')", single=True),
    "test_is": _test_by("assert @a is @b", single=True),
    "test_turned": _test_by("assert @b == @a", single=True),
    "test_in": _test_by("assert @a in (@b,)", single=True),
    "test_not_in_raises": _test_by("if @a not in [@b]:\n    raise TypeError(@a)", single=True),
    "test_torch_check": _test_by("torch._check(@t)"),
    "test_torch_check_with": _test_by("torch._check_with(TypeError, @t, lambda: 'unsupported dtype')"),
    "test_else_raises": _test_by("if @t:\n    pass\nelse:\n    raise TypeError('unsupported dtype')"),
    "test_kept": _test_by("@n_good = @t\nassert @n_good"),
    "test_kept_raises": _test_by("@n_bad = not (@t)\nif @n_bad:\n    raise TypeError"),
    "test_of_kept_dtype": _test_by("@n_kind = @a\nassert @n_kind == @b", single=True),
    "test_all": _test_by("assert all([@t])"),
    "test_all_of_generator": _test_by("assert all(each.dtype == @b for each in (@x,))", single=True),
    "test_loop": _test_by("for each in (@x,):\n    assert each.dtype == @b", single=True),
    "test_loop_raises": _test_by("for each in [@x]:\n    if each.dtype != @b:\n        raise TypeError", single=True),
    "test_loop_of_zip": _test_by("for each, kind in zip([@x], [@b]):\n    assert each.dtype == kind", single=True),
    "test_loop_of_pairs": _test_by("for each, kind in ((@x, @b),):\n    assert each.dtype == kind", single=True),
    "test_helper": _test_by("@n(@x, @b)", "def @n(tensor, dtype):\n    assert tensor.dtype == dtype", True),
    "test_helper_raises": _test_by("@n(@x, @b)", "def @n(tensor, dtype):\n    if tensor.dtype != dtype:\n        raise TypeError(tensor.dtype)", True),
    "test_helper_of_many": _test_by("@n(@b, @x)", "def @n(dtype, *tensors):\n    for tensor in tensors:\n        assert tensor.dtype == dtype", True),
    "test_helper_of_test": _test_by("@n(@t)", "def @n(fact, message='bad input'):\n    if not fact:\n        raise ValueError(message)"),
    "test_predicate": _test_by("assert @n(@x, @b)", "def @n(tensor, dtype):\n    return tensor.dtype == dtype", True),
    "test_predicate_raises": _test_by("if not @n(@x, @b):\n    raise TypeError", "def @n(tensor, dtype):\n    return tensor.dtype == dtype", True),
    "test_helper_returns": _test_by("@x = @n(@x, @b)", "def @n(tensor, dtype):\n    assert tensor.dtype == dtype\n    return tensor", True),
    "test_match": _test_by("match @a:\n    case dtype if dtype == @b:\n        pass\n    case _:\n        raise TypeError", single=True),
    "tests_apart": _conjunctions_apart,
}  # fmt: skip
