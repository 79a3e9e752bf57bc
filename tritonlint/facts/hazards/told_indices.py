"""Indices that a launch passes as 32-bit integers, as the code around it says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.facts.hazards.written_launches import given, launched_by_choice, launches_of
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import as_code, assigned, last_name, nodes, walk
from tritonlint.source import Span

_NARROW = re.compile(r"\btorch\.int(?:32)?\b|\.int\(\)")
_WIDE = re.compile(r"\btorch\.(?:int64|long)\b|\.long\(\)")


def may_tell(text: str) -> bool:
    """Whether a file can tell that an index is 32 bits wide."""
    said = "torch.int" in text or ".int()" in text
    return said and "jit" in text and _NARROW.search(text) is not None


def told_narrow(module: Module, kernel: Kernel, parameter: str) -> Span | None:
    """Where the file says that what its launches pass as `parameter` holds 32-bit integers; None
    where it does not, or also says that it holds wider ones."""
    launches = launches_of(module, kernel)
    launches = launches or [(None, each) for each in launched_by_choice(module, kernel)]
    passed = [given(kernel, launch, host).get(parameter) for host, launch in launches]
    told = [
        (each, False)
        if isinstance(each, ast.Call) and _NARROW.search(as_code(each))
        else _said(module).get(last_name(each), (None, True))
        for each in passed
    ]
    if not told or any(place is None or wide for place, wide in told):
        return None
    place = told[0][0]
    assert place is not None
    return module.source.span(place)


@kept(4)
def _said(module: Module) -> Mapping[str, tuple[ast.expr | None, bool]]:
    """By the names of tensors where the file says that they hold 32-bit integers, and whether it
    says that they hold wider ones."""
    found: dict[str, tuple[ast.expr | None, bool]] = {}
    for name, node in _statements(module):
        text = as_code(node)
        place, wide = found.get(name, (None, False))
        if _NARROW.search(text):
            place = place or node
        found[name] = (place, wide or _WIDE.search(text) is not None)
    return found


def _statements(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """What names are given, by functions of the file too, and what their dtypes are compared with;
    not what stands in for a tensor that is not given: others may be of another type."""
    functions = {each.name: each.node for each in module.functions}
    stand_ins = {id(each) for each in _stand_ins(module)}
    for node in walk(module.tree):
        match node:
            case ast.Assign() | ast.AnnAssign():
                for target, value in assigned(node):
                    if isinstance(target, (ast.Name, ast.Attribute)) and id(value) not in stand_ins:
                        name = last_name(target)
                        yield name, value
                        called = last_name(value.func) if isinstance(value, ast.Call) else ""
                        if called in functions:
                            inner = _returned(functions[called])  # type: ignore[arg-type]
                            yield from ((name, each) for each in inner)
            case ast.Compare(left=ast.Attribute(value=owner, attr="dtype")):
                yield last_name(owner), node


def _stand_ins(module: Module) -> Iterator[ast.expr]:
    """What names are given where they are None, and what may be either."""
    for node in nodes(module.tree, ast.If):
        name, given = _given_where(node.test)
        for each in () if not name else node.orelse if given else node.body:
            if isinstance(each, (ast.Assign, ast.AnnAssign)):
                yield from (value for target, value in assigned(each) if last_name(target) == name)
    for each in nodes(module.tree, ast.Assign, ast.AnnAssign):
        for target, value in assigned(each):
            if isinstance(value, (ast.IfExp, ast.BoolOp)):
                test = value.test if isinstance(value, ast.IfExp) else value.values[0]
                if (_given_where(test)[0] or last_name(test)) == last_name(target):
                    yield value


def _given_where(test: ast.expr) -> tuple[str, bool]:
    """The name that a test asks for None, if any, and whether it is given where the test is
    true."""
    match test:
        case ast.Compare(
            left=left, ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant()]
        ):
            return last_name(left), isinstance(op, ast.IsNot)
    return "", True


def _returned(function: ast.AST) -> list[ast.expr]:
    found = (each.value for each in walk(function) if isinstance(each, ast.Return))
    return [each for each in found if each is not None]
