"""Tensors that hold numbers by what is done with other parts of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tritonlint.facts.device import Specialization, contract, moves
from tritonlint.facts.hazards.launched.specializations import specialization, types_of
from tritonlint.facts.hazards.raw_bytes.byte_bounds import counts_bytes
from tritonlint.facts.hazards.raw_bytes.cuts import cutting
from tritonlint.facts.hazards.raw_bytes.names import without_role
from tritonlint.facts.hazards.raw_bytes.spoken import is_of_codes
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent, Note
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Parameter, Symbol
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition

# Parameters of kernels that hold floats whatever else is passed.
_NUMBERS = re.compile(r"(?:^|_)(?:cos|sin|rstd|inv_?freq|freqs)(?:_|$)")


def numbers_told(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path
) -> frozenset[str]:
    """The arguments beside `parameter`, which `tensor` is passed for, that hold numbers by what the
    launching code, the launch or its bounds tell."""
    told = numbers_beside(run, event, parameter, path) | _on_host(run, event, path)
    told |= _counterparts(run, event, parameter, tensor, path) | _asked_for(run, event, path)
    told |= _sizing(run, event, tensor)
    return (told | _counted(run, event, parameter, tensor, path)) - {parameter}


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
        if wanted.isdisjoint(other.cut):
            continue
        if other is event or not contradicts(other.path, whole):
            known |= set(_taken_for_numbers(run, other, wanted))
    return frozenset(name for name, buffers in parts.items() if buffers <= known)


def _on_host(run: Run, event: LaunchEvent, path: Path) -> frozenset[str]:
    """The arguments that the launching code computes with as floats, and those that are called
    what is never bytes."""
    notes = run.notes.of_kind("numbers")
    whole = event.path + path
    buffers = {note.buffer for note in notes if not contradicts(note.path, whole)}
    return frozenset(
        name
        for name, passed in event.arguments.items()
        if _NUMBERS.search(name)
        or (
            isinstance(passed.value, Tensor)
            and passed.value.view is None
            and passed.value.buffer in buffers
        )
    )


def _sizing(run: Run, event: LaunchEvent, tensor: Tensor) -> frozenset[str]:
    """The arguments the bytes of whose elements the memory is made of, where the launch is passed
    views of such memory as floats too: they are no bytes."""
    floats = (each.types.types or () for _, each in event.viewed if each.types and each.view)
    if not any(each and all(t.is_float for t in each) for each in floats):
        return frozenset()
    notes = run.notes.by_buffer(tensor.buffer)
    sizing = {note.variable for note in notes if note.kind == "counted"} - {None}
    return frozenset(
        name
        for name, passed in (event.arguments.items() if sizing else ())
        if isinstance(passed.value, Tensor)
        if passed.value.view is None and passed.value.buffer in sizing
    )


def _asked_for(run: Run, event: LaunchEvent, path: Path) -> frozenset[str]:
    """The arguments that are made with a dtype, or with another one that is asked for in its place,
    which is that of codes on this path: whatever they are, they are no bytes."""
    whole = event.path + path
    codes = {test.of for test, outcome in whole if outcome and is_of_codes(test)}
    return frozenset(
        name
        for name, passed in (event.arguments.items() if codes else ())
        for each in [passed.value]
        if isinstance(each, Tensor) and each.view is None and not types_of(event, each).known
        for at, of in run.named.get(each.buffer, ())
        if of in codes and not contradicts(at, whole)
    )


def handed_alike(run: Run, event: LaunchEvent, tensor: Tensor) -> frozenset[str]:
    """The arguments that a method is handed, of which nothing is known, where another method of the
    class views what it is handed as the type of the memory, before it copies that there: whoever
    calls them hands both what it has computed."""
    others = [
        note
        for note in run.notes.by_buffer(tensor.buffer)
        if note.kind == "codes" and _is_of_another_method(run.root, note)
    ]
    return frozenset(
        name
        for name, passed in (event.arguments.items() if others else ())
        if isinstance(passed.value, Tensor)
        if isinstance(passed.value.buffer, Parameter) and passed.value.view is None
        if passed.value.buffer.function == run.root.qualified
        if passed.value.buffer is not tensor.buffer and not types_of(event, passed.value).known
    )


def _is_of_another_method(method: Definition, note: Note) -> bool:
    """Whether a note is of what another method of its class does, that is no initializer."""
    if method.owner is None or note.span.path != method.module.path:
        return False
    other = method.module.function_at(note.span.line)
    if other is None or other.name == "__init__":
        return False
    return other.owner is method.owner and other.node is not method.node


def _counterparts(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path
) -> frozenset[str]:
    """What is copied to `parameter` as its counterpart is to memory that is viewed as floats:
    values are of the type of keys, and keys could not be bytes there."""
    wanted = without_role(parameter)
    viewed = [
        name
        for name, passed in event.arguments.items()
        if name != parameter and wanted is not None and without_role(name) == wanted
        for at, each in options(passed.value)
        if isinstance(each, Tensor) and _is_viewed_beside(each, tensor, path + at)
    ]
    if not viewed:
        return frozenset()
    made = specialization(event, "", None, event.path + path, alike=True)
    stores = run.effects.of(contract, event.kernel, made).stores
    own = {each for store in stores if store.parameter == parameter for each in store.source}
    others = {each for store in stores if store.parameter in viewed for each in store.source}
    roles = {without_role(each) for each in others - own} - {None}
    return frozenset(each for each in own if without_role(each) in roles)


def _is_viewed_beside(other: Tensor, tensor: Tensor, path: Path) -> bool:
    """Whether what a launch is passed beside `tensor` is viewed as floats: other memory in any
    case, another region of the same also where a test that this path can pass says so."""
    if other.view is None or other.types is None:
        return False
    if not all(t.is_float for t in other.types.types or ()):
        return False
    if other.buffer != tensor.buffer:
        return not other.guarded
    return other.part != tensor.part and not contradicts(other.viewed_on, path)


def _counted(
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
    passed = {name: each & wanted for name, each in event.answer(_all_parts).items()}
    if any(passed.values()):
        numbers = run.effects.of(_numbers, event.kernel, event.answer(_made))
        for name in numbers & passed.keys():
            yield from passed[name]


def _all_parts(event: LaunchEvent) -> dict[str, frozenset[Symbol]]:
    """The buffers that each parameter of a launch is passed parts of."""
    found = {name: _parts(event, name, event.path) for name in event.arguments}
    return {name: frozenset(x.buffer for x in each) for name, each in found.items() if each}


def _made(event: LaunchEvent) -> Specialization:
    return specialization(event, "", None, event.path, alike=True)


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
