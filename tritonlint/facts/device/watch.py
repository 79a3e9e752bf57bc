"""Watches a run of a kernel for numbers that become narrow integers: how each came about, and what
is done with it too late.

The machine has a watch only when it is run for this. The watch keeps the history of every number
(`values.History`) beside its type, and records

- conversions of floats to 8-bit and to unsigned integers, and of wider integers to 8 bits, with
  what was known of the value (rounded, its interval, a logarithm), and the clamp or the bias that
  comes after it;
- signed bytes from memory that are used as what is never negative: biased exponents and indices;
- differences of unsigned bytes that wrap around below zero (`wraps.py`).
"""

from __future__ import annotations

import ast
from typing import Literal

from tritonlint.dtypes import ElementType
from tritonlint.facts.device.contract import Place
from tritonlint.facts.device.frames import Frame, Where, place_of
from tritonlint.facts.device.intervals import Interval, hull, is_constant
from tritonlint.facts.device.types import Types
from tritonlint.facts.device.values import PLAIN, Byte, History, Tensor, Value
from tritonlint.facts.device.watched import Conversion, SignedByte
from tritonlint.facts.device.wraps import Wrapped, Wraps, made_unsigned
from tritonlint.frozen import replace

# What is added to an exponent makes it a biased one from here on: no float format that a kernel
# builds by hand has a smaller bias than e5m2's 15, less the largest exponent of a code.
_BIAS = 7.0
# A float32 this large has no fraction: adding it rounds.
_MAGIC = 2.0**22
# Where the exponent begins in bfloat16 and float32, and the bias of both.
_MANTISSAS = (7.0, 23.0)
_SCALES = tuple(2.0**each for each in _MANTISSAS)
_EXPONENT_BIAS = 127.0
_HALVES: tuple[Interval, ...] = ((0.5, 0.5), (-0.5, -0.5), (-0.5, 0.5), (0.0, 1.0))
Key = tuple[Place, tuple[Place, ...]]


class Watch:
    """What one run saw."""

    def __init__(self) -> None:
        self._conversions: dict[Key, Conversion] = {}
        self._bytes: dict[Key, SignedByte] = {}
        self._wraps = Wraps()

    def conversions(self) -> tuple[Conversion, ...]:
        """In the order in which they were first seen."""
        return tuple(self._conversions.values())

    def signed_bytes(self) -> tuple[SignedByte, ...]:
        """In the order in which they were first seen."""
        return tuple(self._bytes.values())

    def wrapped(self) -> tuple[Wrapped, ...]:
        """In the order in which they were first seen."""
        return self._wraps.used()

    def loaded(self, value: Tensor, parameters: tuple[str, ...], where: Where) -> Tensor:
        """`value` as it was just loaded."""
        signed = all(
            each.element is not None and each.element.kind == "signed" and each.element.width == 8
            for each in value.types
        )
        byte = Byte(place_of(where), parameters[0]) if signed and parameters else None
        return replace(value, history=History(given=True, byte=byte))

    def converted(self, value: Tensor, result: Tensor, where: Where) -> Tensor:
        """`result` is `value` after an explicit conversion."""
        self._wraps.taken(value, result.types, where)
        history = made_unsigned(value.history, result.types, where)
        narrowing = self._narrowing(value, result.types)
        if narrowing is not None:
            key = self._record(value, result.types, narrowing, where, explicit=True)
            return replace(result, history=History(cast=key, unsigned=history.unsigned))
        unsigned = all(t.element is not None and t.element.kind == "unsigned" for t in result.types)
        if unsigned and history.byte is not None:
            history = replace(history, byte=None)
        if _surely_float(value):
            history = replace(history, real=True)
        return replace(result, history=history)

    def stored(self, value: Tensor, target: Types, where: Where) -> None:
        """`value` is stored through a pointer to `target`, which casts it."""
        self._wraps.taken(value, target, where)
        narrowing = self._narrowing(value, target)
        if narrowing is not None:
            self._record(value, target, narrowing, where, explicit=False)

    def _narrowing(self, value: Tensor, target: Types) -> ElementType | None:
        """The one type that a value is narrowed to, or None."""
        element = target[0].element if len(target) == 1 else None
        if element is None or not element.is_integer or value.weak:
            return None
        if _surely_float(value):
            return element if element.width == 8 or element.kind == "unsigned" else None
        wider = all(t.element is not None and t.element.width > 8 for t in value.types)
        integers = all(t.kind == "int" for t in value.types)
        return element if element.width == 8 and wider and integers else None

    def _record(
        self, value: Tensor, types: Types, target: ElementType, where: Where, explicit: bool
    ) -> Key:
        frame, _ = where
        key = (place_of(where), frame.via)
        history = value.history
        floating = _surely_float(value)
        own = value.types[0].element if len(value.types) == 1 else None
        made = Conversion(
            key[0],
            frame.stack[-1].name if frame.stack else "",
            frame.via,
            target,
            next(iter(sorted(types[0].of)), ""),
            explicit,
            own,
            floating,
            value.rounded,
            history.halved or history.settled or history.given,
            history.exponent,
            history.biased,
            value.interval,
        )
        old = self._conversions.get(key)
        self._conversions[key] = made if old is None else _merged(old, made)
        return key

    def limited(self, main: Tensor, limits: Interval, result: Tensor, where: Where) -> Tensor:
        """`result` is `main` after a `clamp`, `minimum` or `maximum`."""
        key = main.history.cast
        if key is not None and key in self._conversions:
            old = self._conversions[key]
            low, high = limits
            both = (
                old.limits[0] if low is None else low,
                old.limits[1] if high is None else high,
            )
            self._conversions[key] = replace(old, clamp=place_of(where), limits=both)
        return replace(result, history=main.history)

    def computed(
        self, op: ast.operator, a: Tensor, b: Tensor, result: Tensor, where: Where
    ) -> Tensor:
        """`result` is `a op b`, of arithmetic."""
        for value, other in ((a, b), (b, a)):
            self._biased(op, value, other, where)
        if isinstance(op, ast.Sub) and _is(b.interval, _EXPONENT_BIAS):
            self._used(a, "exponent", where)
        floating = any(each.kind == "float" for each in result.types)
        history = _sum_or_product(op, a, b) if floating else _shifted(op, a, b)
        real = isinstance(op, ast.Div) or a.history.real or b.history.real
        magic = any(abs(each.interval[0] or 0.0) >= _MAGIC for each in (a, b) if _fixed(each))
        added = isinstance(op, (ast.Add, ast.Sub))
        rounded = result.rounded or (floating and magic and added)
        made = replace(result, history=replace(history, real=real and floating), rounded=rounded)
        return self._wraps.computed(op, a, b, made, where)

    def _biased(self, op: ast.operator, value: Tensor, other: Tensor, where: Where) -> None:
        key = value.history.cast
        if key in self._conversions and isinstance(op, (ast.Add, ast.Sub)) and _fixed(other):
            assert key is not None
            self._conversions[key] = replace(self._conversions[key], bias=place_of(where))

    def shifted(self, op: ast.operator, a: Tensor, b: Tensor, result: Tensor) -> Tensor:
        """`result` is `a op b`, of bits."""
        byte = a.history.byte
        if isinstance(op, ast.LShift) and byte and any(_is(b.interval, m) for m in _MANTISSAS):
            return replace(result, history=History(byte=replace(byte, shifted=True)))
        return replace(result, history=replace(result.history, unsigned=a.history.unsigned))

    def reinterpreted(self, value: Tensor, result: Tensor, where: Where) -> Tensor:
        """`result` is `value` after a bit cast."""
        byte = value.history.byte
        if byte is not None and byte.shifted and all(t.kind == "float" for t in result.types):
            self._used(value, "exponent", where)
        return replace(result, history=made_unsigned(result.history, result.types, where))

    def offset(self, amount: Tensor, where: Where) -> None:
        """`amount` is added to a pointer."""
        self._used(amount, "index", where)

    def _used(self, value: Tensor, use: Literal["exponent", "index"], where: Where) -> None:
        byte = value.history.byte
        if byte is not None:
            frame: Frame = where[0]
            place = place_of(where)
            name = frame.stack[-1].name if frame.stack else ""
            seen = SignedByte(place, name, frame.via, use, byte.place, byte.parameter)
            self._bytes.setdefault((place, frame.via), seen)

    def measured(self, name: str, value: Tensor, result: Tensor, where: Where) -> Tensor:
        """`result` is the absolute value of `value`, or what a reduction called `name` makes of
        it."""
        return result

    def compared(self, op: ast.cmpop, result: Tensor) -> Tensor:
        """`result` is the mask that a comparison gives."""
        return result

    def chosen(self, mask: Value, result: Tensor) -> Tensor:
        """`result` is one number or another, as `mask` says."""
        return replace(result, history=replace(result.history, wrapped=None))

    def called(self, name: str, operands: list[Tensor], result: Tensor) -> Tensor:
        """`result` is what the float function `name` gives."""
        exponent = name.startswith(("log", "fast_log")) and name != "log1p"
        if operands and result.rounded:
            kept = operands[0].history
            kept = History(real=True, exponent=kept.exponent, biased=kept.biased)
            return replace(result, history=kept)
        if name == "copysign" and operands:
            top = operands[0].interval[1]
            limits = (None if top is None else -abs(top), None if top is None else abs(top))
            return replace(result, interval=limits, history=History(real=True))
        if exponent and operands and (_at_least(operands[0], 1) or _is_counted(operands[0])):
            result = replace(result, interval=(0.0, None))
        return replace(result, history=History(real=True, exponent=exponent))


def _merged(old: Conversion, new: Conversion) -> Conversion:
    """What holds in every run of one conversion: a loop is run more than once."""
    return replace(
        new,
        rounded=old.rounded and new.rounded,
        excused=old.excused or new.excused,
        exponent=old.exponent or new.exponent,
        biased=old.biased or new.biased,
        interval=hull(old.interval, new.interval),
        clamp=old.clamp,
        limits=old.limits,
        bias=old.bias,
    )


def _surely_float(value: Tensor) -> bool:
    """Whether it is a float, and not by a guess about what a pointer points to."""
    floats = all(each.kind == "float" for each in value.types)
    return floats and (value.history.real or not any(each.assumed for each in value.types))


def _fixed(value: Tensor) -> bool:
    return is_constant(value.interval)


def _is(interval: Interval, wanted: float) -> bool:
    return interval == (wanted, wanted)


def _sum_or_product(op: ast.operator, a: Tensor, b: Tensor) -> History:
    """The history of a float that two numbers make."""
    x, y = a.history, b.history
    if isinstance(op, (ast.Add, ast.Sub)):
        halved = x.halved or y.halved or a.interval in _HALVES or b.interval in _HALVES
        exponent = (x.exponent or y.exponent) and (_near(a) or _near(b))
        added = isinstance(op, ast.Add) and any(_at_least(each, _BIAS) for each in (a, b))
        biased = exponent and (x.biased or y.biased or added)
        counted = isinstance(op, ast.Add) and any(
            _fixed(each) and _at_least(each, 1) for each in (a, b)
        )
        # A sum of integers is one, and inputs may be integers.
        given = all(each.rounded or each.history.given for each in (a, b))
        settled = x.settled or y.settled
        return History(
            given, False, halved, settled, exponent, biased or (counted and not exponent)
        )
    scaled = (x.exponent and _near(b)) or (y.exponent and _near(a))
    return History(
        exponent=scaled and isinstance(op, (ast.Mult, ast.Div)), biased=x.biased or y.biased
    )


def _shifted(op: ast.operator, a: Tensor, b: Tensor) -> History:
    """The history of an integer that two numbers make: a byte that is multiplied to where a float
    has its exponent."""
    for value, other in ((a, b), (b, a)):
        byte = value.history.byte
        if isinstance(op, ast.Mult) and byte and any(_is(other.interval, s) for s in _SCALES):
            return History(byte=replace(byte, shifted=True))
    return PLAIN


def _at_least(value: Tensor, least: float) -> bool:
    low = value.interval[0]
    return low is not None and low >= least


def _is_counted(value: Tensor) -> bool:
    """Whether one or more was added to a number: to a count, of which a logarithm is wanted."""
    return value.history.biased and not value.history.exponent


def _near(value: Tensor) -> bool:
    """Whether a value keeps an exponent an exponent: a number that is known while compiling, or
    another logarithm."""
    return value.weak or _fixed(value) or value.history.exponent
