"""Views as the dtype that a tensor had, read when the name already stands for its bytes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from tritonlint.facts.hazards.torch_code import given_dtype, viewed
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import SCOPE, Function, as_code, nodes
from tritonlint.frozen import dataclass, replace
from tritonlint.source import Span

# A view as bytes, and one as the dtype of a name or of an attribute of `self`.
_AS_BYTES = re.compile(r"\.view\(\s*(?:dtype\s*=\s*)?torch\.u?int8\s*\)")
_AS_DTYPE = re.compile(r"\.view\(\s*(?:dtype\s*=\s*)?([\w.]+)\.dtype\s*\)|=\s*[\w.]+\.dtype\b")
# What is no part of a statement itself.
_APART = (ast.stmt, ast.ExceptHandler, ast.match_case, ast.Lambda)
_MAKES = ("empty", "zeros", "ones", "full", "empty_like", "zeros_like")
# What a value keeps the dtype of.
_SAME_TYPE = (
    "clone",
    "contiguous",
    "reshape",
    "index_select",
    "to_device",
    "cuda",
    "cpu",
    "detach",
)


@dataclass(frozen=True)
class LostDtype:
    """A view at `place` of `viewed` as the dtype of `tensor`, which stands for bytes since `made`;
    so does what is viewed. `read` is where that dtype is read."""

    place: Span
    function: str
    tensor: str
    viewed: str
    made: Span
    read: Span


@dataclass(frozen=True, eq=False)
class _Bytes:
    """Since which line a name stands for bytes, on what tests, and where it is made so. `asked` is
    whether a test asked for the type that the name had before."""

    line: int
    tests: frozenset[str]
    node: ast.expr
    asked: bool = False


def may_lose_dtypes(text: str) -> bool:
    """Whether a file can have such a view."""
    if ".view(" not in text or ".dtype" not in text or "int8" not in text:
        return False
    return _AS_BYTES.search(text) is not None and _AS_DTYPE.search(text) is not None


def lost_dtypes(module: Module) -> Iterator[LostDtype]:
    """The views of bytes as bytes in the functions of `module`."""
    if not may_lose_dtypes(module.source.text):
        return
    for function in module.functions:
        node = function.as_function
        text = module.source.snippet(module.source.span(node))
        if _AS_BYTES.search(text) and _AS_DTYPE.search(text):
            yield from _of_function(module, node, function.name)


def _of_function(module: Module, node: Function, name: str) -> Iterator[LostDtype]:
    span = module.source.span
    held: dict[str, _Bytes] = {}  # names that stand for bytes
    dtypes: dict[str, tuple[str, ast.expr, _Bytes]] = {}  # names of a dtype that was read too late
    for statement, tests in _in_order(node.body, frozenset()):
        for view, of, wanted, inner in _views(statement, tests):
            tensor, read, made = _asked(wanted, held, dtypes)
            own = _bytes_of(of, held)
            if made is not None and own is not None and _is_view(made.node):
                same = made.asked and made.tests == own.tests
                if same or (made.tests <= inner and own.tests <= inner):
                    spans = span(made.node), span(read)
                    yield LostDtype(span(view), name, tensor, as_code(of), *spans)
        given = [(each, value, _given(value, held, tests)) for each, value in _assigned(statement)]
        for target, _, _ in given:
            _forget(target, held, dtypes)
        for target, value, made in given:
            if made is not None and _asks(target, made):
                # The test was of what the name stood for then: it cannot be asked again.
                made = replace(made, tests=frozenset((f"in line {made.line}",)), asked=True)
            if made is not None:
                held[target] = made
            elif isinstance(value, ast.Attribute) and value.attr == "dtype":
                owner = held.get(as_code(value.value))
                if owner is not None:
                    dtypes[target] = (as_code(value.value), value, owner)


def _forget(
    target: str, held: dict[str, _Bytes], dtypes: dict[str, tuple[str, ast.expr, _Bytes]]
) -> None:
    """A name is given another value: what was known of it, and on tests of it, holds no more."""
    for name in [n for n, each in held.items() if n == target or _asks(target, each)]:
        del held[name]
    for name in [n for n, each in dtypes.items() if n == target or _asks(target, each[2])]:
        del dtypes[name]


def _asks(name: str, known: _Bytes) -> bool:
    return any(_names(name, test) for test in known.tests)


def _names(name: str, test: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}\b", test) is not None


def _asked(
    wanted: ast.expr, held: dict[str, _Bytes], dtypes: dict[str, tuple[str, ast.expr, _Bytes]]
) -> tuple[str, ast.expr, _Bytes | None]:
    """Of what tensor an expression is the dtype, where that is read, and since when the name stands
    for bytes."""
    if isinstance(wanted, ast.Attribute) and wanted.attr == "dtype":
        tensor = as_code(wanted.value)
        return tensor, wanted, held.get(tensor)
    return dtypes.get(as_code(wanted), ("", wanted, None))


def _given(value: ast.expr | None, held: dict[str, _Bytes], tests: frozenset[str]) -> _Bytes | None:
    """What a name stands for that is given a value, where that is bytes."""
    if value is None:
        return None
    if _is_byte_view(value):
        return _Bytes(value.lineno, tests, value)
    own = _bytes_of(value, held)
    return _Bytes(own.line, own.tests | tests, own.node) if own is not None else None


def _bytes_of(value: ast.expr, held: dict[str, _Bytes]) -> _Bytes | None:
    """Since when an expression is bytes: a name, an item of one, or what keeps its type."""
    match value:
        case ast.Subscript(value=inner):
            return _bytes_of(inner, held)
        case ast.Call(func=ast.Attribute(value=inner, attr=attr)) if attr in _SAME_TYPE:
            return _bytes_of(inner, held)
        case ast.Call(func=ast.Attribute(attr="empty_like" | "zeros_like"), args=[inner]):
            return _bytes_of(inner, held) if not value.keywords else None
        case ast.Call(func=ast.Attribute(attr=attr)) if attr in _MAKES:
            match given_dtype(value):
                case ast.Attribute(value=inner, attr="dtype"):
                    return _bytes_of(inner, held)
    return held.get(as_code(value)) if isinstance(value, (ast.Name, ast.Attribute)) else None


def _is_byte_view(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr=attr)) if attr in _MAKES:
            made = given_dtype(value)
        case _:
            view = viewed(value)
            made = view[1] if view is not None else None
    return made is not None and as_code(made) in ("torch.uint8", "torch.int8")


def _is_view(node: ast.expr) -> bool:
    """Whether a name stands for bytes by a view: what is made of bytes has no other dtype."""
    match node:
        case ast.Call(func=ast.Attribute(attr="view")):
            return True
    return False


def _views(
    statement: ast.stmt, tests: frozenset[str]
) -> Iterator[tuple[ast.Call, ast.expr, ast.expr, frozenset[str]]]:
    """The views in a statement itself, each with what is viewed, as what, and what is true
    there."""
    waiting: list[tuple[ast.AST, frozenset[str]]] = [(statement, tests)]
    while waiting:
        node, known = waiting.pop()
        match node:
            case ast.Call(func=ast.Attribute(attr="view")) if view := viewed(node):
                yield node, *view, known
            case ast.IfExp(test=test, body=body):
                waiting.append((body, known | {as_code(test)}))
                waiting.append((node.orelse, known))
                continue
        children = ast.iter_child_nodes(node)
        waiting += ((each, known) for each in children if not isinstance(each, _APART))


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a statement itself gives values; without one where it is not told."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(
            targets
        ) == len(values):
            yield from zip(map(as_code, targets), values, strict=True)
        case ast.Assign(targets=[target], value=value) if not isinstance(target, ast.Subscript):
            if isinstance(target, (ast.Tuple, ast.List)):
                yield from ((as_code(each), None) for each in target.elts)
            else:
                yield as_code(target), value
        case ast.AnnAssign(target=target, value=value) if value is not None:
            yield as_code(target), value
        case ast.For() | ast.AsyncFor() | ast.With() | ast.AsyncWith():
            heads = [statement.target] if isinstance(statement, (ast.For, ast.AsyncFor)) else []
            for head in heads:
                yield from ((each.id, None) for each in nodes(head, ast.Name))


def _in_order(
    body: Sequence[ast.stmt], tests: frozenset[str]
) -> Iterator[tuple[ast.stmt, frozenset[str]]]:
    """The statements of a function in order, each with the tests that are true there."""
    for each in body:
        if isinstance(each, SCOPE):
            continue
        yield each, tests
        if isinstance(each, ast.If):
            yield from _in_order(each.body, tests | {as_code(each.test)})
            yield from _in_order(each.orelse, tests | {f"not ({as_code(each.test)})"})
        elif not isinstance(each, (ast.Assign, ast.Expr, ast.Return)):
            for field in ("body", "orelse", "finalbody"):
                yield from _in_order(getattr(each, field, ()), tests)
