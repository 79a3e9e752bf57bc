"""Lists, tuples and dicts in launching code: what their items are, and what their methods do."""

from __future__ import annotations

import ast

from tritonlint.facts.host import expressions, objects, statements
from tritonlint.facts.host.given import Given
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.tensors import piece
from tritonlint.facts.host.values import (
    Const,
    Instance,
    Method,
    Sequence,
    Table,
    Tensor,
    Value,
    choose,
    constant,
    options,
)


def items(frame: Frame, value: Value) -> Sequence | None:
    """What going through `value` gives; None where that is not known."""
    known: list[Sequence] = []
    for _, each in options(value):
        match each:
            case Sequence():
                known.append(each)
            case Table(items=entries):
                keys = (Const(key) for key, _ in entries)
                known.append(Sequence(tuple(keys), repeated=each.open))
            case Instance() if (fields := objects.as_tuple(frame, each)) is not None:
                known.append(fields)
            case Tensor(several=True):
                known.append(Sequence((piece(each, 0),), repeated=True))
            case _:
                return None
    if len(known) == 1:
        return known[0]
    return Sequence(tuple(item for each in known for item in each.items), repeated=True)


def store(frame: Frame, target: ast.Subscript, value: Value) -> None:
    """`container[key] = value`."""
    owner = expressions.evaluate(frame, target.value)
    match owner:
        case Table():
            key = expressions.evaluate(frame, target.slice)
            label = key.value if isinstance(key, Const) else ast.unparse(target.slice)
            changed: Value = owner.updated([(label, value)], open_=not isinstance(key, Const))
        case Sequence(items=known) if known:
            index = constant(expressions.evaluate(frame, target.slice))
            if isinstance(index, int) and -len(known) <= index < len(known):
                both = list(known)
                both[index] = value
            elif isinstance(target.slice, ast.Slice):
                return
            else:
                both = [choose(((), each), ((), value)) for each in known]
            changed = Sequence(tuple(both), repeated=owner.repeated)
        case _:
            return
    _rebind(frame, target.value, changed)


def method(frame: Frame, function: Method, owner: Value, given: Given) -> Value | None:
    """What a method of a list or a dict gives; None for one of something else."""
    spelled = function.node.value if isinstance(function.node, ast.Attribute) else None
    match owner:
        case Sequence():
            return _of_list(frame, spelled, owner, function.name, given)
        case Table():
            return _of_dict(frame, spelled, owner, function.name, given)
    return None


def _of_list(
    frame: Frame, spelled: ast.expr | None, owner: Sequence, name: str, given: Given
) -> Value | None:
    values = given.arguments.positional
    match name, values:
        case "append" | "appendleft" | "add", (added,):
            _rebind(frame, spelled, _longer(frame, owner, (added,)))
        case "insert", (_, added):
            _rebind(frame, spelled, Sequence((*owner.items, added), repeated=True))
        case "extend", (more,):
            inner = items(frame, more)
            if inner is not None:
                longer = _longer(frame, owner, inner.items)
                _rebind(frame, spelled, _repeated(longer) if inner.repeated else longer)
        case "copy", ():
            return owner
        case "pop" | "popleft", _:
            index = constant(values[0]) if values else (0 if name == "popleft" else -1)
            if not owner.repeated and isinstance(index, int) and abs(index) < len(owner.items):
                left = list(owner.items)
                item = left.pop(index)
                _rebind(frame, spelled, Sequence(tuple(left)))
                return item
            return owner.item
        case _:
            return None
    return Const(None)


def _longer(frame: Frame, owner: Sequence, added: tuple[Value, ...]) -> Sequence:
    longer = Sequence((*owner.items, *added), repeated=owner.repeated)
    return _repeated(longer) if frame.looping else longer


def _repeated(sequence: Sequence) -> Sequence:
    item = sequence.item
    return Sequence((item,) if item is not None else (), repeated=True)


def _of_dict(
    frame: Frame, spelled: ast.expr | None, owner: Table, name: str, given: Given
) -> Value | None:
    values, keywords = given.arguments.positional, given.arguments.keywords
    match name, values:
        case "values", ():
            return Sequence(tuple(value for _, value in owner.items), repeated=owner.open)
        case "keys", ():
            return items(frame, owner)
        case "items", ():
            pairs = (Sequence((Const(key), value)) for key, value in owner.items)
            return Sequence(tuple(pairs), repeated=owner.open)
        case "copy", ():
            return owner
        case "update", _:
            changed = owner.updated(keywords.items(), open_=not given.complete)
            for each in values:
                known = isinstance(each, Table)
                more = each.items if isinstance(each, Table) else ()
                changed = changed.updated(more, open_=not known or changed.open)
            _rebind(frame, spelled, changed)
            return Const(None)
        case (("pop" | "setdefault"), (Const(value=key), *rest)):
            entries = dict(owner.items)
            found = entries.get(key, rest[0] if rest else None)
            if name == "pop":
                entries.pop(key, None)
                _rebind(frame, spelled, Table(tuple(entries.items()), owner.span, owner.open))
            elif found is not None:
                _rebind(frame, spelled, owner.updated([(key, found)]))
            return found
    return None


def _rebind(frame: Frame, spelled: ast.expr | None, value: Value) -> None:
    """Have the expression `spelled` stand for the changed container."""
    if isinstance(spelled, (ast.Name, ast.Attribute)):
        statements.assign(frame, spelled, value)
    elif isinstance(spelled, ast.Subscript):
        store(frame, spelled, value)
