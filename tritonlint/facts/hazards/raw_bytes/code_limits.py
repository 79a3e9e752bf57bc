"""What the floats that a kernel stores to signed bytes tell of these: the limits that they are kept
within, or scaled to."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.dtypes import INT8, TABLE, ElementTypes
from tritonlint.facts.device import contract
from tritonlint.facts.hazards.launched.specializations import specialization
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.twins import viewed_elsewhere
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.values import Path, Tensor, constant
from tritonlint.facts.project.tree import nodes

# By the greatest number of a type of 8-bit floats, the first of these types.
_GREATEST = {each.largest: each for each in reversed(TABLE) if each.is_code}
_OF_INTEGERS = (127,)


def limited_as_codes(
    event: LaunchEvent, parameter: str, types: ElementTypes, path: Path
) -> Iterator[Evidence]:
    """Evidence that signed bytes are codes: the kernel keeps what it stores there within the
    limits of 8-bit floats, which no signed byte reaches."""
    if types.single != INT8:
        return
    made = specialization(event, parameter, types, path, alike=True)
    for store in contract(event.kernel, made).stores:
        low, high = store.interval
        if store.parameter == parameter and high in _GREATEST and high and low == -high:
            code = _GREATEST[high]
            message = f"the kernel stores up to {high:g} here, the greatest {code}: codes"
            span = event.arguments[parameter].span
            yield Evidence(span, message, "certain", (), ElementTypes.of(code))
            return


def scaled_as_codes(
    run: Run,
    event: LaunchEvent,
    parameter: str,
    tensor: Tensor,
    types: ElementTypes,
    path: Path,
) -> Iterator[Evidence]:
    """Evidence that signed bytes are codes: the kernel says how great 8-bit floats are, not how
    great signed bytes are, and rounds nothing of what it stores there; and other code of the file
    views the same region as such floats."""
    if types.single != INT8 or tensor.part is None or not _names_limits(event):
        return
    twin = viewed_elsewhere(run, event, tensor)
    if twin is None or not all(each.is_fp8 for each in twin.types.types or ()):
        return
    made = specialization(event, parameter, types, path, alike=True)
    stores = [x for x in contract(event.kernel, made).stores if x.parameter == parameter]
    if stores and all(x.kind == "float" and not x.rounded for x in stores):
        message = f"the same region is viewed as {twin.types} here, and scaled to its limits"
        yield Evidence(twin.span, message, "likely", (), twin.types, meaning=twin.types)


def _names_limits(event: LaunchEvent) -> bool:
    """Whether a launch or its kernel names the greatest number of a type of 8-bit floats, and none
    of signed bytes."""
    written = {each.value for each in nodes(event.kernel.node, ast.Constant)}
    given = (each for x in event.arguments.values() for _, each in options(x.value))
    named = {each for each in (*written, *map(constant, given)) if isinstance(each, (int, float))}
    return not named.isdisjoint(_GREATEST) and named.isdisjoint(_OF_INTEGERS)
