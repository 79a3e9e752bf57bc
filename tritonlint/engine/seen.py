"""Judging what was seen at run time: the rules, the settings and the comments are those of
`check`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tritonlint.engine.judging import judge
from tritonlint.engine.selection import codes_for, shown
from tritonlint.engine.work import Work
from tritonlint.errors import SourceError
from tritonlint.facts.hazards.launched import record_file
from tritonlint.facts.hazards.launched.at_run_time import Unused, observe
from tritonlint.facts.hazards.launched.joining import joined
from tritonlint.facts.hazards.launched.seen import Seen, SeenLaunch
from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.project.project import Project
from tritonlint.findings import Finding
from tritonlint.findings.result import Result, Skipped
from tritonlint.settings.config import Settings
from tritonlint.settings.scopes import Scopes
from tritonlint.source import SourceFile, read_source
from tritonlint.suppress import suppressions

# What types at run time decide.
CODES = ("TL001", "TL002", "TL003", "TL004", "TL005", "TL006", "TL007", "TL009", "TL010")


def judged(
    seen: Iterable[Seen], settings: Settings, project: Project | None = None
) -> tuple[Result, tuple[Unused, ...]]:
    """The findings about what was seen, and what of it is about code that has changed since.
    Raises ConfigError for a settings file that is not understood."""
    observations, unused = observe(seen, project or Project([]))
    sources, skipped = _sources(observations)
    there = {source.path for source in sources}
    scopes = Scopes(settings)
    kept = [each for each in observations if each.place.path in there]
    findings, reasons = judge(
        sources, kept, lambda path: codes_for(path, scopes.of(path)), scopes, Work()
    )
    failed = [Skipped(path, reason) for path, reason in reasons]
    findings = [each for each in findings if each.code in CODES]
    left, suppressed = suppressions.apply_all(sources, findings, lambda _: frozenset(), set())
    quiet = sorted(suppressed, key=lambda each: each.finding.sort_key)
    result = Result(shown(_once(left), scopes), (*skipped, *failed), len(sources), tuple(quiet))
    return result, tuple(unused)


def add_seen(
    observations: Sequence[Observation], sources: Iterable[SourceFile], record: Path
) -> tuple[tuple[Observation, ...], tuple[Skipped, ...]]:
    """The observations of a run with those of a record of launches, in `sources`, and what of the
    record is not used. Raises UsageError for a file that is no record."""
    project = Project([])
    files = {}
    for source in sources:
        files[source.path] = os.path.abspath(source.path)
        project.module(Path(files[source.path]), source)
    seen = [each for each in record_file.read(record) if _concerns(each, files)]
    more, unused = observe(seen, project)
    here = [each for each in more if each.place.path in files]
    said = [Skipped(each.path, each.reason) for each in unused]
    return tuple(joined(observations, here)), tuple(said)


def _concerns(seen: Seen, files: Mapping[str, str]) -> bool:
    """Whether something was seen in one of these files."""
    kernel = seen.kernel.path if isinstance(seen, SeenLaunch) else ""
    return seen.function.path in files or kernel in files


def _sources(
    observations: Sequence[Observation],
) -> tuple[list[SourceFile], list[Skipped]]:
    """The files that observations are in, and those that cannot be read."""
    sources: list[SourceFile] = []
    skipped: list[Skipped] = []
    for path in sorted({each.place.path for each in observations}):
        try:
            source = read_source(Path(path))
            _ = source.tree
        except SourceError as error:
            skipped.append(Skipped(error.path, error.reason))
        else:
            sources.append(source)
    return sources, skipped


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """The findings without those that say the same of one place, parameter and kernel."""
    chosen: dict[object, Finding] = {}
    for each in findings:
        site = each.launch
        where = (site.path, site.line, site.kernel, site.parameter) if site else ()
        chosen.setdefault((each.code, each.span, where), each)
    return list(chosen.values())
