"""Places that disagree on the flavour of 8-bit floats: two views of the same bytes, and a clamp
that is wider than what the memory can hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path as FilePath

from tritonlint.dtypes import INT8, PLATFORM_FP8, UNKNOWN, ElementType
from tritonlint.facts.device import Store, contract
from tritonlint.facts.device.contract import Specialization
from tritonlint.facts.hazards.flavours.hard_coded import E4M3FN, HardCoded
from tritonlint.facts.hazards.flavours.int8_settings import is_int8, lets_int8_through
from tritonlint.facts.hazards.flavours.kernels import (
    FNUZ,
    KernelFlavour,
    are_flavours,
    format_of,
    is_platforms,
    kernel_flavours,
)
from tritonlint.facts.hazards.flavours.other_arguments import hard_coded_beside
from tritonlint.facts.hazards.flavours.scales import E4M3FN_MAX, scaled_to_448
from tritonlint.facts.hazards.flavours.vendors import asked_for_vendor, for_nvidia, for_vendor
from tritonlint.facts.hazards.launched.specializations import passed_as, specialization
from tritonlint.facts.hazards.observation import AtLaunch
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent, Note
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# What code asks when it is for one vendor only.
_VENDOR = re.compile(r"\bis_(?:cuda|hip|rocm|nvidia|sm\d+\w*|gfx\w+)\b|\b_is_(?:cuda|hip)\b")
_AS_INT8 = re.compile(r"\bview\(\s*(?:dtype\s*=\s*)?torch\.int8\s*\)")


@dataclass(frozen=True)
class Flavours:
    """The same bytes as two types of 8-bit floats: made or viewed as `one` at `before`, and viewed
    as `other` at `place`; or as int8, which a kernel rounds numbers to."""

    place: Span
    function: str
    before: Span
    one: ElementType
    other: ElementType


@dataclass(frozen=True)
class WideClamp(AtLaunch):
    """A kernel that clamps to `largest` what it stores through `parameter`, where the launch passes
    memory that can be e4m3fnuz, whose largest finite value is less; or that scales it to that, at
    `scaled`."""

    largest: float
    store: Store
    scaled: Span | None = None


@dataclass(frozen=True)
class ReadAsAnother(AtLaunch):
    """`kernel` reads as `read` through `parameter` what the kernel `writer`, launched at `before`,
    wrote as `written`, floats of another type of the same width; without a `writer`, what the host
    has as that there. Seen at run time."""

    read: ElementType
    written: ElementType
    writer: str
    before: Span


def flavours(run: Run) -> Iterator[Flavours | WideClamp | HardCoded | KernelFlavour]:
    """The disagreements that an interpretation shows."""
    seen: list[Note] = [
        note
        for note in run.notes
        if note.kind in ("view", "allocated") and are_flavours(note.types)
    ]
    for one, other in combinations(seen, 2):
        if one.buffer == other.buffer and not contradicts(one.path, other.path):
            if contradicts(one.path + other.path, run.refused):
                continue
            yield from _clash(run, one, other)
            yield from _hard_coded(run, one, other)
    views = [each for each in seen if each.kind == "view"]
    yield from _integers(run, views)
    yield from _named_integers(run, views)
    yield from kernel_flavours(run)
    yield from hard_coded_beside(run)
    for event in run.asked_launches:
        yield from _clamps(run, event)


def _clash(run: Run, one: Note, other: Note) -> Iterator[Flavours]:
    """Two views of one buffer, or of the same part of it, one with more bits of exponent. Between
    e4m3fn and e4m3fnuz a view is how one is made of the other, with another scale."""
    if _is_chosen(run, one) and _is_chosen(run, other):
        return  # whether both choose alike, their tests may not tell
    one, other = _in_order(one, other)
    first, second = one.types.types or frozenset(), other.types.types or frozenset()
    if other.kind == "view" and _same_part(one, other):
        if {format_of(each) for each in first}.isdisjoint(format_of(each) for each in second):
            types = (min(first, key=str), min(second, key=str))
            yield Flavours(other.span, _function_at(run, other.span), one.span, *types)


def _is_chosen(run: Run, view: Note) -> bool:
    """Whether a view is of one of several types, as a test, a table or a function says."""
    others = [x for x in run.notes if x.kind == "view" and x.types != view.types]
    return view.types == PLATFORM_FP8 or any(
        each.span == view.span or (each.buffer == view.buffer and contradicts(each.path, view.path))
        for each in others
    )


def _in_order(one: Note, other: Note) -> tuple[Note, Note]:
    """Two notes, whichever function they are seen from; of two views, the one that fewer tests lead
    to comes last, or else the one that stands last: that is the one to be reported."""
    if one.kind != other.kind:
        return (one, other) if one.kind == "allocated" else (other, one)
    first, last = sorted((one, other), key=lambda each: (-len(each.path), each.span))
    return first, last


def _function_at(run: Run, place: Span) -> str:
    """The name of the function that a place is in, or else of what is run."""
    module = run.project.cached(str(FilePath(place.path).absolute()))
    found = module.function_at(place.line) if module is not None else None
    return found.name if found is not None else run.root.name


def _integers(run: Run, views: list[Note]) -> Iterator[Flavours]:
    """The views as 8-bit floats of int8 memory that a kernel rounds numbers to. Where the file
    views as int8 too, they only carry it, as through autograd, which takes no integers."""
    if not views or not run.launches or _AS_INT8.search(run.root.module.source.text):
        return
    buffers = {note.buffer for note in views}
    for event in run.launches:
        for parameter, passed in event.arguments.items():
            for path, each in options(passed.value):
                if not isinstance(each, Tensor) or each.buffer not in buffers or each.view:
                    continue
                types, where = event.types.get(each.buffer, UNKNOWN), event.path + path
                later = [
                    note
                    for note in views
                    if note.buffer == each.buffer and not contradicts(note.path, where)
                ]
                if types.single == INT8 and later and _rounds(run, event, parameter, where):
                    element = min(later[0].types.types or (), key=str)
                    yield Flavours(later[0].span, run.root.name, passed.span, INT8, element)


def _named_integers(run: Run, views: Sequence[Note]) -> Iterator[Flavours]:
    """The views as 8-bit floats, by a test that asks for int8 too, or for all but other names, of
    memory that is made as int8 where the setting is called so."""
    for made in run.notes.of_kind("allocated") if views else ():
        if made.types.single != INT8 or not any(x and is_int8(test) for test, x in made.path):
            continue
        for view in views:
            asked = any(lets_int8_through(*each) for each in view.path)
            if asked and view.buffer == made.buffer and not contradicts(view.path, made.path):
                element = min(view.types.types or (), key=str)
                function = _function_at(run, view.span)
                yield Flavours(view.span, function, made.span, INT8, element)


def _rounds(run: Run, event: LaunchEvent, parameter: str, path: Path) -> bool:
    """Whether a kernel stores numbers through a parameter that it has rounded."""
    stores = run.effects.of(
        contract, event.kernel, specialization(event, parameter, None, path)
    ).stores
    return any(each.parameter == parameter and each.rounded for each in stores)


def _same_part(one: Note, other: Note) -> bool:
    return one.part == other.part or one.kind == "allocated"


def _hard_coded(run: Run, one: Note, other: Note) -> Iterator[HardCoded]:
    """One that names e4m3fn where the other asks the platform."""
    if not _same_part(one, other):
        return
    for named, asked in ((one, other), (other, one)):
        if named.types.single != E4M3FN or asked.types != PLATFORM_FP8:
            continue
        stated = any(
            n.buffer == named.buffer and n.kind in ("asserted", "handled") for n in run.notes
        )
        guarded = for_vendor(run.project, named.span, named.path)
        guarded = guarded or _by_a_getter(run, named.span)
        guarded = guarded or (named.kind == "allocated" and _views_others(run, asked.span))
        if not stated and not guarded and is_platforms(run, asked.span):
            yield HardCoded(named.span, run.root.name, asked.span)


def _views_others(run: Run, place: Span) -> bool:
    """Whether memory that is not made as e4m3fn is viewed there too: it is one of several."""
    made = {n.buffer for n in run.notes.of_kind("allocated") if n.types.single == E4M3FN}
    viewed = {n.buffer for n in run.notes.of_kind("view") if n.span == place}
    return not viewed <= made


def _by_a_getter(run: Run, place: Span) -> bool:
    """Whether a view is of the type that a method gives: `x.view(platform.fp8_dtype())`."""
    module = run.project.cached(str(FilePath(place.path).absolute()))
    said = module.source.snippet(place) if module is not None else ""
    return said.endswith("())")


def _clamps(run: Run, event: LaunchEvent) -> Iterator[WideClamp]:
    around = event.module.source.snippet(_around(event))
    kernel = event.kernel
    names = (kernel.name, kernel.path, event.function, event.span.path)
    if (
        _VENDOR.search(around)
        or asked_for_vendor(event.path)
        or any(map(for_nvidia, filter(None, names)))
    ):
        return
    for parameter, passed in event.arguments.items():
        for path, value in options(passed.value):
            if not isinstance(value, Tensor):
                continue
            types = value.types if value.types is not None else event.types.get(value.buffer)
            if types is None or FNUZ not in (types.types or ()):
                continue
            place = value.view or _allocated(run, value) or passed.span
            if types == PLATFORM_FP8 and not is_platforms(run, place):
                continue  # it is merely called so
            made = specialization(event, parameter, types, event.path + path)
            made = Specialization({**made.pointers, parameter: FNUZ}, made.constexprs)
            found = run.effects.of(contract, event.kernel, made)
            scaled = _scaled_where(run, event, made) if _is_made(run, value) else None
            for store in found.stores:
                largest = _largest(store) or (scaled and _scaled(store) and E4M3FN_MAX)
                if store.parameter == parameter and largest:
                    where = None if _largest(store) else scaled
                    yield WideClamp(*passed_as(event, parameter), largest, store, where)
                    return


def _allocated(run: Run, tensor: Tensor) -> Span | None:
    """Where the memory of a tensor is made."""
    return next((x.span for x in run.notes.by_buffer(tensor.buffer) if x.kind == "allocated"), None)


def _is_made(run: Run, tensor: Tensor) -> bool:
    """Whether memory is allocated as the platform's type: what views say of bytes is more often
    what the fix of another finding was."""
    kinds = {note.kind for note in run.notes if note.buffer == tensor.buffer}
    return "allocated" in kinds and "view" not in kinds


def _scaled_where(run: Run, event: LaunchEvent, made: Specialization) -> Span | None:
    # A file that knows of 240 may have the constant that is passed from another place.
    known = () if "240" in event.module.source.text else made.constexprs.items()
    passed = frozenset(name for name, value in known if value == E4M3FN_MAX)
    own = run.project.cached(str(FilePath(event.kernel.path).absolute()))
    return scaled_to_448(own, event.kernel, passed) if own is not None else None


def _largest(store: Store) -> float | None:
    """What is clamped to more than e4m3fnuz holds."""
    low, high = store.interval
    if high is None or low != -high:
        return None
    return high if (FNUZ.largest or 0) < high <= E4M3FN_MAX else None


def _scaled(store: Store) -> bool:
    """Whether a float is stored that is not clamped to what the memory holds."""
    high = store.interval[1]
    return store.kind == "float" and (high is None or high > (FNUZ.largest or 0))


def _around(event: LaunchEvent) -> Span:
    """The lines from the beginning of the function around the launch to its end."""
    node = event.root.node
    first = getattr(node, "lineno", 1) if event.root.module is event.module else event.span.line
    return Span(event.span.path, first, 1, event.span.end_line, event.span.end_column)
