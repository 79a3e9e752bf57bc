"""Values of which each holds on a path of its own."""

from __future__ import annotations

from tritonlint.facts.host.values import (
    Choice,
    Const,
    DType,
    Path,
    Table,
    Tensor,
    Value,
    choose,
    contradicts,
    options,
)


def joined(one: tuple[Path, Value], other: tuple[Path, Value]) -> Value:
    """What a name stands for after two arms of a branch: of two dicts, a dict whose entries are
    those of either."""
    (left, first), (right, second) = one, other
    if not (isinstance(first, Table) and isinstance(second, Table)):
        return choose(one, other)
    ours, theirs = dict(first.items), dict(second.items)
    both: dict[object, Value] = {}
    for key in (*ours, *(each for each in theirs if each not in ours)):
        held = [(at, table[key]) for at, table in ((left, ours), (right, theirs)) if key in table]
        same = len(held) == 2 and held[0][1] == held[1][1]
        both[key] = held[0][1] if same else choose(*held)
    open_ = first.open or second.open or ours.keys() != theirs.keys()
    return Table(tuple(both.items()), first.span, open_)


def on_path(value: Value, path: Path) -> Value:
    """`value` without what it is on other paths than this one."""
    if not isinstance(value, Choice):
        return value
    left = tuple(each for each in value.options if not contradicts(each[0], path))
    if not left or len(left) == len(value.options):
        return value
    return left[0][1] if len(left) == 1 else Choice(left)


def only_tensor(value: Value) -> Tensor | None:
    """The one tensor among the options of `value`, beside None; None when there are several or
    something else."""
    found = [each for _, each in options(value) if each != Const(None)]
    return found[0] if len(found) == 1 and isinstance(found[0], Tensor) else None


def is_dtype(value: Value) -> bool:
    """Whether one of the options of `value` is a dtype."""
    return any(isinstance(each, DType) for _, each in options(value))
