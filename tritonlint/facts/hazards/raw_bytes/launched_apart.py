"""What another launch of the kernel, on another path, tells of memory that this one is passed as it
is."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.dtypes import UNKNOWN, ElementTypes
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.siblings import may_choose_types
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.conditions.silent_tests import is_of
from tritonlint.facts.host.events import LaunchEvent, Note
from tritonlint.facts.host.memory.element_types import all_bytes, all_codes
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import (
    Missing,
    Never,
    OfClass,
    OfSetting,
    OfVendor,
    Raised,
    Symbol,
)
from tritonlint.facts.host.values.values import Path, Tensor


def launched_apart(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, types: ElementTypes, path: Path
) -> Iterator[Evidence]:
    """Evidence that memory holds codes: another launch passes it through the same parameter of the
    same kernel viewed as these, where a setting for codes is asked for, and tests come out
    otherwise that choose no types (`if meta.use_cascade: ...`)."""
    if types != UNKNOWN and not all_bytes(types):
        return
    for note in run.notes.by_buffer(tensor.buffer):
        if note.kind != "view" or not all_codes(note.types):
            continue
        apart = {(test, outcome) for test, outcome in note.path if (test, not outcome) in path}
        same = tuple(each for each in note.path if each not in apart)
        asked = any(
            isinstance(test, OfSetting) and outcome != isinstance(test, Never)
            for test, outcome in same
        )
        if (
            apart
            and asked
            and not any(_may_tell(test, tensor) for test, _ in apart)
            and not contradicts(same, path)
            and _is_passed(run, event, parameter, note)
        ):
            message = f"viewed as {note.types} here, for another launch of `{event.kernel.name}`"
            # That memory of no known type is bytes here too is supposed: no fix of it is safe.
            seen = note.types if types != UNKNOWN else UNKNOWN
            yield Evidence(note.span, message, "likely", same, seen, meaning=note.types)


def _may_tell(test: Symbol, tensor: Tensor) -> bool:
    """Whether a test may tell what memory holds: it asks for a type, for the memory itself, for a
    GPU, or for the class of an object."""
    if any(isinstance(each, OfVendor | OfClass | Missing | Raised) for each in test.inner):
        return True
    return is_of(test, tensor) or may_choose_types(test)


def _is_passed(run: Run, event: LaunchEvent, parameter: str, view: Note) -> bool:
    """Whether another launch of the kernel is passed what a note tells is viewed."""
    return any(
        isinstance(each, Tensor) and each.view == view.span and each.buffer is view.buffer
        for other in run.launches
        if other is not event and other.kernel == event.kernel and parameter in other.arguments
        for _, each in options(other.arguments[parameter].value)
    )
