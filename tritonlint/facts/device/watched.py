"""What a watched run of a kernel records of numbers that become narrow integers."""

from __future__ import annotations

from typing import Literal

from tritonlint.dtypes import ElementType
from tritonlint.facts.device.contract import Place
from tritonlint.facts.device.intervals import ANYTHING, Interval, fits_byte
from tritonlint.facts.device.values import Nearest
from tritonlint.frozen import dataclass


@dataclass(frozen=True)
class Conversion:
    """A number that becomes a narrower or an unsigned integer.

    `place` is the cast, or the store that casts when not `explicit`; `function` the name of the
    function that it is in, `via` the calls of device functions that lead there. `target` is the
    type; `parameter` the pointer whose element type that is, empty for a type that is named.
    `source` is the type before where it is known, `floating` whether that is a float. `rounded` is
    whether the value is integral, `excused` whether something else says that its fraction may be
    dropped (half a unit was added or it is one, it is rounded on some path, or an input as it
    came). `exponent` is whether it is a logarithm, `biased` whether one with a bias, `interval`
    what is known of its range. `clamp` and `bias` are what is done to the result: a limit (to
    `limits`) and a constant that is added. `summed` is whether it is a sum of products of integers,
    `nearest` what its rounding makes of a half.
    """

    place: Place
    function: str
    via: tuple[Place, ...]
    target: ElementType
    parameter: str
    explicit: bool
    source: ElementType | None
    floating: bool
    rounded: bool
    excused: bool
    exponent: bool
    biased: bool
    interval: Interval
    clamp: Place | None = None
    limits: Interval = ANYTHING
    bias: Place | None = None
    summed: bool = False
    nearest: Nearest = ""

    @property
    def fits_byte(self) -> bool:
        """Whether it is limited to what 8 bits hold."""
        return fits_byte(self.interval)


@dataclass(frozen=True)
class SignedByte:
    """A signed byte loaded at `load` through `parameter` and used at `place` as what is never
    negative."""

    place: Place
    function: str
    via: tuple[Place, ...]
    use: Literal["exponent", "index"]
    load: Place
    parameter: str
