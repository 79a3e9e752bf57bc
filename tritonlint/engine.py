"""`check`: from files over facts and rules to findings."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tritonlint import rule
from tritonlint.config import Settings
from tritonlint.errors import SourceError
from tritonlint.facts.analysis import Analysis
from tritonlint.facts.arguments import distinct
from tritonlint.facts.observation import Observation
from tritonlint.facts.texts import GATE
from tritonlint.findings import CONFIDENCES, Finding, Suppressed
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


@dataclass(frozen=True)
class _Facts:
    """What one process found out about its share of the files."""

    observations: tuple[Observation, ...]
    skipped: tuple[Skipped, ...]


# Up to so many files that pass the gate are looked at in one process: starting others would take
# longer.
_FEW_FILES = 40
# So many shares a process: the first ones to finish take the next.
_SHARES = 4


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
    that decide what is found in them, nor the settings have changed.
    """
    analysis = Analysis()
    key = (
        cache.key(files, analysis.universe_of(map(os.path.abspath, files)), settings)
        if cache
        else ""
    )
    known = cache.load(key) if cache else None
    if known is not None:
        return known
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
    result = _check(sources, skipped, analysis, settings)
    if cache:
        cache.store(key, result)
    return result


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
    return _check([source], [], Analysis(contents | {os.path.abspath(path): data}), settings)


def _check(
    sources: Sequence[SourceFile], skipped: list[Skipped], analysis: Analysis, settings: Settings
) -> Result:
    selected = rule.select(
        (*(settings.select or ("ALL",)), *settings.extend_select), settings.ignore, settings.preview
    )
    gated = [source for source in sources if GATE.search(source.data)]
    files = len(sources) + len(skipped)
    found = _facts(gated, analysis)
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
    skipped = sorted([*skipped, *found.skipped], key=lambda each: each.path)
    return Result(_shown(findings, settings), tuple(skipped), files)


def _facts(gated: Sequence[SourceFile], analysis: Analysis) -> _Facts:
    """The facts of the files that pass the gate: in this process, or for many files in one a
    core."""
    wanted = frozenset(os.path.abspath(source.path) for source in gated)
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    if len(gated) <= _FEW_FILES or cores == 1:
        return _share(gated, wanted, analysis)
    from concurrent.futures import ProcessPoolExecutor  # only here: it takes long to import

    size = -(-len(gated) // (cores * _SHARES))
    shares = [gated[start : start + size] for start in range(0, len(gated), size)]
    with ProcessPoolExecutor(cores, initializer=_start, initargs=(wanted,)) as pool:
        results = list(pool.map(_share_of_process, shares))
    return _Facts(
        tuple(each for result in results for each in result.observations),
        tuple(each for result in results for each in result.skipped),
    )


_process: tuple[Analysis, frozenset[str]] | None = None


def _start(wanted: frozenset[str]) -> None:
    """Prepare a process that is to look at shares of `wanted`: what it parses for one share it
    keeps for the next."""
    global _process
    gc.disable()
    _process = (Analysis(), wanted)


def _share_of_process(sources: Sequence[SourceFile]) -> _Facts:
    assert _process is not None
    analysis, wanted = _process
    return _share(sources, wanted, analysis)


def _share(sources: Sequence[SourceFile], wanted: frozenset[str], analysis: Analysis) -> _Facts:
    """The facts of `sources`, of which those that cannot be parsed are skipped."""
    parsed: list[SourceFile] = []
    skipped: list[Skipped] = []
    for source in sources:
        try:
            _ = source.tree
        except SourceError as error:
            skipped.append(Skipped(error.path, error.reason))
        else:
            parsed.append(source)
    found = tuple(analysis.observe(parsed, wanted))
    skipped.extend(
        Skipped(source.path, reason)
        for source in parsed
        if (reason := analysis.unfinished.get(source.path))
    )
    return _Facts(found, tuple(skipped))


def _shown(findings: Iterable[Finding], settings: Settings) -> tuple[Finding, ...]:
    lowest = CONFIDENCES.index(settings.confidence)
    kept = (each for each in findings if CONFIDENCES.index(each.confidence) <= lowest)
    return tuple(sorted(kept, key=lambda finding: finding.sort_key))
