"""TL005: negative floats cast to an unsigned type."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tritonlint.rule import Confidence, Conversion, Converted, Finding, Fix, Order, Rule, Step
from tritonlint.rule.traces import integer_approach

if TYPE_CHECKING:
    import libcst as cst

    Added = tuple[cst.BinaryOperation, cst.Integer]


class NegativeFloatToUnsigned(Rule[Converted, Conversion]):
    """A kernel casts a float that can be negative to an unsigned type.

    ## What it does
    Finds kernels that cast a float to an unsigned type although the kernel itself shows that it can
    be negative: it is clamped to an interval that begins below zero, or it is a logarithm. The
    mirror image is found too: a float that is cast to `tl.int8` although its bounds reach 128 or
    more, as those of a biased exponent do.

    ## Why is this bad
    The conversion of a negative float to an unsigned integer is undefined. NVIDIA gives 0, AMD
    wraps around. A kernel that adds the bias of an exponent after the cast works on AMD, and on
    NVIDIA stores 127 for every negative exponent: all scales below one become one.

    ## Triggering input
    Any negative value: -3.0 becomes 0 on NVIDIA and 253 on AMD, so that `-3.0` with a bias of 127
    added after the cast is 127 instead of 124. 200.0 in int8 is -56, or 127 where it saturates.

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
    whose conversion is defined; a value that nothing in the kernel shows to be negative; a
    logarithm of what is at least one.

    ## Fix safety
    Where a bias is added to the cast, it moves before it when the value is integral, or the cast
    goes through `int32`. Safe: the result is what already comes out where the conversion wraps
    around, and no program can depend on an undefined one. Without a bias the cast goes through
    `int32` too, which keeps the low bits; unsafe, since zero may have been wanted. Above 127 the
    cast goes through `int32` as well; this is safe, since the bits stay the same. There is no fix
    where the unsigned type comes from a launch: another may pass another type.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, `arith.fptoui` takes the value as
    flagged before the bias is added, and after as fixed (or there is `arith.fptosi`). Without a
    bias there is `arith.fptoui` at that line as flagged, and none as fixed; above 127, an
    `arith.fptosi` that gives 8 bits, and then 32. On an NVIDIA GPU every negative exponent is
    stored as 127 as flagged.

    ## References
    - https://github.com/triton-lang/triton/issues/10658
    """

    code = "TL005"
    name = "negative-float-to-unsigned"
    severity = "error"
    since = "0.1.0"
    fix = "sometimes"
    signature = Order(
        ("arith.addi",),
        first=("arith.fptoui",),
        gives=8,
        alone=("arith.fptoui",),
        narrow=("arith.fptosi",),
    )
    observes = (Converted,)

    def judge(self, seen: Converted) -> Conversion | None:
        conversion = seen.conversion
        return conversion if _negative(conversion) or _exceeds(conversion) else None

    def report(self, node: cst.CSTNode, seen: Converted, conversion: Conversion) -> Finding:
        if _exceeds(conversion):
            return self._of_large(node, seen, conversion)
        added = _added(self.node(conversion.bias)) if conversion.bias is not None else None
        wrapped = 2**conversion.target.width - 3
        trigger = f"-3.0 becomes 0 on NVIDIA and {wrapped} on AMD"
        if added is not None:
            bias = added[1].evaluated_value
            trigger = (
                f"with the bias added after the cast, -3.0 gives {bias} on NVIDIA, not {bias - 3}"
            )
        what = "a logarithm" if conversion.exponent else "a float that can be negative"
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` converts {what} to {conversion.target.triton}, undefined below zero",
            trigger=trigger,
            confidence=_confidence(seen),
            trace=_trace(seen),
            fix=self._fix(node, conversion, added),
        )

    def _of_large(self, node: cst.CSTNode, seen: Converted, conversion: Conversion) -> Finding:
        from tritonlint.rule.casts import cast_operand, language, method

        operand = cast_operand(node)
        wide = f"{language(self.suspect.source)}.int32"
        fix = None
        if operand is not None:
            fix = self.replacing(
                {operand: method(operand, "to", wide)}, "Convert to a wider integer first", "safe"
            )
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` converts a float that can exceed 127 to int8, undefined above",
            trigger="200.0 becomes -56 where the conversion wraps, and 127 where it saturates",
            confidence="likely",
            trace=_trace(seen),
            fix=fix,
        )

    def _fix(self, node: cst.CSTNode, conversion: Conversion, added: Added | None) -> Fix | None:
        from tritonlint.rule.casts import cast_operand, language, method

        operand = cast_operand(node)
        if operand is None or conversion.parameter or not conversion.explicit:
            return None
        if conversion.rounded and added is not None and added[0].left is node:
            if not added[0].left.lpar:
                biased = _biased(added[0], operand)
                return self.replacing({added[0]: biased}, "Add the bias before the cast", "safe")
        signed = method(operand, "to", f"{language(self.suspect.source)}.int32")
        return self.replacing(
            {operand: signed},
            "Convert to a signed integer first",
            "safe" if conversion.bias is not None else "unsafe",
        )


def _added(node: cst.CSTNode | None) -> Added | None:
    """`cast + constant`, where that is written, and the constant."""
    import libcst as cst

    match node:
        case cst.BinaryOperation(operator=cst.Add(), right=cst.Integer() as number):
            return node, number
    return None


def _biased(addition: cst.BinaryOperation, operand: cst.BaseExpression) -> cst.BaseExpression:
    """`(operand + constant).to(type)`, where `addition` is `operand.to(type) + constant`."""
    import libcst as cst

    inner = addition.with_changes(left=operand, lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    cast = cst.ensure_type(addition.left.deep_replace(operand, inner), cst.Call)
    return cast.with_changes(lpar=addition.lpar, rpar=addition.rpar)


def _negative(conversion: Conversion) -> bool:
    """Whether the kernel says that the value can be -1 or less: what lies between is cut to 0."""
    low, _ = conversion.interval
    if conversion.target.kind != "unsigned" or not conversion.floating:
        return False
    if low is None or math.isinf(low):
        return conversion.exponent and not conversion.biased
    return low <= -1


def _exceeds(conversion: Conversion) -> bool:
    """Whether the kernel says that what it casts to int8 by its name can be 128 or more."""
    low, high = conversion.interval
    large = low is not None and high is not None and 128 <= high < math.inf
    signed = conversion.target.kind == "signed" and conversion.target.width == 8
    named = conversion.explicit and not conversion.parameter
    return signed and named and conversion.floating and large


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
