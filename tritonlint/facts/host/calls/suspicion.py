"""Whether a call can hand raw bytes on: if not, what it calls is known from looking at that
function alone."""

from __future__ import annotations

import re

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.host.calls.arguments import Given
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.naming import as_tensor
from tritonlint.facts.host.values.symbols import Symbol
from tritonlint.facts.host.values.values import (
    Callable,
    Class,
    DType,
    Instance,
    Launchable,
    Method,
    Partial,
    Sequence,
    Super,
    Table,
    Tensor,
    Value,
)

# What is cached can be quantized, and settings say so in places that the caller does not show.
_CACHED = re.compile(r"cache|kv", re.IGNORECASE)


def hands_on_bytes(frame: Frame, function: Callable, given: Given) -> bool:
    """Whether one of the arguments may hold raw bytes, or decide what does: something of which the
    caller knows more than that it is there, and not that it holds floats."""
    if any(note.kind == "setting" for note in frame.run.notes):
        return True
    arguments = given.arguments
    values = (*arguments.positional, *arguments.keywords.values())
    if function.closure is not None or any(_suspicious(frame, value) for value in values):
        return True
    return function.instance is not None and _suspicious(frame, function.instance)


def _suspicious(frame: Frame, value: Value, within: frozenset[Symbol] = frozenset()) -> bool:
    """Whether a value may hold raw bytes, or decide what does; `within` are the objects that hold
    it: they may hold each other."""
    for _, each in options(value):
        match each:
            case Tensor(types=None):
                known = frame.known(each.buffer)
                if _bytes(known) or (not known.known and _spoken_of(frame, each.buffer)):
                    return True
            case Tensor(types=ElementTypes() as types):
                # What is viewed tells of other bytes that are passed alike.
                if _bytes(types) or (each.view is not None and _bytes(frame.known(each.buffer))):
                    return True
            case DType():
                asked = each.of is not None and not frame.known(each.of).known
                if asked or each.table is not None or _bytes(each.types):
                    return True
            case Launchable() | Callable() | Table() | Partial() | Class() | Super():
                return True
            case Instance(attributes=attributes) if each.name not in within:
                held = [
                    value
                    for name, value in frame.env.items()
                    if type(name) is not str and name.is_within(each.name)
                ]
                held += [value for _, value in attributes]
                if any(_suspicious(frame, item, within | {each.name}) for item in held):
                    return True
            case Method():
                if _suspicious(frame, as_tensor(each), within):
                    return True
            case Sequence(items=items):
                if any(_suspicious(frame, item, within) for item in items):
                    return True
    return False


def _bytes(types: ElementTypes) -> bool:
    return any(each.is_byte for each in types.types or ())


def _spoken_of(frame: Frame, buffer: Symbol) -> bool:
    if any(_CACHED.search(each) for each in buffer.words):
        return True
    return any(note.buffer == buffer for note in frame.run.notes)
