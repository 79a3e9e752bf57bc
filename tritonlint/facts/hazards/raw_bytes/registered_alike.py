"""What one of several functions that are registered under names does with what it is given tells
the others: whoever picks one of them hands it the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.siblings import PLAIN
from tritonlint.facts.hazards.torch_code import float_type, views_of_names
from tritonlint.facts.host.calls.decorators import has_view
from tritonlint.facts.host.conditions.silent_tests import speaks_of_types
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.values.symbols import Parameter
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, External, Module
from tritonlint.facts.project.tree import last_name
from tritonlint.source import Span

# A function that is registered under a name.
_REGISTERED = re.compile(r"""^@[\w.]+\(\s*["']""", re.M)


def may_register(text: str) -> bool:
    """Whether a file may register functions under names, and view what one is handed."""
    return ".view(" in text and _REGISTERED.search(text) is not None


def viewed_beside(module: Module, function: ast.AST) -> bool:
    """Whether another function views something that is registered as this one is."""
    own = next((each for each in module.functions if each.node is function), None)
    return own is not None and any(map(has_view, (x.as_function for x in _alike(module, own))))


def registered_alike(event: LaunchEvent, tensor: Tensor) -> Iterator[Evidence]:
    """Evidence that a parameter is handed codes: another function that the same decorator registers
    under a name views its parameter of that name as 8-bit floats, and none as anything else, where
    the names are about no types (`@register("per_row")`, `@register("per_block")`)."""
    buffer = tensor.buffer
    if not isinstance(buffer, Parameter) or not isinstance(buffer.function, str):
        return
    functions = [x for x in event.module.functions if x.qualified == buffer.function]
    own = [_places(each).get(buffer.name) for each in functions]
    alike = _alike(event.module, functions[0]) if len(functions) == 1 else []
    others = [each for each in alike if _places(each).get(buffer.name) == own[0]]
    views = [each for other in others for each in _views(event.module, other, buffer.name)]
    if views and len({types for types, _ in views}) == 1:
        types, span = views[0]
        if all(each.is_fp8 for each in types.types or ()):
            message = f"what is registered beside it views this as {types} here: raw bytes"
            yield Evidence(span, message, "likely", meaning=types)


@kept(1024)
def _alike(module: Module, function: Definition) -> list[Definition]:
    """The other functions of the file that are registered by the decorator that this one is."""
    registry = _registered(function)
    others = [each for each in module.functions if each.node is not function.node]
    return [each for each in others if registry is not None and _registered(each) == registry]


def _registered(function: Definition) -> str | None:
    """The decorator that registers a function under a name, which is about no type."""
    for each in function.as_function.decorator_list:
        match each:
            case ast.Call(
                func=ast.Name() | ast.Attribute() as called, args=[ast.Constant() as key]
            ):
                name = key.value
                if isinstance(name, str) and not speaks_of_types(name) and not PLAIN.search(name):
                    return last_name(called)
    return None


def _places(function: Definition) -> dict[str, int]:
    """The parameters of a function by their places."""
    return {each.arg: at for at, each in enumerate(signature(function.as_function).named)}


@kept(1024)
def _views(module: Module, function: Definition, name: str) -> list[tuple[ElementTypes, Span]]:
    """Where a function views its parameter of this name as floats, and as which."""
    found: list[tuple[ElementTypes, Span]] = []
    for viewed, dtype, call in views_of_names(function.as_function):
        types = float_type(_meant(module, dtype)) if viewed == name else None
        found += [(types, module.source.span(call))] if types is not None else []
    return found


def _meant(module: Module, dtype: ast.expr) -> ast.expr:
    """What a name of the module for one of torch's dtypes stands for."""
    target = module.target(dtype.id) if isinstance(dtype, ast.Name) else None
    if isinstance(target, External):
        return ast.parse(target.qualified, mode="eval").body
    return dtype
