"""`@triton.heuristics`: the compile-time parameters that functions of the arguments decide at each
launch."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.events import Passed
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.values import Callable, Const, Table, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import ModuleScope
from tritonlint.facts.project.tree import last_name
from tritonlint.frozen import replace


def decided(
    frame: Frame, node: ast.Call, kernel: Kernel, bound: Mapping[str, Passed]
) -> dict[str, Passed]:
    """What the heuristics of `kernel` make of a launch with these arguments, by parameter. Each
    stands where the launch does."""
    found: dict[str, Passed] = {}
    scope = kernel.scope
    if not isinstance(scope, ModuleScope):
        return found
    for written in _heuristics(kernel.node):
        inner = frame.elsewhere(scope.module, scope.enclosing, frame.types)
        inner.path = frame.path
        table = inner.evaluate(written)
        for name, function in table.items if isinstance(table, Table) else ():
            known = {**bound, **found}
            values = tuple((each, passed.value) for each, passed in known.items())
            given = Given(Arguments((Table(values, frame.span(node), open=True),), {}), {})
            value = _outcome(inner, node, function, given)
            if value is not None and isinstance(name, str):
                found[name] = Passed(value, frame.place(node))
    return found


def _outcome(frame: Frame, node: ast.Call, function: Value, given: Given) -> Value | None:
    """What a function decides of the arguments; None where it is none of the project."""
    if not isinstance(function, Callable):
        return None
    given = replace(given, places={0: frame.place(node)})
    value = frame.apply(node, function, given)
    return value if not isinstance(value, Const) or value.value is not None else None


@kept(1024)
def _heuristics(kernel: ast.FunctionDef) -> tuple[ast.expr, ...]:
    """The dicts of functions that the decorators of a kernel give, as they are written."""
    return tuple(_given(kernel))


def _given(kernel: ast.FunctionDef) -> Iterator[ast.expr]:
    for each in kernel.decorator_list:
        if isinstance(each, ast.Call) and last_name(each.func) == "heuristics":
            yield from each.args[:1]
            yield from (keyword.value for keyword in each.keywords if keyword.arg == "values")
