"""TL006: values cut to a range after a cast that has already wrapped them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tritonlint.edits.cast_fix import after, around, cast_operand, names_in, span_of
from tritonlint.facts.device import Conversion
from tritonlint.facts.hazards.narrowed_numbers import Converted
from tritonlint.findings import Edit, Finding, Fix, Span, Step
from tritonlint.rule import BaseRule, Suspect
from tritonlint.rule.signature import FLOAT_TO_INTEGER, Order
from tritonlint.rule.traces import integer_approach, integer_claim, integer_launch_site, one_a_place

if TYPE_CHECKING:
    import libcst as cst

_LIMITS = ("arith.minsi", "arith.maxsi", "arith.minui", "arith.maxui")
# A limit this near to the end of the type's range is meant to keep values in the range.
_SLACK = 1


class CastBeforeClamp(BaseRule):
    """## What it does
    Finds kernels that cast a number to an 8- or 16-bit integer and clamp the result to the range
    of that integer.

    ## Why is this bad
    The cast comes first: what is outside of the range has wrapped around (or is undefined, for a
    float) before the clamp sees it. The clamp then changes nothing.

    ## Triggering input
    A value out of range: 300.0 cast to int8 is 44, which the clamp keeps; 127 was meant.

    ## Example
    ```python
    q = tl.clamp(libdevice.rint(x / scale).to(tl.int8), -128, 127)
    ```

    ## Use instead
    ```python
    q = tl.clamp(libdevice.rint(x / scale), -128, 127).to(tl.int8)
    ```

    ## Not flagged
    A clamp before the cast; a value that an earlier clamp keeps in the range; a clamp of the
    integer to less than the range (four bits, a ReLU), which does something; a cast to 32 bits.

    ## Fix safety
    The cast moves behind the clamp, where the clamp is around the cast or is the next statement
    and rebinds the same name. Safe: for values in the range nothing changes, and what was out of
    range was wrong or undefined.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, the limits are taken of integers after
    `arith.fptosi` (or `fptoui`) as flagged, and of floats before it as fixed. On a GPU the codes
    of values out of range differ from a saturating quantizer as flagged, and none as fixed.

    ## References
    - https://docs.nvidia.com/cuda/parallel-thread-execution/#data-movement-and-conversion-instructions-cvt
    """

    code = "TL006"
    name = "cast-before-clamp"
    severity = "error"
    status = "default"
    since = "0.1.0"
    fix = "sometimes"
    signature = Order(_LIMITS, first=(*FLOAT_TO_INTEGER, "arith.trunci"))

    def check(self, suspect: Suspect) -> Iterator[Finding]:
        for each in one_a_place(s for s in suspect.of(Converted) if _late(s.conversion)):
            yield self._finding(suspect, each)

    def _finding(self, suspect: Suspect, seen: Converted) -> Finding:
        conversion = seen.conversion
        element = conversion.target.triton
        low, high = _range(conversion)
        over = 300 if conversion.target.width == 8 else 70000
        wrapped = (over - low) % (high - low + 1) + low
        trigger = f"{over} is cast to {wrapped}, which the clamp keeps, and not to {high}"
        message = (
            f"`{seen.kernel}` casts to {element} before it clamps to the range of {element}:"
            f" {trigger}; clamp first"
        )
        return Finding(
            self.code,
            self.name,
            message,
            self.severity,
            "likely" if seen.launch or not conversion.floating else "certain",
            conversion.place,
            trigger,
            _trace(seen),
            integer_launch_site(seen),
            _swap(suspect, conversion),
            claim=integer_claim(seen),
            function=conversion.function,
            snippet=suspect.source.snippet(conversion.place),
        )


def _late(conversion: Conversion) -> bool:
    """Whether the clamp is at the end of the type's range, and the value may be beyond it."""
    if conversion.clamp is None or conversion.target.width > 16:
        return False
    low, high = _range(conversion)
    below, above = conversion.interval
    if below is not None and above is not None and low <= below and above <= high:
        return False
    least, most = conversion.limits
    at_bottom = least is not None and least <= low + _SLACK and low < 0
    at_top = most is not None and most >= high - _SLACK
    return at_top or at_bottom


def _range(conversion: Conversion) -> tuple[int, int]:
    """The least and the greatest number of the type."""
    width = conversion.target.width
    if conversion.target.kind == "signed":
        return -(2 ** (width - 1)), 2 ** (width - 1) - 1
    return 0, 2**width - 1


def _trace(seen: Converted) -> tuple[Step, ...]:
    conversion = seen.conversion
    steps = integer_approach(seen, conversion.target.triton)
    steps.append(Step(conversion.place, "the cast: what is out of range wraps around here"))
    assert conversion.clamp is not None
    return (*steps, Step(conversion.clamp, "the clamp comes too late to keep it in range"))


def _swap(suspect: Suspect, conversion: Conversion) -> Fix | None:
    clamp, place = conversion.clamp, conversion.place
    operand = cast_operand(suspect, place)
    if clamp is None or operand is None or clamp.path != place.path:
        return None
    call = Span(place.path, operand.end_line, operand.end_column, place.end_line, place.end_column)
    moved = (Edit(call, ""), after(clamp, suspect.source.snippet(call)))
    if around(clamp, place) or _next_statement(suspect, place, clamp):
        return Fix("safe", "Clamp before the cast", moved)
    return None


def _next_statement(suspect: Suspect, cast: Span, clamp: Span) -> bool:
    """Whether `name = ...cast` is followed at once by `name = clamp` of nothing but that name."""
    import libcst as cst

    for node, _ in suspect.nodes:
        if not isinstance(node, cst.IndentedBlock):
            continue
        for first, second in zip(node.body, node.body[1:], strict=False):
            one, two = _assignment(first), _assignment(second)
            if one is None or two is None or one[0] != two[0]:
                continue
            if span_of(suspect, one[1]) == cast and span_of(suspect, two[1]) == clamp:
                return names_in(two[1]).count(one[0]) == 1
    return False


def _assignment(statement: cst.BaseStatement) -> tuple[str, cst.BaseExpression] | None:
    """The name and the value of `name = value`."""
    import libcst as cst

    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)]
        ):
            return name, value
    return None
