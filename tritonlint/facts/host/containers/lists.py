"""What methods and statements do to the items of a list in launching code."""

from __future__ import annotations

import ast

from tritonlint.facts.host.assigning import rebind
from tritonlint.facts.host.calls.arguments import Given
from tritonlint.facts.host.containers import iteration
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import any_item, as_tested
from tritonlint.facts.host.values.values import Const, Sequence, Value, constant
from tritonlint.frozen import replace

_ADD = ("append", "add", "put", "put_nowait", "set")


def method(
    frame: Frame, spelled: ast.expr | None, owner: Sequence, name: str, given: Given
) -> Value | None:
    """What a method of a list, a deque, a set or a queue gives, which `spelled` stands for; None
    for a method that is not known."""
    values = tuple(as_tested(each, frame.path) for each in given.arguments.positional)
    match name, values:
        case "copy", ():
            return replace(owner)
        case (("get" | "get_nowait"), ()):  # of a queue, or a context variable
            return any_item(owner)
        case "index", (Const() as sought,):
            known = not owner.repeated and all(isinstance(each, Const) for each in owner.items)
            return Const(owner.items.index(sought)) if known and sought in owner.items else None
        case (("pop" | "popleft"), _):
            last = Const(0 if name == "popleft" else -1)
            return _popped(frame, spelled, owner, values[0] if values else last)
    changed = _changed(frame, owner, name, values)
    if changed is None:
        return None
    rebind(frame, spelled, changed)
    return Const(None)


def _changed(
    frame: Frame, owner: Sequence, name: str, values: tuple[Value, ...]
) -> Sequence | None:
    """The list after a method that gives nothing."""
    items = owner.items
    at = constant(values[0]) if values else None
    match name, values:
        case _, (added, *_) if name in _ADD:
            return _longer(frame, owner, (*items, added))
        case "appendleft", (added,):
            return _longer(frame, owner, (added, *items))
        case "insert", (_, added) if isinstance(at, int) and not owner.repeated:
            return _longer(frame, owner, (*items[:at], added, *items[at:]))
        case "insert", (_, added):
            return Sequence((*items, added), repeated=True)
        case "extend", (more,):
            inner = iteration.items(more)
            if inner is None:
                return owner
            longer = _longer(frame, owner, (*items, *inner.items))
            return _repeated(longer) if inner.repeated else longer
        case "clear", ():
            return Sequence(())
        case "reverse", ():
            return Sequence(items[::-1], repeated=owner.repeated)
        case "rotate", _ if items and (not values or isinstance(at, int)):
            by = -(at if isinstance(at, int) else 1) % len(items)
            return Sequence((*items[by:], *items[:by]), repeated=owner.repeated)
        case (("sort" | "remove" | "rotate"), _):
            return Sequence(items, repeated=True)
    return None


def _popped(frame: Frame, spelled: ast.expr | None, owner: Sequence, at: Value) -> Value | None:
    index = _index(owner, at)
    if index is None:
        return any_item(owner)
    rebind(frame, spelled, _without(owner, index))
    return owner.items[index]


def deleted(frame: Frame, target: ast.Subscript, owner: Sequence) -> Sequence:
    """The list without what `del` takes from it."""
    if isinstance(target.slice, ast.Slice):
        gone = None if owner.repeated else iteration.bounds(frame, target.slice)
        if gone is None:
            return replace(owner, repeated=True)
        kept = list(owner.items)
        del kept[gone]
        return Sequence(tuple(kept))
    index = _index(owner, frame.evaluate(target.slice))
    return replace(owner, repeated=True) if index is None else _without(owner, index)


def _index(owner: Sequence, at: Value) -> int | None:
    """The index of an item that is known."""
    index, size = constant(at), len(owner.items)
    known = not owner.repeated and isinstance(index, int) and -size <= index < size
    return index if known else None


def _without(owner: Sequence, index: int) -> Sequence:
    left = list(owner.items)
    del left[index]
    return Sequence(tuple(left))


def _longer(frame: Frame, owner: Sequence, items: tuple[Value, ...]) -> Sequence:
    longer = Sequence(items, repeated=owner.repeated)
    return _repeated(longer) if frame.looping else longer


def _repeated(sequence: Sequence) -> Sequence:
    item = any_item(sequence)
    return Sequence((item,) if item is not None else (), repeated=True)
