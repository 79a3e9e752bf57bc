"""Memory that a launch is passed for two parameters as it is: it is of one type, and so what the
kernel takes for numbers through the one is none where it takes bytes through the other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from tritonlint.dtypes import UINT8, UNKNOWN, ElementTypes
from tritonlint.facts.device import Specialization, contract
from tritonlint.facts.hazards.launched.specializations import specialization
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.names import byte_named, float_named
from tritonlint.facts.hazards.raw_bytes.sisters import passed_twice
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.facts.project.kernel import Kernel, functions_of
from tritonlint.facts.project.tree import as_code, given_names, is_under_test, last_name, nodes
from tritonlint.source import Span

_BYTE = re.compile(r"\.to\(\w+\.u?int8\b")


def passed_as_bytes(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path
) -> Iterator[Evidence]:
    """Evidence from another parameter of the launch that is passed the very same memory, and that
    the kernel takes for bytes."""
    every = [each for _, each in options(event.arguments[parameter].value)]
    if not all(isinstance(x, Tensor) and x.buffer == tensor.buffer for x in every):
        return  # it stands in for what is not there
    if any("pointer_type" in as_code(each.node) for each in functions_of(event.kernel)):
        return  # what memory it reaches by such a pointer says nothing of its type
    said = float_named(parameter)
    for name in passed_twice(event, parameter, tensor, path):
        made = specialization(event, parameter, UNKNOWN, path, alike=True)
        place = run.effects.of(_bytes_through, event.kernel, made, name, parameter)
        if place is None and said is not None and byte_named(name):
            place = event.arguments[name].span
        if place is not None:
            message = f"the same memory is passed as `{name}`, and is taken for bytes there"
            types = UNKNOWN if said is None else ElementTypes.of(said)
            yield Evidence(place, message, "likely", (), types, meaning=types)


def _bytes_through(kernel: Kernel, made: Specialization, name: str, parameter: str) -> Span | None:
    """Where a kernel always takes what lies behind the parameter `name` for bytes, which
    `parameter` points to as well: for codes of 8-bit floats; or for what it makes bytes by that
    name, where it stores floats through the other. What it makes of the one and stores through the
    other is of one kind."""
    functions = list(functions_of(kernel))
    others = {each: known for each, known in made.pointers.items() if each != parameter}
    # Of floats behind the other one: what is cast to its type is no integer of its own accord.
    pointers = {**others, name: UINT8}
    found = contract(kernel, Specialization(pointers, made.constexprs))
    floats = [x for x in found.stores if x.parameter == parameter and x.kind == "float"]
    places = [x.place for x in found.stores if x.parameter == parameter]
    places += [x.place for x in found.loads if x.parameter == parameter]
    always = [each for each in places if _always(functions, each)]
    if found.incomplete or not always or any(name in each.source for each in floats):
        return None
    codes = (x.place for x in found.encodings if x.parameter == name and x.element is not None)
    bytes_ = (x.place for x in found.stores if floats and x.parameter == name and x.kind == "int")
    return next(
        (each for each in codes if _always(functions, each)),
        next((x for x in bytes_ if _always(functions, x) and _says_bytes(functions, x)), None),
    )


def _always(functions: Sequence[Kernel], place: Span) -> bool:
    """Whether a place in one of these functions, the first of which is the kernel, is come to
    whatever the kernel is launched with: neither it nor a call of its function is in a branch."""
    for each in functions:
        if each.path == place.path and each.line <= place.line <= (each.node.end_lineno or 0):
            called = [] if each is functions[0] else _calls(functions, each.name)
            calls = (is_under_test(one.node, line) for one, line in called)
            return not is_under_test(each.node, place.line) and not any(calls)
    return False


def _calls(functions: Iterable[Kernel], name: str) -> Iterator[tuple[Kernel, int]]:
    """The functions that call one of this name, and in which lines."""
    for each in functions:
        for call in nodes(each.node, ast.Call):
            if isinstance(call, ast.Call) and last_name(call.func) == name:
                yield each, call.lineno


def _says_bytes(functions: Iterable[Kernel], place: Span) -> bool:
    """Whether what is stored at a place is made a byte by that name (`.to(tl.uint8)`)."""
    for each in functions:
        for call in nodes(each.node, ast.Call) if each.path == place.path else ():
            match call:
                case ast.Call(func=ast.Attribute(attr="store"), args=[_, value, *_]):
                    if call.lineno == place.line:
                        name = value.id if isinstance(value, ast.Name) else ""
                        given = given_names(each.node).get(name, [value])
                        return all(_BYTE.search(as_code(x)) is not None for x in given)
    return False
