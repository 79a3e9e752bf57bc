"""TL007: values that are cast to the element type of one pointer and stored through another."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.facts.hazards.other_pointer_casts import OtherCast
from tritonlint.findings import Edit, Finding, Fix, LaunchSite, Step
from tritonlint.rule import BaseRule, Suspect


class CastToOtherPointerDtype(BaseRule):
    """## What it does Finds kernels that cast a float to the element type of one pointer
    (`acc.to(q_ptr.dtype.element_ty)`) and store it through another one, where the launch passes
    tensors of different types: the second would have kept what the first one loses. A tensor whose
    type the launching function leaves to its caller counts as one of 16 bits where the other is
    float32; the finding is then `likely`.

    ## Why is this bad The value is rounded twice, or saturates for nothing: an accumulator that is
    kept in float32 on purpose holds numbers of bfloat16. Nothing raises.

    ## Triggering input Any value that needs more than 8 bits of mantissa: 257.0 is stored as 256.0
    through bfloat16, and 70000.0 as infinity through float16.

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

    ## Not flagged A cast before `tl.dot` or other arithmetic; a store through the same pointer; two
    tensors of one type; memory of a type that the launch does not show; a cast to a wider type; a
    cast to 8-bit floats, which is how quantization is simulated.

    ## Fix safety The cast names the pointer that is stored through. Unsafe: the numbers change, and
    a reference may round in the same way.

    ## How it is verified Compiled for `cuda:90`, `hip:gfx942` and `hip:gfx950`, the stored float32
    is fed by `arith.extf` of an `arith.truncf` as flagged, and by neither as fixed.

    ## References
    - https://github.com/vllm-project/vllm/pull/39122
    - https://github.com/LMCache/LMCache/pull/3092
    """

    code = "TL007"
    name = "cast-to-other-pointer-dtype"
    severity = "warning"
    status = "default"
    since = "0.1.0"
    fix = "sometimes"

    def check(self, suspect: Suspect) -> Iterator[Finding]:
        seen = set()
        for each in suspect.of(OtherCast):
            if (each.place, each.kernel) not in seen:
                seen.add((each.place, each.kernel))
                yield self._finding(suspect, each)

    def _finding(self, suspect: Suspect, found: OtherCast) -> Finding:
        narrow = str(found.narrow) if found.narrow else f"`{found.toward}`'s type"
        trigger = _trigger(found)
        fix = _fix(suspect, found)
        advice = f"; cast to `{found.parameter}`'s element type" if fix else ""
        launch = found.launch
        snippet = suspect.source.snippet(found.place)
        return Finding(
            self.code,
            self.name,
            f"`{found.kernel}` casts to {narrow} what it stores through `{found.parameter}`, and "
            f"`{snippet}` is of type {found.wide}: {trigger}{advice}",
            self.severity,
            "certain" if found.narrow else "likely",
            found.place,
            trigger,
            _trace(found),
            LaunchSite(launch.path, launch.line, found.kernel, found.parameter, found.argument),
            fix,
            function=found.function,
            snippet=snippet,
        )


def _trigger(found: OtherCast) -> str:
    if found.narrow is not None and found.narrow.name == "float16":
        return "70000.0 is stored as infinity, and 2049.0 as 2048.0"
    given = "" if found.narrow else "where that is bfloat16, "
    return f"{given}257.0 is stored as 256.0"


def _trace(found: OtherCast) -> tuple[Step, ...]:
    steps = [
        Step(found.given, f"passed to `{found.kernel}` as `{found.toward}`"),
        Step(found.argument_span, f"passed as `{found.parameter}`, of type {found.wide}"),
        *(Step(each, "handed to a device function here") for each in found.store.via),
    ]
    if found.store.cast is not None:
        steps.append(Step(found.store.cast, f"cast to the element type of `{found.toward}`"))
    steps.append(Step(found.store.place, f"and stored through `{found.parameter}`"))
    return tuple(steps)


def _fix(suspect: Suspect, found: OtherCast) -> Fix | None:
    """The edit of a cast in this file that spells the parameter's element type, outside of a device
    function (there other callers may pass other pointers)."""
    import libcst

    cast = found.store.cast
    if cast is None or cast.path != suspect.source.path or found.store.via:
        return None
    node = suspect.expression_at(cast)
    match node:
        case libcst.Call(func=libcst.Attribute(attr=libcst.Name("to")), args=[argument]):
            spelled = suspect.tree.code_for_node(argument.value)
        case _:
            return None
    form = "dtype" if ".dtype." in spelled else "type"
    if spelled != f"{found.toward}.{form}.element_ty":
        return None
    place = next((span for each, span in suspect.nodes if each is argument.value), None)
    if place is None:
        return None
    edit = Edit(place, f"{found.parameter}.{form}.element_ty")
    return Fix("unsafe", f"Cast to the element type of `{found.parameter}`", (edit,))
