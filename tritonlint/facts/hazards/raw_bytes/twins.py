"""The same region elsewhere in a project: who packs a layout and who unpacks it cut it alike."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.dtypes import PLATFORM_FP8, ElementTypes, from_torch
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.named_dtypes import named_fp8
from tritonlint.facts.host.state import Run
from tritonlint.facts.host.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.frozen import dataclass
from tritonlint.source import Span


@dataclass(frozen=True)
class Viewed:
    """A slice that is viewed as a float type: its text, that of its last bounds where they are
    computed, and where the view is."""

    text: str
    bounds: str
    types: ElementTypes
    span: Span


def viewed_elsewhere(run: Run, event: LaunchEvent, tensor: Tensor) -> Viewed | None:
    """A view of another slice of the file that cuts the same region: of the same name by the same
    bounds, or by the same computed bounds (`x[:, n:]` alone can be anything); else one in another
    file of the project, where the bounds are computed from several names. None where the views of
    such slices are of several types."""
    module = cutting(event, tensor)
    node = sliced(module, tensor)
    if node is None:
        return None
    text, bounds = ast.unparse(node), _bounds(node)
    by_text, by_bounds = _alike(module)
    if text in by_text or bounds in by_bounds:
        return by_text[text] if text in by_text else by_bounds[bounds]
    names = {each.id for each in ast.walk(node.slice) if isinstance(each, ast.Name)}
    return _in_other_files(run, bounds, names) if bounds and len(names) > 1 else None


def same_expression(event: LaunchEvent, tensor: Tensor) -> Viewed | None:
    """A view, elsewhere in the file, of the very expression by which a tensor is cut out of the
    attribute of an object (`pool.pages[layer]`)."""
    module = cutting(event, tensor)
    node = sliced(module, tensor)
    if node is None or not isinstance(node.value, ast.Attribute):
        return None
    return _alike(module)[0].get(ast.unparse(node))


def cutting(event: LaunchEvent, tensor: Tensor) -> Module:
    """The file in which a tensor is cut from its buffer: that of the function that the launch is
    seen from, else that of the launch."""
    own = event.root.module
    return own if tensor.part is not None and tensor.part.span.path == own.path else event.module


def sliced(module: Module, tensor: Tensor) -> ast.Subscript | None:
    """The slice by which a tensor is cut from its buffer, where that stands in this file."""
    if tensor.part is None or tensor.part.span.path != module.path:
        return None
    try:
        node = ast.parse(f"({module.source.snippet(tensor.part.span)})", mode="eval").body
    except SyntaxError:
        return None
    return node if isinstance(node, ast.Subscript) else None


def _in_other_files(run: Run, bounds: str, names: set[str]) -> Viewed | None:
    """The first view as more than codes, in other files, of a slice that has these computed bounds,
    where all agree on its type: who writes a page and who reads it share its layout."""
    alike = (_alike(each)[1] for each in run.viewing(frozenset(names)))
    found = [by_bounds[bounds] for by_bounds in alike if bounds in by_bounds]
    known = [each for each in found if each is not None]
    if not known or len(known) < len(found) or len({each.types for each in known}) > 1:
        return None
    # Codes are what bytes are taken for anyway.
    return None if any(each.is_fp8 for each in known[0].types.types or ()) else known[0]


@kept(64)
def _alike(module: Module) -> tuple[dict[str, Viewed | None], dict[str, Viewed | None]]:
    """The first of the slices of a file that have a text, and of those that have the same computed
    bounds; None where their views are of several types."""
    by_text: dict[str, Viewed | None] = {}
    by_bounds: dict[str, Viewed | None] = {}
    for each in _viewed(module):
        for alike, key in ((by_text, each.text), (by_bounds, each.bounds)):
            first = alike.setdefault(key, each) if key else None
            if first is not None and first.types != each.types:
                alike[key] = None
    return by_text, by_bounds


def _viewed(module: Module) -> tuple[Viewed, ...]:
    """The slices of a file that are viewed as floats, in the expression or by their name."""
    found: list[Viewed] = []
    for each in module.functions:
        function = each.node
        assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        slices = dict(_slices(function))
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Attribute(value=part, attr="view"), args=[to]):
                    types = float_type(to)
                    if isinstance(part, ast.Name):
                        part = slices.get(part.id, part)
                    if types is not None and isinstance(part, ast.Subscript):
                        text, bounds = ast.unparse(part), _bounds(part)
                        found.append(Viewed(text, bounds, types, module.source.span(node)))
    return tuple(found)


def _slices(function: ast.AST) -> Iterator[tuple[str, ast.Subscript]]:
    """The names that slices are bound to in a function."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript() as part):
                yield name, part
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=False):
                    if isinstance(target, ast.Name) and isinstance(value, ast.Subscript):
                        yield target.id, value


def float_type(node: ast.expr) -> ElementTypes | None:
    """The float types that an expression names: one of torch's, or the platform's fp8 type."""
    if isinstance(node, ast.Call) and not node.args:
        node = node.func
    name = node.attr if isinstance(node, ast.Attribute) else ""
    name = node.id if isinstance(node, ast.Name) else name
    known = from_torch(name) if isinstance(node, ast.Attribute) else None
    if known is not None and known.is_float:
        return ElementTypes.of(known)
    return PLATFORM_FP8 if named_fp8(name) else None


def _bounds(node: ast.Subscript) -> str:
    """The bounds of a slice of the last dimension as text, empty where they are too simple to tell
    one layout from another."""
    last = node.slice
    if isinstance(last, ast.Tuple) and last.elts:
        last = last.elts[-1]
    if not isinstance(last, ast.Slice):
        return ""
    computed = any(isinstance(each, ast.BinOp) for each in ast.walk(last))
    return ast.unparse(last) if computed else ""
