"""What other views of a buffer tell of a tensor of it that is not viewed."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.dtypes import UNKNOWN, ElementTypes
from tritonlint.facts.hazards.raw_bytes.byte_views import views_beside
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.names import float_named
from tritonlint.facts.host.element_types import all_bytes
from tritonlint.facts.host.events import LaunchEvent, Note
from tritonlint.facts.host.values import Tensor


def siblings(
    notes: list[Note], tensor: Tensor, types: ElementTypes, event: LaunchEvent, parameter: str
) -> Iterator[Evidence]:
    """Evidence from other views of the same buffer: one part is viewed, so the buffer holds bytes.

    Scratch memory is viewed as whatever fits: another view of a whole buffer counts only where the
    buffer is known to be able to hold bytes, or where the same launch is passed that view too, and
    it is fp8 or the parameter is called after a float type. A buffer of which a part is viewed as
    bytes has another type.
    """
    bytes_known = types.types is not None and any(t.is_byte for t in types.types)
    if all_bytes(types):
        yield from _viewed_as_asked(notes, tensor)
    views = [note for note in notes if note.kind == "view" and note.types.types]
    if not bytes_known and any(t.is_byte for note in views for t in note.types.types or ()):
        return
    beside = {each.view for each in views_beside(event, tensor)}
    called = float_named(parameter) is not None
    for note in views:
        if note.part is not None and note.part == tensor.part:
            continue
        types_seen = note.types.types or frozenset()
        parts = tensor.part is not None and note.part is not None
        passed = note.span in beside and (called or all(t.is_fp8 for t in types_seen))
        if all(t.is_float for t in types_seen) and (parts or bytes_known or passed):
            what = "another slice of the same buffer is" if parts else "the same buffer is"
            message = f"{what} viewed as {note.types} here, so the buffer holds raw bytes"
            whole = tensor.part is None and note.part is None
            wider = whole and not any(t.is_fp8 for t in types_seen)
            meaning = note.types if wider else UNKNOWN
            yield Evidence(note.span, message, "likely", note.path, note.types, meaning=meaning)


def _viewed_as_asked(notes: list[Note], tensor: Tensor) -> Iterator[Evidence]:
    """Evidence from a view of bytes, or of another region of them, as a type that whoever calls
    asks for."""
    for note in notes:
        if note.kind == "view" and note.types.types is None:
            if note.part is None or note.part != tensor.part:
                message = "the same buffer is viewed as a type that is asked for here"
                yield Evidence(note.span, message, "likely", note.path, asked=True)
