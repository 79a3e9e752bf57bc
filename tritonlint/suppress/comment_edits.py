"""The edits that add and remove comments which suppress findings."""

from __future__ import annotations

from collections.abc import Iterable

from tritonlint.findings import Edit, Finding, Span
from tritonlint.source import SourceFile
from tritonlint.suppress import directives
from tritonlint.suppress.directives import Directive


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
