"""TL007: values that are cast to the element type of one pointer and stored through another."""

from __future__ import annotations

import ast
import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from tritonlint.rule import Finding, Fix, Order, OtherCast, Rule, Span, Step
from tritonlint.rule.traces import handed_on

if TYPE_CHECKING:
    import libcst as cst


# What is rounded twice on the way to 8 bits, by the type in between and whether those are e5m2:
# half a step of theirs, and a little more.
_TWICE = {
    ("bfloat16", False): "1.0626 is stored as 1.0 and not as 1.125",
    ("float16", False): "1.0626 is stored as 1.0 and not as 1.125",
    ("bfloat16", True): "1.1251 is stored as 1.0 and not as 1.25",
    ("float16", True): "1.1251 is stored as 1.0 and not as 1.25",
}


# 8 bits that are made of what was decoded from 8 bits, and become more.
_CODES = Order(("tt.fp_to_fp",), first=("tt.fp_to_fp",), takes=8, made=8, beyond=("tt.fp_to_fp",))


class CastToOtherPointerDtype(Rule[OtherCast, str]):
    """A kernel casts to the element type of one pointer and stores through another.

    ## What it does
    Finds kernels that cast a float to the element type of one pointer
    (`acc.to(q_ptr.dtype.element_ty)`) and store it through another one, where the launch passes
    tensors of different types: the second would have kept what the first one loses. The same goes
    for a cast to a 16-bit type that is named (`acc.to(tl.float16)`, a constant that the launch
    passes, or one that it looks up in a table by the type of another tensor), and for a cast, after
    arithmetic, back to the type that the value was loaded as, 8-bit floats included. A tensor whose
    type the launching function leaves to its caller counts as 16 bits wide where the other is
    float32, and a tensor made with a dtype parameter counts as having its default dtype; the
    finding is then `likely`.

    ## Why is this bad
    The value is rounded twice, or saturates needlessly: an accumulator that is kept in float32 on
    purpose holds bfloat16 numbers, and an 8-bit float is off by one step. Nothing raises.

    ## Triggering input
    Any value that needs more than 8 bits of mantissa: 257.0 is stored as 256.0 through bfloat16,
    and 70000.0 as infinity through float16.

    ## Example
    ```python
    @triton.jit
    def partial_sum(x_ptr, out_ptr, N: tl.constexpr):
        offset = tl.program_id(0) * N + tl.arange(0, N)
        x = tl.load(x_ptr + offset).to(tl.float32)
        total = tl.sum(x, axis=0)
        tl.store(out_ptr + tl.program_id(0), total.to(x_ptr.dtype.element_ty))
    ```

    ## Use instead
    ```python
    @triton.jit
    def partial_sum(x_ptr, out_ptr, N: tl.constexpr):
        offset = tl.program_id(0) * N + tl.arange(0, N)
        x = tl.load(x_ptr + offset).to(tl.float32)
        total = tl.sum(x, axis=0)
        tl.store(out_ptr + tl.program_id(0), total.to(out_ptr.dtype.element_ty))
    ```

    ## Not flagged
    A cast before `tl.dot` or other arithmetic; a store through the same pointer; two tensors of one
    type; memory of a type that the launch does not show; a cast to a wider type; a type that is
    chosen by testing the tensor's own type; a cast to other 8-bit floats than what was loaded,
    which is how quantization is simulated.

    ## Fix safety
    The cast names the pointer that is stored through. Unsafe: the numbers change, and a reference
    may round in the same way. For a named type there is a fix only where the cast is inside the
    store, and none for a value that a loop carries.

    ## How it is verified
    Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, the stored float32 is fed by `arith.extf`
    of an `arith.truncf` as flagged, and by neither as fixed; of codes, what is stored is fed by a
    `tt.fp_to_fp` of 8 bits that were made of decoded ones.

    ## References
    - https://github.com/vllm-project/vllm/pull/39122
    - https://github.com/LMCache/LMCache/pull/3092
    """

    code = "TL007"
    name = "cast-to-other-pointer-dtype"
    severity = "warning"
    since = "0.1.0"
    fix = "sometimes"
    signature = Order(("arith.extf", "tt.fp_to_fp"), first=("arith.truncf",))
    signatures = MappingProxyType({"codes": _CODES})
    observes = (OtherCast,)

    def judge(self, found: OtherCast) -> str | None:
        return _trigger(found)

    def report(self, node: cst.CSTNode, found: OtherCast, trigger: str) -> Finding:
        narrow = str(found.narrow) if found.narrow else f"`{found.toward}`'s type"
        fix = self._fix(found)
        return self.finding(
            node,
            found,
            f"`{found.kernel}` casts to {narrow} what it stores through `{found.parameter}`",
            trigger=trigger,
            confidence="certain" if found.narrow and found.sure else "likely",
            trace=_trace(found),
            fix=fix,
            help=f"cast to `{found.parameter}`'s element type" if fix else "",
        )

    def _fix(self, found: OtherCast) -> Fix | None:
        """The fix of a cast in this file that spells the parameter's element type, outside of a
        device function (there other callers may pass other pointers)."""
        import libcst as cst

        if found.store.cast is None or found.store.via or self._is_carried(found):
            return None
        match self.node(found.store.cast):
            case cst.Call(func=cst.Attribute(attr=cst.Name("to")), args=[cst.Arg(value=spelled)]):
                text = self.suspect.part_of(spelled).text(spelled)
            case _:
                return None
        if not found.toward and self._stores_directly(found):
            return self._naming(found, spelled, "dtype")
        for form in ("dtype", "type"):
            if text == f"{found.toward}.{form}.element_ty":
                return self._naming(found, spelled, form)
        return None

    def _is_carried(self, found: OtherCast) -> bool:
        """Whether the cast stands in a loop and the store behind it: the loop carries the value in
        the type in which it began."""
        first, last = found.store.cast, found.store.place
        return first is not None and any(
            isinstance(each, (ast.For, ast.While))
            and each.lineno <= first.line <= (each.end_lineno or each.lineno) < last.line
            for each in ast.walk(self.suspect.source.tree)
        )

    def _naming(self, found: OtherCast, spelled: cst.CSTNode, form: str) -> Fix:
        import libcst as cst

        new = cst.parse_expression(f"{found.parameter}.{form}.element_ty")
        message = f"Cast to the element type of `{found.parameter}`"
        return self.replacing({spelled: new}, message, "unsafe")

    def _stores_directly(self, found: OtherCast) -> bool:
        """Whether the cast stands in a `store` that spells the parameter as its pointer."""
        store, cast = found.store.place, found.store.cast
        starts = re.match(rf"\w+\.store\(\s*{found.parameter}\b", self.text(store))
        return cast is not None and starts is not None and _holds(store, cast)


def _holds(outer: Span, inner: Span) -> bool:
    first = (outer.line, outer.column) <= (inner.line, inner.column)
    return first and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _trigger(found: OtherCast) -> str:
    if found.wide.is_fp8 and found.narrow is not None:
        return _TWICE[found.narrow.name, found.wide.name.startswith("float8_e5m2")]
    if found.narrow is not None and found.narrow.is_fp8:
        return "1.1 is stored as 1.0" if "e5m2" in found.narrow.name else "1.1 is stored as 1.125"
    if found.narrow is not None and (found.narrow.name, found.wide.name) == ("float16", "bfloat16"):
        return "70000.0 is stored as infinity"
    if found.narrow is not None and found.narrow.name == "float16":
        return "70000.0 is stored as infinity, and 2049.0 as 2048.0"
    given = "" if found.narrow else "where that is bfloat16, "
    return f"{given}257.0 is stored as 256.0"


def _trace(found: OtherCast) -> tuple[Step, ...]:
    may = "of type" if found.sure else "which may be of type"
    steps = [
        Step(found.place, f"passed as `{found.parameter}`, {may} {found.wide}"),
        *handed_on(found.store.via),
    ]
    if found.toward:
        steps.insert(0, Step(found.given, f"passed to `{found.kernel}` as `{found.toward}`"))
    elif found.given != found.store.cast:
        steps.insert(0, Step(found.given, f"{found.narrow} is passed to `{found.kernel}` here"))
    if found.store.cast is not None:
        to = f"the element type of `{found.toward}`" if found.toward else str(found.narrow)
        steps.append(Step(found.store.cast, f"cast to {to}"))
    steps.append(Step(found.store.place, f"and stored through `{found.parameter}`"))
    return tuple(steps)
