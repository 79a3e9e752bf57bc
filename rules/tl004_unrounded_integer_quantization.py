"""TL004: floats quantized to 8-bit integers without rounding."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tritonlint.dtypes import FLOAT32, FLOAT64
from tritonlint.rule import Confidence, Conversion, Converted, Finding, Fix, Order, Rule, Span, Step
from tritonlint.rule.signature import FLOAT_TO_INTEGER
from tritonlint.rule.traces import integer_approach

if TYPE_CHECKING:
    import libcst as cst

_NEAREST = ("rint", "nearbyint", "roundeven")
_FUNCTIONS = (*_NEAREST, "round", "floor", "ceil", "trunc")
# Inline assembly may round too.
_ROUNDING = (*_FUNCTIONS, "math.floor", "math.ceil", "tt.elementwise_inline_asm")


class UnroundedIntegerQuantization(Rule[Converted, Conversion]):
    """A kernel quantizes to `int8` or `uint8` without rounding.

    ## What it does
    Finds kernels that quantize a float to `int8` or `uint8` with no rounding on the way: in a cast
    (`x.to(tl.int8)`), in a cast to a pointer's element type or in the cast that `tl.store` does,
    where a launch passes a tensor of integers. Either the tensor's own type shows that integers can
    arrive, or the code around the launch does: a parameter for its dtype with the default
    `torch.int8`, `torch.iinfo(x.dtype)`, a test or an assertion for `torch.int8`, a table of 8-bit
    types that has it as a key. It also finds a value that a kernel rounds by `floor(x + 0.5)` where
    the same kernel rounds another value of that type to the nearest even integer, and half a unit
    that is added to negative numbers too before their fraction is dropped, or that became an
    integer, and so nothing, before it is added.

    ## Why is this bad
    Triton's conversion to an integer drops the fraction. Quantization means the nearest integer:
    dropping the fraction makes about half of all codes one too small in magnitude, which is twice
    the quantization error and a bias toward zero. Nothing raises.

    ## Triggering input
    Any value with a fraction of a half or more: 1.7 becomes 1 and -0.6 becomes 0, where the
    nearest codes are 2 and -1.

    ## Example
    ```python
    scale = tl.max(tl.abs(x)) / 127.0
    q = tl.clamp(x / scale, -128.0, 127.0).to(tl.int8)
    ```

    ## Use instead
    ```python
    scale = tl.max(tl.abs(x)) / 127.0
    q = libdevice.rint(tl.clamp(x / scale, -128.0, 127.0)).to(tl.int8)
    ```

    ## Not flagged
    A value that is rounded before (`rint`, `round`, `floor(x + 0.5)`, inline assembly), on any
    path; one to which a random fraction or half a unit of its own sign is added before the cast, or
    just half a unit if nothing says that it may be negative (limits, an absolute value that is
    taken of it); an exponent (a logarithm), whose floor
    is a format's own rounding; a value that was loaded and only converted since, which may already
    be integral; a cast to fp8; a tensor that holds raw bytes, which is TL001's; a kernel that asks
    for the element type, or is told by a flag, and rounds; a launch on a path that turns integers
    away.

    ## Fix safety
    `libdevice.rint(...)` around the value, which rounds to the nearest even integer, and in modules
    that speak of HIP or ROCm `libdevice.nearbyint(...)`, which does the same and which Triton 3.5
    and 3.6 have for AMD too; the import is added where the module has none. Unsafe: it changes
    results on purpose, and someone may match a reference that truncates. There is no fix where the
    type comes from a launch and nothing limits the value to an integer's range: other launches of
    the kernel may pass fp8, which must not be rounded to integers.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, `arith.fptosi` (or `fptoui`) is fed by
    no rounding as flagged, and by a call of `rint` as fixed; of two ways to round, one is fed by
    `math.floor` and another by `rint`. On a GPU about half of the codes
    differ from a quantizer in NumPy as flagged, and none as fixed.

    ## References
    - https://github.com/vllm-project/vllm/pull/45361
    - https://github.com/ROCm/aiter/pull/4637
    - https://github.com/sgl-project/sglang/pull/4396
    - https://github.com/vllm-project/vllm/pull/41505
    """

    code = "TL004"
    name = "unrounded-integer-quantization"
    severity = "error"
    since = "0.1.0"
    fix = "sometimes"
    signature = Order(FLOAT_TO_INTEGER, unless=_ROUNDING, gives=8)
    signatures = MappingProxyType(
        {"unlike": Order(FLOAT_TO_INTEGER, ("math.floor",), gives=8, beside=_NEAREST)}
    )
    observes = (Converted,)

    def judge(self, seen: Converted) -> Conversion | None:
        if seen.unlike is not None and seen.conversion.target.width == 8:
            return seen.conversion
        return seen.conversion if _truncates(seen.conversion) else None

    def report(self, node: cst.CSTNode, seen: Converted, conversion: Conversion) -> Finding:
        if seen.unlike is not None:
            return self._unlike(node, seen, seen.unlike)
        signed = conversion.target.kind == "signed"
        how = "converts a float to" if conversion.explicit else "stores a float as"
        through = f" through `{conversion.parameter}`" if conversion.parameter else ""
        unrounded = "rounding"
        trigger = "1.7 becomes 1 and -0.6 becomes 0" if signed else "1.7 becomes 1 and 254.9 254"
        if conversion.nearest == "added":
            unrounded, trigger = "rounding what is negative", "-2.7 + 0.5 becomes -2"
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` {how} {conversion.target.triton}{through} without {unrounded}",
            trigger=trigger,
            confidence=_confidence(seen),
            trace=_trace(seen),
            fix=self._round(node, conversion),
            help="round it to the nearest integer first",
        )

    def _unlike(self, node: cst.CSTNode, seen: Converted, other: Span) -> Finding:
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` rounds a half up here, and to the even number in line {other.line}",
            trigger="2.5 becomes 3 here and 2 there",
            confidence="likely",
            trace=(
                *integer_approach(seen, seen.conversion.target.triton),
                Step(other, "rounded to the nearest even number"),
                Step(seen.place, "`floor(x + 0.5)` rounds a half up"),
            ),
            help="round both in the same way",
        )

    def _round(self, node: cst.CSTNode, conversion: Conversion) -> Fix | None:
        from tritonlint.rule.casts import cast_operand, rounded, stored_value

        operand = cast_operand(node) if conversion.explicit else stored_value(node)
        if conversion.nearest == "added":
            return None  # what the half is added to is to be rounded
        if operand is None or (conversion.parameter and not conversion.fits_byte):
            return None
        wide = conversion.source in (FLOAT32, FLOAT64)
        new, imports = rounded(self.suspect.source, operand, wide)
        return self.replacing(
            {operand: new}, "Round to the nearest even integer", "unsafe", imports
        )


def _truncates(conversion: Conversion) -> bool:
    whole = conversion.rounded or conversion.excused or conversion.exponent
    return conversion.target.width == 8 and conversion.floating and not whole


def _confidence(seen: Converted) -> Confidence:
    """A cast to a named type does what it says; where the type comes from a launch, the launch was
    seen too."""
    return "certain" if seen.launch is None and seen.conversion.explicit else "likely"


def _trace(seen: Converted) -> tuple[Step, ...]:
    conversion = seen.conversion
    how = "the float is cast" if conversion.explicit else "the store casts the float"
    steps = integer_approach(seen, conversion.target.triton)
    return (*steps, Step(conversion.place, f"{how} to an integer: its fraction is dropped"))
