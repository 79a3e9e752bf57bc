"""What the limits that a kernel keeps floats within tell of the bytes that it stores them to."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.dtypes import INT8, TABLE, ElementTypes
from tritonlint.facts.device import contract
from tritonlint.facts.hazards.launched.specializations import specialization
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.values import Path

# By the greatest number of a type of 8-bit floats, the first of these types.
_GREATEST = {each.largest: each for each in reversed(TABLE) if each.is_code}


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
