"""What the memory behind an argument tells of the bytes in it, in words."""

from __future__ import annotations

from tritonlint.dtypes import BY_NAME, ElementType
from tritonlint.facts.hazards.flavours.kernels import format_of
from tritonlint.facts.hazards.launched.seen import Sign
from tritonlint.facts.hazards.raw_bytes.evidence import Strength
from tritonlint.watch.kinds import Kind
from tritonlint.watch.shadow import View
from tritonlint.watch.torch_tensors import Geometry, must_overlap


def passed_beside(
    found: Kind, name: str, where: Geometry, other: tuple[str, Geometry, ElementType]
) -> Sign:
    """The same launch is passed the same memory as floats too."""
    parameter, place, element = other
    same = must_overlap(where, place)
    part = "the same bytes are" if same else "another part of the same memory is"
    message = f"{part} passed as `{parameter}`, as {element}"
    types = (element.name,) if same else ()
    return Sign(
        name, message, found.seen.span, _strength(found, name, same, element), types, not same
    )


def viewed(found: Kind, name: str, where: Geometry, view: View) -> Sign:
    """The same memory was seen as floats before."""
    element = BY_NAME[view.type]
    same = must_overlap(where, view.where)
    part = "the same bytes are" if same else "another part of the same memory is"
    message = f"{part} seen as {element}"
    types = (element.name,) if same else ()
    return Sign(name, message, view.origin, _strength(found, name, same, element), types, not same)


def _strength(found: Kind, name: str, same: bool, element: ElementType) -> Strength:
    """Signed bytes that are read beside the floats that scale them may be quantized integers."""
    if same:
        return "certain"
    signed = any(n == name and given.type == "int8" for n, given in found.seen.arguments)
    return "possible" if signed and name in found.reads and not element.is_fp8 else "likely"


def read_later(parameter: str, reader: Kind, name: str, element: ElementType) -> Sign:
    """What a kernel wrote is read as floats by another."""
    kernel = reader.seen.kernel.name
    message = f"`{kernel}` then reads what is written here as {element}, through `{name}`"
    return Sign(parameter, message, reader.seen.span, "certain", (element.name,))


def viewed_later(parameter: str, view: View) -> Sign:
    """What a kernel wrote is seen as floats by the host."""
    message = f"what is written here is then seen as {BY_NAME[view.type]}"
    return Sign(parameter, message, view.origin, "certain", (view.type,))


def written_as_codes(name: str, writer: Kind, parameter: str, element: ElementType) -> Sign:
    """What a kernel reads as numbers was written as codes by another."""
    kernel = writer.seen.kernel.name
    message = f"`{kernel}` wrote these bytes as {element}, through `{parameter}`"
    return Sign(name, message, writer.seen.span, "certain", (element.name,))


def is_other_format(codes: ElementType, where: Geometry, view: View) -> bool:
    """Whether bytes were seen as 8-bit floats with other bits of exponent: between e4m3fn and
    e4m3fnuz a view is how one is made of the other."""
    element = BY_NAME[view.type]
    return (
        element.is_fp8
        and format_of(element) != format_of(codes)
        and must_overlap(where, view.where)
    )
