"""TL017: a bias subtracted from an unsigned byte, in eight bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.rule import ByteDifference, Finding, Fix, Order, Rule, Step
from tritonlint.rule.traces import integer_approach

if TYPE_CHECKING:
    import libcst as cst


class UnsignedByteMinusBias(Rule[ByteDifference, str]):
    """The difference of two unsigned bytes wraps around below zero.

    ## What it does
    Finds kernels that subtract a constant, or another unsigned byte, from an unsigned byte and use
    the difference as a number: widen it, make it a float, scale it. The kernel makes the byte
    unsigned, or the launch passes a `uint8` tensor; the finding is then `likely`.

    ## Why is this bad
    A constant takes the type of the tensor that it meets (for a `tl.constexpr` since Triton 3.2),
    so the difference of a `uint8` and 127 is a `uint8` too, and wraps around below zero. Every
    exponent below the bias becomes a huge one. Nothing raises.

    ## Triggering input
    Any byte below the constant: 120 - 127 is 249, and `exp2` of that is infinite.

    ## Example
    ```python
    exponent = tl.load(code_ptr + offset).to(tl.uint8, bitcast=True) - 127
    scale = tl.exp2(exponent.to(tl.float32))
    ```

    ## Use instead
    ```python
    exponent = tl.load(code_ptr + offset).to(tl.uint8, bitcast=True).to(tl.int32) - 127
    scale = tl.exp2(exponent.to(tl.float32))
    ```

    ## Not flagged
    A byte that is widened before the subtraction; a difference that stays a byte, or becomes an
    `int8` (codes that wrap around on purpose, and the sign bit that is flipped and subtracted: `(x
    ^ 0x80) - 0x80`); a byte with a lower limit, or with a bit set that is worth at least what is
    subtracted (`(x | 0x80) - 127`); a difference that a mask selects; a byte that is compared with
    something, other than for being one number; an addition; a tensor whose type the launch does
    not show; a constant in a kernel
    that calls what `tl.math` had in Triton 2 alone.

    ## Fix safety
    `.to(tl.int32)` behind the byte. Unsafe: the numbers change, and code further on may already
    undo the wrapping.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, what is widened or converted comes from
    an `arith.subi` of 8 bits as flagged, and of 32 as fixed. On a GPU every byte below the bias
    gives another value as flagged, and none as fixed.

    ## References
    - https://github.com/pytorch/FBGEMM/pull/3349
    """

    code = "TL017"
    name = "unsigned-byte-minus-bias"
    severity = "error"
    since = "0.1.0"
    fix = "unsafe"
    signature = Order(
        ("arith.extui", "arith.extsi", "arith.uitofp", "arith.sitofp"),
        first=("arith.subi",),
        made=8,
    )
    observes = (ByteDifference,)

    def judge(self, seen: ByteDifference) -> str | None:
        bias = seen.wrapped.bias
        if bias is None:
            return "3 - 8 is 251"
        low = max(0, bias - 7)
        return f"{low} - {bias} is {(low - bias) % 256}"

    def report(self, node: cst.CSTNode, seen: ByteDifference, trigger: str) -> Finding:
        wrapped = seen.wrapped
        what = "another one" if wrapped.bias is None else str(wrapped.bias)
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` subtracts {what} from an unsigned byte, which wraps around below"
            " zero",
            trigger=trigger,
            confidence="certain" if seen.launch is None else "likely",
            trace=_trace(seen),
            fix=self._fix(seen),
            help="widen the byte first",
        )

    def _fix(self, seen: ByteDifference) -> Fix | None:
        import libcst as cst

        from tritonlint.rule.casts import language, method

        operand = seen.wrapped.operand
        byte = self.node(operand) if operand is not None else None
        if not isinstance(byte, cst.BaseExpression):
            return None
        return self.replacing(
            {byte: method(byte, "to", f"{language(self.suspect.source)}.int32")},
            "Widen the byte before the subtraction",
            "unsafe",
        )


def _trace(seen: ByteDifference) -> tuple[Step, ...]:
    wrapped = seen.wrapped
    steps = integer_approach(seen, "uint8")
    if wrapped.unsigned is not None:
        steps.append(Step(wrapped.unsigned, "a byte without a sign"))
    steps.append(Step(wrapped.place, "the difference is one too"))
    assert wrapped.used is not None
    return (*steps, Step(wrapped.used, "and is used as a number"))
