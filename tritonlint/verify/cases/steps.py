"""How far a run over cases is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from tritonlint.engine.observer import QUIET, Observer

T = TypeVar("T")


class Steps:
    """Tells an observer how many of `total` steps are done. A step takes about as long as any
    other; where steps are left out the end comes sooner."""

    def __init__(self, total: int, observer: Observer = QUIET) -> None:
        self._total = max(1, total)
        self._done = 0
        self._observer = observer

    def through(self, each: Iterable[T], steps: int = 1) -> Iterator[T]:
        """The items of `each`, so many steps for every one."""
        for item in each:
            yield item
            self._done += steps
            self._observer.advance(min(1.0, self._done / self._total))
