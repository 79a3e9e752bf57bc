"""TL010: copies between codes and bytes that convert numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.rule import Copy, Finding, Fix, Rule, Step

if TYPE_CHECKING:
    import libcst as cst


class NumericCopyOfEncodedBytes(Rule[Copy, str]):
    """A copy between 8-bit floats and bytes converts the numbers instead of keeping the bits.

    ## What it does
    Finds `x.copy_(y)` and `x[...] = y` where one of the two holds 8-bit floats (fp8 codes, e8m0
    scales) and the other bytes, and `x.to(torch.uint8)` or `x.byte()` of 8-bit floats.

    ## Why is this bad
    Torch converts the numbers: the bytes are no longer the codes. A cache or a checkpoint that is
    filled in this way is wrong in nearly every element, and nothing raises.

    ## Triggering input
    The value 1.0: its code 0x38 in e4m3fn is stored as the byte 0x01; the byte 0x38 copied into an
    e4m3fn tensor becomes 56.0.

    ## Example
    ```python
    cache = torch.empty(pages, page_bytes, dtype=torch.uint8)
    codes = keys.to(torch.float8_e4m3fn)
    cache[:, : codes.shape[1]] = codes
    ```

    ## Use instead
    ```python
    cache = torch.empty(pages, page_bytes, dtype=torch.uint8)
    codes = keys.to(torch.float8_e4m3fn)
    cache[:, : codes.shape[1]] = codes.view(torch.uint8)
    ```

    ## Not flagged
    A tensor whose element type is not known; one that is viewed first, even under an `if`; integers
    that are numbers and are copied to floats of 16 bits and more.

    ## Fix safety
    The 8-bit floats are viewed as the bytes. Unsafe, since the numbers may be whole where the code
    does not say so: a mask or a count that is kept in 8-bit floats.

    ## How it is verified
    The code is run, as flagged and as fixed, on all 256 codes: as fixed the bytes are the codes, as
    flagged they are not. No kernel is compiled for it.

    ## References
    - https://github.com/sgl-project/sglang/issues/26701
    """

    code = "TL010"
    name = "numeric-copy-of-encoded-bytes"
    severity = "error"
    since = "0.1.0"
    fix = "sometimes"
    unasked = "PyTorch copies the bytes, and no kernel"
    observes = (Copy,)

    def judge(self, copy: Copy) -> str | None:
        return _trigger(copy)

    def report(self, node: cst.CSTNode, copy: Copy, trigger: str) -> Finding:
        held, wanted = str(copy.encoded), str(copy.byte)
        if not copy.to_bytes:
            held, wanted = wanted, held
        how = "converted" if copy.form == "conversion" else "copied"
        view = self._view(copy)
        fix = self._fix(copy, f"View {view}")
        steps = (Step(span, message) for span, message in copy.evidence)
        return self.finding(
            node,
            copy,
            f"{held} in `{self.text(copy.source)}` is {how} to {wanted} as numbers",
            trigger=trigger,
            confidence="certain",
            trace=[*steps, Step(copy.place, "numbers are converted here, not bits")],
            fix=fix,
            help=f"view {view}" if fix else "",
        )

    def _view(self, copy: Copy) -> str:
        encoded = copy.source if copy.to_bytes or copy.form == "conversion" else copy.target
        as_type = copy.byte if copy.to_bytes or copy.form != "conversion" else copy.encoded
        return f"`{self.text(encoded)}` as `{as_type}`"

    def _fix(self, copy: Copy, message: str) -> Fix | None:
        """The fix that views the codes as bytes, in a module that calls torch `torch`."""
        import libcst as cst

        from tritonlint.rule.casts import method

        if "import torch" not in self.suspect.source.text:
            return None
        conversion = copy.form == "conversion"
        node = self.node(copy.target if conversion or not copy.to_bytes else copy.source)
        if not isinstance(node, cst.BaseExpression):
            return None
        if conversion and self.text(copy.target) in ("byte", "char"):
            call, codes = self.node(copy.place), self.node(copy.source)
            if not isinstance(call, cst.Call) or not isinstance(codes, cst.BaseExpression):
                return None
            new = method(codes, "view", str(copy.byte))
            return self.replacing({call: new}, message, "unsafe")
        if conversion:
            return self.replacing({node: cst.Name("view")}, message, "unsafe")
        new = method(node, "view", str(copy.byte))
        return self.replacing({node: new}, message, "unsafe")


def _trigger(copy: Copy) -> str:
    if copy.encoded.flavour == "e8m0fnu":
        return (
            "the scale 0.5 (code 0x7E) becomes the byte 0"
            if copy.to_bytes
            else "the byte 0x7F, the code of 1.0, becomes 128.0"
        )
    return (
        "1.5 becomes the byte 1"
        if copy.to_bytes
        else "the byte 0x38, the code of 1.0, becomes 56.0"
    )
