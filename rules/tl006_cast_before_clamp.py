"""TL006: values cut to a range after a cast that has already wrapped them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tritonlint.rule import Conversion, Converted, Finding, Fix, Order, Rule, Step
from tritonlint.rule.signature import FLOAT_TO_INTEGER
from tritonlint.rule.traces import integer_approach

if TYPE_CHECKING:
    import libcst as cst

    from tritonlint.edits.concrete import Concrete

_LIMITS = ("arith.minsi", "arith.maxsi", "arith.minui", "arith.maxui")
# What limits a number as `tl.where` does.
_CHOICE = "arith.select"
# What keeps a sum in the range of fewer bits.
_SCALED = (*_LIMITS, "arith.shrsi", "arith.shrui")
# A limit this near to the end of the type's range is meant to keep values in the range.
_SLACK = 1


class CastBeforeClamp(Rule[Converted, Conversion]):
    """A kernel casts to a narrow integer before it clamps, or without clamping at all.

    ## What it does
    Finds kernels that cast a number to an 8- or 16-bit integer and clamp the result to the range
    of that integer, or to four bits where nothing in the kernel keeps the number in range, and
    kernels that store a sum of products of integers (`tl.dot` of int8, which
    is an int32) in 8 bits with no clamp at all.

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
    integer to less than the range (a ReLU, four bits in a kernel that computes a maximum, and with
    it the scale), which does something; a cast to 32 bits; a sum of products that is scaled,
    shifted or clamped.

    ## Fix safety
    The cast moves behind the clamp, where the clamp is around the cast or is the next statement
    and rebinds the same name. Safe: for values in the range nothing changes, and what was out of
    range was wrong or undefined.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, the limits are taken of integers after
    `arith.fptosi` (or `fptoui`) as flagged, and of floats before it as fixed. On a GPU the codes
    of values out of range differ from a saturating quantizer as flagged, and none as fixed. A sum
    of products shows as `arith.trunci` of what `tt.dot` gives.

    ## References
    - https://github.com/triton-lang/triton/issues/2296
    - https://docs.nvidia.com/cuda/parallel-thread-execution/#data-movement-and-conversion-instructions-cvt
    """

    code = "TL006"
    name = "cast-before-clamp"
    severity = "error"
    since = "0.1.0"
    fix = "sometimes"
    signature = Order((*_LIMITS, _CHOICE), first=(*FLOAT_TO_INTEGER, "arith.trunci"))
    signatures = MappingProxyType({"sum": Order(("arith.trunci",), ("tt.dot",), unless=_SCALED)})
    observes = (Converted,)

    def judge(self, seen: Converted) -> Conversion | None:
        sums = seen.conversion.summed and seen.conversion.target.width == 8
        late = _late(seen.conversion) or (not seen.measured and _cuts_codes(seen.conversion))
        return seen.conversion if sums or late else None

    def report(self, node: cst.CSTNode, seen: Converted, conversion: Conversion) -> Finding:
        element = conversion.target.triton
        if conversion.summed:
            return self._sum(node, seen, element)
        low, high = _range(conversion)
        over = 300 if conversion.target.width == 8 else 70000
        wrapped = (over - low) % (high - low + 1) + low
        what, so = f"the range of {element}", f"which the clamp keeps, and not to {high}"
        if not _late(conversion):
            what, so = "four bits", "and clamped as that"
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` casts to {element} before it clamps to {what}",
            trigger=f"{over} is cast to {wrapped}, {so}",
            confidence="likely" if seen.launch or not conversion.floating else "certain",
            trace=_trace(seen),
            fix=self._swap(node, conversion),
            help="clamp first",
        )

    def _sum(self, node: cst.CSTNode, seen: Converted, element: str) -> Finding:
        return self.finding(
            node,
            seen,
            f"`{seen.kernel}` keeps a sum of products in {element} that takes 32 bits",
            trigger="16 * 16 + 16 * 16 is 512, and stored as 0",
            confidence="likely",
            trace=(
                *integer_approach(seen, element),
                Step(seen.place, f"the int32 of a dot product becomes {element}: it wraps around"),
            ),
            help="store it in 32 bits, or scale and clamp it",
        )

    def _swap(self, cast: cst.CSTNode, conversion: Conversion) -> Fix | None:
        """The fix that moves the cast behind the clamp around it, or in the next statement."""
        import libcst as cst

        from tritonlint.rule.casts import cast_operand, cast_to_same

        operand = cast_operand(cast)
        clamp = self.node(conversion.clamp) if conversion.clamp is not None else None
        if operand is None or not isinstance(clamp, cst.BaseExpression):
            return None
        part = self.suspect.part_of(cast)
        above = list(part.above(cast))
        if clamp in above:
            if any(map(_is_cast, above[: above.index(clamp)])):
                return None  # the clamped value has a third type
            inner = cst.ensure_type(clamp.deep_replace(cast, operand), type(clamp))
            moved: dict[cst.CSTNode, cst.CSTNode] = {clamp: cast_to_same(cast, inner)}
        elif _next_statement(part, cast, clamp):
            moved = {cast: operand, clamp: cast_to_same(cast, clamp)}
        else:
            return None
        return self.replacing(moved, "Clamp before the cast", "safe")


def _is_cast(node: cst.CSTNode) -> bool:
    import libcst as cst

    match node:
        case cst.Call(func=cst.Attribute(attr=cst.Name("to" | "cast"))):
            return True
    return False


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


def _cuts_codes(conversion: Conversion) -> bool:
    """Whether a float that may be anything is clamped to four bits when it is an integer of 8."""
    low, high = _range(conversion)
    if conversion.clamp is None or not conversion.floating or conversion.target.width != 8:
        return False
    below, above = conversion.interval
    if (below is not None and below >= low) or (above is not None and above <= high):
        return False
    least, most = conversion.limits
    return most in (7, 15) and least in (None, 0, -7, -8)


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


def _next_statement(part: Concrete, cast: cst.CSTNode, clamp: cst.CSTNode) -> bool:
    """Whether `name = ...cast` is followed at once by `name = clamp` of nothing but that name."""
    import libcst as cst

    from tritonlint.rule.casts import names_in

    match one := part.parents[cast], two := part.parents[clamp]:
        case [
            cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]),
            cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=same))]),
        ] if name == same:
            return part.follows(two, one) and names_in(clamp).count(name) == 1
    return False
