"""What going through a value gives, item by item."""

from __future__ import annotations

from tritonlint.facts.host.choices import options
from tritonlint.facts.host.classes import as_tuple
from tritonlint.facts.host.tensors import piece
from tritonlint.facts.host.values import Const, Instance, Sequence, Table, Tensor, Value


def items(value: Value) -> Sequence | None:
    """What going through `value` gives; None where that is not known."""
    known: list[Sequence] = []
    for _, each in options(value):
        match each:
            case Sequence():
                known.append(each)
            case Table(items=entries):
                keys = (Const(key) for key, _ in entries)
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
