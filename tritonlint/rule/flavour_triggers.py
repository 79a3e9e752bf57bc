"""Values that are others where a type of floats is taken for another one."""

from __future__ import annotations

from tritonlint.dtypes import ElementType

# What the code 0x3C is in each flavour.
_0X3C = {"int8": 60, "e4m3fn": 1.5, "e4m3fnuz": 0.75, "e5m2": 1.0, "e5m2fnuz": 0.5}


def other_code(one: ElementType, other: ElementType) -> str:
    """A code that is another value in `other` than in `one`."""
    first, second = flavour_of(one), flavour_of(other)
    return f"the code 0x3C is {_0X3C[first]} in {first} and {_0X3C[second]} in {second}"


def other_read(written: ElementType, read: ElementType) -> str:
    """A value that is another one after it was written as floats of one type and read as another of
    the same width."""
    if written.is_fp8:
        return other_code(written, read)
    return "1.0 is read as " + ("1.875" if written.name == "bfloat16" else "0.0078125")


def flavour_of(element: ElementType) -> str:
    """The flavour of an 8-bit float, as it is called; of another type its name."""
    return element.flavour or element.name
