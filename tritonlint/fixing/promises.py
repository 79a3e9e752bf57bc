"""Whether fixes do what they promise: their findings are gone, and no other has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tritonlint.findings import Finding
from tritonlint.suppress.review import CODES as COMMENT_CODES


def broken_promise(
    group: Sequence[Finding],
    before: dict[str, tuple[Finding, ...]],
    after: dict[str, tuple[Finding, ...]],
) -> str | None:
    """Why the group's fixes are not to be kept: a finding of theirs is still there, or a new one
    came."""
    allowed = Counter(_identity(each) for path in after for each in before.get(path, ()))
    fixed = Counter(_identity(each) for each in group)
    allowed.subtract(fixed)
    for path in sorted(after):
        for each in after[path]:
            allowed[_identity(each)] -= 1
            if allowed[_identity(each)] < 0:
                if _identity(each) in fixed:
                    return f"the fix does not remove {each.code} in line {each.span.line}"
                if each.code in COMMENT_CODES:
                    # What a fix makes of a comment (it is unused now) is for the next pass.
                    continue
                return f"the fix would add {each.code} in line {each.span.line}: {each.message}"
    return None


def _identity(finding: Finding) -> tuple[str, ...]:
    """What stays the same about a finding when text around or inside its span is edited."""
    site = finding.launch
    launch = (site.path, site.kernel, site.parameter) if site else ()
    comment = (finding.snippet,) if finding.code in COMMENT_CODES else ()
    return (finding.code, finding.span.path, finding.function, *launch, *comment)
