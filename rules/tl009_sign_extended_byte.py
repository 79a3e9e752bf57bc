"""TL009: signed bytes used as what is never negative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.rule import ByteUsed, Finding, Fix, Order, Rule, Step
from tritonlint.rule.traces import integer_approach

if TYPE_CHECKING:
    import libcst as cst

_USES = {"exponent": "a biased exponent", "index": "an offset"}


class SignExtendedByte(Rule[ByteUsed, str]):
    """A signed byte is used as a biased exponent or as an offset, without a mask.

    ## What it does
    Finds kernels that load a signed byte (`int8`) and use it as a biased exponent, or as an offset
    into memory, without masking it to 0..255 first.

    ## Why is this bad
    A byte is widened with its sign. A biased exponent (of an e8m0 scale, say) or a table index of
    128 and more is read as a negative number: the scale collapses, or the table is read before its
    beginning. Nothing raises, and values below 128 are right.

    ## Triggering input
    The byte 0x80: as an exponent it is 128, a scale of 2.0; sign-extended it is -128, and the scale
    is 2**-255, which is zero. As an index it reads 128 elements before the table.

    ## Example
    ```python
    exponent = tl.load(scale_ptr + offset)  # int8
    scale = tl.exp2(exponent.to(tl.float32) - 127.0)
    ```

    ## Use instead
    ```python
    exponent = tl.load(scale_ptr + offset).to(tl.uint8)
    scale = tl.exp2(exponent.to(tl.float32) - 127.0)
    ```

    ## Not flagged
    A byte that is masked (`& 0xFF`), or converted to `uint8`; a `uint8` tensor; a signed exponent
    without a bias that is added to a biased one; a quantized integer. `uint8` offsets are not
    flagged either: Triton once sign-extended them in pointer arithmetic (triton-lang/triton#6043),
    but extends them with zeros today.

    ## Fix safety
    `.to(tl.uint8)` behind the load, which keeps the bits. Safe where the byte is used as a biased
    exponent: a negative one has no meaning. Unsafe where it is an offset: an offset may be
    negative on purpose.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, the loaded byte is widened by
    `arith.extsi` (or converted by `arith.sitofp`) as flagged, and by `extui` (`uitofp`) as fixed.
    On a GPU every byte of 128 and more gives another value as flagged, and none as fixed.

    ## References
    - https://github.com/pytorch/FBGEMM/pull/5705
    - https://github.com/triton-lang/triton/issues/6043
    """

    code = "TL009"
    name = "sign-extended-byte"
    severity = "warning"
    since = "0.1.0"
    fix = "sometimes"
    signature = Order(("arith.extsi", "arith.sitofp"), first=("tt.load",), takes=8)
    observes = (ByteUsed,)

    def judge(self, seen: ByteUsed) -> str | None:
        if seen.byte.use == "exponent":
            return "0x80, the exponent of 2.0, is read as -128"
        return "0x80, the index 128, is read as -128"

    def report(self, node: cst.CSTNode, seen: ByteUsed, trigger: str) -> Finding:
        byte = seen.byte
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` uses a signed byte as {_USES[byte.use]} without masking it",
            trigger=trigger,
            confidence="likely" if byte.use == "exponent" else "possible",
            trace=_trace(seen),
            fix=self._fix(seen),
        )

    def _fix(self, seen: ByteUsed) -> Fix | None:
        """`.to(tl.uint8)` behind the load, where that is a call in this file."""
        import libcst as cst

        from tritonlint.rule.casts import language, method

        load = self.node(seen.byte.load)
        if not isinstance(load, cst.Call):
            return None
        return self.replacing(
            {load: method(load, "to", f"{language(self.suspect.source)}.uint8")},
            "Read the byte without its sign",
            "safe" if seen.byte.use == "exponent" else "unsafe",
        )


def _trace(seen: ByteUsed) -> tuple[Step, ...]:
    byte = seen.byte
    used = _USES[byte.use] + ("" if byte.use == "exponent" else " into memory")
    steps = integer_approach(seen, "int8")
    steps.append(Step(byte.load, "a signed byte is loaded"))
    return (*steps, Step(byte.place, f"and used as {used}, which is never negative"))
