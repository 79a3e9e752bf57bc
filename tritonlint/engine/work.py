"""How a run works."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from tritonlint.engine.observer import QUIET, Observer
from tritonlint.frozen import dataclass

T = TypeVar("T")


@dataclass(frozen=True)
class Work:
    """How a run works: in at most `jobs` processes (None: one for each core), and who is told of
    it."""

    jobs: int | None = None
    observer: Observer = QUIET

    @property
    def processes(self) -> int:
        """The number of processes."""
        if self.jobs:
            return self.jobs
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1

    def done(
        self, shares: Sequence[object], results: Iterable[T], start: float, end: float
    ) -> Iterator[T]:
        """The results of `shares` as they come, which the observer is told: they are what a run
        does from `start` to `end`, from 0 to 1."""
        for number, each in enumerate(results, 1):
            yield each
            self.observer.advance(start + (end - start) * number / len(shares))


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """Syntax trees hold no cycles worth collecting: looking for them again and again takes longer
    than parsing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
