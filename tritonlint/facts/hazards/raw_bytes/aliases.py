"""Memory that a launch is passed for two parameters as it is: it is of one type, and so what the
kernel takes for numbers through the one is none where it takes bytes through the other."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.dtypes import UINT8, UNKNOWN, ElementTypes
from tritonlint.facts.device import KernelContract, Specialization, contract
from tritonlint.facts.hazards.launched.specializations import specialization
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.names import byte_named, float_named
from tritonlint.facts.hazards.raw_bytes.sisters import passed_twice
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.facts.project.kernel import Kernel
from tritonlint.source import Span


def passed_as_bytes(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path
) -> Iterator[Evidence]:
    """Evidence from another parameter of the launch that is passed the very same memory, and that
    the kernel takes for bytes."""
    every = [each for _, each in options(event.arguments[parameter].value)]
    if not all(isinstance(x, Tensor) and x.buffer == tensor.buffer for x in every):
        return  # it stands in for what is not there
    said = float_named(parameter)
    for name in passed_twice(event, parameter, tensor, path):
        made = specialization(event, parameter, UNKNOWN, path, alike=True)
        place = run.effects.of(_bytes_through, event.kernel, made, name, parameter)
        if place is None and said is not None and byte_named(name):
            place = event.arguments[name].span
        if place is not None:
            message = f"the same memory is passed as `{name}`, and is taken for bytes there"
            types = UNKNOWN if said is None else ElementTypes.of(said)
            yield Evidence(place, message, "likely", (), types, meaning=types)


def _bytes_through(kernel: Kernel, made: Specialization, name: str, parameter: str) -> Span | None:
    """Where a kernel takes what lies behind the parameter `name` for bytes, which `parameter`
    points to as well: for codes of 8-bit floats; or for integers, where it stores floats through
    the other. What it makes of the one and stores through the other is of one kind."""
    others = {each: known for each, known in made.pointers.items() if each != parameter}
    # Of floats behind the other one: what is cast to its type is no integer of its own accord.
    pointers = {**others, name: UINT8}
    found = contract(kernel, Specialization(pointers, made.constexprs))
    floats = [x for x in found.stores if x.parameter == parameter and x.kind == "float"]
    if found.incomplete or any(name in each.source for each in floats):
        return None
    for each in found.encodings:
        if each.parameter == name and each.element is not None:
            return each.place
    return _integers_through(found, name) if floats else None


def _integers_through(found: KernelContract, name: str) -> Span | None:
    """Where a kernel stores integers through a parameter, or picks bits from what it loads, and
    nothing else."""
    stores = [each for each in found.stores if each.parameter == name]
    loads = [each for each in found.loads if each.parameter == name]
    if any(x.kind != "int" for x in stores) or any(x.effect not in ("int", "bits") for x in loads):
        return None
    told = [x.place for x in stores] + [x.place for x in loads if x.effect == "bits"]
    return told[0] if told else None
