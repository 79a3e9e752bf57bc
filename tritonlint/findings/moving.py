"""Findings of one text of a file, where they are in another: those on lines that did not change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tritonlint.errors import SourceError
from tritonlint.findings import Finding, Fix, Step
from tritonlint.frozen import replace
from tritonlint.source import SourceFile, Span


def at(finding: Finding) -> tuple[str, Span]:
    """What tells findings of one text apart."""
    return finding.code, finding.span


class Moved:
    """From `old` to `new`, two texts of one file: the lines at the beginning and at the end that
    both share stay what they are."""

    def __init__(self, old: SourceFile, new: SourceFile) -> None:
        self.path = new.path
        try:
            before, after = list(old.lines), list(new.lines)
        except SourceError:
            before, after = [], []
        shared = min(len(before), len(after))
        first = next((i for i in range(shared) if before[i] != after[i]), shared)
        rest = shared - first
        last = next((i for i in range(rest) if before[-1 - i] != after[-1 - i]), rest)
        self._first, self._after = first, len(before) - last
        self._by = len(after) - len(before)
        # The lines that changed, in each of the two: from the first to the last, both counted.
        self.before = range(first + 1, len(before) - last + 1)
        self.now = range(first + 1, len(after) - last + 1)

    def all(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Those of `findings` that stand on lines that did not change."""
        for each in findings:
            span = self.span(each.span)
            if span is not None:
                yield replace(each, span=span, trace=tuple(self._trace(each)), fix=self._fix(each))

    def _trace(self, finding: Finding) -> Iterator[Step]:
        for each in finding.trace:
            span = self.span(each.span)
            if span is not None:
                yield replace(each, span=span)

    def _fix(self, finding: Finding) -> Fix | None:
        """The fix, if all that it changes is where it was."""
        if finding.fix is None:
            return None
        edits = []
        for each in finding.fix.edits:
            span = self.span(each.span)
            if span is None:
                return None
            edits.append(replace(each, span=span))
        return replace(finding.fix, edits=tuple(edits))

    def line(self, line: int) -> int | None:
        """Where a line is now; None where it changed."""
        if line <= self._first:
            return line
        return line + self._by if line > self._after else None

    def span(self, span: Span) -> Span | None:
        """Where a span is now; None where its lines changed."""
        if span.path != self.path or span.end_line <= self._first:
            return span
        if span.line <= self._after:
            return None
        return replace(span, line=span.line + self._by, end_line=span.end_line + self._by)
