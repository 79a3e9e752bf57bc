"""Which findings the comments of a file suppress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tritonlint.errors import SourceError
from tritonlint.findings import Finding, Suppressed
from tritonlint.frozen import replace
from tritonlint.rule import registry
from tritonlint.source import SourceFile
from tritonlint.suppress import directives
from tritonlint.suppress.directives import Directive
from tritonlint.suppress.review import CODES, CommentRule, Review, Use


def apply_all(
    sources: Sequence[SourceFile],
    findings: Iterable[Finding],
    selected: Callable[[str], frozenset[str]],
    skipped: set[str],
) -> tuple[list[Finding], list[Suppressed]]:
    """`apply` for the `findings` of all of `sources`; `selected` are the codes that are on for a
    path, which only a file with comments asks for; `skipped` are the paths of those that not every
    rule could look at."""
    by_path: dict[str, list[Finding]] = {}
    for each in findings:
        by_path.setdefault(each.span.path, []).append(each)
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    for source in sources:
        mine = by_path.pop(source.path, [])
        has_comments = directives.may_need_review(source.data)
        on = selected(source.path) if has_comments else frozenset()
        left, quiet = apply(source, mine, on, source.path not in skipped)
        kept += left
        suppressed += quiet
    return [*kept, *(each for rest in by_path.values() for each in rest)], suppressed


def apply(
    source: SourceFile, findings: Sequence[Finding], selected: frozenset[str], complete: bool
) -> tuple[list[Finding], list[Suppressed]]:
    """The findings of one file that are left, those about its comments among them, and those that
    are suppressed.

    Comments are judged only when every rule of `selected` could look at the whole file
    (`complete`).
    """
    judged = complete and bool(selected & CODES) and directives.may_need_review(source.data)
    if not judged and not (findings and directives.may_suppress(source.data)):
        return list(findings), []
    _, found = directives.read(source)
    kept, suppressed = _split(findings, found)
    kept = [_held(each, found) for each in kept]
    if judged and found and _parses(source):
        uses = tuple(Use(each, _met(each, findings)) for each in found)
        review = Review(source, uses, selected, tuple(kept))
        for code in sorted(selected & CODES):
            reviewer = registry.load(code)()
            assert isinstance(reviewer, CommentRule)
            more, quiet = _split(list(reviewer.review(review)), found)
            kept += more
            suppressed += quiet
    return kept, suppressed


def _parses(source: SourceFile) -> bool:
    """Whether Python can parse the file. The rules are asked only about files that concern them, so
    that no one need have noticed before."""
    try:
        return bool(source.tree)
    except SourceError:
        return False


def _split(
    findings: Iterable[Finding], found: Sequence[Directive]
) -> tuple[list[Finding], list[Suppressed]]:
    kept, suppressed = [], []
    for finding in findings:
        matching = [each for each in found if _matches(each, finding)]
        if matching:
            reason = next((each.reason for each in matching if each.reason), "")
            suppressed.append(Suppressed(finding, "in-source", reason))
        else:
            kept.append(finding)
    return kept, suppressed


def _held(finding: Finding, found: Sequence[Directive]) -> Finding:
    """The finding, without its fix where a comment that is not understood may have been meant to
    keep the code as it is."""
    for each in found:
        if each.problem and each.lines[0] <= finding.span.line <= each.lines[1]:
            held = f"the comment in line {each.span.line} is not understood: {each.problem}"
            return replace(finding, fix=None, held=held)
    return finding


def _matches(directive: Directive, finding: Finding) -> bool:
    first, last = directive.lines
    return first <= finding.span.line <= last and directive.names_rule(finding.code)


def _met(directive: Directive, findings: Iterable[Finding]) -> frozenset[str]:
    return frozenset(each.code for each in findings if _matches(directive, each))
