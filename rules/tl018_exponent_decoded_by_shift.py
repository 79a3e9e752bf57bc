"""TL018: e8m0 exponents decoded by a shift, with neither end cared for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.rule import ExponentShift, Finding, Order, Rule, Step

if TYPE_CHECKING:
    import libcst as cst


class ExponentDecodedByShift(Rule[ExponentShift, str]):
    """An 8-bit exponent is decoded by a shift, which is wrong for the codes 0 and 255.

    ## What it does
    Finds kernels that load an exponent of eight bits (e8m0, the scale of a block of MX numbers) and
    decode it by shifting it to where a float has its exponent (or multiplying it by 2**23), without
    a test for the codes 0 and 255. Device functions count too. Where neither the file nor one that
    uses the kernel names `torch.float8_e8m0fnu`, and no function the format (`gemm_mxfp8`), the
    finding is `possible`: in a custom format the code 0 may mean zero.

    ## Why is this bad
    The shift is right for 1 to 254. Code 0 means 2**-127, which a float holds as a subnormal number
    only: shifted it is zero, and a block of tiny numbers is lost. Code 255 means NaN: shifted it is
    infinity, and an error that should spread becomes a number.

    ## Triggering input
    The code 0, which is 2**-127 and decoded as 0.0; the code 255, which is NaN and decoded as
    infinity.

    ## Example
    ```python
    scale = (tl.load(scale_ptr + block).to(tl.uint32) << 23).to(tl.float32, bitcast=True)
    ```

    ## Use instead
    ```python
    code = tl.load(scale_ptr + block)
    bits = code.to(tl.uint32) << 23
    bits = tl.where(code == 0, 0x400000, bits)
    bits = tl.where(code == 255, 0x7FC00000, bits)
    scale = bits.to(tl.float32, bitcast=True)
    ```

    ## Not flagged
    A kernel that compares codes with 0 or 255, or limits them, be it around a device function that
    decodes; an exponent that the kernel computes itself; memory whose name, in the kernel and where
    it is launched, does not mention scales or exponents.

    ## Fix safety
    There is no fix: whether these codes can occur is for the author to say.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, a `tt.bitcast` takes what `arith.shli`
    by 23 or 7 gives (or `arith.muli` by as much), with no `arith.maxsi` before it. On a GPU all
    256 codes are decoded and compared with what the format says.

    ## References
    - https://github.com/triton-lang/triton/pull/11624
    - https://github.com/ROCm/aiter/pull/4978
    """

    code = "TL018"
    name = "exponent-decoded-by-shift"
    severity = "warning"
    since = "0.1.0"
    signature = Order(
        ("tt.bitcast", "arith.bitcast"),
        first=("arith.shli", "arith.muli"),
        unless=("arith.maxsi", "arith.maxui"),
        also=("23", "7", "8388608", "128"),
    )
    observes = (ExponentShift,)

    def judge(self, seen: ExponentShift) -> str | None:
        return "the code 0, which is 2**-127, is decoded as 0.0, and 255, which is NaN, as infinity"

    def report(self, node: cst.CSTNode, seen: ExponentShift, trigger: str) -> Finding:
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` decodes exponents from `{seen.loaded}` by a shift, and not the codes "
            "0 and 255",
            trigger=trigger,
            confidence="likely" if seen.stated else "possible",
            trace=(Step(seen.place, "the bits of the exponent become those of the float"),),
        )
