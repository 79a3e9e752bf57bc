"""What is assigned to: names, and what is unpacked to several of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from tritonlint.facts.flow.walk import V, Walk


def bind(walk: Walk[V, Any], target: ast.expr, value: V) -> None:
    """Bind `target` to `value`, unpacking it."""
    match target:
        case ast.Name(id=name):
            walk.env[name] = value
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            # All are known before the first is bound: `a, b = b, a`.
            for each, part in zip(targets, tuple(walk.unpacked(target, value)), strict=True):
                bind(walk, each, part)
        case ast.Starred(value=inner):
            bind(walk, inner, value)
        case _:
            walk.store(target, value)


def starred(targets: Sequence[ast.expr]) -> int | None:
    """Which of several targets takes all that is left."""
    return next((i for i, each in enumerate(targets) if isinstance(each, ast.Starred)), None)


def shared_out(
    items: Sequence[V], targets: Sequence[ast.expr], several: Callable[[Sequence[V]], V]
) -> Sequence[V] | None:
    """What each of `targets` is given of these items; None where their numbers do not agree.
    `several` makes one value of those that a starred one takes."""
    star, more = starred(targets), len(items) - len(targets)
    if star is None:
        return items if more == 0 else None
    if more < -1:
        return None
    end = star + more + 1
    return (*items[:star], several(items[star:end]), *items[end:])
