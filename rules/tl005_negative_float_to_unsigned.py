"""TL005: negative floats cast to an unsigned type."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tritonlint.edits.cast_fix import after, cast_operand, language, span_of
from tritonlint.facts.device import Conversion
from tritonlint.facts.hazards.narrowed_numbers import Converted
from tritonlint.findings import Applicability, Confidence, Edit, Finding, Fix, Span, Step
from tritonlint.rule import BaseRule, Suspect
from tritonlint.rule.signature import Order
from tritonlint.rule.traces import integer_approach, integer_claim, integer_launch_site, one_a_place

if TYPE_CHECKING:
    import libcst as cst


class NegativeFloatToUnsigned(BaseRule):
    """## What it does
    Finds kernels that cast a float to an unsigned type although it can be negative by what the
    kernel itself says: it is clamped to an interval that begins below zero, or it is a logarithm.

    ## Why is this bad
    The conversion of a negative float to an unsigned integer is undefined. NVIDIA gives 0, AMD
    wraps around. A kernel that adds the bias of an exponent after the cast works on AMD, and on
    NVIDIA stores 127 for every negative exponent: all scales below one become one.

    ## Triggering input
    Any negative value: -3.0 becomes 0 on NVIDIA and 253 on AMD, so that `-3.0` with a bias of 127
    added after the cast is 127 instead of 124.

    ## Example
    ```python
    exponent = tl.clamp(tl.floor(tl.log2(amax)) - 2, -127, 127)
    scale = exponent.to(tl.uint8) + 127
    ```

    ## Use instead
    ```python
    exponent = tl.clamp(tl.floor(tl.log2(amax)) - 2, -127, 127)
    scale = (exponent + 127).to(tl.uint8)
    ```

    ## Not flagged
    A bias that is added before the cast; an absolute value, a ReLU or a clamp at zero; an integer,
    whose conversion is defined; a value of which the kernel does not say that it can be negative.

    ## Fix safety
    Where a bias is added to the cast, it moves before it when the value is integral, or the cast
    goes through `int32`. Safe: the result is the one that was defined to come out where the
    conversion wraps, and no program can depend on an undefined one. Without a bias the cast goes
    through `int32` too, which keeps the low bits; unsafe, since zero may have been wanted. There
    is no fix where the unsigned type comes from a launch: another may pass another type.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, `arith.fptoui` takes the value as
    flagged before the bias is added, and after as fixed (or there is `arith.fptosi`). Without a
    bias there is `arith.fptoui` at that line as flagged, and none as fixed. On an NVIDIA
    GPU every negative exponent is stored as 127 as flagged.

    ## References
    - https://github.com/triton-lang/triton/issues/10658
    """

    code = "TL005"
    name = "negative-float-to-unsigned"
    severity = "error"
    status = "default"
    since = "0.1.0"
    fix = "sometimes"
    signature = Order(("arith.addi",), first=("arith.fptoui",), gives=8, alone=("arith.fptoui",))

    def check(self, suspect: Suspect) -> Iterator[Finding]:
        for each in one_a_place(s for s in suspect.of(Converted) if _negative(s.conversion)):
            yield self._finding(suspect, each)

    def _finding(self, suspect: Suspect, seen: Converted) -> Finding:
        conversion = seen.conversion
        bias = _bias(suspect, conversion)
        wrapped = 2**conversion.target.width - 3
        trigger = f"-3.0 becomes 0 on NVIDIA and {wrapped} on AMD"
        if bias is not None:
            trigger = (
                f"with the bias added after the cast, -3.0 gives {bias} on NVIDIA, not {bias - 3}"
            )
        snippet = suspect.source.snippet(conversion.place)
        through = f" through `{conversion.parameter}`" if conversion.parameter else ""
        why = "is a logarithm" if conversion.exponent else "can be negative"
        message = (
            f"`{seen.kernel}` converts a float that {why}{through} to"
            f" {conversion.target.triton}, which is undefined below zero: {trigger}"
        )
        return Finding(
            self.code,
            self.name,
            message,
            self.severity,
            _confidence(seen),
            conversion.place,
            trigger,
            _trace(seen),
            integer_launch_site(seen),
            _fix(suspect, conversion, bias),
            claim=integer_claim(seen),
            function=conversion.function,
            snippet=snippet,
        )


def _negative(conversion: Conversion) -> bool:
    """Whether the kernel says that the value can be -1 or less: what lies between is cut to 0."""
    low, _ = conversion.interval
    if conversion.target.kind != "unsigned" or not conversion.floating:
        return False
    if low is None or math.isinf(low):
        return conversion.exponent and not conversion.biased
    return low <= -1


def _confidence(seen: Converted) -> Confidence:
    """A bias or a bound is proof; a logarithm alone may be of values above one."""
    conversion = seen.conversion
    if seen.launch is not None:
        return "likely"
    if conversion.bias is not None:
        return "certain"
    return "likely"


def _trace(seen: Converted) -> tuple[Step, ...]:
    conversion = seen.conversion
    low, high = conversion.interval
    steps = integer_approach(seen, conversion.target.triton)
    bounds = f"from {low:g}" + ("" if high is None else f" to {high:g}") if low is not None else ""
    what = f"its values go {bounds}" if bounds else "it is a logarithm: negative below one"
    steps.append(Step(conversion.place, f"the float is converted here; {what}"))
    if conversion.bias is not None:
        steps.append(Step(conversion.bias, "the bias that would make it positive comes too late"))
    return tuple(steps)


def _bias(suspect: Suspect, conversion: Conversion) -> int | None:
    """The constant that is added to the result of the cast at `conversion.bias`, where it is
    written out."""
    if conversion.bias is None or conversion.bias.path != suspect.source.path:
        return None
    addition = _addition(suspect, conversion)
    return None if addition is None else addition[1]


def _addition(suspect: Suspect, conversion: Conversion) -> tuple[cst.BinaryOperation, int] | None:
    """`cast + constant` with its constant."""
    import libcst as cst

    assert conversion.bias is not None
    match suspect.expression_at(conversion.bias):
        case cst.BinaryOperation(operator=cst.Add(), right=cst.Integer() as number) as node:
            return node, number.evaluated_value
    return None


def _fix(suspect: Suspect, conversion: Conversion, bias: int | None) -> Fix | None:
    operand = cast_operand(suspect, conversion.place)
    if operand is None or conversion.parameter or not conversion.explicit:
        return None
    moved = _moved(suspect, conversion, operand) if conversion.rounded else None
    if moved is not None:
        return Fix("safe", "Add the bias before the cast", moved)
    applicability: Applicability = "safe" if conversion.bias is not None else "unsafe"
    edit = after(operand, f".to({language(suspect)}.int32)")
    return Fix(applicability, "Convert to a signed integer first", (edit,))


def _moved(suspect: Suspect, conversion: Conversion, operand: Span) -> tuple[Edit, ...] | None:
    """The edit that makes `(x + bias).to(type)` of `x.to(type) + bias`, where both are written so,
    of a value that no parentheses are needed for."""
    addition = _addition(suspect, conversion) if conversion.bias is not None else None
    if addition is None or conversion.bias is None or conversion.bias.path != conversion.place.path:
        return None
    node, constant = addition
    if span_of(suspect, node.left) != conversion.place or node.left.lpar:
        return None
    text = suspect.source.snippet
    call = Span(
        operand.path,
        operand.end_line,
        operand.end_column,
        conversion.place.end_line,
        conversion.place.end_column,
    )
    whole = Span(
        operand.path,
        operand.line,
        operand.column,
        conversion.bias.end_line,
        conversion.bias.end_column,
    )
    return (Edit(whole, f"({text(operand)} + {constant}){text(call)}"),)
