"""A launch that is reached with different memory, as each of the launches that it is."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.facts.hazards.launched.specializations import types_of
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.values.choices import on_path, options
from tritonlint.facts.host.values.values import Tensor, Value
from tritonlint.frozen import replace


def on_each_path(event: LaunchEvent) -> Iterator[tuple[LaunchEvent, str]]:
    """The launch as it is; and where an argument is memory of one type or another, on the path of
    each of these, with what the others are there, and the parameter of that argument."""
    yield event, ""
    for parameter, passed in event.arguments.items():
        for path, _ in options(passed.value) if _differs(event, passed.value) else ():
            if path and not contradicts(path, event.path):
                whole = event.path + path
                there = {
                    name: replace(each, value=on_path(each.value, whole))
                    for name, each in event.arguments.items()
                }
                yield replace(event, arguments=there, path=whole), parameter


def _differs(event: LaunchEvent, value: Value) -> bool:
    """Whether a value is memory of one of several types, which are known."""
    found = [each for _, each in options(value)]
    types = {types_of(event, each).single for each in found if isinstance(each, Tensor)}
    return len(found) > 1 and len(types) > 1
