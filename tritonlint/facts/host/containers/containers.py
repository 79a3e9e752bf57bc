"""Lists, tuples and dicts in launching code: what their items are, and what their methods do."""

from __future__ import annotations

import ast

from tritonlint.facts.host.assigning import rebind
from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.containers import iteration, lists
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import as_tested, choose, options
from tritonlint.facts.host.values.labels import key_of, label_of
from tritonlint.facts.host.values.naming import NAMES, as_tensor, entry_of, written_entry
from tritonlint.facts.host.values.symbols import Attribute, Item, Parameter, Symbol
from tritonlint.facts.host.values.values import (
    Const,
    Method,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.frozen import replace


def method(frame: Frame, function: Method, owner: Value, given: Given) -> Value | None:
    """What a method of a list or a dict gives; None for one of something else."""
    spelled = function.node.value if isinstance(function.node, ast.Attribute) else None
    match filled(owner):
        case Sequence() as items:
            return lists.method(frame, spelled, items, function.name, given)
        case Table() as entries:
            return _of_dict(frame, spelled, entries, function.name, given)
        case Tensor(buffer=buffer) if function.name == "update":
            tables = [each.items for each in given.arguments.positional if isinstance(each, Table)]
            if not tables and not _is_dict(buffer):
                return None
            more = dict(entry for table in tables for entry in table) | given.arguments.keywords
            frame.env.update((_entry(buffer, name), value) for name, value in more.items())
            return Const(None) if more else None
    return None


def _is_dict(owner: Symbol) -> bool:
    """Whether it is what `x.__dict__` is, or the `**more` of a function."""
    if isinstance(owner, Attribute):
        return owner.name == NAMES
    return isinstance(owner, Parameter) and owner.name.startswith("**")


def _entry(owner: Symbol, key: object) -> Symbol:
    """What an entry of a dict of which nothing else is known is known by: of `x.__dict__`, an
    attribute of `x`."""
    if isinstance(owner, Attribute) and owner.name == NAMES:
        return Attribute(owner.of, str(key))
    return Item(owner, repr(key))


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
            return replace(owner)
        case "clear", ():
            rebind(frame, spelled, Table((), owner.span))
            return Const(None)
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


def deleted(frame: Frame, target: ast.expr) -> None:
    """`del x[key]`; what else is deleted is not used again."""
    if not isinstance(target, ast.Subscript):
        return
    match as_tensor(frame.evaluate(target.value)):
        case Sequence() as owner:
            rebind(frame, target.value, lists.deleted(frame, target, owner))
        case Table() as owner:
            gone = label_of(frame.evaluate(target.slice), target.slice)
            left = tuple(each for each in owner.items if each[0] != gone)
            rebind(frame, target.value, replace(owner, items=left))
