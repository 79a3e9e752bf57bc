"""What is assigned to attributes and to items of containers, and what values are unpacked to."""

from __future__ import annotations

import ast
from collections.abc import Sequence as Items

from tritonlint.facts.flow.targets import bind, shared_out, starred
from tritonlint.facts.host.calls.given import positional
from tritonlint.facts.host.containers import iteration
from tritonlint.facts.host.memory import element_types, tensors
from tritonlint.facts.host.objects import classes
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import any_item, as_tested, choose, options
from tritonlint.facts.host.values.labels import label_of
from tritonlint.facts.host.values.naming import as_tensor, entry_of
from tritonlint.facts.host.values.symbols import Attribute, Object, Share, Symbol
from tritonlint.facts.host.values.values import (
    Callable,
    Class,
    Const,
    Instance,
    Sequence,
    Table,
    Tensor,
    Value,
    constant,
)
from tritonlint.frozen import replace


def store(frame: Frame, target: ast.expr, value: Value) -> None:
    """Bind an attribute of an object or an item of a container."""
    match target:
        case ast.Attribute(value=owner, attr=name):
            holder = as_tensor(frame.evaluate(owner))
            if isinstance(holder, Instance):
                setter = classes.setter(holder.definition, name)
                if setter is not None:
                    _set(frame, target, Callable(setter, holder), value)
                else:
                    frame.env[Attribute(holder.name, name)] = value
            elif isinstance(holder, Tensor) and name == "data" and isinstance(value, Tensor):
                rebind(frame, owner, value)
            elif isinstance(holder, Tensor):
                frame.env[Attribute(holder.buffer, name)] = value
            elif isinstance(holder, Table):  # of bound arguments
                rebind(frame, owner, value)
            elif isinstance(holder, (Class, Callable)):
                frame.env[Attribute(Object(holder.definition.qualified), name)] = value
        case ast.Subscript():
            _store_item(frame, target, value)


def _set(frame: Frame, target: ast.Attribute, setter: Callable, value: Value) -> None:
    """Run the setter of a property. What it keeps was assigned, not passed in a call."""
    call = ast.copy_location(ast.Call(target, [], []), target)
    given = positional(frame, target, value)
    frame.apply(call, setter, given)

    def kept(each: Value) -> Value:
        if isinstance(each, Tensor) and each.passed[-1:] == (given.places[0],):
            return replace(each, passed=each.passed[:-1])
        return each

    assert isinstance(setter.instance, Instance)
    owner = setter.instance.name
    for name in [x for x in frame.env if isinstance(x, Symbol) and x.is_within(owner)]:
        frame.env[name] = choose(*((at, kept(each)) for at, each in options(frame.env[name])))


def _store_item(frame: Frame, target: ast.Subscript, value: Value) -> None:
    """`container[key] = value`."""
    value = as_tested(value, frame.path)
    owner = as_tensor(frame.evaluate(target.value))
    match owner:
        case Table():
            key = frame.evaluate(target.slice)
            label = label_of(key, target.slice)
            changed: Value = owner.updated([(label, value)], open_=not isinstance(key, Const))
        case Sequence(items=known) if known:
            index = constant(frame.evaluate(target.slice))
            if isinstance(index, int) and -len(known) <= index < len(known):
                both = list(known)
                both[index] = value
            elif isinstance(target.slice, ast.Slice):
                both = _replaced(frame, owner, target.slice, value)
            else:
                both = [choose(((), each), ((), value)) for each in known]
            changed = Sequence(tuple(both), repeated=owner.repeated)
        case Tensor():
            entry = entry_of(owner, target.slice, frame.evaluate)
            if entry is not None:
                frame.env[entry] = value
            return
        case _:
            return
    rebind(frame, target.value, changed)


def _replaced(frame: Frame, owner: Sequence, where: ast.Slice, value: Value) -> list[Value]:
    """The items of a list of which a part is replaced."""
    both, new = list(owner.items), iteration.items(value)
    part = None if owner.repeated else iteration.bounds(frame, where)
    if new is None:
        return both
    if not new.repeated and part is not None and part.step in (None, 1):
        both[part] = new.items
        return both
    added = any_item(new)
    return both if added is None else [choose(((), each), ((), added)) for each in both]


def rebind(frame: Frame, spelled: ast.expr | None, value: Value) -> None:
    """Have the expression `spelled` stand for the changed container, and all names that stood for
    the same one."""
    if isinstance(spelled, ast.Name):
        before = frame.env.get(spelled.id)
        if isinstance(before, (Sequence, Table)):
            alike = [name for name, each in frame.env.items() if each is before]
            frame.env.update(dict.fromkeys(alike, value))
    if isinstance(spelled, (ast.Name, ast.Attribute, ast.Subscript)):
        bind(frame, spelled, value)


def unpacked(frame: Frame, target: ast.Tuple | ast.List, value: Value) -> list[Value]:
    """What each of the targets in `target` is given of `value`: the parts of a tensor stay parts of
    its buffer."""
    found = [(path, _shared_out(frame, target, each)) for path, each in options(value)]
    every = range(len(target.elts))
    return [choose(*((path, parts[index]) for path, parts in found)) for index in every]


def _is_memory(frame: Frame, value: Tensor) -> bool:
    """Whether a value is a tensor, or a part of one, and no shape."""
    if isinstance(value.buffer, Attribute) and value.buffer.name in ("shape", "stride"):
        return False
    return value.part is not None or element_types.tensor_types(frame, value).known


def _shared_out(frame: Frame, target: ast.Tuple | ast.List, value: Value) -> Items[Value]:
    targets = target.elts
    star = starred(targets)
    over = None if isinstance(value, (Tensor, Table)) else iteration.items(value)
    item = any_item(over) if over is not None and over.repeated else None
    if over is not None and item is not None:
        return [over if index == star else item for index in range(len(targets))]
    if over is not None:
        known = shared_out(over.items, targets, lambda each: Sequence(tuple(each)))
        if known is not None:
            return known
    if isinstance(value, Tensor) and value.several:
        parts = [tensors.piece(value, index) for index in range(len(targets))]
        return [Sequence((x,), repeated=True) if i == star else x for i, x in enumerate(parts)]
    if isinstance(value, Tensor) and _is_memory(frame, value):
        part = tensors.cut(frame, value, frame.span(target))
        return [tensors.piece(part, index) for index in range(len(targets))]
    owner = value if isinstance(value, Tensor) else frame.unknown(target)
    return [Tensor(Share(owner.buffer, str(index))) for index in range(len(targets))]
