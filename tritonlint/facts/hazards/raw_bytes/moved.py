"""Bytes that a kernel moves as they are where floats are meant: among those that it makes of other
bytes, or to floats where it moves another region of the same memory to bytes."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from tritonlint.dtypes import UNKNOWN, ElementTypes
from tritonlint.facts.device import Load, Moves, Specialization, contract, moves
from tritonlint.facts.hazards.launched.specializations import joined, specialization
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.packed import regions_beside
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.memory.element_types import all_bytes, wide_floats
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.values import Path, Tensor
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import nodes
from tritonlint.source import Span

# An `if` by its line, and which arm of it.
Arm = tuple[int, bool]


def moved_undecoded(
    kernel: Kernel, made: Specialization, parameter: str, loads: Sequence[Load]
) -> list[Load]:
    """Those of `loads` whose bytes are stored without a cast through a pointer to floats, through
    which the kernel stores what it decodes of other bytes too, wherever it comes by."""
    decoded = [each for each in loads if each.effect == "bits" and not each.via]
    if not decoded or not any(each.effect == "int_to_float" for each in loads):
        return []
    found = contract(kernel, made)
    made_of = [each for each in found.stores if each.kind == "float" and parameter in each.source]
    floats = {each.parameter for each in made_of}
    stored = {
        each.place
        for each in found.stores
        if each.parameter in floats - {parameter} and each.effect == "float"
        if each.kind == "int" and each.cast is None and each.source == {parameter}
    }
    beside = [_arms(kernel.node, each.place) for each in decoded]
    return [
        each
        for each in loads
        if each.effect == "int_to_float" and each.use in stored and not each.via
        if (own := _arms(kernel.node, each.place)) is not None
        if any(other is not None and own <= other for other in beside)
    ]


def _arms(kernel: ast.AST, place: Span) -> set[Arm] | None:
    """The arms of branches around a place; None where one of them ends the kernel."""
    found: set[Arm] = set()
    for node in nodes(kernel, ast.If):
        for arm, taken in ((node.body, True), (node.orelse, False)):
            if arm and arm[0].lineno <= place.line <= (arm[-1].end_lineno or 0):
                if isinstance(arm[-1], ast.Return):
                    return None
                found.add((node.lineno, taken))
    return found


def moved_apart(
    run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path
) -> Iterator[Evidence]:
    """Evidence for a region of a buffer of unknown type that the kernel moves as it is to or from
    wider floats, where it moves another region of that buffer to or from bytes: no type of the
    buffer is right for both."""
    beside = regions_beside(event, parameter, tensor) if tensor.part is not None else ()
    types = {name: _passed_types(event, name) for name in event.arguments} if beside else {}
    if not any(map(all_bytes, types.values())) or not any(map(wide_floats, types.values())):
        return
    made = specialization(event, parameter, None, path)
    seen = run.effects.of(moves, event.kernel, made)
    floats = [
        name for name in _moved_with(seen, parameter) if wide_floats(types.get(name, UNKNOWN))
    ]
    others = {name for each in beside for name in _moved_with(seen, each)}
    if floats and any(all_bytes(types.get(name, UNKNOWN)) for name in others):
        held = types[min(floats)]
        message = f"another region is moved as bytes, and this one where {held} is held"
        yield Evidence(event.arguments[min(floats)].span, message, "likely", (), held, meaning=held)


def _passed_types(event: LaunchEvent, name: str) -> ElementTypes:
    return joined(event, [each for _, each in options(event.arguments[name].value)])


def _moved_with(seen: Moves, parameter: str) -> set[str]:
    """The parameters to or from which a kernel moves, without a cast, what is at `parameter`."""
    pairs = seen.copies - seen.casts - seen.converts
    return {name for pair in pairs if parameter in pair for name in pair if name != parameter}
