"""TL008: guards that compare what is never equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.rule import DeadGuard, Finding, Fix, LostDtype, Rule, Step

if TYPE_CHECKING:
    import libcst as cst


class DeadDtypeGuard(Rule["DeadGuard | LostDtype", str]):
    """A test of a dtype compares it with something that it never equals.

    ## What it does
    Finds comparisons of a string, a number, a class or a tensor with a `torch.dtype` (and of a
    tensor's dtype with a string, or with a tuple or list of dtypes). The other side is known by its
    annotation (for a call, that of the function's result; for an attribute, that of the parameter
    stored in it), as a constant, or because string methods are called on it. The two are never
    equal. In kernels it finds comparisons of a pointer's own type (`x_ptr.dtype == tl.float16`)
    with the type of what it points to. A view as the dtype of a tensor (`out.view(cache.dtype)`) is
    found too where the name already stands for the bytes of that tensor, and what is viewed is
    bytes as well: it changes nothing.

    ## Why is this bad
    The guard never fires. Often it is the one that was meant to keep raw bytes away from a kernel
    that stores floats (TL001), or fp8 from one that cannot read it.

    ## Triggering input
    The very value that the guard is about: `"uint8" != torch.uint8` is true, and so is `"fp8_e4m3"
    != torch.uint8`.

    ## Example
    ```python
    def store(kv_cache: torch.Tensor, kv_cache_dtype: str):
        assert kv_cache_dtype != torch.uint8, "storing to uint8 is not supported"
    ```

    ## Use instead
    ```python
    def store(kv_cache: torch.Tensor, kv_cache_dtype: str):
        assert kv_cache.dtype != torch.uint8, "storing to uint8 is not supported"
    ```

    ## Not flagged
    A value that may be a dtype: annotated `str | torch.dtype`, tested with `isinstance`, handed on
    as a dtype, bound again, or given a dtype by its default or by a call in the same file; an
    annotation that would make the code raise every time if it were true; objects of other classes,
    whose comparison may be their own; in kernels the `dtype` of values and of descriptors, a
    parameter that is asked whether it is a pointer (`x.dtype.is_ptr()`), and pointers compared with
    pointers.

    ## Fix safety
    Unsafe: a guard that begins to fire can stop programs that ran until now. There is a fix where
    the code has one expression that can have been meant: the dtype of the tensor that the setting
    is named after (`kv_cache.dtype` for `kv_cache_dtype`), the local `kv_cache_torch_dtype`, the
    dtype that a string names, or what a pointer points to. Elsewhere there is none.

    ## How it is verified
    By executing the guarded function with the value that it should turn away: as flagged it goes
    on, as fixed the guard fires. No kernel is compiled for that. For pointer types, Triton's own
    comparison is the witness.

    ## References
    - https://github.com/sgl-project/sglang/issues/40464
    - https://github.com/triton-lang/triton/issues/4644
    """

    code = "TL008"
    name = "dead-dtype-guard"
    severity = "error"
    since = "0.1.0"
    fix = "sometimes"
    unasked = "the test that never holds leaves nothing behind"
    observes = (DeadGuard, LostDtype)

    def judge(self, guard: DeadGuard | LostDtype) -> str | None:
        if isinstance(guard, LostDtype):
            return "bytes where the caller's dtype was meant"
        return "true" if guard.always else "false"

    def report(self, node: cst.CSTNode, guard: DeadGuard | LostDtype, outcome: str) -> Finding:
        if isinstance(guard, LostDtype):
            return self._lost(node, guard, outcome)
        fix = self._fix(guard)
        return self.finding(
            node,
            guard,
            f"`{guard.text}` is {guard.what} and never equals `{guard.other}`",
            trigger=f"`{self.text(guard.place)}` is always {outcome}",
            confidence="certain" if guard.written else "likely",
            trace=_trace(guard, outcome),
            fix=fix,
            help=f"compare `{guard.meant}`" if fix else "",
        )

    def _lost(self, node: cst.CSTNode, lost: LostDtype, outcome: str) -> Finding:
        trace = [Step(lost.made, f"`{lost.tensor}` stands for bytes from here on")]
        if (lost.read.line, lost.read.column) < (lost.place.line, lost.place.column):
            trace.append(Step(lost.read, "its dtype is read, which is that of the bytes"))
        return self.finding(
            node,
            lost,
            f"`{self.text(lost.place)}` changes nothing: `{lost.tensor}` is bytes by then",
            trigger=outcome,
            confidence="certain",
            trace=(*trace, Step(lost.place, "bytes are viewed as bytes")),
            help=f"read the dtype of `{lost.tensor}` before it is viewed as bytes",
        )

    def _fix(self, guard: DeadGuard) -> Fix | None:
        import libcst as cst

        old = self.node(guard.instead) if guard.instead is not None else None
        if not isinstance(old, cst.BaseExpression):
            return None
        meant = cst.parse_expression(guard.meant).with_changes(lpar=old.lpar, rpar=old.rpar)
        return self.replacing({old: meant}, f"Compare `{guard.meant}`", "unsafe")


def _trace(guard: DeadGuard, outcome: str) -> list[Step]:
    never = guard.asserted and guard.always
    so = "the assertion never fails" if never else f"it is {outcome} for every value"
    said = "is declared here" if guard.written else "is used as a string here"
    if guard.meant.endswith(".element_ty"):
        said = "is that of the pointer that is passed here, not of what it points to"
    declared = Step(guard.because, f"`{guard.text}` {said}")
    here = Step(guard.place, f"so {so}")
    return [here] if guard.because == guard.subject else [declared, here]
