"""Tests of the setting of a cache's dtype, by their keys: `quantized(x)` asks whether it is
quantized, `quantized(x) as 'fp8'` for one name, `quantized(x)+` for all names that begin so, or
that a table has bytes for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

QUANTIZED = "quantized"
_NAMED, _SEVERAL, _NEVER = ") as ", ")+", " never "
# The tests passed on the way to a place, as in `values.py`.
_Tests = Iterable[tuple[str, bool]]


def asked(setting: str, name: str | None = None, *, several: bool = False) -> str:
    """The key of the test whether a setting asks for a quantized cache: by one `name`, or by any of
    `several`."""
    key = f"{QUANTIZED}({setting})"
    return f"{key} as {name!r}" if name is not None else f"{key}+" if several else key


def never(setting: str, names: str) -> str:
    """The key of the test whether a setting is one of some `names` that are not quantized."""
    return f"{asked(setting)}{_NEVER}{names}"


@cache
def stem(key: str) -> str:
    """The key of the test that leaves open which name is asked for."""
    if not key.startswith(f"{QUANTIZED}("):
        return key
    key = key.partition(_NEVER)[0]
    return key.partition(_NAMED)[0] + ")" if _NAMED in key else key.removesuffix("+")


def refused(key: str, outcome: bool) -> str | None:
    """The test that cannot come out true where only settings that are not quantized are let through
    because the test `key` has to come out so; None where others are."""
    if not key.startswith(f"{QUANTIZED}(") or outcome != (_NEVER in key):
        return None
    return stem(key) if outcome else key


def is_particular(key: str) -> bool:
    """Whether a test is about some names of a setting."""
    return key[-1:] in ("'", "+") and stem(key) != key


def implied(known: str, outcome: bool, asked_for: str) -> bool | None:
    """How the test `asked_for` comes out where another came out so; None where that is open, as of
    another setting."""
    if known == asked_for:
        return outcome
    if stem(known) != stem(asked_for) or _NEVER in known or _NEVER in asked_for:
        return None
    one, other = _NAMED in known, _NAMED in asked_for
    if one and other:
        return False if outcome else None
    if one:
        return True if outcome else (None if asked_for.endswith(_SEVERAL) else False)
    return None if outcome and other and known.endswith(_SEVERAL) else outcome


def clash(one: _Tests, other: _Tests) -> bool:
    """Whether tests of settings on two paths do not come out so together. That a setting is not one
    name leaves others; that it is none of two is taken for all."""
    both = [test for path in (one, other) for test in path if test[0].startswith(f"{QUANTIZED}(")]
    if not any(is_particular(key) for key, _ in both):
        return False
    for key, outcome in both:
        if any(implied(key, outcome, each) not in (None, then) for each, then in both):
            return True
        same = (test for test in both if stem(test[0]) == stem(key))
        ruled_out = {each for each, then in same if _NAMED in each and not then}
        if key.endswith(_SEVERAL) and outcome and len(ruled_out) > 1:
            return True
    return False


def is_left_over(path: _Tests) -> bool:
    """Whether a path is that of the names of a setting that a test for one of them leaves."""
    tests = list(path)
    left = {stem(key) for key, outcome in tests if _NAMED in key and not outcome}
    return any(
        key.endswith(_SEVERAL) and outcome and stem(key) in left for key, outcome in tests
    ) and not clash(tests, ())
