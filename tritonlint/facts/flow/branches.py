"""Branches: both arms of a test that is open, the handlers of a `try`, the cases of a `match`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from typing import Any

from tritonlint.facts.flow import patterns
from tritonlint.facts.flow.walk import V, Walk

if sys.version_info >= (3, 11):
    from ast import TryStar as TryStar
else:  # which has no `except*`
    TryStar = ast.Try


def branch(walk: Walk[V, Any], node: ast.If) -> bool:
    """`if`: the arm that is taken, or both."""
    node = walk.in_turn(node)
    test = walk.test(node.test)
    outcome = walk.decided(test)
    if outcome is not None:
        doubted = walk.doubted(node, outcome)
        if doubted is None:
            return walk.block(node.body if outcome else node.orelse)
        test = doubted
    taken = walk.arm(test, True, required=_raises(node.orelse))
    skipped = walk.arm(test, False, required=_raises(node.body))
    arms = (taken, taken.block(node.body)), (skipped, skipped.block(node.orelse))
    walk.compare(test, *arms)
    return walk.rejoin(arms)


def _raises(statements: Sequence[ast.stmt]) -> bool:
    return bool(statements) and isinstance(statements[-1], ast.Raise)


def asserted(walk: Walk[V, Any], node: ast.Assert) -> bool:
    """`assert`: what follows it knows that it held."""
    test = walk.test(node.test)
    if walk.decided(test) is False:
        return False
    walk.assume(test, True, required=True)
    return True


def attempt(walk: Walk[V, Any], node: ast.Try | TryStar) -> bool:
    """`try`: all of its body, or one of the handlers after none of it."""
    tests = [walk.raised(each) for each in node.handlers]
    tried = walk.fork()
    for test in filter(None, tests):
        tried.assume(test, False)
    arms = [(tried, tried.block(node.body) and tried.block(node.orelse))]
    for test, handler in zip(tests, node.handlers, strict=True):
        arm = walk.fork() if test is None else walk.arm(test, True)
        arms.append((arm, arm.block(handler.body)))
    reached = walk.rejoin(arms)
    return walk.block(node.finalbody) and reached


def match(walk: Walk[V, Any], node: ast.Match) -> bool:
    """`match`: the case that is taken, or all that may be. One for a written value is a test."""
    return _cases(walk, node, walk.evaluate(node.subject), node.cases)


def _cases(
    walk: Walk[V, Any], node: ast.Match, subject: V, cases: Sequence[ast.match_case]
) -> bool:
    """The cases that are left."""
    for index, case in enumerate(cases):
        asked = patterns.asked(node.subject, case.pattern, walk.fields)
        test = None if asked is None else walk.test(asked)
        fits = True if test is None else walk.decided(test)
        if fits is False:
            continue
        rest = cases[index + 1 :]
        taken = walk.fork() if test is None else walk.arm(test, True, required=_all_raise(rest))
        patterns.capture(taken, node, subject, case.pattern, walk.fields)
        guard = None if case.guard is None else taken.test(case.guard)
        holds = True if guard is None else taken.decided(guard)
        if holds is False:
            continue
        if fits and holds:
            patterns.capture(walk, node, subject, case.pattern, walk.fields)
            return walk.block(case.body)
        if guard is None:
            skipped = walk.arm(test, False, required=_raises(case.body))
        else:
            taken.assume(guard, True)
            skipped = walk.arm(guard, False) if fits else walk.fork()
        taken_end = taken.block(case.body)
        return walk.rejoin(((taken, taken_end), (skipped, _cases(skipped, node, subject, rest))))
    return True


def _all_raise(cases: Sequence[ast.match_case]) -> bool:
    return bool(cases) and all(_raises(each.body) for each in cases)
