"""Places that disagree on the flavour of 8-bit floats: two views of the same bytes, and a clamp
that is wider than what the memory can hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from tritonlint.dtypes import BY_NAME, ElementType
from tritonlint.facts.arguments import parameter_span, specialization
from tritonlint.facts.device import Store, contract
from tritonlint.facts.device.contract import Specialization
from tritonlint.facts.host.state import LaunchEvent, Note, Run
from tritonlint.facts.host.values import Tensor, contradicts, options
from tritonlint.facts.storage import Storage
from tritonlint.source import Span

FNUZ = BY_NAME["float8_e4m3fnuz"]
# What code asks when it is for one vendor only.
_VENDOR = re.compile(r"\bis_(?:cuda|hip|rocm|nvidia|sm\d+\w*|gfx\w+)\b|\b_is_(?:cuda|hip)\b")


@dataclass(frozen=True)
class Flavours:
    """The same bytes as two types of 8-bit floats: made or viewed as `one` at `before`, and viewed
    as `other` at `place`."""

    place: Span
    function: str
    before: Span
    one: ElementType
    other: ElementType


@dataclass(frozen=True)
class WideClamp:
    """A kernel that clamps to `largest` what it stores through `parameter`, where the launch passes
    memory that can be e4m3fnuz, whose largest finite value is less."""

    place: Span
    function: str
    launch: Span
    kernel: str
    parameter: str
    parameter_span: Span
    argument: str
    largest: float
    store: Store


def flavours(run: Run) -> Iterator[Flavours | WideClamp]:
    """The disagreements that an interpretation shows."""
    seen: list[Note] = [
        note
        for note in run.notes
        if note.kind in ("view", "allocated")
        and note.types.single is not None
        and note.types.single.is_fp8
    ]
    for one, other in combinations(seen, 2):
        if one.buffer == other.buffer and not contradicts(one.path, other.path):
            yield from _clash(run, one, other)
    for event in run.launches:
        yield from _clamps(run, event)


def _clash(run: Run, one: Note, other: Note) -> Iterator[Flavours]:
    """Two views of one buffer, or of the same part of it, one with more bits of exponent. Between
    e4m3fn and e4m3fnuz a view is how one is made of the other, with another scale."""
    first, second = one.types.single, other.types.single
    assert first is not None and second is not None
    same = one.part == other.part or one.kind == "allocated"
    if same and other.kind == "view" and _format(first) != _format(second):
        yield Flavours(other.span, run.root.name, one.span, first, second)


def _format(element: ElementType) -> str:
    """The bits of exponent and mantissa."""
    return (element.flavour or "")[:4]


def _clamps(run: Run, event: LaunchEvent) -> Iterator[WideClamp]:
    if _VENDOR.search(event.module.source.snippet(_around(event))):
        return
    for parameter, passed in event.arguments.items():
        for path, value in options(passed.value):
            if not isinstance(value, Tensor):
                continue
            types = value.types if value.types is not None else event.types.get(value.buffer)
            if types is None or FNUZ not in (types.types or ()):
                continue
            made = specialization(
                event, parameter, Storage(types, value.buffer, ()), event.path + path
            )
            found = contract(
                event.kernel, Specialization({**made.pointers, parameter: FNUZ}, made.constexprs)
            )
            for store in found.stores:
                low, high = store.interval
                if store.parameter == parameter and high is not None and low is not None:
                    if (FNUZ.largest or 0) < high <= 448.0 and low == -high:
                        yield WideClamp(
                            passed.span,
                            event.function,
                            event.span,
                            event.kernel.name,
                            parameter,
                            parameter_span(event.kernel, parameter),
                            passed.text,
                            high,
                            store,
                        )
                        return


def _around(event: LaunchEvent) -> Span:
    """The lines from the beginning of the function around the launch to its end."""
    node = event.root.node
    first = getattr(node, "lineno", 1) if event.root.module is event.module else event.span.line
    return Span(event.span.path, first, 1, event.span.end_line, event.span.end_column)
