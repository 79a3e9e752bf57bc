"""Members of enums: what `__init__` of the enum gives each of them."""

from __future__ import annotations

import ast

from tritonlint.facts.host import classes, entering
from tritonlint.facts.host.choices import choose
from tritonlint.facts.host.given import positional
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.symbols import Attribute, Compared, Object, Spelled
from tritonlint.facts.host.values import Callable, Instance, Path, Sequence, Value
from tritonlint.facts.project.modules import Definition


def of_any_member(frame: Frame, owner: Instance, name: str, node: ast.expr) -> Value | None:
    """`owner.name`, where `owner` is some member of an enum: what its `__init__` gives each, on the
    path on which `owner` is that one. None for an object of another class."""
    definition = owner.definition
    if not owner.symbol or not classes.is_enum(definition):
        return None
    initializer = definition.module.member(definition, "__init__")
    if not isinstance(initializer, Definition) or id(initializer.node) in frame.run.stack:
        return None
    found: list[tuple[Path, Value]] = []
    call = ast.copy_location(ast.Call(node, [], []), node)
    for statement in definition.as_class.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=label)], value=written):
                instance = Instance(definition, Attribute(Object(definition.qualified), label))
                inner = frame.elsewhere(definition.module, definition.inside)
                value = inner.evaluate(written)
                values = value.items if isinstance(value, Sequence) else (value,)
                given = positional(frame, node, *values)
                made = entering.run(frame, call, Callable(initializer, instance), given)[1]
                held = made.env.get(Attribute(instance.name, name))
                if held is not None:
                    member = Spelled(f"{definition.name}.{label}")
                    found.append((((Compared(owner.symbol, "==", member), True),), held))
    return choose(*found) if found else None
