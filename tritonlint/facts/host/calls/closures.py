"""Names of a function that other functions in it see, and what these make of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.symbols import Allocation
from tritonlint.facts.host.values.values import Env, Sequence, Table, Tensor, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import FUNCTION, as_code, assigned, nodes, only_given
from tritonlint.frozen import dataclass


def seen_from(frame: Frame, definition: Definition, closure: Env) -> Env:
    """The names around a function, `closure`, as it sees them."""
    env = dict(closure)
    for change in _changes(definition.enclosing[-1]) if definition.enclosing else ():
        value = env.get(change.name)
        if value is not None and change.function is not definition.node:
            env[change.name] = _after(frame, value, change)
    return env


def changed_inside(frame: Frame, target: Definition, value: Value) -> Value:
    """`value`, which a name of a function is given, as the functions in that one see it."""
    for change in _changes(target.enclosing[-1]) if target.enclosing else ():
        if change.name == target.name:
            value = _after(frame, value, change)
    return value


# Any item of a container.
_ANY = object()


@dataclass(frozen=True)
class _Change:
    """What a function makes of a name of the function around it, or of the item `key` of that."""

    function: ast.AST
    node: ast.Name | ast.Subscript
    name: str
    key: object = None
    anew: bool = False  # of nothing that it was


def _after(frame: Frame, value: Value, change: _Change) -> Value:
    """`value`, where a change of it may have come before or not: unknown, unless it is what that
    gives."""
    if isinstance(change.node, ast.Name):
        return value if _gives(frame, change.function, value) else frame.unknown(change.node)
    if change.key is _ANY:
        return frame.unknown(change.node) if isinstance(value, Sequence | Table) else value
    held = dict(value.items).get(change.key) if isinstance(value, Table) else None
    if isinstance(value, Table) and held is not None:
        if isinstance(held, Tensor) or not change.anew:
            return value.updated([(change.key, frame.unknown(change.node))])
    return value


def _gives(frame: Frame, function: ast.AST, value: Value) -> bool:
    """Whether a function in the one that is run made this tensor."""
    made = value.buffer if isinstance(value, Tensor) else None
    first, last = getattr(function, "lineno", 0), getattr(function, "end_lineno", 0)
    if not isinstance(made, Allocation) or made.path != frame.module.path:
        return False
    return first <= made.line <= last


@kept(256)
def _changes(around: ast.AST) -> tuple[_Change, ...]:
    """What the functions in a function make of its names."""
    inner = (each for each in nodes(around, *FUNCTION) if each is not around)
    return tuple(change for each in inner for change in _changes_of(each))


def _changes_of(function: ast.AST) -> Iterator[_Change]:
    outside = {name for each in nodes(function, ast.Nonlocal) for name in each.names}
    for named in nodes(function, ast.Name):
        if isinstance(named.ctx, ast.Store) and named.id in outside:
            yield _Change(function, named, named.id)
    for statement in nodes(function, ast.Assign):
        for target, value in assigned(statement):
            match target:
                case ast.Subscript(value=ast.Name(id=name), slice=ast.Name() | ast.Slice()):
                    # Each of its items, where it is what it was, viewed.
                    read = any(each.id == name for each in nodes(value, ast.Name))
                    if read and any(each.attr == "view" for each in nodes(value, ast.Attribute)):
                        yield _Change(function, target, name, _ANY)
                case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=key)):
                    own = as_code(target)
                    if isinstance(value, ast.Name):
                        value = only_given(function).get(value.id, value)
                    read = any(as_code(each) == own for each in nodes(value, ast.Subscript))
                    yield _Change(function, target, name, key, not read)
