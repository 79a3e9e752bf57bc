"""How a test comes out, as far as that is known where it stands, and tests that are made of
others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.host.conditions import settings
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Denied, Joined, Literal, Symbol
from tritonlint.facts.host.values.values import Choice, Condition, Path, Value, Word
from tritonlint.frozen import replace
from tritonlint.source import Span

# What a test of a flag comes to that was passed as a constant, or left at its default.
_CONSTANTS: Mapping[Symbol, bool] = {
    Literal("True"): True,
    Literal("False"): False,
    Literal("None"): False,
}


def decided(
    condition: Condition,
    path: Path,
    known: Mapping[Symbol, ElementTypes] = MappingProxyType({}),
) -> bool | None:
    """What the tests passed on `path`, and the element types that buffers are `known` to have, say
    about `condition`, or None."""
    if condition.key in _CONSTANTS:
        return _CONSTANTS[condition.key]
    outcomes = dict(path)
    if condition.key in outcomes:
        return outcomes[condition.key]
    if condition.kind == "quantized":
        for key, outcome in path:
            implied = settings.implied(key, outcome, condition.key)
            if implied is not None:
                return implied
    if condition.told is not None:
        for outcome in (False, True):
            if contradicts(condition.told[outcome], path):
                return not outcome
    parts = [decided(part, path, known) for part in condition.parts]
    match condition.kind:
        case "not":
            return None if parts[0] is None else not parts[0]
        case "and":
            return False if False in parts else (True if all(parts) else None)
        case "or":
            return True if True in parts else (None if None in parts else False)
        case "each":
            return parts[0] if len(set(parts)) == 1 else None
        case "dtype" if condition.buffer is not None and condition.buffer in known:
            return _has_type(known[condition.buffer], condition)
    return None


def _has_type(known: ElementTypes, test: Condition) -> bool | None:
    """Whether a buffer of a `known` type has the one that a test asks for, or one of them."""
    asked = test.types.types
    if known.types is None or asked is None:
        return None
    if not known.types & asked:
        return False
    return True if known.types <= asked and (test.among or len(asked) == 1) else None


def negate(condition: Condition) -> Condition:
    if condition.kind == "not":
        return condition.parts[0]
    return Condition("not", Denied(condition.key), condition.span, parts=(condition,))


def combine(word: Word, parts: tuple[Condition, ...], span: Span) -> Condition:
    key = Joined(word, tuple(part.key for part in parts))
    return Condition(word, key, span, parts=parts)


def telling(
    test: Condition, value: Choice, outcome: Callable[[Value], bool | Condition | None]
) -> Condition:
    """`test`, which is one of `value`, with how the tests came out that choose between its options,
    by the `outcome` of the test of each, or which other test it is. Where it is known of none, it
    tells nothing."""
    sides: tuple[list[Path], list[Path]] = ([], [])
    outcomes = [(path, outcome(each)) for path, each in options(value)]
    if all(found is None for _, found in outcomes):
        return test
    for path, found in outcomes:
        if found is None:  # either
            sides[False].append(path)
            sides[True].append(path)
        elif isinstance(found, Condition):
            for side in (False, True):
                sides[side].append((*path, (found.key, side)))
        else:
            sides[found].append(path)
    return replace(test, told=(_in_all(sides[False]), _in_all(sides[True])))


def _in_all(paths: Sequence[Path]) -> Path:
    """The tests that come out the same on all of `paths`."""
    return tuple(test for test in paths[0] if all(test in path for path in paths)) if paths else ()
