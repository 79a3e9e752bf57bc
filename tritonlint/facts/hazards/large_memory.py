"""Offsets that a kernel computes in 32 bits into memory of more than 2**31 elements, as the sizes
that the code around the launch states come to."""

from __future__ import annotations

import ast
import math
import os
import re
from collections.abc import Iterator

from tritonlint.facts.device.reading.offsets import Offset, offsets, pointers_of
from tritonlint.facts.device.reading.terms import plain
from tritonlint.facts.hazards.extents import SHAPED, written_shape
from tritonlint.facts.hazards.launched.specializations import integer_widths
from tritonlint.facts.hazards.narrow_offsets import NarrowOffset, observed
from tritonlint.facts.hazards.sizes import Sizes, expression_at
from tritonlint.facts.host.events import LaunchEvent, Passed
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import as_code
from tritonlint.frozen import replace
from tritonlint.source import Span

_LARGE = 1 << 31
# Numbers of six digits or more, and powers of two as large: one pattern after the other, each from
# a character that it begins with.
_STATED = (
    re.compile(
        r"[1-9](?<![\w.].)(?:\d{0,2}(?:_\d{3})*_\d{3}_\d{3}|\d{2}_\d{3}|\d{5,8})(?![\w.])", re.S
    ),
    re.compile(r"<<\s*(?:1[7-9]|2\d)\b"),
    re.compile(r"\*\*\s*(?:1[7-9]|2\d)\b"),
    re.compile(r"\* 1024 \* 1024"),
)


def may_be_large(text: str) -> bool:
    """Whether a file may allocate memory of sizes that it states, and that are large."""
    made = "empty(" in text or "zeros(" in text
    return made and any(each.search(text) for each in _STATED)


def large_offsets(run: Run) -> Iterator[NarrowOffset]:
    """The products in 32 bits of the launches of `run` that go beyond 2**31 in memory that is
    allocated as that large."""
    for event in run.asked_kernels:
        for name, passed in event.arguments.items():
            made = _made(run, passed)
            large = made is not None and math.prod(made[1]) >= _LARGE
            if made is not None and large and name in pointers_of(event.kernel):
                yield from _into(event, name, *made)


def _into(
    event: LaunchEvent, pointer: str, place: Span, shape: tuple[int, ...]
) -> Iterator[NarrowOffset]:
    for offset in offsets(event.kernel):
        if offset.pointer != pointer or not offset.narrow or offset.node is None:
            continue
        if (
            offset.late is None
            and _is_rows(event, offset, shape)
            and not _is_widened(event, offset)
        ):
            seen = observed(event.kernel, offset, "sized", place)
            widths = integer_widths(event, seen.table)
            known = bool(widths) and max(widths) <= 32
            yield replace(seen, loaded=seen.loaded and not known)


def _is_widened(event: LaunchEvent, narrow: Offset) -> bool:
    """Whether the kernel computes the same in 64 bits on another path."""
    return any(
        each.widened is not None
        and each.pointer == narrow.pointer
        and each.index.text == narrow.index.text
        for each in offsets(event.kernel)
    )


def _is_rows(event: LaunchEvent, offset: Offset, shape: tuple[int, ...]) -> bool:
    """Whether a product counts along the first dimension of memory of this shape."""
    scales = [plain(each) for each in offset.scales]
    if len(scales) != 1 or scales[0].op not in ("parameter", "constexpr"):
        return False
    stride = event.arguments.get(scales[0].name)
    if stride is None:
        return False
    match stride.place.node:
        case ast.Call(func=ast.Attribute(value=owner, attr="stride"), args=[ast.Constant(value=0)]):
            return as_code(owner) == event.arguments[offset.pointer].text
    found = Sizes(event.module, stride.place.node).number(stride.place.node)
    return found == math.prod(shape[1:])


def _made(run: Run, passed: Passed) -> tuple[Span, tuple[int, ...]] | None:
    """Where the memory that is passed is allocated, and its shape, where the code states it."""
    tensors = [each for _, each in options(passed.value) if isinstance(each, Tensor)]
    if len(tensors) != 1 or tensors[0].part is not None or tensors[0].view is not None:
        return None
    notes = run.notes.by_buffer(tensors[0].buffer)
    place = next((each.span for each in notes if each.kind == "allocated"), None)
    module = run.project.cached(os.path.abspath(place.path)) if place is not None else None
    return _shape(module, place) if module is not None and place is not None else None


@kept(1024)
def _shape(module: Module, place: Span) -> tuple[Span, tuple[int, ...]] | None:
    """The shape of what is allocated at a place, where all of it is stated."""
    match expression_at(module, place):
        case ast.Call(func=ast.Attribute(attr=attr)) as call if attr in SHAPED:
            sizes = Sizes(module, call)
            written = written_shape(attr, call) or ()
            items = sizes.items(written[0]) if len(written) == 1 else None
            numbers = [sizes.number(each) for each in items or written]
            known = [each for each in numbers if each is not None]
            if numbers and len(known) == len(numbers):
                return place, tuple(known)
    return None
