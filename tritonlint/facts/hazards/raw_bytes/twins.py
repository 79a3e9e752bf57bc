"""The same region elsewhere in a project: who packs a layout and who unpacks it cut it alike."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.hazards.raw_bytes.cuts import as_slice, as_written, cutting, sliced
from tritonlint.facts.hazards.torch_code import (
    begins_later,
    float_type,
    last_slice,
    viewed,
)
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import assigned, nodes, only_given, walk
from tritonlint.frozen import dataclass
from tritonlint.source import Span

_WIDE_VIEW = re.compile(
    r"view(?<!\wview)\s*\((?:\s|#[^\n]*\n)*(?:dtype\s*=\s*)?[\w.]*(?:float(?:16|32|64)?|half|double)\b"
)
_CUTS = (ast.Subscript, ast.Call)


@dataclass(frozen=True)
class Viewed:
    """A slice that is viewed as a float type: its text, that of its last bounds where they are
    computed, what it begins with (`page[512:`), and where the view is."""

    text: str
    bounds: str
    begin: str
    types: ElementTypes
    span: Span


def viewed_elsewhere(run: Run, event: LaunchEvent, tensor: Tensor) -> Viewed | None:
    """A view of another slice of the file that cuts the same region: of the same name by the same
    bounds, or by the same computed bounds (`x[:, n:]` alone can be anything); else one in another
    file of the project, where the bounds are computed from several names. None where the views of
    such slices are of several types."""
    module = cutting(event, tensor)
    by_text, by_bounds, _ = _alike(module)
    for node in _spellings(event, tensor):
        text, bounds = ast.unparse(node), _bounds(node)
        if text in by_text or bounds in by_bounds:
            return by_text[text] if text in by_text else by_bounds[bounds]
    larger = by_text.get(_cut_out_of(module, tensor))
    if larger is not None and all(each.is_fp8 for each in larger.types.types or ()):
        return larger
    for node in _spellings(event, tensor):
        bounds, names = _bounds(node), {each.id for each in nodes(node.slice, ast.Name)}
        found = _in_other_files(run, bounds, names) if bounds and len(names) > 1 else None
        if found is not None:
            return found
    return None


def same_expression(event: LaunchEvent, tensor: Tensor) -> Viewed | None:
    """A view, elsewhere in the file, of the very expression by which a tensor is cut out of the
    attribute of an object (`pool.pages[layer]`)."""
    module = cutting(event, tensor)
    node = sliced(module, tensor)
    if node is None or not isinstance(node.value, ast.Attribute):
        return None
    return _alike(module)[0].get(ast.unparse(node))


def may_cut_alike(text: str) -> bool:
    """Whether a file may view slices as wider floats."""
    return "view" in text and _WIDE_VIEW.search(text) is not None


def cuts_alike(module: Module, function: ast.AST) -> bool:
    """Whether a function cuts out a slice that begins where one does, of a buffer that is called
    alike, which another function of the file views as wider floats."""
    begins = _alike(module)[2]
    if not begins:
        return False
    slices = (as_slice(each) for each in walk(function) if isinstance(each, _CUTS))
    return any(each is not None and _begin(each) in begins for each in slices)


def begun_alike(event: LaunchEvent, tensor: Tensor) -> Viewed | None:
    """A view as wider floats, elsewhere in the file, of a slice that begins where this one does, of
    a buffer that is called alike there."""
    by_begin = _alike(cutting(event, tensor))[2]
    found = next(filter(None, (by_begin.get(_begin(x)) for x in _spellings(event, tensor))), None)
    return None if found is None or any(t.is_fp8 for t in found.types.types or ()) else found


def regions_of(event: LaunchEvent, text: str) -> Iterator[Viewed]:
    """The views as wider floats, elsewhere in the file, of slices of a buffer that is called `text`
    there."""
    for begin, each in _alike(event.module)[2].items():
        wide = each is not None and not any(t.is_fp8 for t in each.types.types or ())
        if each is not None and wide and begin.startswith(f"{text}["):
            yield each


def tells_layout(event: LaunchEvent, tensor: Tensor) -> bool:
    """Whether where a slice begins tells one layout from another: at a sum, at a number or at what
    a constant of the file says."""
    module = cutting(event, tensor)
    node = sliced(module, tensor)
    last = last_slice(node) if node is not None else None
    if node is None or last is None or last.lower is None:
        return False
    for each in walk(last.lower):
        match each:
            case ast.BinOp() | ast.Constant(value=int()):
                return True
            case ast.Name(id=name) if module.resolve(name, ()) is not None:
                return True
    return False


def _spellings(event: LaunchEvent, tensor: Tensor) -> Iterator[ast.Subscript]:
    """The slice by which a tensor is cut, in the terms of the caller of the function that cuts it;
    and as it is written, where that function launches too: then its names are no other's."""
    module = cutting(event, tensor)
    node = sliced(module, tensor)
    if node is None:
        return
    yield node
    assert tensor.part is not None
    if tensor.passed and tensor.part.site and module is event.module:
        own = module.function_at(tensor.part.span.line)
        written = as_written(module, tensor.part)
        if written is not None and own == module.function_at(event.span.line):
            yield written


def _cut_out_of(module: Module, tensor: Tensor) -> str:
    """The slice that a name stands for of which a tensor is cut, as text; empty for no such."""
    node = sliced(module, tensor)
    if node is None or tensor.part is None or not isinstance(node.value, ast.Name):
        return ""
    around = module.function_at(tensor.part.span.line)
    given = only_given(around.as_function).get(node.value.id) if around is not None else None
    larger = as_slice(given) if given is not None else None
    return ast.unparse(larger) if larger is not None else ""


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
def _alike(module: Module) -> tuple[dict[str, Viewed | None], ...]:
    """The first of the slices of a file that have a text, of those that have the same computed
    bounds, and of those that begin alike; None where their views are of several types."""
    by_text: dict[str, Viewed | None] = {}
    by_bounds: dict[str, Viewed | None] = {}
    by_begin: dict[str, Viewed | None] = {}
    for each in _viewed(module):
        keys = ((by_text, each.text), (by_bounds, each.bounds), (by_begin, each.begin))
        for alike, key in keys:
            first = alike.setdefault(key, each) if key else None
            if first is not None and first.types != each.types:
                alike[key] = None
    return by_text, by_bounds, by_begin


def _viewed(module: Module) -> tuple[Viewed, ...]:
    """The slices of a file that are viewed as floats, in the expression or by their name."""
    found: list[Viewed] = []
    for each in module.functions if ".view" in module.source.text else ():
        function = each.as_function
        slices = dict(_slices(function))
        for node in nodes(function, ast.Call):
            match node:
                case ast.Call(func=ast.Attribute(attr="view")) if view := viewed(node):
                    owner, types = view[0], float_type(view[1])
                    part = slices.get(owner.id) if isinstance(owner, ast.Name) else None
                    part = part or as_slice(owner)
                    if types is not None and part is not None:
                        text, bounds, begin = ast.unparse(part), _bounds(part), _begin(part)
                        span = module.source.span(node)
                        found.append(Viewed(text, bounds, begin, types, span))
    return tuple(found)


def _slices(function: ast.AST) -> Iterator[tuple[str, ast.Subscript]]:
    """The names that slices are bound to in a function."""
    for node in nodes(function, ast.Assign, ast.AnnAssign):
        for target, value in assigned(node):
            part = as_slice(value)
            if isinstance(target, ast.Name) and part is not None:
                yield target.id, part


def _bounds(node: ast.Subscript) -> str:
    """The bounds of a slice of the last dimension as text, empty where they are too simple to tell
    one layout from another."""
    last = last_slice(node)
    if last is None:
        return ""
    computed = any(isinstance(each, ast.BinOp) for each in walk(last))
    return ast.unparse(last) if computed else ""


def _begin(node: ast.Subscript) -> str:
    """What a slice of the last dimension is of, and begins with; empty where that is its start."""
    last = last_slice(node)
    if last is None or last.lower is None or not begins_later(last):
        return ""
    return f"{_owner(node)}[{ast.unparse(last.lower)}:"


def _owner(node: ast.Subscript) -> str:
    """What is sliced, whichever of its rows."""
    owner: ast.expr = node.value
    while isinstance(owner, ast.Subscript):
        owner = owner.value
    return ast.unparse(owner)
