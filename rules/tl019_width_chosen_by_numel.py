"""TL019: 32 or 64 bits chosen by the number of elements, for a kernel that takes strides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.rule import Finding, Rule, Step, WidthChoice

if TYPE_CHECKING:
    import libcst as cst


class WidthChosenByNumel(Rule[WidthChoice, str]):
    """The width of offsets is chosen by the number of elements, and not by the strides.

    ## What it does
    Finds functions that compare `x.numel()` with what fits in 32 bits, use that to choose how wide
    a kernel computes its offsets, and pass strides of `x` to the kernel.

    ## Why is this bad
    A tensor may be a view with gaps: a slice of columns, a head of a fused projection, a layer of a
    cache. Its last element lies at the sum of `(size - 1) * stride`, which can be far beyond its
    number of elements. The kernel then computes offsets in 32 bits that need 64, and reads and
    writes before the tensor. Nothing raises.

    ## Triggering input
    A view of 64 columns of a tensor of 1,000 rows and 4,194,304 columns: it has 64,000 elements,
    and row 512 begins at 2**31.

    ## Example
    ```python
    wide = x.numel() >= 2**31
    scale_kernel[(x.shape[0],)](x, x.stride(0), x.shape[1], WIDE=wide)
    ```

    ## Use instead
    ```python
    wide = sum((n - 1) * s for n, s in zip(x.shape, x.stride())) >= 2**31
    scale_kernel[(x.shape[0],)](x, x.stride(0), x.shape[1], WIDE=wide)
    ```

    ## Not flagged
    A function that makes the tensor itself, makes it contiguous or asks whether it is; a kernel
    that is passed no stride of the tensor; a comparison that raises.

    ## Fix safety
    There is no fix: which tensors count, and what else the kernel adds to them, is for the author
    to say.

    ## How it is verified
    The compiler sees one width or the other, whatever is launched. On a GPU, a view as above shows
    the effect.

    ## References
    - https://github.com/ROCm/aiter/pull/4673
    """

    code = "TL019"
    name = "width-chosen-by-numel"
    severity = "warning"
    since = "0.1.0"
    status = "preview"
    observes = (WidthChoice,)

    def judge(self, seen: WidthChoice) -> str | None:
        return "a view of 1,000 rows, 4,194,304 elements apart: its row 512 begins at 2**31"

    def report(self, node: cst.CSTNode, seen: WidthChoice, trigger: str) -> Finding:
        return self.finding(
            node,
            seen,
            f"`{self.text(seen.place)}` says nothing of a view with gaps, and strides are passed",
            trigger=trigger,
            trace=(
                Step(seen.place, f"the elements of `{seen.tensor}` are counted"),
                Step(seen.stride, f"but the kernel goes by the strides of `{seen.tensor}`"),
            ),
            help=f"compare what the strides of `{seen.tensor}` span",
        )
