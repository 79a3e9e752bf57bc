"""Where and how a tensor is cut from its buffer, as the code spells it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.memory.tensors import SHAPES
from tritonlint.facts.host.values.places import Part, Place
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code, last_name, nodes


def cutting(event: LaunchEvent, tensor: Tensor) -> Module:
    """The file in which a tensor is cut from its buffer, as far as it is parsed; else that of the
    launch."""
    path = tensor.part.span.path if tensor.part is not None else event.module.path
    for each in (event.module, event.root.module):
        if each.path == path:
            return each
    return event.module.project.cached(str(Path(path).absolute())) or event.module


def sliced(module: Module, tensor: Tensor) -> ast.Subscript | None:
    """The slice by which a tensor is cut from its buffer, where that stands in this file."""
    if tensor.part is None or tensor.part.span.path != module.path:
        return None
    return _sliced(module, tensor.part, tensor.passed if tensor.part.site else ())


def as_written(module: Module, part: Part) -> ast.Subscript | None:
    """The slice by which a part of a tensor is cut in this file, as it is written."""
    return _sliced(module, part, ())


@kept(2048)
def _sliced(module: Module, part: Part, passed: tuple[Place, ...]) -> ast.Subscript | None:
    """The slice by which a part is cut, in the terms of the caller of the function that cuts it out
    of what it is given: `region(page, n, n * 4)`."""
    try:
        node = ast.parse(f"({module.source.snippet(part.span)})", mode="eval").body
    except SyntaxError:
        return None
    found = as_slice(node) if part.index is None else _piece(node, part.index)
    around = module.function_at(part.span.line) if passed else None
    if found is None or around is None:
        return found
    return _Given(_called_with(module, around, passed)).visit(found)  # type: ignore[no-any-return]


def _called_with(
    module: Module, function: Definition, passed: tuple[Place, ...]
) -> Mapping[str, ast.expr]:
    """What a function is given where one of these arguments is passed to it in the same file."""
    for place in passed:
        caller = module.function_at(place.span.line) if place.source is module.source else None
        for call in nodes(caller.node, ast.Call) if caller is not None else ():  # type: ignore[arg-type]
            values = (*call.args, *(each.value for each in call.keywords))
            if last_name(call.func) == function.name and any(x is place.node for x in values):
                if function.owner is not None and isinstance(call.func, ast.Attribute):
                    bound = [call.func.value, *call.args]
                    call = ast.Call(call.func, bound, call.keywords)
                return signature(function.as_function).given(call)
    return {}


class _Given(ast.NodeTransformer):
    """Puts what a call gives in the place of the names of parameters."""

    def __init__(self, given: Mapping[str, ast.expr]) -> None:
        self._given = given

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._given.get(node.id, node)


def _piece(node: ast.expr, index: int) -> ast.Subscript | None:
    """The slice that one of the pieces is that an expression cuts together, as by `x.split([n, 4 *
    m], dim=-1)`: the last one goes to the end."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="torch"), attr=name), args=[owner, *rest]
        ):
            method = ast.Attribute(owner, name, ast.Load())
            return _piece(ast.Call(method, rest, node.keywords), index)
        case ast.Call(
            func=ast.Attribute(value=owner, attr="split" | "split_with_sizes"),
            args=[ast.List(elts=sizes) | ast.Tuple(elts=sizes), *rest],
            keywords=keywords,
        ) if index < len(sizes):
            axis = rest[0] if rest else next((x.value for x in keywords if x.arg == "dim"), None)
            if axis is None or as_code(axis) == "0":  # of whole rows
                return None
            begin = end = None
            for each in sizes[:index]:
                begin = each if begin is None else ast.BinOp(begin, ast.Add(), each)
            if index + 1 < len(sizes):
                own = sizes[index]
                end = own if begin is None else ast.BinOp(begin, ast.Add(), own)
            slice_ = ast.Tuple([ast.Constant(...), ast.Slice(begin, end)], ast.Load())
            return ast.Subscript(owner, slice_, ast.Load())
    return None


def as_slice(node: ast.expr) -> ast.Subscript | None:
    """The slice that an expression is, whatever its shape is changed to; `x.narrow(1, n, 4)` is
    one too."""
    match node:
        case ast.Subscript():
            return node
        case ast.Call(func=ast.Attribute(value=owner, attr="narrow"), args=[_, begin, length]):
            end = ast.BinOp(begin, ast.Add(), length)
            slice_ = ast.Tuple([ast.Constant(...), ast.Slice(begin, end)], ast.Load())
            return ast.Subscript(owner, slice_, ast.Load())
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch")), args=[owner, *rest]):
            method = ast.Attribute(owner, last_name(node.func), ast.Load())
            return as_slice(ast.Call(method, rest, node.keywords))
        case ast.Call(
            func=ast.Attribute(value=owner, attr="as_strided"),
            args=[ast.Tuple(elts=[*_, length]) | ast.List(elts=[*_, length]), _, begin],
        ):
            end = ast.BinOp(begin, ast.Add(), length)
            slice_ = ast.Tuple([ast.Constant(...), ast.Slice(begin, end)], ast.Load())
            return ast.Subscript(owner, slice_, ast.Load())
        case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in SHAPES:
            return as_slice(owner)
    return None


def is_whole(event: LaunchEvent, tensor: Tensor) -> bool:
    """Whether a tensor is no region of its buffer: all of it, or one of its entries."""
    node = sliced(cutting(event, tensor), tensor)
    if node is None:
        return tensor.part is None
    slices = nodes(node.slice, ast.Slice)
    return not any(each.lower or each.upper for each in slices)
