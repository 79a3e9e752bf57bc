"""TL017: a bias subtracted from an unsigned byte, in eight bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.rule import ByteDifference, Finding, Fix, Order, Rule, Step

if TYPE_CHECKING:
    import libcst as cst


class UnsignedByteMinusBias(Rule[ByteDifference, str]):
    """## What it does
    Finds kernels that subtract a constant from an unsigned byte and use the difference as a number:
    widen it, make it a float, raise two to it.

    ## Why is this bad
    A constant takes the type of the tensor that it meets (for a `tl.constexpr` since Triton 3.2),
    so that the difference of a `uint8` and 127 is a `uint8` too, and wraps around below zero. Every
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
    A byte that is widened before the subtraction; a difference that stays a byte (codes that wrap
    around on purpose); a byte that is limited from below; an addition; a byte whose type only the
    launch tells.

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
        low = max(0, seen.bias - 7)
        return f"{low} - {seen.bias} is {(low - seen.bias) % 256}"

    def report(self, node: cst.CSTNode, seen: ByteDifference, trigger: str) -> Finding:
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` subtracts {seen.bias} from an unsigned byte, which wraps around below"
            " zero",
            trigger=trigger,
            confidence="certain",
            trace=(
                Step(seen.unsigned, "a byte without a sign"),
                Step(seen.place, "the difference is one too"),
                Step(seen.used, "and is used as a number"),
            ),
            fix=self._fix(seen),
            help="widen the byte first",
        )

    def _fix(self, seen: ByteDifference) -> Fix | None:
        import libcst as cst

        from tritonlint.rule.casts import language, method

        byte = self.node(seen.operand) if seen.operand is not None else None
        if not isinstance(byte, cst.BaseExpression):
            return None
        return self.replacing(
            {byte: method(byte, "to", f"{language(self.suspect.source)}.int32")},
            "Widen the byte before the subtraction",
            "unsafe",
        )
