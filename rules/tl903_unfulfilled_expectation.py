"""TL903: an expected finding that is gone."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.findings import Finding
from tritonlint.suppress.review import CommentRule, Review


class UnfulfilledExpectation(CommentRule):
    """A comment expects a finding that is no longer there.

    ## What it does
    Finds `# tritonlint: expect[...]` comments that name a rule which finds nothing there.

    ## Why is this bad
    Someone wrote down that this statement is a hazard, and it no longer is. The workaround that
    went with it, the accuracy test that was marked, or the comment itself can go; or the code was
    rewritten so that the hazard is no longer seen.

    ## Triggering input
    A comment that expects TL001 on a statement without a finding of TL001.

    ## Example
    ```python
    # tritonlint: expect[TL001] until the cache has an fp8 dtype
    quantize_kernel[grid](k, values.view(torch.float8_e4m3fn))
    ```

    ## Use instead
    ```python
    quantize_kernel[grid](k, values.view(torch.float8_e4m3fn))
    ```

    ## Not flagged
    Rules that are not selected in this run, or that could not look at the whole file. Findings of a
    confidence too low to be shown fulfil an expectation.

    ## Fix safety
    Safe: the comment, or the rule's name in it, is removed, and nothing else.

    ## How it is verified
    By what the rules find in the same run.

    ## References
    - https://doc.rust-lang.org/reference/attributes/diagnostics.html#the-expect-attribute
    """

    code = "TL903"
    name = "unfulfilled-expectation"
    severity = "error"
    since = "0.1.0"
    fix = "safe"

    def review(self, review: Review) -> Iterator[Finding]:
        for directive, names, fix in review.in_vain(expected=True):
            message = f"{names} is expected here and not found"
            yield self.about(directive, message, f"no finding of {names}", fix)
