"""Paths: the tests passed on the way to a place, and whether a run can pass those of two."""

from __future__ import annotations

from collections.abc import Iterable

from tritonlint.facts.host.conditions.settings import clash, implied, subject
from tritonlint.facts.host.values.symbols import (
    Attribute,
    Denied,
    Joined,
    OfSetting,
    Parameter,
    Symbol,
)
from tritonlint.facts.host.values.values import Path
from tritonlint.facts.kept import kept
from tritonlint.frozen import dataclass

# A test, and how it comes out; and such by what they are about.
Outcome = tuple[Symbol, bool]
_About = dict[Symbol, list[Outcome]]
# What is never together with a path: outcomes that another path has to have itself, and outcomes of
# settings, which may follow from what it has.
_Never = tuple[frozenset[Outcome], tuple[Outcome, ...]]


@dataclass(frozen=True)
class _Told:
    """What a path tells: the tests on it, and the opposite of each; those of the tests that can
    clash with others; and which more outcomes it never has, where a test that is made of them came
    out as it did. Of these, `own` are all that another path has to have itself, `flags` those that
    are never there by themselves, of flags, and `several` all that are never there together."""

    held: frozenset[Outcome]
    opposite: frozenset[Outcome]
    about: _About
    never: tuple[_Never, ...]
    own: frozenset[Outcome]
    flags: frozenset[Outcome]
    several: frozenset[Outcome]

    def refused(self, other: _Told) -> bool:
        """Whether all of some outcomes that are never together with this path come out so on
        another one, by what it has, or by what a setting that the two have says of the others."""
        apart = self.own.isdisjoint(other.held)
        for own, settings in self.never:
            if (not own if apart else own <= other.held) and all(
                each in other.held or _follows(each, self.about, other.about) for each in settings
            ):
                return True
        return False

    def left(self, other: frozenset[Outcome]) -> frozenset[Outcome]:
        """The outcomes of flags that are never there where this path goes with the tests of
        `other`: of those that are never together, the others are."""
        if self.several.isdisjoint(other):
            return self.flags - other
        return _flags(own.union(settings) - other for own, settings in self.never)


def is_possible(path: Path) -> bool:
    """Whether no test on a path comes out both ways."""
    if len(path) < 2:
        return True
    told = _told(path)
    if not told.opposite.isdisjoint(path):
        return False
    if any(not own and not of for own, of in told.never):
        return False
    if _both_ways(told.flags):
        return False
    return not any(len(tests) > 1 and clash(tests) for tests in told.about.values())


def contradicts(one: Path, other: Path) -> bool:
    """Whether no run takes both paths."""
    if not one or not other or one is other:
        return False
    ours = _told(one)
    if not ours.opposite.isdisjoint(other):
        return True
    theirs = _told(other)
    if ours.never and ours.refused(theirs):
        return True
    if theirs.never and theirs.refused(ours):
        return True
    # A flag can be neither set nor not.
    if len(ours.never) + len(theirs.never) > 1:
        left = ours.left(theirs.held) | theirs.left(ours.held)
        if _both_ways(left):
            return True
    # Asked millions of times, and mostly the two are about different things.
    mine, its = ours.about, theirs.about
    both = mine.keys() & its.keys() if mine and its else ()
    return any(mine[of] != its[of] and clash((*mine[of], *its[of])) for of in both)


def _flags(never: Iterable[frozenset[Outcome]]) -> frozenset[Outcome]:
    """The outcomes of flags among those that are never there by themselves. Of what is compared, as
    with None, the one test may be of another thing than the other: the arms of a branch give one
    name to several."""
    alone = (next(iter(each)) for each in never if len(each) == 1)
    return frozenset(
        each for each in alone if isinstance(each[0], OfSetting | Attribute | Parameter)
    )


def _both_ways(outcomes: frozenset[Outcome]) -> bool:
    """Whether a test is among them with both."""
    return any((test, False) in outcomes for test, outcome in outcomes if outcome)


def _follows(wanted: Outcome, ours: _About, theirs: _About) -> bool:
    """Whether a test of a setting comes out so by what two paths say of that setting."""
    test, outcome = wanted
    assert isinstance(test, OfSetting)
    known = (*ours.get(test.setting, ()), *theirs.get(test.setting, ()))
    return any(implied(tested, then, test) == outcome for tested, then in known)


@kept(8192)
def _told(path: Path) -> _Told:
    about: _About = {}
    never: list[frozenset[Outcome]] = []
    for test, outcome in path:
        of = subject(test)
        if of is not None:
            about.setdefault(of, []).append((test, outcome))
        if isinstance(test, Joined) and (test.word, outcome) in (("and", False), ("or", True)):
            never.append(frozenset(_plain(each, not outcome) for each in test.tests))
    opposite = frozenset((test, not outcome) for test, outcome in path)
    held = frozenset(path)
    refused = tuple(_refused(each, held) for each in never)
    every = [own.union(settings) for own, settings in refused]
    several = frozenset[Outcome]().union(*(each for each in every if len(each) > 1))
    own = frozenset[Outcome]().union(*(each for each, _ in refused))
    return _Told(held, opposite, about, refused, own, _flags(every), several)


def _refused(together: frozenset[Outcome], held: frozenset[Outcome]) -> _Never:
    """What of outcomes that never are together is left where some are `held`."""
    left = together - held
    of = tuple(x for x in left if len(together) > 1 and isinstance(x[0], OfSetting))
    return left.difference(of), of


def _plain(test: Symbol, outcome: bool) -> Outcome:
    """The outcome of a test, which may deny another one, as that of the latter."""
    return _plain(test.test, not outcome) if isinstance(test, Denied) else (test, outcome)
