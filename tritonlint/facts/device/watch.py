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
from tritonlint.facts.device.frames import Frame, Key, Where, key_of, place_of
from tritonlint.facts.device.histories import (
    MANTISSAS,
    at_least,
    is_counted,
    is_fixed,
    is_half,
    is_only,
    merged,
    nearest_of,
    of_floats,
    of_integers,
)
from tritonlint.facts.device.intervals import Interval
from tritonlint.facts.device.shorts import ShortProduct, Shorts
from tritonlint.facts.device.types import Types
from tritonlint.facts.device.values import Byte, History, Tensor, Value
from tritonlint.facts.device.watched import Conversion, SignedByte
from tritonlint.facts.device.wraps import Wrapped, Wraps, made_unsigned
from tritonlint.frozen import replace

# A float32 this large has no fraction: adding it rounds.
_MAGIC = 2.0**22
# The bias of bfloat16 and float32.
_EXPONENT_BIAS = 127.0


class Watch:
    """What one run saw."""

    def __init__(self) -> None:
        # Whether the kernel calls what the language had before Triton 3 alone.
        self.before_3 = False
        self._conversions: dict[Key, Conversion] = {}
        self._bytes: dict[Key, SignedByte] = {}
        self._wraps = Wraps()
        self._shorts = Shorts()
        # What the kernel takes the absolute value of.
        self._measured: list[Tensor] = []

    def conversions(self) -> tuple[Conversion, ...]:
        """In the order in which they were first seen."""
        return tuple(self._conversions.values())

    def signed_bytes(self) -> tuple[SignedByte, ...]:
        """In the order in which they were first seen."""
        return tuple(self._bytes.values())

    def wrapped(self) -> tuple[Wrapped, ...]:
        """In the order in which they were first seen. A constant takes the type of the byte since
        Triton 3.2; before that it was an `int32`."""
        used = self._wraps.used()
        return tuple(each for each in used if each.bias is None) if self.before_3 else used

    def short(self) -> tuple[ShortProduct, ...]:
        """The products of 16 bits that reach a pointer."""
        return self._shorts.used()

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
        key = key_of(where)
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
            _may_drop(value, target),
            history.exponent,
            history.biased,
            value.interval,
            summed=history.summed,
            nearest=history.nearest,
        )
        old = self._conversions.get(key)
        self._conversions[key] = made if old is None else merged(old, made)
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
        return replace(result, history=replace(main.history, summed=False))

    def computed(
        self, op: ast.operator, a: Tensor, b: Tensor, result: Tensor, where: Where
    ) -> Tensor:
        """`result` is `a op b`, of arithmetic."""
        for value, other in ((a, b), (b, a)):
            self._biased(op, value, other, where)
        if isinstance(op, ast.Sub) and is_only(b.interval, _EXPONENT_BIAS):
            self._used(a, "exponent", where)
        floating = any(each.kind == "float" for each in result.types)
        history = of_floats(op, a, b) if floating else of_integers(op, a, b)
        real = isinstance(op, ast.Div) or a.history.real or b.history.real
        magic = any(abs(each.interval[0] or 0.0) >= _MAGIC for each in (a, b) if is_fixed(each))
        added = isinstance(op, (ast.Add, ast.Sub))
        rounded = result.rounded or (floating and magic and added)
        made = replace(result, history=replace(history, real=real and floating), rounded=rounded)
        made = self._shorts.computed(op, a, b, made, where)
        made = self._wraps.computed(op, a, b, made, where)
        if self._is_signed(op, a, b):
            made = replace(made, history=replace(made.history, signed=True))
        return made

    def _is_signed(self, op: ast.operator, a: Tensor, b: Tensor) -> bool:
        """Whether `a op b` has both signs: it is what the kernel takes the absolute value of, by a
        scale, or that and half a unit."""
        if isinstance(op, ast.Div):
            return any(a is each for each in self._measured)
        return isinstance(op, ast.Add) and (
            (a.history.signed and is_half(b)) or (b.history.signed and is_half(a))
        )

    def _biased(self, op: ast.operator, value: Tensor, other: Tensor, where: Where) -> None:
        key = value.history.cast
        if key in self._conversions and isinstance(op, (ast.Add, ast.Sub)) and is_fixed(other):
            assert key is not None
            self._conversions[key] = replace(self._conversions[key], bias=place_of(where))

    def shifted(self, op: ast.operator, a: Tensor, b: Tensor, result: Tensor) -> Tensor:
        """`result` is `a op b`, of bits."""
        byte = a.history.byte
        if isinstance(op, ast.LShift) and byte and any(is_only(b.interval, m) for m in MANTISSAS):
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
        self._shorts.offset(amount, where)

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
        if name == "abs" and value.interval[0] is None:
            self._measured.append(value)
        return result

    def compared(self, op: ast.cmpop, result: Tensor) -> Tensor:
        """`result` is the mask that a comparison gives."""
        return result

    def chosen(self, mask: Value, result: Tensor) -> Tensor:
        """`result` is one number or another, as `mask` says."""
        return replace(result, history=replace(result.history, wrapped=None))

    def multiplied(self, result: Tensor) -> Tensor:
        """`result` is a product of matrices."""
        integers = all(each.kind == "int" for each in result.types)
        return replace(result, history=History(summed=integers))

    def called(self, name: str, operands: list[Tensor], result: Tensor, where: Where) -> Tensor:
        """`result` is what the float function `name` gives."""
        exponent = name.startswith(("log", "fast_log")) and name != "log1p"
        if operands and result.rounded:
            kept = operands[0].history
            nearest = nearest_of(name, kept)
            kept = History(real=True, exponent=kept.exponent, biased=kept.biased, nearest=nearest)
            return replace(result, history=kept)
        if name == "copysign" and operands:
            top = operands[0].interval[1]
            limits = (None if top is None else -abs(top), None if top is None else abs(top))
            return replace(result, interval=limits, history=History(real=True))
        if exponent and operands and (at_least(operands[0], 1) or is_counted(operands[0])):
            result = replace(result, interval=(0.0, None))
        return replace(result, history=History(real=True, exponent=exponent))


def _may_drop(value: Tensor, target: ElementType) -> bool:
    """Whether something says that the fraction of a value may be dropped. Half a unit that becomes
    an integer is nothing: what it is added to is not rounded, and is found where it is cast."""
    history = value.history
    rounds = history.halved and not _drops_up(value, target)
    return rounds or history.settled or history.given or is_half(value)


def _drops_up(value: Tensor, target: ElementType) -> bool:
    """Whether half a unit was added to what may be negative, by its limits or since the kernel
    takes its absolute value elsewhere, and dropping the fraction takes a negative number up."""
    low = value.interval[0]
    negative = value.history.signed if low is None else low <= -1
    return value.history.nearest == "added" and target.kind == "signed" and negative


def _surely_float(value: Tensor) -> bool:
    """Whether it is a float, and not by a guess about what a pointer points to."""
    floats = all(each.kind == "float" for each in value.types)
    return floats and (value.history.real or not any(each.assumed for each in value.types))
