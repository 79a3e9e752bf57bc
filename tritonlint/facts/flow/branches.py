"""Branches: both arms of a test that is open, the handlers of a `try`, the cases of a `match`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from typing import Any

from tritonlint.facts.flow.targets import bind
from tritonlint.facts.flow.walk import V, Walk

if sys.version_info >= (3, 11):
    from ast import TryStar as TryStar
else:  # which has no `except*`
    TryStar = ast.Try


def branch(walk: Walk[V, Any], node: ast.If) -> bool:
    """`if`: the arm that is taken, or both."""
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
    tried = walk.fork()
    arms = [(tried, tried.block(node.body) and tried.block(node.orelse))]
    for handler in node.handlers:
        arm = walk.fork()
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
        fits = walk.matched(node, subject, case)
        if case.guard is None and _takes_all(case.pattern):
            fits = True
        test = walk.test(_asked(node.subject, case.pattern)) if fits is None else None
        if test is not None and (outcome := walk.decided(test)) is not None:
            fits = False if not outcome else (True if case.guard is None else None)
        if fits is False:
            continue
        if fits or test is None:
            _capture(walk, node, subject, case.pattern)
            return walk.block(case.body)
        taken = walk.arm(test, True)
        skipped = walk.arm(test, False) if case.guard is None else walk.fork()
        _capture(taken, node, subject, case.pattern)
        if case.guard is not None:
            taken.assume(taken.test(case.guard), True)
        taken_end = taken.block(case.body)
        return walk.rejoin(
            ((taken, taken_end), (skipped, _cases(skipped, node, subject, cases[index + 1 :])))
        )
    return True


def _asked(subject: ast.expr, pattern: ast.pattern) -> ast.Compare:
    """The comparison that a pattern of written values is; another one is a test of its own."""
    values: list[ast.expr] = []
    for each in pattern.patterns if isinstance(pattern, ast.MatchOr) else (pattern,):
        match each:
            case ast.MatchValue(value=value):
                values.append(value)
            case ast.MatchSingleton(value=constant):
                values.append(ast.copy_location(ast.Constant(constant), subject))
            case _:
                other = ast.copy_location(ast.Name("<pattern>", ast.Load()), pattern)
                return ast.copy_location(ast.Compare(subject, [ast.Eq()], [other]), subject)
    several = len(values) > 1
    right = ast.copy_location(ast.Tuple(values, ast.Load()), subject) if several else values[0]
    operator = ast.In() if several else ast.Eq()
    return ast.copy_location(ast.Compare(subject, [operator], [right]), subject)


def _capture(walk: Walk[V, Any], node: ast.Match, subject: V, pattern: ast.pattern) -> None:
    """Bind the names in a pattern: one for all of it to the subject, others to parts of it."""
    target = _unpacking(pattern)
    if target is not None:
        bind(walk, target, subject)
        return
    for each in ast.walk(pattern):
        match each:
            case ast.MatchAs(name=str(name)) if each is pattern:
                walk.env[name] = subject
            case (
                ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                walk.env[name] = walk.part_of(node.subject, name)


def _unpacking(pattern: ast.pattern) -> ast.expr | None:
    """What a pattern of names assigns to: `case (x, *rest)` as `x, *rest = subject`."""
    made: ast.expr
    match pattern:
        case ast.MatchAs(pattern=None, name=name):
            made = ast.Name(name or "_", ast.Store())
        case ast.MatchStar(name=name):
            made = ast.Starred(ast.Name(name or "_", ast.Store()), ast.Store())
        case ast.MatchSequence(patterns=patterns):
            parts = [part for each in patterns if (part := _unpacking(each)) is not None]
            if len(parts) < len(patterns):
                return None
            made = ast.Tuple(parts, ast.Store())
        case _:
            return None
    return ast.fix_missing_locations(ast.copy_location(made, pattern))


def _takes_all(pattern: ast.pattern) -> bool:
    """Whether a pattern matches anything: `_`, or a name."""
    return isinstance(pattern, ast.MatchAs) and (
        pattern.pattern is None or _takes_all(pattern.pattern)
    )
