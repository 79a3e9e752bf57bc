"""What the bytes of a launch argument mean: the float type that the other arguments and the kernel
give them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from tritonlint.dtypes import INT8, UNKNOWN, ElementTypes
from tritonlint.facts.device import Moves
from tritonlint.facts.hazards.launched.specializations import joined, types_of
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.stands_for import about_type
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.memory.element_types import FLOATS, wide_floats
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Attribute, HasType, OfClass, Symbol
from tritonlint.facts.host.values.values import Path, Tensor, Value


def meanings(
    event: LaunchEvent,
    parameter: str,
    path: Path,
    evidence: Sequence[Evidence],
    seen: Moves,
    told: frozenset[str] = frozenset(),
    *,
    packed: bool = False,
) -> Iterator[Evidence]:
    """Evidence for what `parameter` means on `path`: what the kernel stores through it as it was
    loaded from floats, or loads through it and stores as it is to floats; and what is passed for it
    on another path. `evidence` says that these are raw bytes,
    `packed` that they are a region of a page of codes; the parameters in `told` hold numbers."""
    numbers = seen.numbers | seen.quantized | told
    if parameter not in seen.quantized | seen.computed_floats | seen.others:
        for source, target in sorted(seen.copies):
            if target == parameter != source:
                what = "the kernel stores what it loads through"
                yield from _alike(event, source, path, f"{what} `{source}`", numbers)
    # Codes may be read so too, but not where the kernel decodes others for the same output.
    beside = packed or any(t.is_fp8 for each in evidence for t in each.types.types or ())
    for source, target in sorted(seen.copies - seen.converts):
        if source == parameter != target and (beside or target in seen.quantized):
            what = "the kernel stores what it loads here as it is through"
            yield from _alike(event, target, path, f"{what} `{target}`", numbers)
    for inner, value in _elsewhere(event, parameter, path):
        if any(about_type(test) for test in inner):
            continue  # another type is what that path is for
        if isinstance(value, Tensor) and (wider := _wider(types_of(event, value))):
            place = value.view or event.arguments[parameter].span
            message = f"on another path {wider} is passed here"
            # Of memory of its own, for caches that are not quantized, bytes have no such meaning;
            # and are integers where others are made with a sign.
            own = value.view is None is value.part
            if own and _may_be_signed(event, parameter):
                continue
            apart = parameter in seen.quantized and own
            meaning = UNKNOWN if apart else wider
            yield Evidence(place, message, "likely", (), wider, meaning=meaning)


def _may_be_signed(event: LaunchEvent, parameter: str) -> bool:
    """Whether one of what is passed for `parameter` is made of signed integers of 8 bits."""
    values = (each for _, each in options(event.arguments[parameter].value))
    return any(isinstance(x, Tensor) and types_of(event, x).single == INT8 for x in values)


def _alike(
    event: LaunchEvent, other: str, path: Path, what: str, numbers: Set[str]
) -> Iterator[Evidence]:
    """Evidence from the parameter `other`, which holds the same; in `numbers` are those of which it
    is known that they hold numbers."""
    passed = event.arguments.get(other)
    if passed is None:
        return
    values = [each for inner, each in options(passed.value) if not contradicts(inner, path)]
    types = joined(event, values)
    wider = _wider(types)
    if wider is not None:
        message = f"{what}, and `{passed.text}` holds {wider}"
        yield Evidence(passed.span, message, "likely", (), wider, meaning=wider)
    elif other in numbers and not any(t.is_integer for t in types.types or ()):
        message = f"{what}, and takes what `{passed.text}` holds for numbers"
        yield Evidence(passed.span, message, "likely", (), UNKNOWN, meaning=FLOATS)


def floats_of_any_width(event: LaunchEvent, parameter: str) -> frozenset[str]:
    """The arguments that are floats, whether codes or wider: then they are not bytes. Codes alone
    cannot be stored to bytes."""
    found: list[str] = []
    for name, passed in event.arguments.items():
        tensor = passed.value
        if isinstance(tensor, Tensor) and name != parameter:
            types = types_of(event, tensor).types or ()
            if any(each.width > 8 for each in types) and all(each.is_float for each in types):
                found.append(name)
    return frozenset(found)


def floats_elsewhere(event: LaunchEvent, parameter: str, path: Path) -> frozenset[str]:
    """The arguments that are passed as they are here where `parameter` is passed floats on another
    path: then they hold floats."""
    others = [
        inner
        for inner, value in _elsewhere(event, parameter, path)
        if isinstance(value, Tensor) and _wider(types_of(event, value))
    ]
    if not others:
        return frozenset()
    return frozenset(
        name
        for name, passed in event.arguments.items()
        if name != parameter and isinstance(passed.value, Tensor)
        if not any(_asks_type(key, passed.value.buffer) for key, _ in event.path + path)
    )


def _asks_type(test: Symbol, buffer: Symbol) -> bool:
    """Whether a test, or a part of it, is of the element type of `buffer`."""
    own = Attribute(buffer, "dtype")
    return any(
        each is own or isinstance(each, HasType) and each.of is buffer for each in test.inner
    )


def _elsewhere(event: LaunchEvent, parameter: str, path: Path) -> Iterator[tuple[Path, Value]]:
    """What is passed for `parameter` on the paths that contradict `path`. A tensor that is passed
    for other parameters too is a placeholder there; what an object of another class gives may be of
    another type."""
    for inner, value in options(event.arguments[parameter].value):
        if any(isinstance(key, OfClass) for key, _ in inner):
            continue
        if contradicts(inner, path) and not _stands_in(event, parameter, value):
            yield inner, value


def _stands_in(event: LaunchEvent, parameter: str, value: Value) -> bool:
    return isinstance(value, Tensor) and any(
        isinstance(other, Tensor) and (other.buffer, other.part) == (value.buffer, value.part)
        for name, passed in event.arguments.items()
        if name != parameter
        for _, other in options(passed.value)
    )


def _wider(types: ElementTypes) -> ElementTypes | None:
    """`types`, where all are floats of more than 8 bits."""
    return types if wide_floats(types) else None
