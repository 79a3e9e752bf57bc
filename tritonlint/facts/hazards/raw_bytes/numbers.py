"""Tensors that hold numbers by what is done with other parts of them."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.facts.device import Specialization, moves
from tritonlint.facts.hazards.launched.specializations import specialization, types_of
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.state import Run
from tritonlint.facts.host.symbols import Symbol
from tritonlint.facts.host.values import Path, Tensor, contradicts, options
from tritonlint.facts.project.kernel import Kernel


def numbers_beside(run: Run, event: LaunchEvent, parameter: str, path: Path) -> frozenset[str]:
    """The arguments beside `parameter` that are parts of a tensor of which another part is taken
    for numbers, by this kernel or by another that the same code launches: `x[:, :64]` is quantized,
    and so `x[:, 64:]` holds numbers too."""
    whole = event.path + path
    parts = {
        name: {each.buffer for each in found}
        for name in event.arguments
        if name != parameter and (found := _parts(event, name, whole))
    }
    wanted = set().union(*parts.values())
    known: set[Symbol] = set()
    for other in run.launches if wanted else ():
        if other is event or not contradicts(other.path, whole):
            known |= set(_taken_for_numbers(run, other, wanted))
    return frozenset(name for name, buffers in parts.items() if buffers <= known)


def _taken_for_numbers(run: Run, event: LaunchEvent, wanted: set[Symbol]) -> Iterator[Symbol]:
    """The buffers, of those that are `wanted`, whose parts a launch takes for numbers."""
    passed = {
        name: {each.buffer for each in _parts(event, name, event.path)} & wanted
        for name in event.arguments
    }
    if any(passed.values()):
        made = specialization(event, "", None, event.path, alike=True)
        numbers = run.effects.of(_numbers, event.kernel, made)
        for name in numbers & passed.keys():
            yield from passed[name]


def _numbers(kernel: Kernel, made: Specialization) -> frozenset[str]:
    return frozenset(moves(kernel, made).numbers)


def _parts(event: LaunchEvent, name: str, path: Path) -> list[Tensor]:
    """The tensors of unknown type that are passed for a parameter on `path` as they are, where all
    that are passed there are parts of others."""
    values = [
        value
        for inner, value in options(event.arguments[name].value)
        if not contradicts(inner, path)
    ]
    found = [
        each
        for each in values
        if isinstance(each, Tensor)
        and each.part is not None
        and each.view is None
        and not types_of(event, each).known
    ]
    return found if len(found) == len(values) else []
