"""Whether the expression that should have been viewed is used for something else too, which a view
would change: the same name is returned, cut again, or taken for the bytes that it holds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from tritonlint.dtypes import UINT8, ElementTypes
from tritonlint.facts.device import contract, moves
from tritonlint.facts.hazards.launched.specializations import specialization
from tritonlint.facts.hazards.raw_bytes.passing import passing
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.places import Place
from tritonlint.facts.host.values.symbols import Allocation, Object, Parameter, Symbol
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import as_code, assigned, functions_around, nodes
from tritonlint.source import SourceFile, Span

# What is the same of memory that is viewed as another type of the same size.
_SAME = frozenset(
    "stride shape size numel nelement element_size device data_ptr is_contiguous dim ndim is_cuda "
    "zero_ storage_offset get_device".split()
)
_DTYPE = re.compile(r"\btorch\.|d_?type|fp8|float8|e4m3|e5m2", re.IGNORECASE)
_CONVERTED = ("float_to_int", "int_to_float", "compile_error")


# Whether something is given elsewhere, and whether that is viewed.
Replaced = tuple[bool, bool]


def is_supposed(run: Run, tensor: Tensor) -> bool:
    """Whether a tensor comes from an object that was taken for one of a class by its use alone, or
    that a function makes which others may make too: what is cut or made in there; or is what other
    code gives an attribute."""
    if tensor.buffer in run.bound:
        return True
    made = [each for each in tensor.buffer.inner if isinstance(each, Allocation)]
    places = [(each.path, each.line) for each in made]
    places += [(tensor.part.span.path, tensor.part.span.line)] if tensor.part else []
    names = {each.function for each in tensor.buffer.inner if isinstance(each, Parameter)}
    kinds = {each.kind for each in tensor.buffer.inner if isinstance(each, Object)}
    return any(
        each.qualified in names | kinds
        or any(
            path == each.module.path
            and each.line <= line <= (getattr(each.node, "end_lineno", 0) or 0)
            for path, line in places
        )
        for each in run.supposed
    )


def replaced_elsewhere(run: Run, event: LaunchEvent, parameter: str, tensor: Tensor) -> Replaced:
    """Whether other files give something under one of the names by which a tensor is passed on: of
    an attribute, or of its module; and whether they view what they give."""
    found = [(False, False)]
    for each in (*tensor.passed, event.arguments[parameter].place):
        name = _lasting(event.module, each.node) if each.source is event.module.source else ""
        found += [run.replaced(event.module, name)] if name else []
    return any(given for given, _ in found), any(viewed for _, viewed in found)


def _lasting(module: Module, node: ast.expr) -> str:
    """The name of the attribute, or of the module, that an expression is or is a part of."""
    match node:
        case ast.Attribute(attr=name):
            return name
        case ast.Name(id=name):
            return name if name in module.bindings else ""
        case ast.Subscript(value=inner) | ast.Call(func=ast.Attribute(value=inner)):
            return _lasting(module, inner)
    return ""


def used_otherwise(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, place: Span
) -> bool:
    """Whether what stands at `place`, and goes from there to a launch, is used otherwise on the
    way: in the function that it stands in where it is given a name there, and in those that it is
    passed to."""
    way = [*tensor.passed, event.arguments[parameter].place]
    spans = [each.span for each in way]
    passed = spans.index(place) + 1 if place in spans else 0
    nodes_ = [each.node for each in way]
    return any(_is_used(run, each, nodes_, place, tensor.buffer) for each in way[passed:])


def _is_used(run: Run, at: Place, way: Sequence[ast.expr], place: Span, buffer: Symbol) -> bool:
    """Whether what is passed at one place of the way has a name that is used otherwise."""
    source = at.source
    around = _home(source, at.span.line, at.node)
    names = _names(source, around, at.node, place)
    if any("." in each for each in names):
        around = source.tree  # an attribute may be used by other methods
    for each in names:
        for whole in _uses(around, each):
            on_way = any(x is node for x in whole for node in way)
            if not (on_way or _is_harmless(whole, names) or _is_to_be_viewed(run, whole, buffer)):
                return True
    return False


def _home(source: SourceFile, line: int, node: ast.expr) -> ast.AST:
    """The function around a line in which the names of an expression have their values: one around
    that, where it gives them none; else the file."""
    functions = functions_around(source.tree, line)
    named = {each.id for each in nodes(node, ast.Name)}
    for each in reversed(functions[1:]):
        if not named.isdisjoint(_bound(each)):
            return each
    return functions[0] if functions else source.tree


@kept(256)
def _bound(function: ast.AST) -> frozenset[str]:
    """The parameters of a function, and the names that it gives values."""
    stored = {x.id for x in nodes(function, ast.Name) if isinstance(x.ctx, ast.Store)}
    return frozenset(stored | {each.arg for each in nodes(function, ast.arg)})


def _names(source: SourceFile, around: ast.AST, node: ast.expr, place: Span) -> set[str]:
    """The names in a function by which what stands at `place`, or comes as a parameter, becomes
    `node`."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if _holds(source, each, place):
            continue
        if isinstance(each, ast.IfExp):
            waiting += [each.body, each.orelse]
        owner = _owner(each)
        name = as_code(owner) if owner is not None else ""
        if name and name not in found:
            found.add(name)
            waiting += [value for target, value in _assigned(around) if as_code(target) == name]
    return found


def _owner(node: ast.expr) -> ast.expr | None:
    """The name, or the attribute of `self`, whose memory an expression is a part of."""
    match node:
        case ast.Name() | ast.Attribute(value=ast.Name(id="self")):
            return node
        case ast.Attribute(value=inner) | ast.Subscript(value=inner) | ast.Call(func=inner):
            return _owner(inner)
    return None


@kept(256)
def _assigned(around: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    statements = nodes(around, ast.Assign, ast.AnnAssign)
    return [each for statement in statements for each in assigned(statement)]


def _holds(source: SourceFile, node: ast.expr, place: Span) -> bool:
    """Whether an expression is the one at `place`, or that is in it."""
    whole = source.span(node)
    start, end = (whole.line, whole.column), (whole.end_line, whole.end_column)
    return (
        whole.path == place.path
        and start <= (place.line, place.column)
        and (place.end_line, place.end_column) <= end
    )


def _uses(around: ast.AST, name: str) -> Iterator[list[ast.AST]]:
    """Where a name is read: its node, and those around it, from the inside on."""
    parents = _parents(around)
    for each in nodes(around, ast.Name, ast.Attribute):
        if isinstance(each.ctx, ast.Load) and as_code(each) == name:
            whole: list[ast.AST] = [each]
            while id(whole[-1]) in parents:
                whole.append(parents[id(whole[-1])])
            yield whole


@kept(256)
def _parents(around: ast.AST) -> Mapping[int, ast.AST]:
    return {
        id(inner): each for each in nodes(around, ast.AST) for inner in ast.iter_child_nodes(each)
    }


def _is_harmless(whole: Sequence[ast.AST], names: set[str]) -> bool:
    """Whether a use gives one of `names` its value, or the same for another type of the same
    size."""
    first = whole[1] if len(whole) > 1 else None
    if isinstance(first, ast.Attribute) and (first.attr in _SAME or _is_view(whole[1:])):
        return True
    if isinstance(first, ast.Compare) and all(
        isinstance(each, (ast.Is, ast.IsNot)) for each in first.ops
    ):
        return True
    statement = next((each for each in whole if isinstance(each, ast.stmt)), None)
    return isinstance(statement, (ast.Assign, ast.AnnAssign)) and any(
        as_code(target) in names for target, _ in assigned(statement)
    )


def _is_view(above: Sequence[ast.AST]) -> bool:
    """Whether something is viewed as a type there."""
    match list(above[:2]):
        case [ast.Attribute(attr="view"), ast.Call(args=[dtype], keywords=[])]:
            return _DTYPE.search(as_code(dtype)) is not None
    return False


def _is_to_be_viewed(run: Run, whole: Sequence[ast.AST], buffer: Symbol) -> bool:
    """Whether a use comes to launches, and these too want a view of the memory."""
    given = [
        (event, name)
        for event, name, each in passing(run).get(buffer, ())
        for place in (event.arguments[name].place, *each.passed)
        if any(place.node is node for node in whole)
    ]
    return bool(given) and all(_wants_view(*each) for each in given)


def _wants_view(event: LaunchEvent, parameter: str) -> bool:
    """Whether the kernel of a launch converts numbers where a parameter points to bytes, and moves
    none of these as they are: where to, they may be meant."""
    made = specialization(event, parameter, ElementTypes.of(UINT8), event.path)
    if any(parameter in pair for pair in moves(event.kernel, made).copies):
        return False
    found = contract(event.kernel, made)
    effects = [each.effect for each in found.stores if each.parameter == parameter]
    loads = [each.effect for each in found.loads if each.parameter == parameter]
    return not {*effects, *loads}.isdisjoint(_CONVERTED)
