"""The facts of many files, found out in one process a core."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tritonlint.facts.analysis import Analysis
from tritonlint.facts.observation import Observation
from tritonlint.facts.outlines import Outline
from tritonlint.facts.texts import Texts
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


def facts(sources: Sequence[SourceFile], analysis: Analysis) -> Facts:
    """The facts of `sources`, which pass the gate."""
    files = {os.path.abspath(source.path): source for source in sources}
    wanted = frozenset(files)
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    if cores > 1:
        _outline(analysis.texts, analysis.universe_of(files), cores)
    concerned = [source for file, source in files.items() if analysis.concerns(file)]
    if len(concerned) <= _FEW_FILES or cores == 1:
        return _facts(concerned, wanted, analysis)
    shares = _shares(concerned, cores)
    with _processes(cores, analysis.texts, wanted) as pool:
        results = list(pool.map(_facts_of_share, shares))
    return Facts(
        tuple(each for result in results for each in result.observations),
        {path: reason for result in results for path, reason in result.unfinished.items()},
    )


def _facts(sources: Sequence[SourceFile], wanted: frozenset[str], analysis: Analysis) -> Facts:
    return Facts(tuple(analysis.observe(sources, wanted)), analysis.unfinished)


def _outline(texts: Texts, universe: Sequence[str], cores: int) -> None:
    """Have the outlines of many files made."""
    files = [file for file in universe if not texts.outlined(file)]
    if len(files) <= _FEW_OUTLINES:
        return
    shares = _shares(files, cores)
    with _processes(cores, texts, frozenset()) as pool:
        for share, outlines in zip(shares, pool.map(_outlines_of_share, shares), strict=True):
            texts.learn(dict(zip(share, outlines, strict=True)))


def _shares(items: Sequence[T], cores: int) -> list[Sequence[T]]:
    size = -(-len(items) // (cores * _SHARES))
    return [items[start : start + size] for start in range(0, len(items), size)]


def _processes(cores: int, texts: Texts, wanted: frozenset[str]) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor  # only here: it takes long to import

    return ProcessPoolExecutor(cores, initializer=_start, initargs=(texts, wanted))


# What a process that looks at shares has: what it parses for one share it keeps for the next.
_process: tuple[Analysis, frozenset[str]] | None = None


def _start(texts: Texts, wanted: frozenset[str]) -> None:
    global _process
    gc.disable()
    _process = (Analysis(texts=texts), wanted)


def _outlines_of_share(files: Sequence[str]) -> list[Outline]:
    assert _process is not None
    return [_process[0].texts.outline(file) for file in files]


def _facts_of_share(sources: Sequence[SourceFile]) -> Facts:
    assert _process is not None
    analysis, wanted = _process
    return _facts(sources, wanted, analysis)
