"""Watches a run of a kernel for what it moves as it is and what it takes for numbers, whatever the
types of its pointers: what memory means, as far as the kernel tells.

A value that is loaded through one parameter and stored through another without any arithmetic means
the same in both. A kernel that takes the absolute value or the logarithm of what it loads takes it
for numbers; one that merely converts it to a float may be about to decode it.
"""

from __future__ import annotations

import ast
from dataclasses import field

from tritonlint.dtypes import TABLE
from tritonlint.facts.device.contract import Place
from tritonlint.facts.device.frames import Where, place_of
from tritonlint.facts.device.intervals import Interval
from tritonlint.facts.device.types import Type, Types
from tritonlint.facts.device.values import History, Tensor
from tritonlint.facts.device.watch import Watch
from tritonlint.facts.device.zero_points import codes_shifted, scaled
from tritonlint.frozen import dataclass, replace

_MOVED = History(given=True)
_COMPUTED = History(real=True)
_LARGEST_OF = History(real=True, largest=True)
# Scaled to the levels of pixels, and at most shifted and converted since.
_SCALED = History(real=True, settled=True)
# An integer that bits were picked for, and at most converted since.
_PICKED = History(real=True, exponent=True)
# Loaded and converted, and nothing else: whether it is a number the types do not tell.
_CONVERTED = History(given=True, real=True)
_LARGEST = frozenset(each.largest for each in TABLE if each.is_fp8 and each.largest)
# What exponents of e8m0 are stored with added to them (FACTS.md, 5).
_E8M0_BIAS = 127
# The greatest level of a pixel, by which it is divided; those of 8 bits; and how close to
# its reciprocal is that.
_LEVELS, _GREATEST, _CLOSE = 255, (127, 127.5, 255), 1e-4
# Functions that make powers of exponents.
_POWERS = ("exp", "fast_exp", "ldexp", "scalbn", "pow", "fast_pow")
# Functions of numbers that no kernel applies to codes.
_NUMERIC = ("log", "fast_log", "sqrt", "rsqrt", "tanh", "sigmoid", "erf", "sin", "cos")


@dataclass
class Moves(Watch):
    """What one run saw, by the names of parameters.

    `copies` are the pairs (loaded through, stored through) of what is moved without arithmetic;
    `converts` those of them that were cast to a type by its name on the way, `casts` those that
    were cast at all. `numbers` are the parameters that numbers are loaded through, `decoded` those
    of which what is loaded is converted, `powers` those of which powers are made, `plain` those of
    which what is loaded is computed with as it is, `biased` those of which something is subtracted
    from what is loaded, as a zero point is, `differences` pairs of those whose loads are
    subtracted. `counted` are those of which what is loaded is cast to integers, or has a whole
    number subtracted, as codes with a zero point have, `integers` those of which it is reckoned
    with as exponents are, or the levels of pixels, or subtracted from integers that bits were
    picked for; and those through
    which numbers are stored that are scaled to levels. Of those that are stored through,
    `quantized` take floats that were cast to 8 bits or to the type of the memory, `computed_floats`
    floats that were computed and not cast, `others` integers and what is not known; `scales` are
    the places at which scales are stored, which are made of the largest value.
    """

    powers: set[str] = field(default_factory=set)
    copies: set[tuple[str, str]] = field(default_factory=set)
    converts: set[tuple[str, str]] = field(default_factory=set)
    casts: set[tuple[str, str]] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    decoded: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    biased: set[str] = field(default_factory=set)
    counted: set[str] = field(default_factory=set)
    integers: set[str] = field(default_factory=set)
    differences: set[tuple[str, ...]] = field(default_factory=set)
    quantized: set[str] = field(default_factory=set)
    computed_floats: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    scales: dict[str, set[Place]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def loaded(self, value: Tensor, parameters: tuple[str, ...], where: Where) -> Tensor:
        return replace(value, history=_MOVED)

    def converted(self, value: Tensor, result: Tensor, where: Where) -> Tensor:
        if _is_moved(value):
            self.decoded |= value.source
            if len(value.source) == 1 and all(map(_is_whole, result.types)):
                self.counted |= value.source
        if value.source and not value.history.given and not _has_floats(value):
            return replace(result, history=_PICKED)
        own = any(each.of for each in result.types)
        floats = all(each.kind == "float" for each in (*value.types, *result.types))
        wide = all(each.element is None or each.element.width > 8 for each in result.types)
        if not _is_moved(value) or not floats or not (own or wide):
            return replace(result, history=_CONVERTED if value.history.given else _made_of(value))
        return replace(result, history=replace(value.history, halved=not own))

    def stored(self, value: Tensor, target: Types, where: Where) -> None:
        names = {name for each in target for name in each.of}
        cast = any(each.element is not None and each.element.is_fp8 for each in value.types) or (
            value.cast is not None and bool(value.cast.of & names)
        )
        if value.history.largest:
            for name in names:
                self.scales.setdefault(name, set()).add(place_of(where))
        if value.history.settled:
            self.integers |= names
        if _is_moved(value) and value.source:
            pairs = {(source, name) for source in value.source for name in names}
            self.copies |= pairs
            self.converts |= pairs if value.history.halved else set()
            self.casts |= pairs if value.cast is not None else set()
        elif cast:
            self.quantized |= set() if value.history.largest else names
        elif all(each.kind == "float" for each in value.types) and not value.weak:
            self.computed_floats |= names
        else:
            self.others |= names

    def limited(self, main: Tensor, limits: Interval, result: Tensor, where: Where) -> Tensor:
        if len(main.source) == 1 and any(abs(each or 0.0) in _LARGEST for each in limits):
            self.numbers |= main.source
        return replace(result, history=_made_of(main))

    def computed(
        self, op: ast.operator, a: Tensor, b: Tensor, result: Tensor, where: Where
    ) -> Tensor:
        for each in (a, b):
            floats = any(one.kind == "float" for one in each.types)
            as_it_is = _is_moved(each) and not each.history.halved and each.cast is None
            if floats and as_it_is:
                self.plain |= each.source
        if isinstance(op, ast.Sub) and (_is_moved(a) or _is_converted(a)) and len(a.source) == 1:
            self.biased |= a.source
            if (_is_moved(b) or _is_converted(b)) and len(b.source) == 1 and a.source != b.source:
                self.differences |= {(*a.source, *b.source)}
        if isinstance(op, ast.Sub) and a.history.exponent and (_is_moved(b) or _is_converted(b)):
            self.integers |= b.source if len(b.source) == 1 else set()
        if a.history.given:  # through whichever of several pointers
            self.integers |= a.source if _is_for_integers(op, b) else set()
        for exponent, bias in ((a, b), (b, a)) if isinstance(op, ast.Add) else ():
            if bias.interval == (-_E8M0_BIAS, -_E8M0_BIAS) and exponent.history.given:
                self.integers |= exponent.source if len(exponent.source) == 1 else set()
        self.counted |= codes_shifted(op, a, b)
        for each, by in ((a, b), (b, a)):
            scales = isinstance(op, ast.Mult) and by.interval == (_LEVELS, _LEVELS)
            if by.weak and (scales or each.history.settled):
                return replace(result, history=_SCALED)
        return scaled(op, a, b, result) or replace(result, history=_made_of(a, b))

    def shifted(self, op: ast.operator, a: Tensor, b: Tensor, result: Tensor) -> Tensor:
        return replace(result, history=_COMPUTED)

    def reinterpreted(self, value: Tensor, result: Tensor, where: Where) -> Tensor:
        return replace(result, history=_COMPUTED)

    def measured(self, name: str, value: Tensor, result: Tensor, where: Where) -> Tensor:
        if name == "abs" and (_is_moved(value) or _is_converted(value)):
            self.numbers |= value.source
        if name in ("max", "min"):
            return result if value.history.given else replace(result, history=_LARGEST_OF)
        return replace(result, history=_made_of(value))

    def called(self, name: str, operands: list[Tensor], result: Tensor, where: Where) -> Tensor:
        if name.lstrip("_").startswith(_POWERS):
            self.powers |= {source for each in operands for source in each.source}
        for each in operands if name.startswith(_NUMERIC) else ():
            if _is_moved(each):
                self.numbers |= each.source
        return replace(result, history=_made_of(*operands))


def _is_whole(each: Type) -> bool:
    """Whether it is a type of integers, not of truth values nor that of some memory."""
    return each.element is not None and each.element.is_integer and not each.of


def _is_for_integers(op: ast.operator, by: Tensor) -> bool:
    """Whether 127 is subtracted, or something divided by the greatest level of 8 bits."""
    low, high = by.interval
    if not by.weak or low is None or low != high:
        return False
    if isinstance(op, ast.Sub):
        return low == _E8M0_BIAS
    if isinstance(op, ast.Div):
        return low in _GREATEST
    return isinstance(op, ast.Mult) and any(abs(low * each - 1.0) < _CLOSE for each in _GREATEST)


def _made_of(*values: Tensor) -> History:
    """How a number came about that is computed of `values`."""
    if len(values) == 1 and values[0].history.settled:
        return _SCALED
    loaded = [each.history.largest for each in values if each.history.largest or each.source]
    return _LARGEST_OF if loaded and all(loaded) else _COMPUTED


def _has_floats(value: Tensor) -> bool:
    return any(each.kind != "int" for each in value.types)


def _is_moved(value: Tensor) -> bool:
    """Whether a value is as it was loaded, or one of several such values."""
    return value.history.given and not value.history.real


def _is_converted(value: Tensor) -> bool:
    """Whether a value is what was loaded through one parameter, converted and nothing else."""
    return value.history.given and value.history.real and len(value.source) == 1
