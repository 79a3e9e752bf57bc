"""Loops, comprehensions and generators of launching code."""

from __future__ import annotations

import ast
from collections.abc import Callable
from collections.abc import Sequence as Items

from tritonlint.facts.host import (
    branching,
    classes,
    conditions,
    constants,
    iteration,
)
from tritonlint.facts.host.arguments import Arguments, Given
from tritonlint.facts.host.assigning import assign
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import Const, Instance, Sequence, Table, Value, options

# So many items are gone through one by one; of more, each is any of them.
_FEW = 8

Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def for_each(frame: Frame, node: ast.For | ast.AsyncFor) -> bool:
    """A `for` loop; whether it ends the function."""
    over = items_of(frame, node.iter)
    if over is not None and not over.items and not over.repeated:
        return frame.block(node.orelse)
    arm = frame.fork()
    arm.looping = True
    constants.forget(arm, node)
    if over is not None and _one_by_one(over):
        for index, item in enumerate(over.items):
            arm.site = f"{frame.site}#{index}"
            assign(arm, node.target, item)
            if arm.block(node.body):
                break
        else:
            frame.adopt(arm)
            return frame.block(node.orelse)
    else:
        some = over.item if over is not None else None
        assign(arm, node.target, some or arm.unknown(node.iter))
        arm.block(node.body)
    frame.merge(arm, frame.fork())
    return frame.block(node.orelse)


def while_(frame: Frame, node: ast.While) -> bool:
    """A `while` loop; whether it ends the function."""
    arm = frame.fork()
    arm.looping = True
    constants.forget(arm, node)
    conditions.assume(arm, branching.condition(arm, node.test), True)
    arm.block(node.body)
    frame.merge(arm, frame.fork())
    return frame.block(node.orelse)


def comprehension(frame: Frame, node: Comprehension) -> Value:
    """The list, set, generator or dict that a comprehension gives."""
    if isinstance(node, ast.DictComp):
        entries: list[tuple[object, Value]] = []

        def entry(inner: Frame) -> None:
            key = inner.evaluate(node.key)
            label = key.value if isinstance(key, Const) else ast.unparse(node.key)
            entries.append((label, inner.evaluate(node.value)))

        exact = _generate(frame, node.generators, entry)
        return Table(tuple(dict(entries).items()), frame.span(node), open=not exact)
    found: list[Value] = []
    element = node.elt
    exact = _generate(frame, node.generators, lambda inner: found.append(inner.evaluate(element)))
    return Sequence(tuple(found), repeated=not exact)


def _generate(
    frame: Frame, generators: Items[ast.comprehension], done: Callable[[Frame], None]
) -> bool:
    """Have `done` run for the items of `generators`; whether these are all, one by one."""
    first, *rest = generators
    over = items_of(frame, first.iter)
    exact = _one_by_one(over)
    if exact:
        rows: Items[Value] = over.items if over is not None else ()
    else:
        item = over.item if over is not None else None
        rows = [item or frame.unknown(first.iter)]
    for index, row in enumerate(rows):
        inner = frame.fork()
        if index:  # what is made there is made anew
            inner.site = f"{frame.site}#{index}"
        assign(inner, first.target, row)
        for test in first.ifs:
            conditions.assume(inner, branching.condition(inner, test), True)
            exact = False
        if rest:
            exact = _generate(inner, rest, done) and exact
        else:
            done(inner)
        frame.keep_made(inner)
    return exact


def _one_by_one(over: Sequence | None) -> bool:
    return over is not None and not over.repeated and len(over.items) <= _FEW


def items_of(frame: Frame, node: ast.expr) -> Sequence | None:
    """What going through the value of `node` gives, or None."""
    return iteration.items(frame.evaluate(node))


def opened(frame: Frame, node: ast.expr) -> Value:
    """What `with node as x` gives: of a generator, what it yields, of an object, what its
    `__enter__` gives."""
    value = frame.evaluate(node)
    for _, each in options(value):
        if isinstance(each, Sequence) and each.repeated and each.item is not None:
            return each.item
        if isinstance(each, Instance):
            entered = classes.method_named(each, "__enter__", "__aenter__")
            if entered is not None:
                call = ast.copy_location(ast.Call(node, [], []), node)
                return frame.apply(call, entered, Given(Arguments((), {}), {}))
    return value
