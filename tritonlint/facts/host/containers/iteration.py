"""What going through a value gives, item by item."""

from __future__ import annotations

import ast

from tritonlint.facts.host.memory.tensors import piece
from tritonlint.facts.host.objects.classes import as_tuple
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import renaming
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.labels import key_of
from tritonlint.facts.host.values.symbols import Numbers, Share
from tritonlint.facts.host.values.values import (
    Choice,
    Condition,
    Instance,
    Sequence,
    Table,
    Tensor,
    Value,
    constant,
)


def any_of(frame: Frame, node: ast.expr, value: Value) -> Value:
    """What any item is of something that nothing is known of: the same wherever it is gone
    through, so that what is asserted of each in one loop holds in the next. What is cut or viewed
    gives an unknown of its own."""
    match value:
        case Tensor(types=None, part=None, view=None, several=False, buffer=buffer):
            return Tensor(Share(buffer, "*"))
    return frame.unknown(node)


def items(value: Value) -> Sequence | None:
    """What going through `value` gives; None where that is not known."""
    known: list[Sequence] = []
    for _, each in options(value):
        match each:
            case Sequence():
                known.append(each)
            case Table(items=entries):
                keys = (key_of(key) for key, _ in entries)
                known.append(Sequence(tuple(keys), repeated=each.open))
            case Instance() if (fields := as_tuple(each)) is not None:
                known.append(fields)
            case Tensor(several=True):
                known.append(Sequence((piece(each, 0),), repeated=True))
            case _:
                return None
    if len(known) == 1:
        return known[0]
    return Sequence(tuple(item for each in known for item in each.items), repeated=True)


def at(item: Value, index: Value) -> Value:
    """An item of a list at an index. Where the list was made for each number of a `range`, a test
    of that number is one of the index."""
    if not isinstance(item, (Choice, Condition)) or not isinstance(index, Tensor):
        return item
    tests = [test for path, _ in options(item) for test, _ in path]
    tests += [each.key for _, each in options(item) if isinstance(each, Condition)]
    numbers = {
        each
        for test in tests
        for each in test.inner
        if isinstance(each, Share) and isinstance(each.of, Numbers)
    }
    if len(numbers) != 1:
        return item
    return renaming.tests(item, dict.fromkeys(numbers, index.buffer))


def bounds(frame: Frame, node: ast.Slice) -> slice | None:
    """The range that a slice is, or None where it is not known."""
    parts = (node.lower, node.upper, node.step)
    known = [None if each is None else constant(frame.evaluate(each)) for each in parts]
    given = sum(each is not None for each in parts)
    whole = sum(isinstance(each, int) for each in known) == given
    return slice(*known) if whole and known[2] != 0 else None
