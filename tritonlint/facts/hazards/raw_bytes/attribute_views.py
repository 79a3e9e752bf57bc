"""Attributes that hold bytes and that other functions of the file view as 8-bit floats:
`self.pool.pages.view(torch.float8_e4m3fn)` in one method says what `self.pool.pages` is in all."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.torch_code import float_type, viewed
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import only_given
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# Decides what is run: what it holds may not be so elsewhere.
_CHOICES = (ast.If, ast.IfExp, ast.Match, ast.While, ast.ExceptHandler, ast.BoolOp)


@dataclass(frozen=True)
class _View:
    """A view of an attribute in a function, as which type; None where it depends on a test or on
    who calls, or is of another type."""

    function: Definition
    types: ElementTypes | None
    span: Span


def viewed_by_methods(event: LaunchEvent, tensor: Tensor, parameter: str) -> Iterator[Evidence]:
    """Evidence that a tensor of bytes, all of what an attribute holds, is codes: other functions
    view that attribute as 8-bit floats, always and as nothing else."""
    if tensor.part is not None:
        return
    for place in (*tensor.passed, event.arguments[parameter].place):
        for module in (event.root.module, event.module):
            function = module.function_at(place.span.line)
            if place.source is not module.source or function is None:
                continue
            views = _views(module).get(_called(function, place.node), ())
            others = [each for each in views if each.function is not function]
            types = {each.types for each in views}
            if others and len(types) == 1 and (seen := types.pop()) is not None:
                message = f"another function views this attribute as {seen} here"
                yield Evidence(others[0].span, message, "likely", (), seen, meaning=seen)
                return


@kept(512)
def _views(module: Module) -> Mapping[str, list[_View]]:
    """By what they are called, the views of attributes in a file."""
    found: dict[str, list[_View]] = {}
    for function in module.functions if ".view" in module.source.text else ():
        left = False
        for node, always in _within(function.as_function, True):
            left = left or (isinstance(node, ast.Return) and not always)
            owner, dtype = viewed(node) or (None, None)
            called = _called(function, owner) if owner is not None else ""
            types = float_type(dtype) if dtype is not None else None
            if called and dtype is not None and isinstance(node, ast.expr) and not _is_shape(dtype):
                codes = types is not None and all(each.is_fp8 for each in types.types or ())
                view = _View(
                    function,
                    types if codes and always and not left else None,
                    module.source.span(node),
                )
                found.setdefault(called, []).append(view)
    return found


def _within(node: ast.AST, always: bool) -> Iterator[tuple[ast.AST, bool]]:
    """The nodes in a function, and whether each is always run."""
    for each in ast.iter_child_nodes(node):
        inner = always and not isinstance(each, _CHOICES)
        yield each, inner
        yield from _within(each, inner)


def _is_shape(node: ast.expr) -> bool:
    """Whether what a view is given is a size."""
    return isinstance(node, ast.Constant | ast.UnaryOp | ast.BinOp | ast.Starred)


def _called(function: Definition, node: ast.expr) -> str:
    """What an expression in a function calls an attribute of its object or of a parameter, the
    former with the class; empty for another expression."""
    names = only_given(function.as_function)
    for _ in range(2):
        if isinstance(node, ast.Name) and node.id in names:
            node = names[node.id]
    root: ast.expr = node
    while isinstance(root, ast.Attribute):
        root = root.value
    if root is node or not isinstance(root, ast.Name):
        return ""
    arguments = function.as_function.args
    parameters = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    if root.id not in parameters:
        return ""
    owner = function.owner
    of_class = owner.name if owner is not None and root.id == parameters[0] else ""
    return f"{of_class}:{ast.unparse(node)}"
