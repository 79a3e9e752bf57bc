"""The facts of many files, found out in several processes."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, TypeVar

from tritonlint.engine.work import Work
from tritonlint.errors import SourceError
from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.index.layers import layers
from tritonlint.facts.index.outlines import Outline
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.survey.survey import Analysis
from tritonlint.findings.result import Limit
from tritonlint.frozen import dataclass, replace
from tritonlint.source import SourceFile

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

T = TypeVar("T")


@dataclass(frozen=True)
class Facts:
    """What is to be judged about some files, and by path why what is not known of others; by file,
    the lines of functions of other files that were not looked at yet; `limits` at which functions
    were not followed further. `parsed` are the paths of those that were, or are in `unfinished`;
    `sought` are names that were looked for in all files."""

    observations: tuple[Observation, ...]
    unfinished: dict[str, str]
    outside: Mapping[str, Collection[int]] = field(default_factory=dict)
    parsed: frozenset[str] = frozenset()
    limits: frozenset[Limit] = frozenset()
    sought: frozenset[str] = frozenset()


# Up to so many files are looked at in one process: starting others would take longer. So are the
# functions of so many other files that lead to them.
_FEW_FILES = 40
_FEW_OUTLINES = 200
_FEW_OUTSIDE = 4
# A share is so many times smaller than what is left for a process.
_SHARES = 2
# What takes time in a run, from 0 to 1: outlines, facts, and parsing what else was named.
_OUTLINES = (0.0, 0.2)
_FACTS = (0.2, 0.85)
_OUTSIDE = (0.85, 0.95)
_PARSING = (0.95, 1.0)


def facts(sources: Sequence[SourceFile], analysis: Analysis, work: Work) -> Facts:
    """The facts of `sources`, which pass the gate."""
    with work.observer.stage("facts"):
        files = {os.path.abspath(source.path): source for source in sources}
        for layer in layers(analysis.texts, files) if work.processes > 1 else ():
            _outline(analysis.texts, layer, work)
        concerned = [source for file, source in files.items() if analysis.concerns(file)]
        found = _facts_of(concerned, frozenset(files), analysis, work)
        return replace(found, parsed=frozenset(each.path for each in concerned))


def _facts_of(
    concerned: Sequence[SourceFile], wanted: frozenset[str], analysis: Analysis, work: Work
) -> Facts:
    processes = work.processes
    if len(concerned) <= _FEW_FILES:
        return _few(concerned, wanted, analysis, work)
    shares = _shares(concerned, processes)
    if processes == 1:
        found = (_facts(share, wanted, analysis) for share in shares)
        return _together(list(work.done(shares, found, *_FACTS)))
    with _processes(processes, analysis.texts, wanted) as pool:
        results = list(work.done(shares, pool.map(_facts_of_share, shares), *_FACTS))
        lines: dict[str, set[int]] = {}
        for each in results:
            for file, more in each.outside.items():
                lines.setdefault(file, set()).update(more)
        rest = [dict(each) for each in _shares(sorted(lines.items()), processes)]
        results += work.done(rest, pool.map(_outside_of_share, rest), *_OUTSIDE)
    return _together(results)


def _few(
    concerned: Sequence[SourceFile], wanted: frozenset[str], analysis: Analysis, work: Work
) -> Facts:
    """The facts of a few files: what many others pass to them is looked at in other processes, each
    of which has what was parsed by then."""
    global _parsed
    if work.processes == 1:
        return _facts(concerned, wanted, analysis)
    analysis.put_off = {}
    own, lines = _facts(concerned, wanted, analysis), analysis.put_off
    analysis.put_off = None
    if len(lines) <= _FEW_OUTSIDE:
        return _together([own, _known(analysis, analysis.observe_outside(lines, wanted))])
    _parsed = analysis
    shares = [{file: more} for file, more in sorted(lines.items())]
    try:
        with _processes(work.processes, analysis.texts, wanted) as pool:
            found = pool.map(_outside_of_share, shares)
            return _together([own, *work.done(shares, found, *_OUTSIDE)])
    finally:
        _parsed = None


def _together(results: Sequence[Facts]) -> Facts:
    return Facts(
        tuple(each for result in results for each in result.observations),
        {path: reason for result in results for path, reason in result.unfinished.items()},
        limits=frozenset(each for result in results for each in result.limits),
        sought=frozenset(each for result in results for each in result.sought),
    )


def _facts(sources: Sequence[SourceFile], wanted: frozenset[str], analysis: Analysis) -> Facts:
    return _known(analysis, analysis.observe(sources, wanted))


def _known(analysis: Analysis, found: Iterable[Observation]) -> Facts:
    observations = tuple(found)  # before it is asked what was left out
    return Facts(
        observations,
        analysis.unfinished,
        limits=frozenset(analysis.bulkhead.limits),
        sought=frozenset(analysis.looked_at.sought),
    )


def unparsable(sources: Sequence[SourceFile], work: Work) -> dict[str, str]:
    """By path, why those of `sources` that cannot be parsed cannot be."""
    processes = work.processes
    if len(sources) <= _FEW_FILES or processes == 1:
        return _unparsable(sources)
    shares = _shares(sources, processes)
    with _processes(processes, Texts({})) as pool:
        results = list(work.done(shares, pool.map(_unparsable, shares), *_PARSING))
    return {path: reason for result in results for path, reason in result.items()}


def _unparsable(sources: Sequence[SourceFile]) -> dict[str, str]:
    found = {}
    for source in sources:
        try:
            _ = source.tree
        except SourceError as error:
            found[error.path] = error.reason
    return found


def _outline(texts: Texts, universe: Sequence[str], work: Work) -> None:
    """Have the outlines of many files made."""
    files = [file for file in universe if not texts.outlined(file)]
    if len(files) <= _FEW_OUTLINES:
        return
    shares = _shares(files, work.processes)
    with _processes(work.processes, texts) as pool:
        made = work.done(shares, pool.map(_outlines_of_share, shares), *_OUTLINES)
        for share, outlines in zip(shares, made, strict=True):
            texts.learn(dict(zip(share, outlines, strict=True)))


def _shares(items: Sequence[T], processes: int) -> list[Sequence[T]]:
    """Shares of `items`, each of what is left by then: the last are small, so that all processes
    end at about the same time."""
    found: list[Sequence[T]] = []
    while items:
        size = -(-len(items) // (processes * _SHARES))
        found.append(items[:size])
        items = items[size:]
    return found


def _processes(
    number: int, texts: Texts, wanted: frozenset[str] = frozenset()
) -> ProcessPoolExecutor:
    # Only here: they take long to import.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # A copy of a process in which other threads run may wait for ever for a lock that one of them
    # had.
    forks = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
    return ProcessPoolExecutor(
        number,
        mp_context=multiprocessing.get_context("fork" if forks else "spawn"),
        initializer=_start,
        initargs=(texts, wanted),
    )


# What a process that looks at shares has: what it parses for one share it keeps for the next.
_process: tuple[Analysis, frozenset[str]] | None = None
# What a process was forked from had parsed.
_parsed: Analysis | None = None


def _start(texts: Texts, wanted: frozenset[str]) -> None:
    global _process
    gc.disable()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _process = (_parsed or Analysis(texts=texts), wanted)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, killed for one: nobody else would."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _outlines_of_share(files: Sequence[str]) -> list[Outline]:
    assert _process is not None
    return [_process[0].texts.outline(file) for file in files]


def _facts_of_share(sources: Sequence[SourceFile]) -> Facts:
    assert _process is not None
    analysis, wanted = _process
    # The same functions may lead to files of other shares: they are looked at once.
    analysis.put_off = {}
    found = _facts(sources, wanted, analysis)
    return replace(found, outside=analysis.put_off)


def _outside_of_share(lines: Mapping[str, Collection[int]]) -> Facts:
    assert _process is not None
    analysis, wanted = _process
    return _known(analysis, analysis.observe_outside(lines, wanted))
