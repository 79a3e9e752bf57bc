"""Findings of texts between which only lines without code differ: where they are now."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from tritonlint.findings import Finding, Fix, Span
from tritonlint.frozen import dataclass, replace

# Words of a finding that tell a line by its number.
_LINE = re.compile(r"\blines? \d")


class Lost(Exception):
    """A place that is not told by the lines of code."""


def paths_of(finding: Finding) -> set[str]:
    """The files that a finding speaks of."""
    said = {each.path for each in _spans(finding)}
    said |= {each.path for each in (finding.launch, finding.claim) if each is not None}
    return said


def _spans(finding: Finding) -> Iterator[Span]:
    yield finding.span
    yield from (each.span for each in finding.trace)
    yield from (each.span for each in finding.fix.edits) if finding.fix else ()


@dataclass(frozen=True)
class MovedCode:
    """By path, the numbers of the lines of code that a file had, and those that it has now: as
    many."""

    before: Mapping[str, Sequence[int]]
    now: Mapping[str, Sequence[int]]

    def finding(self, found: Finding) -> Finding:
        """A finding where it is now. Raises Lost."""
        if self.now.keys().isdisjoint(paths_of(found)):
            return found
        if any(map(_LINE.search, _words(found))):
            raise Lost
        launch, claim = found.launch, found.claim
        return replace(
            found,
            span=self._span(found.span),
            trace=tuple(replace(each, span=self._span(each.span)) for each in found.trace),
            launch=launch and replace(launch, line=self._line(launch.path, launch.line)),
            claim=claim and replace(claim, line=self._line(claim.path, claim.line)),
            fix=found.fix and self._fix(found.fix),
        )

    def _fix(self, fix: Fix) -> Fix:
        return replace(
            fix, edits=tuple(replace(each, span=self._span(each.span)) for each in fix.edits)
        )

    def _span(self, span: Span) -> Span:
        line, end = self._line(span.path, span.line), self._line(span.path, span.end_line)
        if end - line != span.end_line - span.line:
            raise Lost  # something stands inside now, which a fix would have to keep
        return replace(span, line=line, end_line=end)

    def _line(self, path: str, line: int) -> int:
        if path not in self.now:
            return line
        before = self.before[path]
        at = bisect_left(before, line)
        if at == len(before) or before[at] != line or len(before) != len(self.now[path]):
            raise Lost
        return self.now[path][at]


def _words(finding: Finding) -> Iterator[str]:
    yield from (finding.message, finding.trigger, finding.help, finding.held)
    yield from (each.message for each in finding.trace)
    if finding.fix is not None:
        yield finding.fix.message
        yield from (each.replacement for each in finding.fix.edits)
