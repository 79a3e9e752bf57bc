"""Code that speaks of fp8 where it passes bytes: they are codes, not integers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from tritonlint.dtypes import PLATFORM_FP8, ElementTypes
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.launched.specializations import parameter_span
from tritonlint.facts.hazards.raw_bytes.cuts import cutting, sliced
from tritonlint.facts.hazards.raw_bytes.evidence import NO_FLOAT, Evidence
from tritonlint.facts.hazards.raw_bytes.names import byte_named, counts, is_cache, speaks_of_codes
from tritonlint.facts.hazards.raw_bytes.twins import same_expression
from tritonlint.facts.hazards.torch_code import float_type, views_of_names
from tritonlint.facts.host.conditions.setting_tests import names_fp8
from tritonlint.facts.host.conditions.settings import names, stem
from tritonlint.facts.host.events import LaunchEvent, Note
from tritonlint.facts.host.values.symbols import (
    AskedAmong,
    AskedAs,
    AskedAsAny,
    Compared,
    HasType,
    Literal,
    Never,
    Parameter,
    Spelled,
    Symbol,
)
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code, nodes, only_given
from tritonlint.frozen import replace
from tritonlint.source import Span

# Words and numbers by which a kernel or a launch says that it means fp8 (largest finite values:
# FACTS.md, 5).
_FP8 = re.compile(r"fp8|float8|e4m3|e5m2|fnuz|\b(?:448|240|224|57344)(?:\.0*)?\b", re.IGNORECASE)
# The limits of 8-bit floats, and those of integers, as code reckons with them.
_LIMITS = re.compile(r"\bfinfo\([^()]*(?:fp8|float8|e4m3|e5m2)|\b(?:448|57344)\.0*\b", re.I)
_OF_INTEGERS = re.compile(r"\biinfo\(|\b(?:127|128|255)(?:\.0*)?\b")
# So many expressions are followed that an argument is computed from.
_MOST = 8


def spoken_of(
    notes: Sequence[Note],
    event: LaunchEvent,
    parameter: str,
    path: Path,
    own: Path,
    evidence: Sequence[Evidence],
) -> Iterator[Evidence]:
    """Evidence that the bytes passed as `parameter`, by `evidence`, are codes: a test for fp8 on
    the path, one on the path on which it is these bytes (its `own`), or the name of the kernel or
    of the function around the launch."""
    text = event.arguments[parameter].text
    if byte_named(parameter) or counts(parameter) or counts(text):
        return
    if any(each.stated for each in evidence) and (told := [*asked_as_codes(event, parameter, own)]):
        yield from told
        return
    asked = [each for each in notes if each.kind == "setting" and each.types.known]
    for each in evidence if asked else ():
        true = [key for key, outcome in (*path, *each.path) if outcome]
        settings = {stem(key) for key in true if not isinstance(key, Never)}
        for note in asked:
            if note.buffer in settings:
                yield _evidence(note.span, "fp8 is asked for here", each.path)
                return
    if speaks_of_codes(event.kernel.name):
        found = _evidence(parameter_span(event.kernel, parameter), "the kernel is called after fp8")
        yield replace(found, named=True)
    elif speaks_of_codes(event.function):
        yield replace(_evidence(event.span, f"`{event.function}` is called after fp8"), named=True)


def asked_as_codes(event: LaunchEvent, parameter: str, own: Path) -> Iterator[Evidence]:
    """Evidence that the bytes passed as `parameter` are codes from a test for fp8 on the path on
    which it is these bytes (its `own`)."""
    if any(outcome and _asks_for_codes(key) for key, outcome in own):
        span = event.arguments[parameter].span
        yield _evidence(span, "where it holds bytes, the dtype that is asked for is fp8")
    elif any(outcome and _is_of_exponents(key) for key, outcome in own):
        span, message = event.arguments[parameter].span, "where it holds bytes, they are exponents"
        yield Evidence(span, message, "likely", meaning=NO_FLOAT)


def _asks_for_codes(test: Symbol) -> bool:
    """Whether a test of a dtype comes out true for 8-bit floats alone, or for what takes a byte;
    or one of a setting for names of them alone."""
    match test:
        case AskedAs() | AskedAmong():
            return all(map(names_fp8, names(test)))
        case AskedAsAny():
            return True
        case HasType():
            return is_of_codes(test)
        case Compared(left=left, operator="==", right=Literal(written="1")):
            return left.last_name == "itemsize"
        case Compared(operator="==", right=Spelled() as member):  # of an enum
            return names_fp8(member.last_name.lower())
    return False


def _is_of_exponents(test: Symbol) -> bool:
    return isinstance(test, HasType) and test.types == "torch.float8_e8m0fnu"


def is_of_codes(test: Symbol) -> TypeGuard[HasType]:
    """Whether a test asks for the type of 8-bit floats, and not of exponents."""
    return isinstance(test, HasType) and all(
        each.startswith(("torch.float8_e4", "torch.float8_e5")) for each in test.types.split(" or ")
    )


def viewed_by_others(event: LaunchEvent, tensor: Tensor) -> Iterator[Evidence]:
    """Evidence from other code of the file that views the same attribute as fp8, where what it is
    handed to here is called after fp8 too."""
    twin = same_expression(event, tensor)
    if twin is None or not all(each.is_fp8 for each in twin.types.types or ()):
        return
    if speaks_of_codes(event.kernel.name) or speaks_of_codes(event.function):
        message = f"the same expression is viewed as {twin.types} here: it holds raw bytes"
        yield Evidence(twin.span, message, "likely", (), twin.types)


def viewed_by_its_name(event: LaunchEvent, tensor: Tensor) -> Iterator[Evidence]:
    """Evidence from other functions of the file that view as floats what they are given under the
    name of this parameter, a cache."""
    if not isinstance(tensor.buffer, Parameter) or not is_cache(tensor.buffer):
        return
    if tensor.part is not None and not _is_of_rows(sliced(cutting(event, tensor), tensor)):
        return
    views = _views_of_parameters(event.module).get(tensor.buffer.name, ())
    around = event.module.function_at(event.span.line)
    others = [(types, span) for function, types, span in views if function is not around]
    if others and len(others) == len(views) and len({types for types, _ in others}) == 1:
        types, span = others[0]
        message = f"what another function is given under this name is viewed as {types} here"
        yield Evidence(span, message, "likely", meaning=types)


def _is_of_rows(part: ast.Subscript | None) -> bool:
    """Whether what is cut out of memory is its first rows, or one of them: `pages[:live]`."""
    match part.slice if part is not None else None:
        case ast.Slice(lower=None, upper=ast.Name() | ast.Attribute(), step=None):
            return True
        case ast.Name() | ast.Constant(value=int()):
            return True
    return False


@kept(256)
def _views_of_parameters(
    module: Module,
) -> Mapping[str, list[tuple[Definition, ElementTypes, Span]]]:
    """By name, where functions of a file view a parameter as floats, and as what."""
    found: dict[str, list[tuple[Definition, ElementTypes, Span]]] = {}
    for function in module.functions if ".view" in module.source.text else ():
        named = {each.arg for each in signature(function.as_function).named}
        for name, dtype, call in views_of_names(function.as_function):
            types = float_type(dtype) if name in named else None
            if types is not None:
                place = (function, types, module.source.span(call))
                found.setdefault(name, []).append(place)
    return found


def means_fp8(event: LaunchEvent) -> bool:
    """Whether a launch or its kernel says that it means 8-bit floats."""
    launch = event.module.source.snippet(event.span)
    if _FP8.search(launch) or _FP8.search(as_code(event.kernel.node)):
        return True
    return _reckons_with_limits(event)


def _reckons_with_limits(event: LaunchEvent) -> bool:
    """Whether something that a launch passes is computed from the limits of 8-bit floats, and from
    those of no integers, in the function around it: it scales numbers to codes."""
    if not _names_limits(event.module):
        return False
    function = event.module.function_at(event.span.line)
    names = only_given(function.as_function) if function is not None else {}
    return any(_reckons(event.module, each.place.node, names) for each in event.arguments.values())


@kept(256)
def _names_limits(module: Module) -> bool:
    """Whether a file names limits of 8-bit floats: asked once, since it may have many launches."""
    return _LIMITS.search(module.source.text) is not None


def _reckons(module: Module, node: ast.expr, names: Mapping[str, ast.expr]) -> bool:
    parts, texts = [node], list[str]()
    for part in parts:
        texts.append(as_code(part))
        for name in {each.id for each in nodes(part, ast.Name)} if len(parts) < _MOST else ():
            given = names.get(name) or getattr(module.target(name), "node", None)
            if isinstance(given, ast.expr) and given not in parts:
                parts.append(given)
    text = "\n".join(texts)
    return bool(_LIMITS.search(text)) and not _OF_INTEGERS.search(text)


def _evidence(span: Span, message: str, path: Path = ()) -> Evidence:
    return Evidence(span, f"{message}: the bytes are its codes", "likely", path, PLATFORM_FP8)
