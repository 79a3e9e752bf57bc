"""Members of enums: their values, and what `__init__` of the enum gives each of them."""

from __future__ import annotations

import ast

from tritonlint.facts.host.calls import entering
from tritonlint.facts.host.calls.given import positional
from tritonlint.facts.host.conditions import enum_tests
from tritonlint.facts.host.objects import classes
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose
from tritonlint.facts.host.values.symbols import Attribute, Compared, Spelled
from tritonlint.facts.host.values.values import (
    Callable,
    Class,
    Const,
    Instance,
    Path,
    Sequence,
    Tensor,
    Value,
)
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import FUNCTION, last_name

_VALUE, _NAME = ("value", "_value_"), ("name", "_name_")


def of_any_member(frame: Frame, owner: Instance, name: str, node: ast.expr) -> Value | None:
    """`owner.name`, where `owner` is some member of an enum: the value or name of each, or what
    `__init__` gives it, on the path on which `owner` is that one. None for another object."""
    definition = owner.definition
    if not owner.symbol or not classes.is_enum(definition):
        return None
    initializer = definition.module.member(definition, "__init__")
    own = name in (*_VALUE, *_NAME)
    if not own and not isinstance(initializer, Definition):
        return None
    if isinstance(initializer, Definition) and id(initializer.node) in frame.run.stack:
        return None
    found: list[tuple[Path, Value]] = []
    labels = [label for label, _ in classes.members(definition)]
    tests = [Compared(owner.symbol, "==", member_symbol(definition, each)) for each in labels]
    for index, (label, written) in enumerate(classes.members(definition)):
        inner = frame.elsewhere(definition.module, definition.inside)
        value: Value | None = Const(label) if name in _NAME else inner.evaluate(written)
        if isinstance(initializer, Definition) and value is not None and not own:
            value = _given(frame, definition, initializer, label, value, node, name)
        if owner.symbol == member_symbol(definition, label):
            return value
        if value is not None:
            # One of its members, and none of the others.
            path: Path = tuple((test, at == index) for at, test in enumerate(tests))
            path += enum_tests.outcomes(definition, owner.symbol, label)
            found.append((path, value))
    return choose(*found) if found else None


def _given(
    frame: Frame,
    definition: Definition,
    initializer: Definition,
    label: str,
    value: Value,
    node: ast.expr,
    name: str,
) -> Value | None:
    """What the initializer of an enum gives the attribute `name` of one of its members."""
    instance = Instance(definition, member_symbol(definition, label))
    call = ast.copy_location(ast.Call(node, [], []), node)
    values = value.items if isinstance(value, Sequence) else (value,)
    given = positional(frame, node, *values)
    made = entering.run(frame, call, Callable(initializer, instance), given)[1]
    return made.env.get(Attribute(instance.name, name))


def member_symbol(definition: Definition, label: str) -> Spelled:
    """What a member of an enum is known by, as where it is compared with."""
    return Spelled(f"{definition.name}.{label}")


def by_name(frame: Frame, owner: Class, key: Value, node: ast.expr) -> Instance | None:
    """`Enum[key]`: the member of that name, or any member; None of another class."""
    definition = owner.definition
    if not classes.is_enum(definition):
        return None
    if isinstance(key, Const):
        return Instance(definition, member_symbol(definition, str(key.value)))
    return Instance(definition, frame.unknown(node).buffer)


def by_value(frame: Frame, owner: Class, node: ast.Call) -> Instance:
    """`Enum(value)`: any member of an enum."""
    return Instance(owner.definition, frame.unknown(node).buffer)


def written(owner: Class, label: str, value: Value) -> Value:
    """`Enum.MEMBER`, which is written as `value`: an object where that is a tuple, an object or not
    known (`auto()`), and else as it is written, since members are compared with texts and
    numbers."""
    if isinstance(value, Const) or not classes.is_enum(owner.definition):
        return value
    found = next((x for each, x in classes.members(owner.definition) if each == label), None)
    numbered = isinstance(found, ast.Call) and last_name(found.func) in ("auto", "object")
    if numbered or (found and isinstance(value, (Sequence, Instance, Tensor))):
        return Instance(owner.definition, member_symbol(owner.definition, label))
    return value


def named(frame: Frame, node: ast.Attribute) -> Instance | None:
    """The member of an enum that `Enum.MEMBER` in `Enum.MEMBER.name` is, where the enum has a
    method or property of that name; None of what is no such expression."""
    match node.value:
        case ast.Attribute(value=ast.Name() | ast.Attribute() as outer, attr=label):
            owner = frame.evaluate(outer)
            if isinstance(owner, Class) and classes.is_enum(owner.definition):
                target = owner.definition.module.member(owner.definition, node.attr)
                if isinstance(target, Definition) and isinstance(target.node, FUNCTION):
                    return Instance(owner.definition, member_symbol(owner.definition, label))
    return None
