"""Paths: the tests passed on the way to a place, and whether a run can pass those of two."""

from __future__ import annotations

from collections.abc import Iterable

from tritonlint.facts.host.settings import clash, implied, subject
from tritonlint.facts.host.symbols import Denied, Joined, OfSetting, Symbol
from tritonlint.facts.host.values import Path
from tritonlint.facts.kept import kept

# A test, and how it comes out; and such by what they are about.
Outcome = tuple[Symbol, bool]
_About = dict[Symbol, list[Outcome]]


def is_possible(path: Path) -> bool:
    """Whether no test on a path comes out both ways."""
    if len(path) < 2:
        return True
    _, opposite, about, never = _told(path)
    if not opposite.isdisjoint(path) or any(each.issubset(path) for each in never):
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
    if never or others:
        if _is_refused(never, held, also, ours, theirs):
            return True
        if _is_refused(others, held, also, ours, theirs):
            return True
    # Asked millions of times, and mostly the two are about different things.
    both = ours.keys() & theirs.keys() if ours and theirs else ()
    return any(ours[of] != theirs[of] and clash((*ours[of], *theirs[of])) for of in both)


def _is_refused(
    refused: Iterable[frozenset[Outcome]],
    one: frozenset[Outcome],
    other: frozenset[Outcome],
    ours: _About,
    theirs: _About,
) -> bool:
    """Whether all tests of one of `refused` come out so on two paths, by what these have, or by
    what a setting that they have says of the others."""
    for each in refused:
        left = each - one - other
        if not left:
            return True
        if len(each) > 1:
            for test, outcome in left:
                if not isinstance(test, OfSetting):
                    break
                known = (*ours.get(test.setting, ()), *theirs.get(test.setting, ()))
                if not any(implied(tested, then, test) == outcome for tested, then in known):
                    break
            else:
                return True
    return False


@kept(8192)
def _told(
    path: Path,
) -> tuple[frozenset[Outcome], frozenset[Outcome], _About, tuple[frozenset[Outcome], ...]]:
    """The tests on a path; the opposite of each; those of the tests that can clash with others; and
    which outcomes are never together where a test that is made of them came out as it did."""
    about: _About = {}
    never: list[frozenset[Outcome]] = []
    for test, outcome in path:
        of = subject(test)
        if of is not None:
            about.setdefault(of, []).append((test, outcome))
        if isinstance(test, Joined) and (test.word, outcome) in (("and", False), ("or", True)):
            never.append(frozenset(_plain(each, not outcome) for each in test.tests))
    opposite = frozenset((test, not outcome) for test, outcome in path)
    return frozenset(path), opposite, about, tuple(never)


def _plain(test: Symbol, outcome: bool) -> Outcome:
    """The outcome of a test, which may deny another one, as that of the latter."""
    return _plain(test.test, not outcome) if isinstance(test, Denied) else (test, outcome)
