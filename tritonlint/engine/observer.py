"""What a run tells about itself while it goes on."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping


class Observer:
    """Is told of the stages of a run and how far it is, and does nothing about it: a command that
    shows either overrides what it needs."""

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Around the stage `name` of the run, or `rule CODE` around that rule on one file."""
        yield

    def advance(self, done: float) -> None:
        """So much of the run is done, from 0 to 1, by the time that it takes as a rule."""


QUIET = Observer()


class Stopwatch(Observer):
    """Adds up the seconds of each stage."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @property
    def seconds(self) -> Mapping[str, float]:
        """Stage to seconds, in the order in which the stages began."""
        return self._seconds

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._seconds.setdefault(name, 0.0)
        start = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] += time.perf_counter() - start
