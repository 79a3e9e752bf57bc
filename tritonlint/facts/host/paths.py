"""Paths: the tests passed on the way to a place, and whether a run can pass those of two."""

from __future__ import annotations

from tritonlint.facts.host.settings import clash, subject
from tritonlint.facts.host.symbols import Denied, HasType, Joined, Symbol
from tritonlint.facts.host.values import Path
from tritonlint.facts.kept import kept

# Tests, and how they come out, by what they are about.
_About = dict[Symbol, list[tuple[Symbol, bool]]]


def is_possible(path: Path) -> bool:
    """Whether no test on a path comes out both ways."""
    if len(path) < 2:
        return True
    opposite, about = _told(path)
    if not opposite.isdisjoint(path):
        return False
    return not any(len(tests) > 1 and clash(tests) for tests in about.values())


def contradicts(one: Path, other: Path) -> bool:
    """Whether no run takes both paths."""
    if not one or not other or one is other:
        return False
    opposite, ours = _told(one)
    if not opposite.isdisjoint(other):
        return True
    theirs = _told(other)[1]
    # Asked millions of times, and mostly the two are about different things.
    both = ours.keys() & theirs.keys() if ours and theirs else ()
    return any(ours[of] != theirs[of] and clash((*ours[of], *theirs[of])) for of in both)


def rules_out(one: Path, other: Path, of: Symbol) -> bool:
    """Whether a test on the path `one`, of settings and of the type of the buffer `of`, made of
    several by `and` or `or`, came out as it does not where its parts come out as on `other`."""
    return any(
        outcome == (test.word == "or")
        and test.word in ("and", "or")
        and all(_passed(part, not outcome, other) for part in test.tests)
        and not any(isinstance(each, HasType) and each.of is not of for each in test.tests)
        for test, outcome in one
        if isinstance(test, Joined)
    )


def _passed(test: Symbol, outcome: bool, path: Path) -> bool:
    """Whether a test, which may deny another one, came out so on a path."""
    if isinstance(test, Denied):
        return _passed(test.test, not outcome, path)
    return (test, outcome) in path


@kept(8192)
def _told(path: Path) -> tuple[frozenset[tuple[Symbol, bool]], _About]:
    """The opposite of each test on a path; and those of the tests that can clash with others."""
    about: _About = {}
    for each in path:
        of = subject(each[0])
        if of is not None:
            about.setdefault(of, []).append(each)
    return frozenset((test, not outcome) for test, outcome in path), about
