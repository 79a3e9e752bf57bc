"""Paths: the tests passed on the way to a place, and whether a run can pass those of two."""

from __future__ import annotations

from collections.abc import Iterable

from tritonlint.facts.host.settings import clash, implied, subject
from tritonlint.facts.host.symbols import (
    Attribute,
    Denied,
    Joined,
    OfSetting,
    Parameter,
    Symbol,
)
from tritonlint.facts.host.values import Path
from tritonlint.facts.kept import kept

# A test, and how it comes out; and such by what they are about.
Outcome = tuple[Symbol, bool]
_About = dict[Symbol, list[Outcome]]
# What is never together with a path: outcomes that another path has to have itself, and outcomes of
# settings, which may follow from what it has.
_Never = tuple[frozenset[Outcome], tuple[Outcome, ...]]


def is_possible(path: Path) -> bool:
    """Whether no test on a path comes out both ways."""
    if len(path) < 2:
        return True
    _, opposite, about, never = _told(path)
    if not opposite.isdisjoint(path) or any(not own and not of for own, of in never):
        return False
    if len(never) > 1 and _leave_nothing(never, frozenset(path)):
        return False
    return not any(len(tests) > 1 and clash(tests) for tests in about.values())


def contradicts(one: Path, other: Path) -> bool:
    """Whether no run takes both paths."""
    if not one or not other or one is other:
        return False
    held, opposite, ours, never = _told(one)
    if not opposite.isdisjoint(other):
        return True
    also, _, theirs, others = _told(other)
    if never and _is_refused(never, also, ours, theirs):
        return True
    if others and _is_refused(others, held, ours, theirs):
        return True
    if len(never) + len(others) > 1 and _leave_nothing((*never, *others), held | also):
        return True
    # Asked millions of times, and mostly the two are about different things.
    both = ours.keys() & theirs.keys() if ours and theirs else ()
    return any(ours[of] != theirs[of] and clash((*ours[of], *theirs[of])) for of in both)


def _is_refused(
    never: Iterable[_Never], other: frozenset[Outcome], ours: _About, theirs: _About
) -> bool:
    """Whether all tests of one of `never` come out so on another path, by what it has, or by what a
    setting that the two have says of the others."""
    for own, settings in never:
        if own <= other:
            for each in settings:
                if each not in other and not _follows(each, ours, theirs):
                    break
            else:
                return True
    return False


def _leave_nothing(never: Iterable[_Never], held: frozenset[Outcome]) -> bool:
    """Whether a flag can be neither set nor not: of two of `never`, all is held but that it is, or
    is not. Of what is compared, as with None, the one test may be of another thing than the other:
    the arms of a branch give one name to several."""
    left: set[Outcome] = set()
    for own, settings in never:
        more = own.difference(held).union(each for each in settings if each not in held)
        test, outcome = next(iter(more)) if len(more) == 1 else (None, False)
        if isinstance(test, (OfSetting, Attribute, Parameter)):
            if (test, not outcome) in left:
                return True
            left.add((test, outcome))
    return False


def _follows(wanted: Outcome, ours: _About, theirs: _About) -> bool:
    """Whether a test of a setting comes out so by what two paths say of that setting."""
    test, outcome = wanted
    assert isinstance(test, OfSetting)
    known = (*ours.get(test.setting, ()), *theirs.get(test.setting, ()))
    return any(implied(tested, then, test) == outcome for tested, then in known)


@kept(8192)
def _told(
    path: Path,
) -> tuple[frozenset[Outcome], frozenset[Outcome], _About, tuple[_Never, ...]]:
    """The tests on a path; the opposite of each; those of the tests that can clash with others; and
    which more outcomes it never has, where a test that is made of them came out as it did."""
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
    return held, opposite, about, tuple(_refused(each, held) for each in never)


def _refused(together: frozenset[Outcome], held: frozenset[Outcome]) -> _Never:
    """What of outcomes that never are together is left where some are `held`."""
    left = together - held
    of = tuple(x for x in left if len(together) > 1 and isinstance(x[0], OfSetting))
    return left.difference(of), of


def _plain(test: Symbol, outcome: bool) -> Outcome:
    """The outcome of a test, which may deny another one, as that of the latter."""
    return _plain(test.test, not outcome) if isinstance(test, Denied) else (test, outcome)
