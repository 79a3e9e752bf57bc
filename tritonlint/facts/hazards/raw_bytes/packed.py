"""Packed buffers of floats: a page of codes, or of 16-bit floats, of which regions hold something
wider, scales in float32 or rows in bfloat16, that has to be viewed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tritonlint.dtypes import FLOAT32, PLATFORM_FP8, UINT8, UNKNOWN, ElementTypes
from tritonlint.facts.device import Moves, moves
from tritonlint.facts.hazards.launched.specializations import specialization
from tritonlint.facts.hazards.raw_bytes.byte_bounds import behind_the_codes, counts_bytes
from tritonlint.facts.hazards.raw_bytes.cuts import cutting
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.made_alike import region_alike
from tritonlint.facts.hazards.raw_bytes.names import float_named
from tritonlint.facts.hazards.raw_bytes.twins import begun_alike, regions_of, viewed_elsewhere
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent, Note
from tritonlint.facts.host.memory.element_types import all_codes, wide_floats
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.places import Part
from tritonlint.facts.host.values.values import Path, Tensor


def page(
    run: Run,
    notes: Sequence[Note],
    tensor: Tensor,
    types: ElementTypes,
    event: LaunchEvent,
    parameter: str,
    path: Path,
) -> tuple[Evidence, ...]:
    """Evidence that `tensor` is a region of a packed buffer of floats: other regions of it
    are viewed as another type, its bounds are counted in bytes, or elsewhere the same region is
    viewed so. A buffer of unknown type is one where it is called so and a region is viewed as
    bytes: then it is not made of those."""
    if tensor.view is not None or tensor.types is not None:
        return ()
    codes = all_codes(types)
    told = tuple(_told_by_kernel(run, event, parameter, tensor, types, path)) if codes else ()
    if tensor.part is None:
        return (*told, *_rows(run, event, parameter, types, path)) if codes else ()
    views = [
        each
        for each in notes
        if each.kind == "view" and each.part is not None and each.part != tensor.part
    ]
    if types.types is None:
        named = float_named(tensor.buffer.last_name)
        if named is None or not named.is_fp8:
            return _of_row(run, event, parameter, tensor)
        if not any(t.is_byte for each in views for t in each.types.types or ()):
            return tuple(_of_integers(run, event, parameter, tensor, path))
    elif not codes:
        return tuple(_of_wider_twin(run, event, tensor, types))
    alike = _of_row(run, event, parameter, tensor)
    told += (*_named(event, parameter), *_on_another_way(run, tensor))
    told += tuple(_of_integers(run, event, parameter, tensor, path)) if codes else ()
    return (*_of_region(run, event, tensor, tensor.part, views), *told, *alike)


def _named(event: LaunchEvent, parameter: str) -> Iterator[Evidence]:
    """Evidence from a parameter that is called after a wider float type (`rope_bf16_ptr`)."""
    named = float_named(parameter)
    if named is not None and not named.is_fp8:
        message = f"the kernel calls the parameter `{parameter}`: the region holds {named}"
        meaning = ElementTypes.of(named)
        yield Evidence(event.arguments[parameter].span, message, "likely", meaning=meaning)


def _of_integers(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path
) -> Iterator[Evidence]:
    """Evidence from the kernel that a region of a page of codes holds integers, as exponents of
    scales are: it takes what it loads for such, and decodes the codes of another region. A cast
    of codes to integers does not compile."""
    seen = run.effects.of(moves, event.kernel, specialization(event, "", None, path, alike=True))
    beside = _unviewed(event, regions_beside(event, parameter, tensor))
    if parameter in seen.integers and beside & (seen.decoded - seen.integers):
        message = "the kernel takes what it loads here for integers, and decodes the codes beside"
        yield Evidence(
            event.arguments[parameter].span, message, "likely", meaning=ElementTypes.of(UINT8)
        )


def _on_another_way(run: Run, tensor: Tensor) -> Iterator[Evidence]:
    """Evidence from where a region that is left as it is here is viewed on another path."""
    for each in run.notes.by_buffer(tensor.buffer) if tensor.bare else ():
        if each.kind == "view" and each.part == tensor.part and wide_floats(each.types):
            message = f"on another path the region is viewed as {each.types} here"
            yield Evidence(each.span, message, "likely", (), each.types, meaning=each.types)


def _of_region(
    run: Run, event: LaunchEvent, tensor: Tensor, part: Part, views: Sequence[Note]
) -> Iterator[Evidence]:
    """Evidence from the views of other regions, from the bounds of this one, and from how other
    code views it."""
    for each in views:
        if each.types.types and not any(t.is_fp8 for t in each.types.types):
            if each.part is not None and each.part.is_same(part):
                message = f"the same region is viewed as {each.types} here"
                yield Evidence(each.span, message, "likely", (), each.types, meaning=each.types)
                continue
            message = f"another region of the buffer is viewed as {each.types} here: it is packed"
            yield Evidence(each.span, message, "likely", each.path)
    counted = counts_bytes(cutting(event, tensor), tensor)
    if counted is not None:
        size = counted[0]
        message = f"the bounds of this region count elements of {size} bytes: the buffer is packed"
        yield Evidence(part.span, message, "likely")
    longer = behind_the_codes(run, cutting(event, tensor), tensor)
    if longer is not None:
        message = "a row is made four bytes longer than its codes: they are no codes"
        yield Evidence(longer, message, "likely", meaning=ElementTypes.of(FLOAT32))
    twin = viewed_elsewhere(run, event, tensor) or begun_alike(event, tensor)
    if twin is not None and not any(t.is_fp8 for t in twin.types.types or ()):
        message = f"the same region is viewed as {twin.types} here"
        yield Evidence(twin.span, message, "likely", (), twin.types, meaning=twin.types)


def _of_wider_twin(
    run: Run, event: LaunchEvent, tensor: Tensor, types: ElementTypes
) -> Iterator[Evidence]:
    """Evidence that a region of a page of 16-bit floats holds wider ones: elsewhere the same region
    is viewed so."""
    halves = bool(types.types) and all(t.is_float and t.width == 16 for t in types.types or ())
    twin = viewed_elsewhere(run, event, tensor) or begun_alike(event, tensor) if halves else None
    if twin is not None and wide_floats(twin.types):
        if all(each.width > 16 for each in twin.types.types or ()):
            message = f"the same region is viewed as {twin.types} here"
            yield Evidence(twin.span, message, "likely", (), twin.types, meaning=twin.types)


def _of_row(run: Run, event: LaunchEvent, parameter: str, tensor: Tensor) -> tuple[Evidence, ...]:
    """Evidence from how the file puts rows together that it views as codes."""
    found = region_alike(run, event, parameter, tensor)
    if found is None or not found[1].as_codes:
        return ()
    return () if any(t.is_fp8 for t in found[0].meaning.types or ()) else (found[0],)


def _told_by_kernel(
    run: Run,
    event: LaunchEvent,
    parameter: str,
    tensor: Tensor,
    types: ElementTypes,
    path: Path,
) -> Iterator[Evidence]:
    """Evidence from the kernel that a page of codes holds scales too: it stores what it computes of
    the largest value through the same pointer as the codes, or through another region of it."""
    whole = tensor.part is None
    beside = {parameter} if whole else regions_beside(event, parameter, tensor)
    if not beside:
        return
    made = specialization(event, parameter, types, path, alike=True)
    seen = run.effects.of(moves, event.kernel, made)
    # What is stored as it is computed is codes too, where the page is of them and is not viewed.
    computed = seen.computed_floats - seen.scales.keys()
    quantized = (seen.quantized & beside) | (computed & _unviewed(event, beside - {parameter}))
    if parameter in seen.scales and quantized:
        message = "the kernel stores the scale of the codes here, which are in the same page"
        meaning = UNKNOWN if whole else ElementTypes.of(FLOAT32)
        yield Evidence(event.arguments[parameter].span, message, "likely", meaning=meaning)
    elif seen.quantized & beside and (scales := seen.scales.keys() & beside):
        message = "the kernel stores the scale of the codes in the same page: it is packed"
        yield Evidence(event.arguments[min(scales)].span, message, "likely")


def _rows(
    run: Run, event: LaunchEvent, parameter: str, types: ElementTypes, path: Path
) -> Iterator[Evidence]:
    """Evidence that the kernel puts floats into a page of codes as they are, of a type that other
    code of the file views a region of it as."""
    regions = list(regions_of(event, event.arguments[parameter].text))
    if not regions:
        return
    made = specialization(event, parameter, types, path, alike=True)
    seen = run.effects.of(moves, event.kernel, made)
    for source in sorted({source for source, target in seen.copies if target == parameter}):
        element = made.pointers.get(source)
        for each in regions:
            if element is not None and each.types.single == element:
                message = f"a region of the page is viewed as {each.types} here: it is packed"
                yield Evidence(each.span, message, "likely", (), each.types)


def wider_region(
    event: LaunchEvent, parameter: str, tensor: Tensor, seen: Moves
) -> Iterator[Evidence]:
    """Evidence from the kernel that what it stores through `parameter`, or loads, is no code: it
    casts what it quantizes beside, and not this; it converts the codes beside, and not this. That
    these are float32 is what scales are, and no more than that."""
    beside = regions_beside(event, parameter, tensor)
    stored = seen.quantized | seen.others | {target for _, target in seen.copies}
    wider = ElementTypes.of(FLOAT32)
    if parameter in seen.computed_floats - stored and beside & seen.quantized:
        message = "the kernel casts what it quantizes, and stores this as it is computed"
    elif parameter in seen.plain - seen.decoded and beside & seen.decoded - seen.plain:
        message = "the kernel converts the codes that it loads, and computes with this as it is"
    else:
        return
    yield Evidence(event.arguments[parameter].span, message, "likely", (), meaning=wider)


def regions_beside(event: LaunchEvent, parameter: str, tensor: Tensor) -> frozenset[str]:
    """The other parameters that the launch passes regions of the same buffer for."""
    return frozenset(
        name
        for name, passed in event.arguments.items()
        if name != parameter
        for _, each in options(passed.value)
        if isinstance(each, Tensor) and each.buffer == tensor.buffer
    )


def _unviewed(event: LaunchEvent, parameters: Collection[str]) -> frozenset[str]:
    """Those of the parameters that the launch passes what is viewed as nothing else for."""
    return frozenset(
        name
        for name in parameters
        if all(
            isinstance(each, Tensor) and each.view is None
            for _, each in options(event.arguments[name].value)
        )
    )


def quantized_beside(run: Run, event: LaunchEvent, tensor: Tensor, path: Path) -> bool:
    """Whether another launch of the same code stores what it computes into another region of the
    buffer, as codes."""
    for other in run.launches if tensor.part is not None else ():
        if other is event or contradicts(other.path, path):
            continue
        regions = {
            name
            for name in regions_beside(other, "", tensor)
            for _, each in options(other.arguments[name].value)
            if isinstance(each, Tensor) and each.part not in (None, tensor.part)
            if not wide_floats(each.types or UNKNOWN)
        }
        if regions:
            made = specialization(other, "", None, other.path, alike=True)
            seen = run.effects.of(moves, other.kernel, made)
            if regions & (seen.quantized | seen.computed_floats):
                return True
    return False


def assumed(types: ElementTypes) -> ElementTypes:
    """The types of a packed buffer: those that are known, else the 8-bit floats."""
    return types if types != UNKNOWN else PLATFORM_FP8
