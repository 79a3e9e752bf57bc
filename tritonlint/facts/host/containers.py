"""Lists, tuples and dicts in launching code: what their items are, and what their methods do."""

from __future__ import annotations

import ast

from tritonlint.facts.host import iteration
from tritonlint.facts.host.arguments import Arguments, Given
from tritonlint.facts.host.assigning import rebind
from tritonlint.facts.host.choices import any_item, as_tested, choose, options
from tritonlint.facts.host.labels import key_of, label_of
from tritonlint.facts.host.naming import NAMES, entry_of, written_entry
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.symbols import Attribute
from tritonlint.facts.host.values import (
    Const,
    Method,
    Sequence,
    Table,
    Tensor,
    Value,
    constant,
)


def method(frame: Frame, function: Method, owner: Value, given: Given) -> Value | None:
    """What a method of a list or a dict gives; None for one of something else."""
    spelled = function.node.value if isinstance(function.node, ast.Attribute) else None
    match filled(owner):
        case Sequence() as items:
            return _of_list(frame, spelled, items, function.name, given)
        case Table() as entries:
            return _of_dict(frame, spelled, entries, function.name, given)
        case Tensor(buffer=Attribute(name=named, of=of)) if (named, function.name) == (
            NAMES,
            "update",
        ):
            tables = (each.items for each in given.arguments.positional if isinstance(each, Table))
            more = dict(entry for table in tables for entry in table) | given.arguments.keywords
            frame.env.update((Attribute(of, str(name)), value) for name, value in more.items())
            return Const(None)
    return None


def entry(
    frame: Frame, name: str, owner: Tensor, key: ast.expr, arguments: Arguments
) -> Value | None:
    """What `get`, `pop` or `setdefault` gives of a dict that nothing is known of: what was put
    there under this key, else what may be there, or the default. None of something else."""
    entry, rest = entry_of(owner, key, frame.evaluate), arguments.positional[1:]
    if entry is None and (not rest or name == "pop"):
        return None
    entry = entry or written_entry(owner, key)
    found = frame.env.get(entry)
    if found is None and name == "setdefault" and rest:
        found = frame.env[entry] = rest[0]
    if found is None:
        found = choose(((), Tensor(entry)), *(((), each) for each in rest if each != Const(None)))
    return found


def filled(value: Value) -> Value:
    """A container that may still be empty, as it is once something is put into it."""
    full = [each for _, each in options(value) if not isinstance(each, Sequence) or each.items]
    return full[0] if len(full) == 1 else value


def _of_list(
    frame: Frame, spelled: ast.expr | None, owner: Sequence, name: str, given: Given
) -> Value | None:
    values = tuple(as_tested(each, frame.path) for each in given.arguments.positional)
    match name, values:
        case "append" | "appendleft" | "add" | "put" | "put_nowait" | "set", (added, *_):
            rebind(frame, spelled, _longer(frame, owner, (added,)))
        case "insert", (_, added):
            rebind(frame, spelled, Sequence((*owner.items, added), repeated=True))
        case "extend", (more,):
            inner = iteration.items(more)
            if inner is not None:
                longer = _longer(frame, owner, inner.items)
                rebind(frame, spelled, _repeated(longer) if inner.repeated else longer)
        case "copy", ():
            return owner
        case "get" | "get_nowait", ():  # of a queue, or a context variable
            return any_item(owner)
        case "pop" | "popleft", _:
            index = constant(values[0]) if values else (0 if name == "popleft" else -1)
            if not owner.repeated and isinstance(index, int) and abs(index) < len(owner.items):
                left = list(owner.items)
                item = left.pop(index)
                rebind(frame, spelled, Sequence(tuple(left)))
                return item
            return any_item(owner)
        case _:
            return None
    return Const(None)


def _longer(frame: Frame, owner: Sequence, added: tuple[Value, ...]) -> Sequence:
    longer = Sequence((*owner.items, *added), repeated=owner.repeated)
    return _repeated(longer) if frame.looping else longer


def _repeated(sequence: Sequence) -> Sequence:
    item = any_item(sequence)
    return Sequence((item,) if item is not None else (), repeated=True)


def _of_dict(
    frame: Frame, spelled: ast.expr | None, owner: Table, name: str, given: Given
) -> Value | None:
    keywords = given.arguments.keywords
    values = tuple(as_tested(each, frame.path) for each in given.arguments.positional)
    match name, values:
        case "values", ():
            return Sequence(tuple(value for _, value in owner.items), repeated=owner.open)
        case "keys", ():
            return iteration.items(owner)
        case "items", ():
            pairs = (Sequence((key_of(key), value)) for key, value in owner.items)
            return Sequence(tuple(pairs), repeated=owner.open)
        case "copy", ():
            return owner
        case "update", _:
            changed = owner.updated(keywords.items(), open_=not given.complete)
            for each in values:
                known = isinstance(each, Table)
                more = each.items if isinstance(each, Table) else ()
                changed = changed.updated(more, open_=not known or changed.open)
            rebind(frame, spelled, changed)
            return Const(None)
        case (("pop" | "setdefault"), (Const(value=key), *rest)):
            entries = dict(owner.items)
            found = entries.get(key, rest[0] if rest else None)
            if name == "pop":
                entries.pop(key, None)
                rebind(frame, spelled, Table(tuple(entries.items()), owner.span, owner.open))
            elif found is not None:
                rebind(frame, spelled, owner.updated([(key, found)]))
            return found
        case "setdefault", (key, default):  # under a key that is not known
            label = label_of(key, given.places[0].node)
            rebind(frame, spelled, owner.updated([(label, default)], open_=True))
            return choose(*(((), each) for _, each in owner.items), ((), default))
    return None
