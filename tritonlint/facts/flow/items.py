"""The items of a tuple that a kernel is passed as one argument, known by where they are in it:
`outs[0]`, `outs[1][0]`, or `args.scale` of a named tuple."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What stands after the name of a parameter in that of an item, and between it and deeper ones.
_STEP = re.compile(r"\[\d+\]|\.\w+")


def item(name: str, index: int | str) -> str:
    """The item of `name` at this index, or the field of that name."""
    return f"{name}[{index}]" if isinstance(index, int) else f"{name}.{index}"


def is_item(name: str) -> bool:
    """Whether this is an item, and no parameter."""
    return name[-1] == "]" or "." in name


def parameter_of(name: str) -> str:
    """The parameter that an item is in; itself, where it is one."""
    return _STEP.split(name, maxsplit=1)[0]


def steps(name: str, known: Iterable[str]) -> tuple[int | str, ...]:
    """The indices, or else the fields, of the items of `name` that those that are `known` are, or
    are in: all indices up to the largest."""
    inside = (each[len(name) :] for each in known if each.startswith(name))
    found = dict.fromkeys(step[0] for each in inside if (step := _STEP.match(each)))
    fields = tuple(each[1:] for each in found if each[0] == ".")
    indices = [int(each[1:-1]) for each in found if each[0] == "["]
    return fields or tuple(range(max(indices, default=-1) + 1))
