"""TL901: a comment that suppresses nothing."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.findings import Finding
from tritonlint.suppress.review import CommentRule, Review


class UnusedSuppression(CommentRule):
    """A suppression comment suppresses nothing.

    ## What it does
    Finds `# tritonlint: ignore[...]`, `# tritonlint: file-ignore[...]` and `# noqa: ...` comments
    that name a rule which finds nothing there.

    ## Why is this bad
    The comment outlives the code that it was written for. It claims a hazard where there is none,
    and will hide the next one, which nobody has looked at.

    ## Triggering input
    A comment that names TL001 on a statement without a finding of TL001.

    ## Example
    ```python
    quantize_kernel[grid](k, values.view(torch.float8_e4m3fn))  # tritonlint: ignore[TL001] bytes
    ```

    ## Use instead
    ```python
    quantize_kernel[grid](k, values.view(torch.float8_e4m3fn))
    ```

    ## Not flagged
    Rules that are not selected in this run, or that could not look at the whole file; findings of a
    confidence too low to be shown count as found. Codes of other tools in `# noqa`, and a bare `#
    noqa`: they may be there for another tool. The codes of the rules about comments themselves
    (TL901, TL902, TL903).

    ## Fix safety
    Safe: the comment, or the rule's name in it, is removed, and nothing else.

    ## How it is verified
    By what the rules find in the same run.

    ## References
    - https://docs.astral.sh/ruff/rules/unused-noqa/
    """

    code = "TL901"
    name = "unused-suppression"
    severity = "warning"
    since = "0.1.0"
    fix = "safe"

    def review(self, review: Review) -> Iterator[Finding]:
        for directive, names, fix in review.in_vain(expected=False):
            message = f"`{directive.text}` suppresses no finding of {names}"
            yield self.about(directive, message, f"no finding of {names}", fix)
