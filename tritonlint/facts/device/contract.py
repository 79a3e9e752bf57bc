"""What a kernel does with the element type of each pointer parameter: the result of the device
side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from tritonlint.dtypes import ElementType
from tritonlint.facts.device.intervals import fits_byte
from tritonlint.frozen import dataclass
from tritonlint.source import Span

Place = Span
StoreEffect = Literal["float_to_int", "int", "bits", "float", "compile_error", "unknown"]
LoadEffect = Literal["int_to_float", "int", "bits", "float", "compile_error", "unknown"]
ValueKind = Literal["float", "int", "bool", "bits", "unknown"]


_LEVELS = (100.0, 255.0)


@dataclass(frozen=True)
class Specialization:
    """What a launch makes of a kernel. A pointer or a constexpr that is missing is unknown."""

    pointers: Mapping[str, ElementType] = field(default_factory=dict)
    constexprs: Mapping[str, object] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(repr(self))  # what is known of constants need not be hashable


@dataclass(frozen=True)
class Float:
    """A number that is a float, of which no more is known."""


@dataclass(frozen=True)
class OneOf:
    """A constexpr that is one of several strings."""

    strings: tuple[str, ...]


@dataclass(frozen=True)
class Store:
    """A store, an atomic or a descriptor store that reaches memory through `parameter`.

    `effect` is what becomes of the value: `float_to_int` is the numeric conversion that loses it,
    `int` an integer that stays one, `bits` a bit pattern that is kept, `float` a float that stays
    one. `kind` is that of the value before any cast to the parameter's element type, and `explicit`
    says that such a cast was written, at `cast`. A float that was cast to an integer type of its
    own accord (`.to(tl.uint8)`) has effect `float_to_int`, kind `int`, `cast` where that happened
    and is not explicit: the conversion does not follow the pointer's type, and a view would not end
    it. `via` are the calls of device functions that lead here, outermost first. `rounded` is
    whether the value was rounded to an integral value on the way, `interval` what it is clamped to,
    `source` the parameters whose loaded values reach it. `toward` are the parameters to whose
    element type it was cast last, at `cast`.
    """

    parameter: str
    place: Place
    effect: StoreEffect
    kind: ValueKind
    explicit: bool = False
    cast: Place | None = None
    via: tuple[Place, ...] = ()
    rounded: bool = False
    interval: tuple[float | None, float | None] = (None, None)
    source: frozenset[str] = frozenset()
    toward: frozenset[str] = frozenset()

    @property
    def fits_byte(self) -> bool:
        """Whether it is limited to what 8 bits hold."""
        return fits_byte(self.interval)

    @property
    def counts_levels(self) -> bool:
        """Whether it is at most 100 or 255, of percent or of levels of pixels, and nothing tells
        how much it is at least."""
        low, high = self.interval
        return low is None and high in _LEVELS


@dataclass(frozen=True)
class Load:
    """A load (or the value that an atomic returns) through `parameter`.

    `effect` is the worst that becomes of the loaded value: `int_to_float` when an integer is used
    as a number by a float operation, `bits` when bits of it are picked, or a bit cast or a pointer
    of another type reads them, `int` when it stays an integer (an index, a mask, a count), `float`
    when the memory holds floats. `use` is where that happens: the cast, the arithmetic or the store
    through another parameter.
    """

    parameter: str
    place: Place
    effect: LoadEffect
    use: Place | None = None
    via: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Encoding:
    """Bytes that a kernel takes for codes of the 8-bit float `element` whatever the type of the
    memory is: a bit cast at `place` of what is loaded through `parameter`, or of what is stored
    through it (then `written`), or a pointer of that type made of `parameter`. `element` is None
    for a cast to something that is not known."""

    parameter: str
    element: ElementType | None
    place: Place
    written: bool = False


@dataclass(frozen=True)
class KernelContract:
    """What one specialization of a kernel does. `parameters` are all parameters in order,
    `pointers` those that are pointers or descriptors, `constexprs` the compile-time ones.
    `incomplete` says which bound was hit, if one was; `encodings` are in the order of the run."""

    name: str
    path: str
    line: int
    parameters: tuple[str, ...]
    constexprs: frozenset[str]
    stores: tuple[Store, ...]
    loads: tuple[Load, ...]
    incomplete: str | None = None
    pointers: tuple[str, ...] = ()
    encodings: tuple[Encoding, ...] = ()
