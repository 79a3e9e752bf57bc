"""What launching code goes through, and what comprehensions and `with` give."""

from __future__ import annotations

import ast

from tritonlint.facts.flow.comprehensions import generate
from tritonlint.facts.flow.walk import Items
from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.containers import iteration
from tritonlint.facts.host.memory.element_types import tensor_types
from tritonlint.facts.host.memory.tensors import cut
from tritonlint.facts.host.objects import classes
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import any_item, as_tested, options
from tritonlint.facts.host.values.labels import label_of
from tritonlint.facts.host.values.symbols import Share
from tritonlint.facts.host.values.values import (
    Class,
    Instance,
    Sequence,
    Table,
    Tensor,
    Value,
    attributes_in,
)

# So many items are gone through one by one; of more, each is any of them.
FEW = 8

Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def through(frame: Frame, node: ast.expr) -> Items[Value]:
    """What going through the value of `node` gives."""
    value = gone_through(frame, node, frame.evaluate(node))
    over = iteration.items(value)
    if over is not None and not over.repeated and len(over.items) <= FEW:
        return Items(over.items)
    some = any_item(over) if over is not None else None
    return Items(None, some or iteration.any_of(frame, node, value))


def learn(frame: Frame, item: Value, after: Frame) -> None:
    """Each item has the types that a round which ends as `after` found any of them to have."""
    match item:
        case Tensor(buffer=Share(target="*") as buffer) if buffer in after.types:
            frame.types[buffer] = after.types[buffer]


def gone_through(frame: Frame, node: ast.expr, value: Value) -> Value:
    """`value`, which is that of `node`; of memory of a known type, its rows; of an object, what its
    `__iter__` gives, or what its `__next__` does again and again; of an enum, any member."""
    if isinstance(value, Class) and classes.is_enum(value.definition):
        member = Instance(value.definition, frame.unknown(node).buffer)
        return Sequence((member,), repeated=True)
    if isinstance(value, Tensor) and not value.several and tensor_types(frame, value).known:
        return Sequence((cut(frame, value, frame.span(node)),), repeated=True)
    if not isinstance(value, Instance) or iteration.items(value) is not None:
        return value
    given = _special(frame, node, value, "__iter__") or value
    if isinstance(given, Instance) and (item := _special(frame, node, given, "__next__")):
        return Sequence((item,), repeated=True)
    return given


def _special(frame: Frame, node: ast.expr, owner: Instance, *names: str) -> Value | None:
    """What the first of these methods of an object gives without arguments; None without one."""
    method = classes.method_named(owner, *names)
    if method is None:
        return None
    call = ast.copy_location(ast.Call(node, [], []), node)
    return frame.apply(call, method, Given(Arguments((), {}), {}))


def comprehension(frame: Frame, node: Comprehension) -> Value:
    """The list, set, generator or dict that a comprehension gives."""
    found: list[tuple[object, Value]] = []

    def element(inner: Frame) -> None:
        if isinstance(node, ast.DictComp):
            key = inner.evaluate(node.key)
            label = label_of(key, node.key)
            found.append((label, as_tested(inner.evaluate(node.value), inner.path)))
        else:
            found.append((None, as_tested(inner.evaluate(node.elt), inner.path)))
        # What it sets on the way, as by `setattr`, stays so.
        frame.env |= attributes_in(inner.env)

    exact = generate(frame, node.generators, element)
    if isinstance(node, ast.DictComp):
        return Table(tuple(dict(found).items()), frame.span(node), open=not exact)
    return Sequence(tuple(value for _, value in found), repeated=not exact)


def opened(frame: Frame, node: ast.expr) -> Value:
    """What `with node as x` gives: of a generator, what it yields, of an object, what its
    `__enter__` gives."""
    value = frame.evaluate(node)
    for _, each in options(value):
        item = any_item(each) if isinstance(each, Sequence) and each.repeated else None
        if item is not None:
            return item
        if isinstance(each, Instance):
            entered = _special(frame, node, each, "__enter__", "__aenter__")
            if entered is not None:
                return entered
    return value
