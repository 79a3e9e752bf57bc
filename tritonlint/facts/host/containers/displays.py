"""Lists, tuples, dicts and strings that are written out."""

from __future__ import annotations

import ast

from tritonlint.facts.host.containers import iteration
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import as_tested
from tritonlint.facts.host.values.labels import key_of, label_of
from tritonlint.facts.host.values.places import Place
from tritonlint.facts.host.values.values import (
    Const,
    DType,
    Launchable,
    Sequence,
    Table,
    Value,
    constant,
)
from tritonlint.facts.project.tree import nodes

MAX_ITEMS = 64


def text(frame: Frame, node: ast.JoinedStr, parts: list[ast.expr]) -> Value:
    """An f-string of known strings and numbers."""
    known = [
        constant(frame.evaluate(part.value if isinstance(part, ast.FormattedValue) else part))
        for part in parts
    ]
    plain = all(
        part.format_spec is None and part.conversion in (-1, 115)
        for part in parts
        if isinstance(part, ast.FormattedValue)
    )
    if plain and all(isinstance(each, (str, int)) for each in known):
        return Const("".join(map(str, known)))
    return frame.unknown(node)


def combined(op: ast.operator, left: Value, right: Value) -> Sequence | Table | None:
    """`sequence * n`, `sequence + sequence` and `dict | dict`; None for other operands."""
    match op, left, right:
        case ast.Mult(), Sequence() as repeated, Const(value=int() as times):
            if len(repeated.items) * times > MAX_ITEMS:
                return Sequence(repeated.items, repeated=True)
            return Sequence(repeated.items * times, repeated=repeated.repeated)
        case ast.Mult(), Sequence() as repeated, _:
            return Sequence(repeated.items, repeated=True)
        case ast.Add(), Sequence() as one, Sequence() as other:
            known = one.places and other.places
            places = one.places + other.places if known else ()
            return Sequence(one.items + other.items, places, one.repeated or other.repeated)
        case ast.BitOr(), Table() as table, Table(items=more, open=False):
            return table.updated(more)
        case ast.BitOr(), _, Table() as table:
            return table.updated((), True)  # the rest of what is left may give way
    return None


def sequence(frame: Frame, items: list[ast.expr], node: ast.expr) -> Value:
    values: list[Value] = []
    places: list[Place] = []
    for item in items:
        if isinstance(item, ast.Starred):
            inner = iteration.items(frame.evaluate(item.value))
            if inner is None:
                return frame.unknown(node)
            if inner.repeated:
                found = [
                    each for other in items if other is not item for each in _items(frame, other)
                ]
                return Sequence((*inner.items, *found), repeated=True)
            values.extend(inner.items)
            places.extend(inner.places or [frame.place(item.value)] * len(inner.items))
        else:
            values.append(as_tested(frame.evaluate(item), frame.path))
            places.append(frame.place(item))
    return Sequence(tuple(values), tuple(places))


def _items(frame: Frame, node: ast.expr) -> tuple[Value, ...]:
    """What an element of a written sequence adds to it."""
    if isinstance(node, ast.Starred):
        over = iteration.items(frame.evaluate(node.value))
        return over.items if over is not None else (frame.unknown(node.value),)
    return (frame.evaluate(node),)


def table(frame: Frame, node: ast.Dict) -> Value:
    entries: list[tuple[object, Value]] = []
    open_ = False
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            inner = frame.evaluate(value)
            if not isinstance(inner, Table) or inner.open:
                open_ = True  # which may have other kernels under the same keys
                entries = [each for each in entries if not isinstance(each[1], Launchable)]
            if isinstance(inner, Table):
                entries.extend(inner.items)
            continue
        label = label_of(frame.evaluate(key), key)
        launched = len(frame.run.launches)
        entries.append((label, as_tested(frame.evaluate(value), frame.path)))
        if isinstance(value, ast.Lambda) and _is_test(label) and _is_picked_from(frame, node):
            del frame.run.launches[launched:]  # it is called where that is so
    return Table(tuple(dict(entries).items()), frame.span(node), open_)


def _is_test(label: object) -> bool:
    """Whether an entry of a dict is meant for how a test comes out, or for memory of a type."""
    return isinstance(label, bool) or isinstance(key_of(label), DType)


def _is_picked_from(frame: Frame, node: ast.Dict) -> bool:
    """Whether nothing is done with a dict but that an entry is picked and called: where it stands,
    or by the name that it is given."""
    around = frame.enclosing[-1] if frame.enclosing else None
    if around is None:
        return False
    called = {id(each.func) for each in nodes(around, ast.Call)}
    returned = {id(each.value) for each in nodes(around, ast.Return)}
    picked = [each for each in nodes(around, ast.Subscript) if id(each) in called | returned]
    if any(each.value is node for each in picked):
        return True
    names = {
        target.id
        for each in nodes(around, ast.Assign)
        for target in each.targets
        if each.value is node and isinstance(target, ast.Name)
    }
    owners = {id(each.value) for each in picked}
    used = [each for each in nodes(around, ast.Name) if each.id in names]
    loads = [each for each in used if isinstance(each.ctx, ast.Load)]
    return len(names) == 1 and bool(loads) and all(id(each) in owners for each in loads)
