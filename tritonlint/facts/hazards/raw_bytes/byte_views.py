"""What bytes stand for that a launch passes as bytes on purpose, by a view."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath

from tritonlint.dtypes import UNKNOWN, ElementType, ElementTypes
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence, notes_about
from tritonlint.facts.hazards.raw_bytes.names import byte_named, float_named
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.memory.element_types import (
    ANY_FLOAT,
    FLOATS,
    all_bytes,
    all_codes,
    wide_floats,
)
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.frozen import replace
from tritonlint.source import Span


def of_bytes(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, view: Span, path: Path
) -> Iterator[Evidence]:
    """Evidence for what the bytes of `tensor`, which is viewed as such at `view`, stand for. Where
    the launch is passed the same bytes as 8-bit floats too, codes are read through that view, and
    through this one what is none."""
    message = f"viewed as {tensor.types} here: these are raw bytes"
    yield Evidence(view, message, "certain", encoded=False)
    beside = views_beside(event, tensor)
    if not _is_passed_as_codes(event, tensor, beside, path):
        yield from _of_codes(run, event, tensor, view, path)
        if beside and not byte_named(parameter):
            what = "the same launch is passed the same bytes as another float type"
            yield Evidence(beside[0].view or view, f"{what}, and not as fp8", "likely")
    if event.types.get(tensor.buffer, UNKNOWN) == UNKNOWN:
        yield from _viewed_back(run, event, tensor, view)
        yield from _region_viewed(run, tensor, path)
    yield from called_so(parameter, view)


def _region_viewed(run: Run, tensor: Tensor, path: Path) -> Iterator[Evidence]:
    """Evidence from a view of the same region of the bytes as 8-bit floats."""
    for note in notes_about(run, tensor, path) if tensor.part is not None else ():
        codes = note.types.types and all(t.is_code for t in note.types.types)
        if note.kind == "view" and note.part == tensor.part and codes:
            message = f"the same region is viewed as {note.types} here"
            found = Evidence(note.span, message, "likely", note.path, note.types)
            yield replace(found, meaning=note.types)


def _viewed_back(run: Run, event: LaunchEvent, tensor: Tensor, view: Span) -> Iterator[Evidence]:
    """Evidence from another argument that the function which views this one as bytes does view so
    too, and that is viewed as floats again before it is passed."""
    module = run.project.cached(str(FilePath(view.path).absolute()))
    around = module.function_at(view.line) if module is not None else None
    for _, each in event.viewed if module is not None and around is not None else ():
        if each.buffer == tensor.buffer or each.view is None:
            continue
        if not _types(each) or not all(t.is_float for t in _types(each)):
            continue
        for note in run.notes.by_buffer(each.buffer):
            bytes_ = note.kind == "view" and all_bytes(note.types) and note.span.path == view.path
            if bytes_ and module.function_at(note.span.line) is around:  # type: ignore[union-attr]
                message = f"what is viewed as bytes beside it is viewed as {each.types} again here"
                yield Evidence(each.view, message, "likely", meaning=FLOATS)
                return


def _is_passed_as_codes(
    event: LaunchEvent, tensor: Tensor, beside: list[Tensor], path: Path
) -> bool:
    """Whether a launch is passed the memory of a tensor as 8-bit floats too, on the same path: by
    one of its views `beside`, or as it is where it is made of them."""
    if any(t.is_fp8 for each in beside for t in _types(each)):
        return True
    own = event.types.get(tensor.buffer, UNKNOWN).types
    return bool(own and all(t.is_fp8 for t in own)) and any(
        isinstance(each, Tensor) and each.buffer == tensor.buffer and each.view is None
        for passed in event.arguments.values()
        for at, each in options(passed.value)
        if not contradicts(at, path)
    )


def _of_codes(
    run: Run, event: LaunchEvent, tensor: Tensor, view: Span, path: Path
) -> Iterator[Evidence]:
    """Evidence that bytes are codes: of what they are a view, or what they are made of."""
    told = False
    for note in run.notes:
        fp8 = note.types.types and all(t.is_fp8 for t in note.types.types)
        if note.kind == "allocated" and note.buffer == tensor.buffer and fp8:
            message, told = f"converted to {note.types} here: the bytes are its codes", True
            known = Evidence(note.span, message, "certain", note.path, note.types)
            # A region of it may be something else, as scales are.
            yield known if tensor.part is not None else replace(known, meaning=note.types)
    for note in notes_about(run, tensor, path) if not told else ():
        if note.kind == "codes" and note.types.known and note.part in (None, tensor.part):
            message, told = f"these are the bytes of what is {note.types}", True
            known = Evidence(note.span, message, "certain", note.path, note.types)
            yield replace(known, meaning=note.types)
    made = event.types.get(tensor.buffer, UNKNOWN)
    if not told and (not made.known or made == ANY_FLOAT):
        names = run.dtypes.get(tensor.buffer, frozenset())
        for note in run.notes.of_kind("default"):
            if note.buffer in names and all_codes(note.types):
                message = (
                    f"made with {note.types}, unless a caller says otherwise: the bytes are codes"
                )
                yield Evidence(note.span, message, "likely", note.path, note.types)
                told = True
    if not told and made.types and all(t.is_code for t in made.types):
        message = f"a tensor of {made} is viewed as bytes here: they are its codes"
        yield Evidence(view, message, "certain", (), made)
    elif not told and (wide_floats(made) or made == ANY_FLOAT):
        message = f"a tensor of {made} is viewed as bytes here: they are pieces of its numbers"
        yield Evidence(view, message, "certain", (), made, meaning=made)


def views_beside(event: LaunchEvent, tensor: Tensor) -> list[Tensor]:
    """The views of the same buffer as a float type that the launch is passed too, but for what the
    view of `tensor` itself gives on another path."""
    return [
        each
        for _, each in event.viewed
        if each.buffer == tensor.buffer and each.view != tensor.view and _types(each)
        if all(t.is_float for t in _types(each))
    ]


def called_so(parameter: str, span: Span) -> Iterator[Evidence]:
    """Evidence for what bytes stand for from a parameter that is called after a float type
    (`cache_fp8_ptr`)."""
    named = float_named(parameter)
    if named is not None:
        message = f"the kernel calls the parameter `{parameter}`: the bytes stand for floats"
        types = UNKNOWN if named.is_fp8 else ElementTypes.of(named)
        yield Evidence(span, message, "likely", (), types)


def _types(tensor: Tensor) -> frozenset[ElementType]:
    return (tensor.types or UNKNOWN).types or frozenset()
