"""Views that pack: floats are viewed as 8-bit floats to be put beside codes, as
`torch.cat([codes, scales.view(codes.dtype)], -1)` does. They say nothing of what was viewed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.facts.host.calls.libraries import JOINING
from tritonlint.facts.host.memory.tensors import SHAPES
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import last_name, nodes
from tritonlint.source import Span


def packs(module: Module, view: Span) -> bool:
    """Whether a view stands in this file, and what it gives is only put beside, or into, other
    memory."""
    return view.path == module.path and view in _packed(module)


@kept(512)
def _packed(module: Module) -> frozenset[Span]:
    """The calls in a file whose value is joined with others, or copied."""
    calls = (reshaped(each) for each in _put(module.tree))
    return frozenset(module.source.span(each) for each in calls if isinstance(each, ast.Call))


def _put(tree: ast.AST) -> Iterator[ast.expr]:
    for node in nodes(tree, ast.Call, ast.Assign):
        match node:
            case ast.Call(func=called, args=[ast.List(elts=parts) | ast.Tuple(elts=parts), *_]):
                if last_name(called) in JOINING:
                    yield from parts
            case ast.Call(func=ast.Attribute(attr="copy_"), args=[source, *_]):
                yield source
            case ast.Assign(targets=[ast.Subscript()], value=value):
                yield value


def reshaped(node: ast.expr) -> ast.expr:
    """What an expression gives another shape: `x.view(dtype)` of `x.view(dtype).flatten()`."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call() as inner, attr=name)) if name in SHAPES:
            return reshaped(inner)
    return node
