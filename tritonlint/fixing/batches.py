"""Which fixes can be made in one pass, and which files must then be written together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tritonlint.edits import edits
from tritonlint.findings import Edit, Finding


def _edits(finding: Finding) -> tuple[Edit, ...]:
    return finding.fix.edits if finding.fix else ()


def edits_by_path(group: Iterable[Finding]) -> dict[str, list[Edit]]:
    """The edits of the fixes of `group`, by the file that they change."""
    by_path: dict[str, list[Edit]] = {}
    for finding in group:
        for edit in _edits(finding):
            by_path.setdefault(edit.span.path, []).append(edit)
    return by_path


def compatible(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, from the first on, whose fixes exclude none that was taken before."""
    taken: list[Finding] = []
    made: dict[str, list[Edit]] = {}
    for finding in findings:
        mine = _edits(finding)
        if not any(edits.conflict(e, other) for e in mine for other in made.get(e.span.path, ())):
            taken.append(finding)
            for edit in mine:
                made.setdefault(edit.span.path, []).append(edit)
    return taken


def by_files(findings: Sequence[Finding]) -> list[list[Finding]]:
    """The findings in groups that share no file, neither as the place of a finding nor of an
    edit."""
    files = [{f.span.path, *(e.span.path for e in _edits(f))} for f in findings]
    parts = joined(frozenset(each) for each in files)
    return [[f for f, mine in zip(findings, files, strict=True) if mine & part] for part in parts]


def joined(sets: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """The sets, those with a common element made one."""
    parts: list[frozenset[str]] = []
    for each in sets:
        apart = [part for part in parts if not part & each]
        parts = [*apart, each.union(*(part for part in parts if part & each))]
    return parts
