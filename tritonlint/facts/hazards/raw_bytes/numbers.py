"""Tensors that hold numbers by what is done with other parts of them."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.facts.device import Specialization, contract, moves
from tritonlint.facts.hazards.launched.specializations import specialization, types_of
from tritonlint.facts.hazards.raw_bytes.byte_bounds import counts_bytes
from tritonlint.facts.hazards.raw_bytes.twins import cutting
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


def counted_elements(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path
) -> frozenset[str]:
    """The arguments beside `parameter` that are copied to or from a region of bytes, whose bounds
    count elements of several bytes, as many as the launch is told of, where it is passed other
    regions of the buffer as floats: they hold numbers as wide."""
    floats = (t.types.types or () for _, t in event.viewed if t.types and t.buffer == tensor.buffer)
    if tensor.part is None or not any(each and all(t.is_float for t in each) for each in floats):
        return frozenset()
    counted = counts_bytes(cutting(event, tensor), tensor)
    if counted is None or counted[1] not in {each.text for each in event.arguments.values()}:
        return frozenset()
    made = specialization(event, "", None, event.path + path, alike=True)
    stores = run.effects.of(contract, event.kernel, made).stores
    own = ({store.parameter, *store.source} for store in stores)
    return frozenset().union(*(each for each in own if parameter in each)) - {parameter}


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
