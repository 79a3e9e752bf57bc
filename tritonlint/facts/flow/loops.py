"""Loops: item by item where the items are known, else round after round until nothing changes. What
holds at a `break` or a `continue` holds where it leads to."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from tritonlint.facts.flow.targets import bind
from tritonlint.facts.flow.walk import Loop, V, Walk

_Begin = Callable[[Walk[V, Any]], bool]


def for_each(walk: Walk[V, Any], node: ast.For | ast.AsyncFor) -> bool:
    """`for`: over known items, or any."""
    over = walk.through(node.iter)
    if over.one_by_one is not None:
        return _one_by_one(walk, node, over.one_by_one)

    def begin(arm: Walk[V, Any]) -> bool:
        arm.begin_rounds(node)
        bind(arm, node.target, over.rows()[0])
        return True

    return _rounds(walk, node, begin, over.entered, item=over.any_of_them)


def while_(walk: Walk[V, Any], node: ast.While) -> bool:
    """`while`: until its test comes out false."""

    def begin(arm: Walk[V, Any]) -> bool:
        arm.begin_rounds(node)
        test = arm.test(node.test)
        outcome = arm.decided(test)
        if outcome is None:
            arm.assume(test, True)
        return outcome is not False

    endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
    return _rounds(walk, node, begin, endless=endless)


def leave(walk: Walk[V, Any], node: ast.Break | ast.Continue) -> bool:
    """`break` or `continue`."""
    if walk.loops:
        loop = walk.loops[-1]
        (loop.broken if isinstance(node, ast.Break) else loop.continued).append(walk.fork())
    return False


def _one_by_one(walk: Walk[V, Any], node: ast.For | ast.AsyncFor, items: Sequence[V]) -> bool:
    """A loop over known items; whether its end is reached."""
    loop, reached = Loop[Any](), True
    for index, item in enumerate(items):

        def begin(arm: Walk[V, Any], index: int = index, item: V = item) -> bool:
            arm.begin_round(index)
            bind(arm, node.target, item)
            return True

        reached = walk.rejoin(_round(walk, node, begin, loop))
        if not reached:
            break
    return _ended(walk, node, reached, loop)


def _rounds(
    walk: Walk[V, Any],
    node: ast.For | ast.AsyncFor | ast.While,
    begin: _Begin[V],
    entered: bool = False,
    endless: bool = False,
    item: V | None = None,
) -> bool:
    """A loop of unknown length; whether its end is reached. What a name holds before one that is
    surely `entered` it holds after it only where the body leaves it so; an `endless` one ends at a
    `break` alone. `item` is what each round is for."""
    entered = entered or walk.ENTERED
    for _ in range(walk.ROUNDS):
        before, after, loop = walk.fork(), walk.fork(), Loop[Any]()
        reached = after.rejoin(_round(walk, node, begin, loop))
        if reached:
            _later_rounds(after.fork(), node, begin, before)
        walk.rejoin(((after, reached), (before, True)))
        walk.widen(before)
        if not reached or walk.settled(before):
            break
    if entered and reached:
        after.widen(before)
        walk.adopt(after)
    if item is not None and reached and not loop.broken:
        walk.learn(item, after)
    return _ended(walk, node, not endless and (reached or not entered), loop)


def _later_rounds(
    walk: Walk[V, Any],
    node: ast.For | ast.AsyncFor | ast.While,
    begin: _Begin[V],
    began: Walk[V, Any],
) -> None:
    """Walk rounds that begin as the one before them ended, for what is seen in them: where each
    ends the loop may have ended before. `began` is how the first one began."""
    for _ in range(walk.LATER_ROUNDS):
        if not walk.begin_later_round(began):
            return
        began = walk.fork()
        if not walk.rejoin(_round(walk, node, begin, Loop[Any]())):
            return


def _round(
    walk: Walk[V, Any],
    node: ast.For | ast.AsyncFor | ast.While,
    begin: _Begin[V],
    loop: Loop[Any],
) -> list[tuple[Walk[V, Any], bool]]:
    """Walk the body of a loop once; the arms that lead to its end."""
    arm = walk.fork()
    arm.loops = (*walk.loops, loop)
    arms = [(arm, begin(arm) and arm.block(node.body))]
    arms += [(each, True) for each in loop.continued]
    loop.continued.clear()
    return arms


def _ended(
    walk: Walk[V, Any],
    node: ast.For | ast.AsyncFor | ast.While,
    reached: bool,
    loop: Loop[Any],
) -> bool:
    """Go on after a loop: after its `else` where its end is `reached`, and after each `break`."""
    if not loop.broken:
        return reached and walk.block(node.orelse)
    end = walk.fork()
    arms = [(end, reached and end.block(node.orelse)), *((each, True) for each in loop.broken)]
    return walk.rejoin(arms)
