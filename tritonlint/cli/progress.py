"""What is shown of a run while it goes on: a bar on a terminal, or with `--profile` the time that
each stage took. Both go to standard error."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tritonlint.engine.observer import Observer, Stopwatch

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

# A run that is over sooner shows no bar.
PATIENCE = 1.0


@contextlib.contextmanager
def observed(profile: bool, doing: str = "Checking") -> Iterator[Observer]:
    """The observer that shows what is asked for; a bar says what the run is `doing`."""
    if profile:
        watch = Stopwatch()
        start = time.perf_counter()
        yield watch
        _tell(watch, time.perf_counter() - start)
    elif sys.stderr.isatty():
        bar = Bar(doing)
        try:
            yield bar
        finally:
            bar.close()
    else:
        yield Observer()


class Bar(Observer):
    """A progress bar, which appears when a run has taken over PATIENCE seconds and leaves nothing
    behind."""

    def __init__(self, doing: str = "Checking") -> None:
        self._doing = doing
        self._start = time.perf_counter()
        self._shown: tuple[Progress, TaskID] | None = None

    def advance(self, done: float) -> None:
        if self._shown is None and time.perf_counter() - self._start > PATIENCE and done < 1:
            self._shown = self._open()
        if self._shown:
            progress, task = self._shown
            progress.update(task, completed=done, refresh=True)

    def _open(self) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import Progress

        # Refreshed as it advances: a thread of its own and processes that fork do not go together.
        progress = Progress(console=Console(stderr=True), transient=True, auto_refresh=False)
        progress.start()
        return progress, progress.add_task(self._doing, total=1.0)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        if name == "report":
            self.close()
        yield

    def close(self) -> None:
        """Take the bar away."""
        if self._shown:
            self._shown[0].stop()
            self._shown = None


def _tell(watch: Stopwatch, total: float) -> None:
    rules = {name: each for name, each in watch.seconds.items() if name.startswith("rule ")}
    stages = {name: each for name, each in watch.seconds.items() if name not in rules}
    rest = total - sum(watch.seconds.values())
    slowest = sorted(rules.items(), key=lambda item: -item[1])
    for name, seconds in (*stages.items(), *slowest, ("other", rest), ("total", total)):
        click.echo(f"{seconds:8.3f} s  {name}", err=True)
