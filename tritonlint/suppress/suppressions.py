"""Which findings the comments of a file suppress, and what is wrong with the comments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tritonlint import rule
from tritonlint.errors import SourceError
from tritonlint.findings import Edit, Finding, Fix, Span, Suppressed
from tritonlint.source import SourceFile
from tritonlint.suppress import directives
from tritonlint.suppress.directives import Directive

# The rules about the comments. They come last, since they look at what the others have found.
CODES = frozenset({"TL901", "TL902", "TL903"})


@dataclass(frozen=True)
class Use:
    """A directive and the codes of the findings that it met."""

    directive: Directive
    met: frozenset[str]


@dataclass(frozen=True)
class Review:
    """What the rules about comments see of a file: its directives and their use, the codes of the
    rules that looked at it, and the findings that no directive suppresses."""

    source: SourceFile
    uses: tuple[Use, ...]
    selected: frozenset[str]
    findings: tuple[Finding, ...]

    def unmet(self, use: Use) -> list[str]:
        """What `use` names in vain, as it is written: rules that looked and found nothing there.
        Whether a rule about comments is met depends on this very question, so they do not count."""
        looked = self.selected - CODES - use.met
        return [each.text for each in use.directive.names if each.code in looked]

    def in_vain(self, expected: bool) -> Iterator[tuple[Directive, str, Fix]]:
        """The directives that name rules in vain, those names, and the fix that removes them: of
        the comments that expect a finding, or of the others."""
        for use in self.uses:
            unmet = self.unmet(use)
            if unmet and expected == (use.directive.kind == "expect"):
                names = ", ".join(unmet)
                edit = without(self.source, use.directive, unmet)
                yield use.directive, names, Fix("safe", f"Remove {names} from the comment", (edit,))


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
    judged = complete and directives.may_need_review(source.data) and bool(selected & CODES)
    if not judged and not (findings and directives.may_suppress(source.data)):
        return list(findings), []
    _, found = directives.read(source)
    kept, suppressed = _split(findings, found)
    kept = [_held(each, found) for each in kept]
    if judged and found and _parses(source):
        uses = tuple(Use(each, _met(each, findings)) for each in found)
        review = Review(source, uses, selected, tuple(kept))
        for code in sorted(selected & CODES):
            reviewer = rule.load(code)()
            assert isinstance(reviewer, rule.CommentRule)
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


def removal(source: SourceFile, directive: Directive, reason: str | None = None) -> Edit:
    """The edit that takes a directive out. Its reason (or `reason`) stays as a plain comment; where
    there is none, the directive goes with its whole line if nothing else is there, with the space
    before it at the end of a line, without what follows it in the same comment."""
    span = directive.span
    words = directive.reason if reason is None else reason
    if words:
        return Edit(span, directives.plain_comment(words))
    line = source.lines[span.line - 1].rstrip("\r\n")
    before, after = line[: span.column - 1], line[span.end_column - 1 :]
    if after.strip():
        end = span.end_column + len(after) - len(after.lstrip())
        return Edit(Span(span.path, span.line, span.column, span.line, end), "")
    if before.strip():
        return Edit(
            Span(span.path, span.line, len(before.rstrip()) + 1, span.line, len(line) + 1), ""
        )
    return Edit(Span(span.path, span.line, 1, span.line + 1, 1), "")


def without(source: SourceFile, directive: Directive, names: Iterable[str]) -> Edit:
    """The edit that takes `names` out of a directive, or the directive out when none is left."""
    gone = set(names)
    left = [each.text for each in directive.names if each.text not in gone]
    return Edit(directive.span, directive.naming(left)) if left else removal(source, directive)


# A comment goes above the statement where the line would become longer than this.
_WIDTH = 100


def comment_edits(
    source: SourceFile,
    findings: Iterable[Finding],
    kind: directives.Kind = "ignore",
    reason: str = "",
) -> tuple[Edit, ...]:
    """The edits that add `# tritonlint: ignore[...]` (or `expect`) for `findings` of this file: one
    comment a statement, as an addition to a comment of this kind that is there already, else at the
    end of the line, else above the statement."""
    found, present = directives.read(source)
    groups: dict[tuple[int, int], list[Finding]] = {}
    for each in sorted(findings, key=lambda each: each.sort_key):
        around = found.around(each.span.line) or (each.span.line, each.span.line)
        groups.setdefault((around[0], around[1]), []).append(each)
    edits = []
    for (first, _), group in groups.items():
        codes = sorted({each.code for each in group})
        line = group[0].span.line
        old = [each for each in present if each.kind == kind and each.names and not each.problem]
        extended = next((each for each in old if each.lines[0] <= line <= each.lines[1]), None)
        if extended:
            names = [each.text for each in extended.names]
            more = [code for code in codes if code not in extended.codes]
            edits.append(Edit(extended.span, extended.naming([*names, *more])))
        else:
            text = f"# tritonlint: {kind}[{', '.join(codes)}] {reason}".rstrip()
            place = line if line in found.open_ended else None
            edits.append(_addition(source, text, first, place))
    return tuple(edits)


def _addition(source: SourceFile, text: str, first: int, line: int | None) -> Edit:
    """A comment at the end of `line` if there is room, else above the statement that begins at
    `first`."""
    path = source.path
    if line is not None:
        old = source.lines[line - 1].rstrip("\r\n").rstrip()
        if len(old) + 2 + len(text) <= _WIDTH:
            return Edit(Span(path, line, len(old) + 1, line, len(old) + 1), f"  {text}")
    below = source.lines[first - 1]
    indent = below[: len(below) - len(below.lstrip())]
    return Edit(Span(path, first, 1, first, 1), f"{indent}{text}\n")
