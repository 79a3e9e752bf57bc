"""The parameters of a function, bound to what it is given."""

from __future__ import annotations

import ast

from tritonlint.dtypes import INT8, UINT8, ElementTypes
from tritonlint.facts.flow.parameters import Signed, signature
from tritonlint.facts.host.calls.arguments import Given
from tritonlint.facts.host.calls.closures import seen_from
from tritonlint.facts.host.objects import classes
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import HasType, Parameter, Symbol
from tritonlint.facts.host.values.values import (
    Callable,
    DType,
    Env,
    Instance,
    Launchable,
    Partial,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import FUNCTION, last_name

# The types of 8 bits that annotations name, and whether they stand by themselves.
_INTEGERS = {
    ("CharTensor", True): INT8,
    ("ByteTensor", True): UINT8,
    ("Int8", False): INT8,
    ("UInt8", False): UINT8,
}


def bind(frame: Frame, definition: Definition, given: Given, function: Callable) -> Env:
    """The names of a function's parameters with their values: arguments, else unknown (defaults of
    dtypes too: a caller that is not known may pass another)."""
    node, arguments = definition.node, given.arguments
    assert isinstance(node, FUNCTION)
    parameters = signature(node)
    env: Env = seen_from(frame, definition, function.closure) if function.closure else {}
    positional = arguments.positional
    if function.instance is not None and parameters.positional:
        positional = (function.instance, *positional)
    root = definition.qualified
    entered = frame.run.root.node is not node and given.complete
    bound = parameters.bind(positional, arguments.keywords)
    captured = dict(function.defaults)
    for each in parameters.named:
        name, default = each.arg, parameters.defaults.get(each.arg)
        if name in bound.values:
            value = bound.values[name]
        elif name in captured and (entered or is_captured(captured[name])):
            value = captured[name]
        elif default is not None and entered:
            inner = frame.elsewhere(definition.module, definition.enclosing, frame.types)
            value = inner.evaluate(default)
        else:
            value = Tensor(Parameter(root, name))
            _note_default(frame, definition, value.buffer, default)
            _note_annotated(frame, definition, value.buffer, each.annotation)
        env[name] = classes.annotated(
            definition.module, each.annotation, definition.enclosing, value
        )
    if parameters.vararg is not None and entered:
        first = len(arguments.positional) - len(bound.rest)
        places = (given.places[i] for i in range(first, len(arguments.positional)))
        env[parameters.vararg] = Sequence(tuple(bound.rest), tuple(places))
    if parameters.kwarg is not None and (entered or bound.more):
        span = definition.module.source.span(node)
        env[parameters.kwarg] = Table(tuple(bound.more.items()), span, not entered)
    elif parameters.kwarg is not None:
        env[parameters.kwarg] = Tensor(Parameter(root, f"**{parameters.kwarg}"))
    return env


def given_by_default(frame: Frame, node: Signed) -> tuple[tuple[str, Value], ...]:
    """What the defaults of a function that stands in another one are, where it is defined."""
    defaults = signature(node).defaults
    return tuple((name, frame.evaluate(value)) for name, value in defaults.items())


def is_captured(value: Value) -> bool:
    """Whether a default is something that stands around the function, which nobody is to give it
    (`def put(x, pages=pages)`): no plain value."""
    for _, each in options(value):
        match each:
            case Tensor() | Instance() | Callable() | Partial() | Launchable():
                return True
            case Sequence(items=items) if any(map(is_captured, items)):
                return True
            case Table(items=entries) if any(is_captured(item) for _, item in entries):
                return True
    return False


def _note_default(
    frame: Frame, definition: Definition, symbol: Symbol, default: ast.expr | None
) -> None:
    """Note the dtype that a parameter has unless a caller says otherwise."""
    if not isinstance(default, (ast.Attribute, ast.Name)):
        return
    inner = frame.elsewhere(definition.module, definition.enclosing)
    value = inner.evaluate(default)
    if isinstance(value, DType) and value.types.single is not None:
        span, types = definition.module.source.span(default), value.types
        if types.single == INT8:
            frame.note("integers", symbol, types, span, path=((HasType(symbol, str(types)), True),))
        else:
            frame.note("default", symbol, types, span)


def _note_annotated(
    frame: Frame, definition: Definition, symbol: Symbol, annotation: ast.expr | None
) -> None:
    """Note the 8-bit integers that an annotation names: `torch.CharTensor`, `torch.ByteTensor`, or
    jaxtyping's `Int8[Tensor, "..."]`. Those of other types are not taken at their word."""
    named = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    element = _INTEGERS.get((last_name(named), named is annotation))
    if annotation is not None and element is not None:
        types = ElementTypes.of(element)
        frame.types.setdefault(symbol, types)
        frame.note("asserted", symbol, types, definition.module.source.span(annotation))
