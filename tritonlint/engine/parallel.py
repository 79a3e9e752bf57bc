"""The facts of many files, found out in several processes."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from tritonlint.engine.work import Work
from tritonlint.errors import SourceError
from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.index.outlines import Outline
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.survey.survey import Analysis
from tritonlint.frozen import dataclass
from tritonlint.source import SourceFile

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

T = TypeVar("T")


@dataclass(frozen=True)
class Facts:
    """What is to be judged about some files, and by path why what is not known of others."""

    observations: tuple[Observation, ...]
    unfinished: dict[str, str]


# Up to so many files are looked at in one process: starting others would take longer.
_FEW_FILES = 40
_FEW_OUTLINES = 200
# So many shares a process: the first ones to finish take the next.
_SHARES = 4
# What takes time in a run, from 0 to 1: parsing what was named, outlines, facts.
_PARSING = (0.0, 0.1)
_OUTLINES = (0.1, 0.25)
_FACTS = (0.25, 1.0)


def facts(sources: Sequence[SourceFile], analysis: Analysis, work: Work) -> Facts:
    """The facts of `sources`, which pass the gate."""
    with work.observer.stage("facts"):
        return _facts_of(sources, analysis, work)


def _facts_of(sources: Sequence[SourceFile], analysis: Analysis, work: Work) -> Facts:
    files = {os.path.abspath(source.path): source for source in sources}
    wanted = frozenset(files)
    processes = work.processes
    if processes > 1:
        _outline(analysis.texts, analysis.texts.universe_of(files), work)
    concerned = [source for file, source in files.items() if analysis.concerns(file)]
    if len(concerned) <= _FEW_FILES:
        return _facts(concerned, wanted, analysis)
    shares = _shares(concerned, processes)
    if processes == 1:
        found = (_facts(share, wanted, analysis) for share in shares)
        results = list(work.done(shares, found, *_FACTS))
    else:
        with _processes(processes, analysis.texts, wanted) as pool:
            results = list(work.done(shares, pool.map(_facts_of_share, shares), *_FACTS))
    return Facts(
        tuple(each for result in results for each in result.observations),
        {path: reason for result in results for path, reason in result.unfinished.items()},
    )


def _facts(sources: Sequence[SourceFile], wanted: frozenset[str], analysis: Analysis) -> Facts:
    return Facts(tuple(analysis.observe(sources, wanted)), analysis.unfinished)


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
    size = -(-len(items) // (processes * _SHARES))
    return [items[start : start + size] for start in range(0, len(items), size)]


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


def _start(texts: Texts, wanted: frozenset[str]) -> None:
    global _process
    gc.disable()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _process = (Analysis(texts=texts), wanted)


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
    return _facts(sources, wanted, analysis)
