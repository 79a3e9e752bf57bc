"""Calls in launching code: launches, torch functions, functions of the project (entered),
attributes of `self`."""

from __future__ import annotations

import ast
from dataclasses import replace

from tritonlint.dtypes import PLATFORM_FP8, UNKNOWN, ElementTypes, join
from tritonlint.facts.host import (
    conditions,
    copies,
    entering,
    expressions,
    launching,
    tensors,
)
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.tensors import Arguments
from tritonlint.facts.host.values import (
    Callable,
    Class,
    Condition,
    Const,
    DType,
    Instance,
    Launchable,
    Method,
    Namespace,
    Place,
    Sequence,
    Table,
    Tensor,
    Value,
    choose,
    constant,
    options,
)
from tritonlint.source import Span

# Functions that give back what they are given, as far as launching is concerned.
_TRANSPARENT = frozenset(("wrap_triton", "capture_triton", "cast", "from_dlpack", "no_grad"))


def call(frame: Frame, node: ast.Call) -> Value:
    """The value of a call. A launch is recorded on the way."""
    if isinstance(node.func, ast.Subscript):
        kernels = [each for _, each in options(expressions.evaluate(frame, node.func.value))]
        if any(isinstance(each, Launchable) for each in kernels):
            for each in kernels:
                if isinstance(each, Launchable):
                    launching.record(frame, node, each.kernel)
            return expressions.unknown(frame, node)
    function = expressions.evaluate(frame, node.func)
    arguments, places, complete = evaluate_arguments(frame, node)
    results = [
        _apply(frame, node, each, arguments, places if complete else None)
        for _, each in options(function)
    ]
    return tensors.join_tensors(results)


def evaluate_arguments(
    frame: Frame, node: ast.Call
) -> tuple[Arguments, dict[int | str, Place], bool]:
    """The values of the arguments, the place of each (by position or keyword), and whether all are
    known: False when a `*x` or `**x` cannot be unpacked (what follows it is then left out)."""
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    places: dict[int | str, Place] = {}
    complete = True
    for argument in node.args:
        if not isinstance(argument, ast.Starred):
            places[len(positional)] = frame.place(argument)
            positional.append(expressions.evaluate(frame, argument))
            continue
        inner = _unpackable(expressions.evaluate(frame, argument.value))
        if inner is None:
            complete = False
            break
        origins = inner.places or (frame.place(argument.value),) * len(inner.items)
        for origin, item in zip(origins, inner.items, strict=True):
            places[len(positional)] = origin
            positional.append(item)
    for keyword in node.keywords:
        value = expressions.evaluate(frame, keyword.value)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
            places[keyword.arg] = frame.place(keyword.value)
        elif isinstance(value, Table):
            for name, item in value.items:
                keywords[str(name)] = item
                places[str(name)] = frame.place(keyword.value)
        else:
            complete = False
    return Arguments(tuple(positional), keywords), places, complete


def _unpackable(value: Value) -> Sequence | None:
    """The items of a starred value. Of `*(f() if x else (0, 8))` one arm tells the number; the
    other has as many."""
    known = [each for _, each in options(value) if isinstance(each, Sequence)]
    if not known or len({len(each.items) for each in known}) > 1:
        return None
    if len(known) == len(list(options(value))) == 1:
        return known[0]
    alternatives = [
        choose(*(((), item) for item in items))
        for items in zip(*(each.items for each in known), strict=True)
    ]
    unknown = len(known) < len(list(options(value)))
    anonymous = (Tensor(f"star#{index}") for index in range(len(alternatives)))
    return Sequence(tuple(anonymous) if unknown else tuple(alternatives))


def _apply(
    frame: Frame,
    node: ast.Call,
    function: Value,
    arguments: Arguments,
    places: dict[int | str, Place] | None,
) -> Value:
    span = frame.span(node)
    match function:
        case Callable():
            return entering.enter(frame, node, function, arguments, places)
        case Class(definition=definition):
            return Instance(definition)
        case Method():
            return _method(frame, node, function, arguments)
        case Namespace(name=qualified):
            return _outside(frame, node, qualified, arguments, places)
        case DType() if isinstance(node.func, (ast.Name, ast.Attribute)):
            # `current_platform.fp8_dtype()`: the helper is known by its name.
            return replace(function, text=ast.unparse(node))
        case Launchable():
            return function
        case Condition():
            return function
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "dict" and places is not None and not arguments.positional:
        return Table(tuple(arguments.keywords.items()), span)
    return by_name(frame, name, arguments, span) or expressions.unknown(frame, node)


def by_name(frame: Frame, name: str, arguments: Arguments, span: Span) -> Value | None:
    """What a function that cannot be entered gives, by its name alone."""
    if arguments.positional and name in _TRANSPARENT:
        return arguments.positional[0]
    if tensors.named_fp8(name):
        # Before the predicates: `fp8_dtype()` is a dtype, not a question.
        return tensors.named_dtype(name)
    subject = arguments.positional[0] if arguments.positional else Const(None)
    return conditions.named(name, subject, span)


def _method(frame: Frame, node: ast.Call, function: Method, arguments: Arguments) -> Value:
    span = frame.span(node)
    owner = as_tensor(frame, function.owner)
    if function.name == "startswith" and arguments.positional:
        found = conditions.starts_with(owner, arguments.positional[0], node.func, span)
        if found:
            return found
    if function.name == "get" and isinstance(owner, Table) and arguments.positional:
        default = arguments.positional[1] if len(arguments.positional) > 1 else None
        return look_up(frame, owner, arguments.positional[0], node, default)
    copies.method(frame, node, owner, function.name, arguments)
    results: list[Value] = []
    for _, each in options(owner):
        if isinstance(each, Tensor) and tensors.may_retype(function.name, node, arguments):
            results.append(replace(each, types=UNKNOWN, view=span, guarded=False))
            continue
        known = (
            tensors.method(frame, each, function.name, arguments, span)
            if isinstance(each, Tensor)
            else None
        )
        results.append(
            known
            or by_name(frame, function.name, arguments, span)
            or expressions.unknown(frame, node)
        )
    return tensors.join_tensors(results)


def as_tensor(frame: Frame, value: Value) -> Value:
    """`a.b.c` of something unknown, as an unknown with that name."""
    if not isinstance(value, Method):
        return value
    owner = as_tensor(frame, value.owner)
    symbol = conditions.symbol(
        owner, value.node.value if isinstance(value.node, ast.Attribute) else ""
    )
    return Tensor(f"{symbol}.{value.name}")


def _outside(
    frame: Frame,
    node: ast.Call,
    qualified: str,
    arguments: Arguments,
    places: dict[int | str, Place] | None,
) -> Value:
    """A call of something outside of the project, or of a custom operator that the project
    registers."""
    head, _, name = qualified.rpartition(".")
    if head.startswith("torch.ops."):
        operator = frame.run.operator(name)
        if operator is not None:
            return entering.enter(frame, node, Callable(operator), arguments, places)
    span = frame.span(node)
    if head.split(".")[0] == "torch" and name in tensors.CONSTRUCTORS:
        like = arguments.positional[0] if arguments.positional else None
        return tensors.construct(frame, name, arguments, like, span)
    if qualified == "torch.finfo" and arguments.positional:
        _is_float(frame, arguments.positional[0])
    if head == "torch" and arguments.positional and isinstance(arguments.positional[0], Tensor):
        rest = Arguments(arguments.positional[1:], arguments.keywords)
        found = tensors.method(frame, arguments.positional[0], name, rest, span)
        if found is not None:
            return found
    if name == "getattr" and len(arguments.positional) > 1:
        return tensors.named_dtype(str(constant(arguments.positional[1]))) or expressions.unknown(
            frame, node
        )
    return by_name(frame, name, arguments, span) or expressions.unknown(frame, node)


def _is_float(frame: Frame, dtype: Value) -> None:
    """`torch.finfo(x.dtype)` raises for an integer tensor."""
    if isinstance(dtype, DType) and dtype.of is not None and not frame.known(dtype.of).known:
        frame.types[dtype.of] = ElementTypes(
            frozenset(t for t in tensors.FLOATS.types or ()) | frozenset(PLATFORM_FP8.types or ())
        )


def look_up(
    frame: Frame, table: Table, key: Value, node: ast.expr, default: Value | None = None
) -> Value:
    """The entry of `table` for `key`, or `default`; every entry (and `default`) when the key is not
    known."""
    labels: frozenset[object] = frozenset()
    if isinstance(key, Const):
        labels = frozenset((key.value,))
    elif isinstance(key, DType):
        # Keys that are no constants are kept as they are spelled.
        labels = frozenset(map(str, tensors.dtype_types(frame, key).types or ()))
    values = [value for label, value in table.items if label in labels]
    if len(values) == 1 == len(labels):
        return values[0]
    values = values or [value for _, value in table.items]
    if default is not None:
        values.append(default)
    if not values:
        return expressions.unknown(frame, node)
    if all(isinstance(value, DType) for value in values):
        types = join(tensors.dtype_types(frame, value) for value in values)
        return DType(types, table=table.span)
    chosen = [value for value in values if isinstance(value, Launchable)] or values
    return choose(*(((), value) for value in chosen))
