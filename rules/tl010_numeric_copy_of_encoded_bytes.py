"""TL010: copies between codes and bytes that convert numbers."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.facts.host.copies import Copy
from tritonlint.findings import Applicability, Edit, Finding, Fix, Span, Step
from tritonlint.rule import BaseRule, Suspect


class NumericCopyOfEncodedBytes(BaseRule):
    """## What it does Finds `x.copy_(y)` and `x[...] = y` where one of the two holds 8-bit floats
    (fp8 codes, e8m0 scales) and the other bytes, and `x.to(torch.uint8)` of 8-bit floats.

    ## Why is this bad Torch converts the numbers: the bytes are no longer the codes. A cache or a
    checkpoint that is filled so is wrong in nearly every element, and nothing raises.

    ## Triggering input The value 1.0: its code 0x38 in e4m3fn is stored as the byte 0x01; the byte
    0x38 copied into an e4m3fn tensor becomes 56.0.

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

    ## Not flagged A tensor of which the element type is not known; one that is viewed before, also
    under an `if`; integers that are numbers and are copied to floats of 16 bits and more.

    ## Fix safety The 8-bit floats are viewed as the bytes. Safe where two tensors of known types
    are copied: no program has a use for codes that are truncated to integers. Unsafe for a
    conversion that is written out.

    ## How it is verified The code is run, as flagged and as fixed, on all 256 codes: as fixed the
    bytes are the codes, as flagged they are not. No kernel is compiled for it.

    ## References
    - https://github.com/sgl-project/sglang/issues/26701
    """

    code = "TL010"
    name = "numeric-copy-of-encoded-bytes"
    severity = "error"
    status = "default"
    since = "0.1.0"
    fix = "sometimes"

    def check(self, suspect: Suspect) -> Iterator[Finding]:
        for copy in dict.fromkeys(suspect.of(Copy)):
            yield self._finding(suspect, copy)

    def _finding(self, suspect: Suspect, copy: Copy) -> Finding:
        source = suspect.source.snippet(copy.source)
        trigger = _trigger(copy)
        fix = _fix(suspect, copy)
        encoded, byte = f"8-bit floats ({copy.encoded})", f"bytes ({copy.byte})"
        held, wanted = (encoded, byte) if copy.to_bytes else (byte, encoded)
        advice = f"; view {_viewed(suspect, copy)}" if fix else ""
        if copy.form == "conversion":
            said = f"`{source}` holds {held}, and is converted to {wanted}"
        else:
            target = suspect.source.snippet(copy.target)
            said = f"`{source}` holds {held}, and is copied into `{target}`, which holds {wanted}"
        return Finding(
            self.code,
            self.name,
            f"{said}, as numbers: {trigger}{advice}",
            self.severity,
            "certain",
            copy.place,
            trigger,
            (
                *(Step(span, message) for span, message in copy.evidence),
                Step(copy.place, "numbers are converted here, not bits"),
            ),
            fix=fix,
            function=copy.function,
            snippet=suspect.source.snippet(copy.place),
        )


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


def _viewed(suspect: Suspect, copy: Copy) -> str:
    encoded = copy.source if copy.to_bytes or copy.form == "conversion" else copy.target
    as_type = copy.byte if copy.to_bytes or copy.form != "conversion" else copy.encoded
    return f"`{suspect.source.snippet(encoded)}` as `{as_type}`"


def _fix(suspect: Suspect, copy: Copy) -> Fix | None:
    """The edit that views the codes as bytes, in a module that calls torch `torch`."""
    import libcst

    if "import torch" not in suspect.source.text:
        return None
    if copy.form == "conversion":
        return _made("unsafe", suspect, copy, (Edit(copy.target, "view"),))
    place = copy.source if copy.to_bytes else copy.target
    node = suspect.expression_at(place)
    atoms = (libcst.Name, libcst.Attribute, libcst.Subscript, libcst.Call)
    if node is None:
        return None
    end = Span(place.path, place.end_line, place.end_column, place.end_line, place.end_column)
    start = Span(place.path, place.line, place.column, place.line, place.column)
    if isinstance(node, atoms) or node.lpar:
        return _made("safe", suspect, copy, (Edit(end, f".view({copy.byte})"),))
    return _made("safe", suspect, copy, (Edit(start, "("), Edit(end, f").view({copy.byte})")))


def _made(
    applicability: Applicability, suspect: Suspect, copy: Copy, edits: tuple[Edit, ...]
) -> Fix:
    return Fix(applicability, f"View {_viewed(suspect, copy)}", edits)
