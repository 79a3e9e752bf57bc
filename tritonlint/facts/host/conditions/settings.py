"""Tests of the setting of a cache's dtype, and what one of them says of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tritonlint.dtypes import BY_NAME
from tritonlint.facts.host.conditions import numbers
from tritonlint.facts.host.values.symbols import (
    Asked,
    AskedAmong,
    AskedAs,
    AskedAsAny,
    Compared,
    HasType,
    Never,
    OfSetting,
    OfText,
    Symbol,
)
from tritonlint.facts.kept import kept

# The tests passed on the way to a place, as in `values.py`.
_Tests = Iterable[tuple[Symbol, bool]]
# The kinds of tests that are about some names of a setting, or their beginnings and ends.
_PARTICULAR = frozenset((AskedAmong, AskedAs, AskedAsAny, Never, OfText))
# By kind of test, the field that says what it is about: tests of different things never clash.
_ABOUT = {
    HasType: "of",
    Compared: "left",
    OfText: "of",
    **dict.fromkeys((Asked, AskedAmong, AskedAs, AskedAsAny, Never), "setting"),
}


def stem(test: Symbol) -> Symbol:
    """The test that leaves open which name is asked for."""
    return Asked(test.setting) if isinstance(test, OfSetting) else test


def refused(test: Symbol, outcome: bool) -> Symbol | None:
    """The test that cannot come out true where only settings that are not quantized are let through
    because `test` has to come out so; None where others are."""
    if not isinstance(test, OfSetting) or outcome != isinstance(test, Never):
        return None
    return stem(test) if outcome else test


def names(test: OfSetting) -> frozenset[str]:
    """The names of a setting that a test asks for, where it asks for some only."""
    match test:
        case AskedAs(name=name):
            return frozenset((name,))
        case AskedAmong(names=several):
            return frozenset(several)
    return frozenset()


def implied(known: Symbol, outcome: bool, asked_for: Symbol) -> bool | None:
    """How the test `asked_for` comes out where another came out so; None where that is open, as of
    another setting."""
    if known is asked_for:
        return outcome
    if not isinstance(known, OfSetting) or not isinstance(asked_for, OfSetting):
        return None
    if known.setting is not asked_for.setting:
        return None
    if Never in (type(known), type(asked_for)):
        return _implied_by_names(known, outcome, asked_for)
    ours, theirs = names(known), names(asked_for)
    if ours and theirs and AskedAmong in (type(known), type(asked_for)):
        if outcome:
            return True if ours <= theirs else (None if ours & theirs else False)
        return False if theirs <= ours else None
    one, other = isinstance(known, AskedAs), isinstance(asked_for, AskedAs)
    if one and other:
        return False if outcome else None
    if one:
        return True if outcome else (None if isinstance(asked_for, AskedAsAny) else False)
    return None if outcome and other and isinstance(known, AskedAsAny) else outcome


def _implied_by_names(known: OfSetting, outcome: bool, asked_for: OfSetting) -> bool | None:
    """The same where one of two tests is for names that mean no fp8."""
    ours, theirs = _all_names(known), _all_names(asked_for)
    if not ours or not theirs:
        return None
    if outcome:
        return True if ours <= theirs else (None if ours & theirs else False)
    return False if theirs <= ours else None


def _all_names(test: OfSetting) -> frozenset[str]:
    return frozenset(test.names.split(", ")) if isinstance(test, Never) else names(test)


def subject(test: Symbol) -> Symbol | None:
    """What a test is about; None where it says nothing of how other tests come out."""
    field = _ABOUT.get(test.__class__)
    return getattr(test, field) if field else None


def clash(tests: Collection[tuple[Symbol, bool]]) -> bool:
    """Whether tests of settings do not come out so together, or tests that find something to be of
    other types each. That a setting is not one name leaves others; that it is none of two is taken
    for all."""
    kinds = [type(test) for test, _ in tests]
    if HasType in kinds and _are_disjoint(tests):
        return True
    if kinds.count(Compared) > 1 and numbers.clash(tests):
        return True
    if _PARTICULAR.isdisjoint(kinds):
        return False
    both = _without_others(
        [(test, outcome) for test, outcome in tests if isinstance(test, OfSetting)]
    )
    for test, outcome in both:
        if any(implied(test, outcome, each) not in (None, then) for each, then in both):
            return True
        if isinstance(test, (AskedAmong, AskedAsAny)) and outcome:
            same = ((each, then) for each, then in both if each.setting is test.setting)
            ruled_out = {name for each, then in same if not then for name in names(each)}
            if len(ruled_out) > 1 if isinstance(test, AskedAsAny) else ruled_out >= names(test):
                return True
    return any(_unlike_its_text(test, outcome, both) for test, outcome in tests)


def _without_others(tests: list[tuple[OfSetting, bool]]) -> list[tuple[OfSetting, bool]]:
    """`tests` without those for other names that come out false where one for a name comes out
    true: that it is none of several is not taken for all there."""
    found = [(test, names(test)) for test, outcome in tests if outcome and names(test)]
    if not found:
        return tests
    return [
        (test, outcome)
        for test, outcome in tests
        if outcome
        or not names(test)
        or not any(x.setting is test.setting and own.isdisjoint(names(test)) for x, own in found)
    ]


def _are_disjoint(tests: _Tests) -> bool:
    """Whether something is of one of several types by one of `tests`, and of one of others by
    another."""
    found: dict[Symbol, HasType] = {}
    for test, outcome in tests:
        if outcome and test.__class__ is HasType:  # no call: it is asked for each path
            if test.of not in found:
                found[test.of] = test
            elif (first := found[test.of]) is not test:
                one, other = _types(first.types), _types(test.types)
                if one and other and one.isdisjoint(other):
                    return True
    return False


@kept(1024)
def _types(said: str) -> frozenset[str]:
    """The element types that a test asks for, as it says; none where it does not name all."""
    names = said.split(" or ")
    known = all(each.removeprefix("torch.") in BY_NAME for each in names)
    return frozenset(names) if known else frozenset()


def _has(name: str, test: OfText) -> bool:
    """Whether a test of a part of a text comes out true of a name."""
    if test.method == "in":
        return test.part in name
    return name.startswith(test.part) if test.method == "startswith" else name.endswith(test.part)


def _unlike_its_text(test: Symbol, outcome: bool, others: _Tests) -> bool:
    """Whether a test asks how a setting begins or ends, and does not come out as it does of the
    names that another test finds it to be one of."""
    if not isinstance(test, OfText):
        return False
    for each, then in others:
        if then and isinstance(each, OfSetting) and each.setting is test.of:
            names_ = each.names.split(", ") if isinstance(each, Never) else names(each)
            found = {_has(x, test) for x in names_}
            if found == {not outcome}:
                return True
    return False
