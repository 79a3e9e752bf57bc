"""`check`: from files over facts and rules to findings."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tritonlint.engine import selection
from tritonlint.engine.observer import QUIET, Observer
from tritonlint.engine.question import Question
from tritonlint.engine.work import Work, without_collection
from tritonlint.errors import SourceError
from tritonlint.facts.index.gates import may_matter
from tritonlint.facts.index.universe import Texts
from tritonlint.findings import Finding, Suppressed
from tritonlint.findings.result import Result, Skipped
from tritonlint.settings.config import Settings, refusal
from tritonlint.settings.scopes import Scopes
from tritonlint.source import SourceFile, display_path, read_source
from tritonlint.suppress import suppressions

if TYPE_CHECKING:
    from tritonlint.caching.cache import Asked, Cache
    from tritonlint.facts.hazards.observation import Observation
    from tritonlint.facts.survey.survey import Analysis


@without_collection()
def check(
    files: Sequence[Path],
    settings: Settings,
    cache: Cache | None = None,
    named: Collection[Path] = (),
    jobs: int | None = None,
    observer: Observer = QUIET,
    texts: Texts | None = None,
) -> Result:
    """Check `files`. What cannot be read or decoded is skipped with its reason, and so is what
    cannot be parsed, if it could hold a finding or is among `named`: in a tree, parsing all files
    would take longer than checking it. The others are checked.

    With a `cache`, the result of an earlier run is given back when neither the files, nor those
    that decide what is found in them, nor the settings have changed. What the baseline knows is
    taken out of it each time. At most `jobs` processes are used (default: one for each core).
    What is told of the files on the way is kept in `texts`, for who asks more of them afterwards.
    """
    result = _result(files, settings, cache, named, Work(jobs, observer), texts)
    return _without_known(result, settings)


def _result(
    files: Sequence[Path],
    settings: Settings,
    cache: Cache | None,
    named: Collection[Path],
    work: Work,
    kept: Texts | None,
) -> Result:
    """What is found in `files`, or was in an earlier run, whatever the baseline knows."""
    observer = work.observer
    texts = Texts({}) if kept is None else kept
    texts.homes.include(os.path.abspath(each) for each in files if each.suffix != ".py")
    if cache is None or settings.launches is not None:
        return _check(*_read(files, observer), texts, settings, named, work)
    with observer.stage("cache"):
        scopes = Scopes(settings)
        question = Question.of(files, texts.homes, scopes.every(files), named)
        asked = question.again(cache.kept)
        known = cache.load(asked.key) or _unless_code_changed(asked, cache, scopes)
    if known is not None and kept is None:
        return known
    from tritonlint.engine import last_run
    from tritonlint.facts.index.outline_cache import OutlineCache

    with observer.stage("cache"):
        universe = texts.homes.universe_of(map(os.path.abspath, files))
        outlines = OutlineCache(cache.kept)
        outlines.load(texts, universe)
        texts.before_neighbour = outlines.add
    if known is not None:
        return known
    result = _check(*_read(files, observer), texts, settings, named, work)
    with observer.stage("cache"):
        others = texts.homes.known_beside(universe)
        asked = question.answered(cache.kept, outlines.stamps(others))
        outlines.store(texts, (*universe, *others))
        cache.store(asked.key, result)
        last_run.keep(cache.kept, asked, result, texts, outlines.code)
    return result


def _unless_code_changed(question: Asked, cache: Cache, scopes: Scopes) -> Result | None:
    """What the last run found about the same files, if nothing has changed since that can decide
    it."""
    from tritonlint.engine import last_run

    result = last_run.again(
        cache.kept, question, lambda sources, found: _suppressed(sources, found, set(), scopes)
    )
    if result is not None:
        cache.store(question.key, result)
    return result


def _read(files: Sequence[Path], observer: Observer) -> tuple[list[SourceFile], list[Skipped]]:
    """The sources of `files`, and those that cannot be read or decoded."""
    sources: list[SourceFile] = []
    skipped: list[Skipped] = []
    with observer.stage("read"):
        for path in files:
            try:
                source = read_source(path)
                if not source.is_plain:
                    _ = source.text
            except SourceError as error:
                skipped.append(Skipped(error.path, error.reason))
            else:
                sources.append(source)
    return sources, skipped


def check_text(
    path: Path,
    data: bytes,
    settings: Settings,
    others: Mapping[Path, bytes] | None = None,
    analysis: Analysis | None = None,
) -> Result:
    """Check the file at `path` as if it held `data`; see `check_texts`."""
    return check_texts({path: data}, settings, others, analysis=analysis)


@without_collection()
def check_texts(
    texts: Mapping[Path, bytes],
    settings: Settings,
    others: Mapping[Path, bytes] | None = None,
    named: bool = False,
    analysis: Analysis | None = None,
    work: Work | None = None,
) -> Result:
    """Check the files at the paths of `texts` as if they held these, and the files `others` theirs;
    further files are read from disk. What cannot be parsed is skipped as in `check`, if it could
    hold a finding or they are `named`. An `analysis` that is given has these texts already."""
    sources: list[SourceFile] = []
    skipped: list[Skipped] = []
    for path, data in texts.items():
        source = SourceFile(display_path(path), data)
        try:
            _ = source.text
        except SourceError as error:
            skipped.append(Skipped(error.path, error.reason))
        else:
            sources.append(source)
    contents = {os.path.abspath(each): data for each, data in {**(others or {}), **texts}.items()}
    parsed = texts if named else ()
    known = analysis or Texts(contents)
    result = _check(sources, skipped, known, settings, parsed, work or Work())
    return _without_known(result, settings)


def _without_known(result: Result, settings: Settings) -> Result:
    """`result` with what the baselines know suppressed. Raises ConfigError for a file that is no
    baseline."""
    for each in Scopes(settings).every(finding.span.path for finding in result.findings):
        if each.baseline is not None:
            from tritonlint.suppress import baseline

            result = baseline.apply(result, baseline.read(Path(each.baseline)))
    return result


def _check(
    sources: Sequence[SourceFile],
    skipped: list[Skipped],
    known: Texts | Analysis,
    settings: Settings,
    named: Collection[Path],
    work: Work,
) -> Result:
    # Only here: what is known from an earlier run needs none of it, and it takes long to import.
    from tritonlint.engine.judging import asking_by_text, judge
    from tritonlint.engine.parallel import facts
    from tritonlint.facts.survey.survey import Analysis

    analysis = Analysis(texts=known) if isinstance(known, Texts) else known
    with work.observer.stage("read"):
        gated = [source for source in sources if _is_gated(source, analysis.texts)]
    scopes = Scopes(settings)
    found = facts(gated, analysis, work)
    parsed = found.parsed - found.unfinished.keys()
    broken = _broken([each for each in sources if each.path not in parsed], named, work)
    observations, unused = _with_seen(found.observations, gated, scopes)
    findings, failed = judge(
        [each for each in sources if each.path not in broken],
        observations,
        lambda path: selection.codes_for(path, scopes.of(path)),
        scopes,
        work,
    )
    refused = _refused(scopes, sources)
    left_out = _left_out(skipped, refused.values(), failed, found.unfinished | dict(broken))
    doubtful = {each.path for each in left_out}
    # Rules that were not loaded may be what a comment is for.
    doubtful |= {each.path for each in sources if refused and scopes.of(each.path).file in refused}
    kept, quiet = _suppressed(sources, findings, doubtful, scopes)
    read = _texts(sources, kept)
    work.observer.advance(1.0)
    number = len(sources) + len(skipped)
    limits = tuple(sorted(found.limits))
    sought = None if asking_by_text() else found.sought
    return Result(kept, left_out, number, quiet, unused, limits, read, tuple(findings), sought)


def _is_gated(source: SourceFile, texts: Texts) -> bool:
    """Whether a file can matter, or is one of few."""
    return may_matter(source.data) or texts.is_open(os.path.abspath(source.path))


def _texts(sources: Iterable[SourceFile], found: Iterable[Finding]) -> dict[str, bytes]:
    """What the files hold that have findings."""
    paths = {each.span.path for each in found}
    return {each.path: each.data for each in sources if each.path in paths}


def _left_out(
    skipped: Iterable[Skipped],
    refused: Iterable[Skipped],
    failed: Iterable[tuple[str, str]],
    unfinished: Mapping[str, str],
) -> tuple[Skipped, ...]:
    """What was not looked at to its end, and why, in order."""
    reasons = (Skipped(path, why) for path, why in (*failed, *unfinished.items()))
    every = (*skipped, *refused, *reasons)
    return tuple(sorted(every, key=lambda each: (each.path, each.reason)))


def _with_seen(
    observations: Sequence[Observation], sources: Sequence[SourceFile], scopes: Scopes
) -> tuple[Sequence[Observation], tuple[Skipped, ...]]:
    """The observations with what a record of launches adds, and what of that is not used."""
    if scopes.run.launches is None:
        return observations, ()
    from tritonlint.engine.seen import add_seen

    return add_seen(observations, sources, Path(scopes.run.launches))


def _suppressed(
    sources: Sequence[SourceFile],
    findings: Sequence[Finding],
    doubtful: set[str],
    scopes: Scopes,
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    """The findings that are shown, and those of them that comments take out. In `doubtful` files,
    where something may not have been found, no comment is said to be in vain."""
    kept, suppressed = suppressions.apply_all(
        sources,
        findings,
        lambda path: frozenset(selection.codes_for(path, scopes.of(path))),
        doubtful,
    )
    # Whether a comment is used must not depend on how much is shown: what is hidden goes last.
    visible = set(selection.shown((each.finding for each in suppressed), scopes))
    quiet = [each for each in suppressed if each.finding in visible]
    quiet.sort(key=lambda each: each.finding.sort_key)
    return selection.shown(kept, scopes), tuple(quiet)


def _refused(scopes: Scopes, sources: Iterable[SourceFile]) -> dict[Path | None, Skipped]:
    """The settings files that name modules with rules which were not imported."""
    every = scopes.every(each.path for each in sources)
    said = ((own.file, refusal(own)) for own in every)
    return {file: Skipped(display_path(file), reason) for file, reason in said if file and reason}


def _broken(
    sources: Iterable[SourceFile], named: Collection[Path], work: Work
) -> Mapping[str, str]:
    """By path, why those of `named` that cannot be parsed cannot be."""
    paths = frozenset(map(display_path, named))
    if not paths:
        return {}
    from tritonlint.engine.parallel import unparsable

    with work.observer.stage("parse named files"):
        return unparsable([each for each in sources if each.path in paths], work)
