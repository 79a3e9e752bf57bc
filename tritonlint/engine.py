"""`check`: from files over facts and rules to findings."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tritonlint import rule, suppressions
from tritonlint.config import Settings
from tritonlint.errors import SourceError
from tritonlint.facts.analysis import Analysis
from tritonlint.facts.arguments import distinct
from tritonlint.facts.observation import Observation
from tritonlint.facts.outlines import GATE
from tritonlint.findings import CONFIDENCES, Finding, Suppressed
from tritonlint.parallel import facts
from tritonlint.source import SourceFile, display_path, read_source

if TYPE_CHECKING:
    from tritonlint.cache import Cache


@dataclass(frozen=True)
class Skipped:
    """A file that was not analysed, or not by every rule, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Result:
    """The findings that the settings select, sorted; what was skipped; how many files were looked
    at; the findings that a comment or the baseline takes out."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    files: int
    suppressed: tuple[Suppressed, ...] = ()


@contextlib.contextmanager
def _without_collection() -> Iterator[None]:
    """Syntax trees hold no cycles worth collecting: looking for them again and again takes longer
    than parsing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_without_collection()
def check(files: Sequence[Path], settings: Settings, cache: Cache | None = None) -> Result:
    """Check `files`. What cannot be read, decoded or parsed is skipped with its reason; the others
    are checked.

    With a `cache`, the result of an earlier run is given back when neither the files, nor those
    that decide what is found in them, nor the settings have changed. What the baseline knows is
    taken out of it each time.
    """
    return _without_known(_result(files, settings, cache), settings)


def _result(files: Sequence[Path], settings: Settings, cache: Cache | None) -> Result:
    """What is found in `files`, or was in an earlier run, whatever the baseline knows."""
    analysis = Analysis()
    if cache is None:
        return _check(*_read(files), analysis, settings)
    universe = analysis.universe_of(map(os.path.abspath, files))
    key = cache.key(files, universe, settings)
    known = cache.load(key)
    if known is not None:
        return known
    from tritonlint.outline_cache import OutlineCache

    outlines = OutlineCache(cache, universe, analysis.texts)
    outlines.load()
    result = _check(*_read(files), analysis, settings)
    outlines.store()
    cache.store(key, result)
    return result


def _read(files: Sequence[Path]) -> tuple[list[SourceFile], list[Skipped]]:
    """The sources of `files`, and those that cannot be read or decoded."""
    sources: list[SourceFile] = []
    skipped: list[Skipped] = []
    for path in files:
        try:
            source = read_source(path)
            _ = source.text
        except SourceError as error:
            skipped.append(Skipped(error.path, error.reason))
        else:
            sources.append(source)
    return sources, skipped


def check_text(
    path: Path, data: bytes, settings: Settings, others: Mapping[Path, bytes] | None = None
) -> Result:
    """Check the file at `path` as if it held `data`, and the files `others` theirs; further files
    are read from disk."""
    source = SourceFile(display_path(path), data)
    try:
        _ = source.text
    except SourceError as error:
        return Result((), (Skipped(error.path, error.reason),), 1)
    contents = {os.path.abspath(other): each for other, each in (others or {}).items()}
    analysis = Analysis(contents | {os.path.abspath(path): data})
    return _without_known(_check([source], [], analysis, settings), settings)


def _without_known(result: Result, settings: Settings) -> Result:
    """`result` with what the baseline knows suppressed. Raises ConfigError for a file that is no
    baseline."""
    if settings.baseline is None:
        return result
    from tritonlint import baseline

    return baseline.apply(result, baseline.read(Path(settings.baseline)))


def _check(
    sources: Sequence[SourceFile], skipped: list[Skipped], analysis: Analysis, settings: Settings
) -> Result:
    selected = selection(settings)
    gated = [source for source in sources if GATE.search(source.data)]
    files = len(sources) + len(skipped)
    found = facts(gated, analysis)
    suspects: dict[str, list[Observation]] = {}
    for each in distinct(found.observations):
        suspects.setdefault(each.place.path, []).append(each)
    by_path = {source.path: source for source in gated}
    findings: list[Finding] = []
    for path, observations in sorted(suspects.items()):
        suspect = rule.Suspect(by_path[path], observations, settings)
        try:
            for code in sorted(selected):
                findings += rule.load(code)().check(suspect)
        except RecursionError:
            skipped.append(Skipped(path, "nested too deeply for the rules to be applied"))
    skipped += [Skipped(path, reason) for path, reason in found.unfinished.items()]
    skipped = sorted(skipped, key=lambda each: each.path)
    kept, suppressed = suppressions.apply_all(
        sources, findings, selected, {each.path for each in skipped}
    )
    # Whether a comment is used must not depend on how much is shown: what is hidden goes last.
    visible = set(shown((each.finding for each in suppressed), settings))
    quiet = [each for each in suppressed if each.finding in visible]
    quiet = sorted(quiet, key=lambda each: each.finding.sort_key)
    return Result(shown(kept, settings), tuple(skipped), files, tuple(quiet))


def selection(settings: Settings) -> frozenset[str]:
    """The codes of the rules that `settings` select. Raises UsageError for a rule that does not
    exist."""
    wanted = (*(settings.select or ("ALL",)), *settings.extend_select)
    return rule.select(wanted, settings.ignore, settings.preview)


def shown(findings: Iterable[Finding], settings: Settings) -> tuple[Finding, ...]:
    """Those of `findings` that the settings show, sorted."""
    lowest = CONFIDENCES.index(settings.confidence)
    kept = (each for each in findings if CONFIDENCES.index(each.confidence) <= lowest)
    return tuple(sorted(kept, key=lambda finding: finding.sort_key))
