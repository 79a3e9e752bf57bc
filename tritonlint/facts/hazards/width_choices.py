"""Choices between 32 and 64 bits by the number of a tensor's elements, for kernels that are given
its strides: what a view skips counts in an offset, and not as an element."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import Function, as_code, nodes, only_given, walk
from tritonlint.frozen import dataclass
from tritonlint.source import Span

_COUNTS = ("numel", "nelement")
# What 32 bits hold, as code spells it.
_LIMIT = re.compile(
    r"2\s*\*\*\s*3[12]\b|1\s*<<\s*3[12]\b|\b2_?147_?483_?64[78]\b|0x7[fF]{7}\b|0x80000000\b"
    r"|int32\s*\)\s*\.max|INT(?:32)?_MAX|MAX_INT(?:32)?\b",
)
# The same for a whole file: each pattern begins with what is quickly searched for.
_LIMITS = tuple(
    re.compile(each)
    for each in (
        r"\*\*\s*3[12]\b",
        r"<<\s*3[12]\b",
        r"_?483_?64[78]\b",
        r"0x7[fF]{7}\b",
        r"0x80000000\b",
        r"int32\s*\)\s*\.max",
        r"_MAX",
        r"MAX_INT",
    )
)
# How a tensor comes to have no gaps, or is asked whether it has any.
_DENSE = r"\b{name}\s*(?::[^=\n]+)?=[^=\n]*(?:contiguous\(|torch\.\w+\(|\.new_\w+\()"
_ASKED = r"\b{name}\.(?:is_)?contiguous\("


@dataclass(frozen=True)
class WidthChoice:
    """A comparison at `place` of the number of elements of `tensor` with what 32 bits hold, that
    decides about the launch at `launch`, which passes a stride of the tensor at `stride`."""

    place: Span
    function: str
    tensor: str
    launch: Span
    stride: Span


def may_choose_width(text: str) -> bool:
    """Whether a file can choose so."""
    counts = "numel(" in text or "nelement(" in text
    return counts and "stride(" in text and any(each.search(text) for each in _LIMITS)


def width_choices(module: Module) -> Iterator[WidthChoice]:
    """The choices in the functions of `module`, one for each comparison."""
    if not may_choose_width(module.source.text):
        return
    deciding = dict(_deciding(module))
    for function in module.functions:
        node = function.as_function
        tests = list(_tests(module, node, deciding))
        launches = [each for each in walk(node) if _is_launch(each)] if tests else []
        text = module.source.snippet(module.source.span(node)) if launches else ""
        for test, tensors in tests:
            found = next(_for_launches(node, test, tensors, launches, text), None)
            if found is not None:
                name, launch, stride = found
                spans = map(module.source.span, (launch, stride))
                yield WidthChoice(module.source.span(test), function.name, name, *spans)


def _for_launches(
    node: Function, test: ast.expr, tensors: list[str], launches: list[ast.AST], text: str
) -> Iterator[tuple[str, ast.expr, ast.expr]]:
    """The tensors that a test counts, with a launch that it decides about and a stride there."""
    for launch in launches:
        assert isinstance(launch, ast.Call)
        for name, stride in _strides(launch):
            if name in tensors and not _is_dense(text, name) and _decides(node, test, launch):
                yield name, launch, stride


def _tests(
    module: Module, node: Function, deciding: Mapping[str, tuple[int, str]]
) -> Iterator[tuple[ast.expr, list[str]]]:
    """The comparisons of a function, and calls of those that make one, with the tensors that they
    count."""
    for each in walk(node):
        match each:
            case ast.Compare():
                tensors = _counted(module, each, only_given(node))
                if tensors:
                    yield each, tensors
            case ast.Call(func=ast.Name(id=name), args=args) if name in deciding:
                index = deciding[name][0]
                if index < len(args) and isinstance(args[index], ast.Name):
                    yield each, [args[index].id]  # type: ignore[attr-defined]


def _counted(module: Module, test: ast.Compare, given: Mapping[str, ast.expr]) -> list[str]:
    """The tensors whose elements are counted and compared with what 32 bits hold; `given` is what
    the names of the function are given once."""
    sides = [
        given.get(each.id, each) if isinstance(each, ast.Name) else each
        for each in (test.left, *test.comparators)
    ]
    if not any(_LIMIT.search(_written(module, each)) for each in sides):
        return []
    return [
        each.func.value.id
        for side in sides
        for each in nodes(side, ast.Call)
        if isinstance(each.func, ast.Attribute)
        and each.func.attr in _COUNTS
        and isinstance(each.func.value, ast.Name)
    ]


def _written(module: Module, side: ast.expr) -> str:
    """A side of a comparison, as it is written: of a constant of the file, what it is given."""
    bound = module.bindings.get(side.id, ()) if isinstance(side, ast.Name) else ()
    value = bound[0].node if len(bound) == 1 else None
    return as_code(value if isinstance(value, ast.expr) else side)


def _deciding(module: Module) -> Iterator[tuple[str, tuple[int, str]]]:
    """The functions of a file that return such a comparison of a parameter, with its position."""
    for function in module.functions:
        node = function.node
        if not isinstance(node, ast.FunctionDef) or function.enclosing:
            continue
        parameters = [each.arg for each in node.args.args]
        for each in walk(node):
            value = each.value if isinstance(each, ast.Return) else None
            counted = isinstance(value, ast.Compare) and _counted(module, value, only_given(node))
            for name in counted or ():
                if name in parameters and not _asks(function, name):
                    yield node.name, (parameters.index(name), name)


def _asks(function: Definition, name: str) -> bool:
    source = function.module.source
    assert isinstance(function.node, ast.FunctionDef)
    return _is_dense(source.snippet(source.span(function.node)), name)


def _is_launch(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript)


def _strides(launch: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The tensors of which a launch passes strides, and where."""
    for given in (*launch.args, *(each.value for each in launch.keywords)):
        for each in walk(given):
            match each:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="stride")):
                    yield name, each


def _is_dense(text: str, name: str) -> bool:
    """Whether a function makes a tensor itself, or one without gaps of it, or asks for gaps."""
    return bool(
        re.search(_DENSE.format(name=name), text) or re.search(_ASKED.format(name=name), text)
    )


def _decides(node: Function, test: ast.expr, launch: ast.Call) -> bool:
    """Whether what a test comes to reaches a launch: as an argument, or as the arm that it is
    in."""
    if any(each is test for each in walk(launch)):
        return True
    names: set[str] = set()
    for each in walk(node):
        match each:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                if any(inner is test for inner in walk(value)) or _names(value) & names:
                    names.add(name)
            case ast.If(test=asked, body=body, orelse=orelse):
                if any(inner is test for inner in walk(asked)) or _names(asked) & names:
                    arms = [inner for arm in (*body, *orelse) for inner in walk(arm)]
                    if any(inner is launch for inner in arms):
                        return True
                    names |= {
                        inner.id
                        for inner in arms
                        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
                    }
    return bool(_names(launch) & names)


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in nodes(node, ast.Name)}
