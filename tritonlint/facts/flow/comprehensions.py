"""Comprehensions and generator expressions: one value for each item, where the items are known."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from tritonlint.facts.flow.targets import bind
from tritonlint.facts.flow.walk import W


def generate(
    walk: W, generators: Sequence[ast.comprehension], element: Callable[[W], None]
) -> bool:
    """Have `element` run for the items of `generators`; whether these are all, one by one."""
    first, *rest = generators
    over = walk.through(first.iter)
    exact = over.one_by_one is not None
    for index, row in enumerate(over.rows()):
        inner = walk.fork()
        if over.one_by_one is not None:
            inner.begin_round(index)
        bind(inner, first.target, row)
        kept = _kept(inner, first.ifs)
        exact = exact and kept is not None
        if kept is not False:
            if rest:
                exact = generate(inner, rest, element) and exact
            else:
                element(inner)
        walk.abandon(inner)
    return exact


def _kept(walk: Any, tests: Sequence[ast.expr]) -> bool | None:
    """Whether an item passes the tests of a comprehension; None where that is open."""
    passes: bool | None = True
    for each in tests:
        test = walk.test(each)
        outcome = walk.decided(test)
        if outcome is False:
            return False
        if outcome is None:
            passes = None
            walk.assume(test, True)
    return passes
