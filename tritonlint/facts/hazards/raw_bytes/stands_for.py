"""What the raw bytes of a launch argument stand for, and whether only on the paths of a test."""

from __future__ import annotations

from collections.abc import Sequence

from tritonlint.dtypes import BY_NAME, FLOAT32, UNKNOWN, ElementType, ElementTypes, join
from tritonlint.facts.hazards.raw_bytes.byte_bounds import counts_bytes
from tritonlint.facts.hazards.raw_bytes.cuts import cutting
from tritonlint.facts.hazards.raw_bytes.evidence import NO_FLOAT, Evidence
from tritonlint.facts.hazards.raw_bytes.names import float_named
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import HasType, Joined, OfClass, OfSetting, Symbol
from tritonlint.facts.host.values.values import Path, Tensor, Value

FP8 = ElementTypes.of(BY_NAME["float8_e4m3fn"])


def stands_for(
    event: LaunchEvent, parameter: str, tensor: Tensor, evidence: Sequence[Evidence]
) -> ElementTypes:
    """The float type that the bytes are: an fp8 type, of whichever flavour the project uses, unless
    a name or the numbers that the kernel moves say otherwise, these are the scales of values that
    are viewed as fp8, or the same launch is passed the very same bytes as fp8 already. Unknown when
    that one leaves several, and where all that tells is that a type is asked for."""
    passed = event.arguments[parameter]
    named = float_named(parameter) or float_named(passed.text)
    if named is not None:
        return ElementTypes.of(named)
    if any(each.meaning == NO_FLOAT for each in evidence):
        return UNKNOWN
    telling = [each for each in evidence if each.encoded]
    if telling and all(each.asked for each in telling):
        return UNKNOWN
    meant = join(each.meaning for each in evidence if each.meaning.known)
    views = {t for each in evidence if not each.meaning.known for t in each.types.types or ()}
    codes = tensor.part is None and bool(views) and all(each.is_fp8 for each in views)
    if meant.types and not codes:  # a view of all of it says more than what is moved into it
        return meant
    seen = {each for one in evidence for each in one.types.types or ()}
    if any(each.is_fp8 and not each.is_code for each in seen):
        return UNKNOWN
    is_scale = "scale" in parameter.lower()
    if is_scale and seen and all(each.is_fp8 for each in seen):
        return ElementTypes.of(FLOAT32)
    width = _counted_width(event, tensor)
    if width is not None and width > 8:
        alike = [each for each in seen if each.width == width]
        return ElementTypes.of(*alike) if len(alike) == 1 else UNKNOWN
    if not _passed_as_fp8(event, parameter, tensor):
        return FP8
    others = _floats_of(event, passed.value)
    if is_scale and not others:
        return ElementTypes.of(FLOAT32)
    return ElementTypes.of(*others) if len(others) == 1 else UNKNOWN


def _floats_of(event: LaunchEvent, passed: Value) -> set[ElementType]:
    """The types of floats that what is passed can have."""
    tensors = (each for _, each in options(passed) if isinstance(each, Tensor))
    types = (each.types or event.types.get(each.buffer, UNKNOWN) for each in tensors)
    return {each for known in types for each in known.types or () if each.is_float}


def _counted_width(event: LaunchEvent, tensor: Tensor) -> int | None:
    """How many bits the elements have that the bounds of a region count; None where they count
    none of a written size."""
    found = counts_bytes(cutting(event, tensor), tensor) if tensor.part is not None else None
    return 8 * int(found[0]) if found is not None and found[0].isdigit() else None


def _passed_as_fp8(event: LaunchEvent, parameter: str, tensor: Tensor) -> bool:
    """Whether the launch is passed the same bytes as fp8 for another parameter."""
    own = event.arguments[parameter]
    return any(
        passed is not own
        and (other.buffer, other.part) == (tensor.buffer, tensor.part)
        and any(each.is_fp8 for each in (other.types or UNKNOWN).types or ())
        for passed, other in event.viewed
    )


def is_conditional(
    run: Run, event: LaunchEvent, chosen: Path, evidence: Sequence[Evidence]
) -> bool:
    """Whether all that says that these are bytes holds only where a test of an element type, or of
    the setting for it, comes out so, and the path taken to the launch does not pass that test: the
    tensor may have another type there. `chosen` is the path on which it is this tensor, of several
    that it can be; what picks one of several kernels is no test around the launch either."""
    every = [each.path for each in run.launches if each.span == event.span]
    passed = {test for test in event.path if all(test in each for each in every)}
    more = (*event.path, *chosen)
    if any(about_type(test) for test in more if test not in passed):
        return True
    passed.update(more)
    return all(
        each.guarded or any(about_type(test) for test in each.path if test not in passed)
        for each in evidence
    )


def made_by(run: Run, tensor: Tensor) -> bool:
    """Whether it is a test of a type by which memory is made of bytes that enters calls before it
    is launched: where it enters them it may have another type."""
    made = (each for each in run.notes.by_buffer(tensor.buffer) if each.kind == "allocated")
    return bool(tensor.passed) and any(about_type(test) for each in made for test in each.path)


def about_type(test: tuple[Symbol, bool]) -> bool:
    """Whether a test is of an element type, of the setting for one, or of the class of an
    object."""
    key = test[0]
    first = key.tests[0] if isinstance(key, Joined) else key
    return isinstance(first, (OfClass, OfSetting)) or any(
        isinstance(each, HasType) for each in key.inner
    )
