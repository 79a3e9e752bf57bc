"""What other views of a buffer tell of a tensor of it that is not viewed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tritonlint.dtypes import INT8, UNKNOWN, ElementTypes
from tritonlint.facts.hazards.raw_bytes.byte_views import views_beside
from tritonlint.facts.hazards.raw_bytes.cuts import cutting, sliced
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.names import float_named
from tritonlint.facts.hazards.raw_bytes.packing import packs
from tritonlint.facts.hazards.torch_code import begins_later, last_slice
from tritonlint.facts.host.conditions.silent_tests import asks_dtype, speaks_of_types
from tritonlint.facts.host.events import LaunchEvent, Note
from tritonlint.facts.host.memory.element_types import all_bytes
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Compared, Literal, Never, Symbol
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.facts.project.modules import Module

# What a setting is called that leaves memory as it is.
PLAIN = re.compile(r"auto|none|off|default|disabled|plain", re.IGNORECASE)


def siblings(
    notes: list[Note], tensor: Tensor, types: ElementTypes, event: LaunchEvent, parameter: str
) -> Iterator[Evidence]:
    """Evidence from other views of the same buffer: one part is viewed, so the buffer holds bytes.

    Scratch memory is viewed as whatever fits: another view of a whole buffer counts only where the
    buffer is known to be able to hold bytes, or where the same launch is passed that view too, and
    it is fp8 or the parameter is called after a float type. A buffer of which a part is viewed as
    bytes has another type, and one of which a part is viewed as 8-bit floats to be packed may.
    Where a page of int8 begins there are codes of integers, with scales in float32 behind them.
    """
    bytes_known = types.types is not None and any(t.is_byte for t in types.types)
    if all_bytes(types):
        yield from _viewed_as_asked(notes, tensor)
    views = [note for note in notes if note.kind == "view" and note.types.types]
    if not bytes_known and any(t.is_byte for note in views for t in note.types.types or ()):
        return
    module = cutting(event, tensor)
    beside = {each.view for each in views_beside(event, tensor)}
    called = float_named(parameter) is not None
    integers = types.single == INT8 and _is_beginning(module, tensor)
    for note in views:
        if note.part is not None and note.part == tensor.part:
            continue
        types_seen = note.types.types or frozenset()
        codes = all(t.is_fp8 for t in types_seen)
        if integers and not codes and (tensor.part or note.part):
            continue
        if codes and not bytes_known and packs(module, note.span):
            continue
        parts = tensor.part is not None and note.part is not None
        passed = note.span in beside and (called or codes)
        if all(t.is_float for t in types_seen) and (parts or bytes_known or passed):
            what = "another slice of the same buffer is" if parts else "the same buffer is"
            message = f"{what} viewed as {note.types} here, so the buffer holds raw bytes"
            whole = tensor.part is None and note.part is None
            wider = whole and not any(t.is_fp8 for t in types_seen)
            meaning = note.types if wider else UNKNOWN
            yield Evidence(note.span, message, "likely", note.path, note.types, meaning=meaning)


def _is_beginning(module: Module, tensor: Tensor) -> bool:
    """Whether a tensor is what its rows begin with, or all of them."""
    if tensor.part is None or tensor.part.index is not None:
        return tensor.part is None or tensor.part.index == 0
    node = sliced(module, tensor)
    last = last_slice(node) if node is not None else None
    return last is not None and not begins_later(last)


def other_regions(
    tensor: Tensor, event: LaunchEvent, parameter: str, path: Path
) -> Iterator[Evidence]:
    """Evidence from what the same parameter is given on another path: another region of the same
    bytes, viewed as 8-bit floats, where the tests between the two ask for no type, and for nothing
    to be there: the region lies elsewhere in another layout."""
    for other_path, other in options(event.arguments[parameter].value):
        if not isinstance(other, Tensor) or other.buffer != tensor.buffer or other.view is None:
            continue
        types = (other.types or UNKNOWN).types or frozenset()
        cut = tensor.part is not None and other.part is not None and tensor.part != other.part
        if cut and types and all(each.is_fp8 for each in types):
            denied = {(test, not outcome) for test, outcome in other_path}
            apart = [test for test, outcome in path if (test, outcome) in denied]
            if apart and not any(map(may_choose_types, apart)):
                message = f"another region of these bytes is viewed as {other.types} here"
                yield Evidence(other.view, message, "likely", (), other.types or UNKNOWN)


def may_choose_types(test: Symbol) -> bool:
    """Whether a test may choose what bytes mean: it asks for a type, or whether something is there
    (zero points, scales)."""
    match test:
        case Never(setting=setting, names=named):
            told = any(map(speaks_of_types, (setting.last_name, named)))
            return told or PLAIN.search(named) is not None
        case Compared(left=left, right=right) if Literal("None") in (left, right):
            return True
    return asks_dtype(test)


def _are_asked_for(types: ElementTypes) -> bool:
    """Whether what may be any of these types is what is asked for: floats among others, of several
    widths."""
    every = types.types or frozenset()
    return any(each.is_float for each in every) and len({each.width for each in every}) > 1


def _viewed_as_asked(notes: list[Note], tensor: Tensor) -> Iterator[Evidence]:
    """Evidence from a view of bytes, or of another region of them, as a type that whoever calls
    asks for, or as one of several of a table."""
    for note in notes:
        if note.kind == "view" and (note.types.types is None or _are_asked_for(note.types)):
            if note.part is None or note.part != tensor.part:
                message = "the same buffer is viewed as a type that is asked for here"
                yield Evidence(note.span, message, "likely", note.path, asked=True)
