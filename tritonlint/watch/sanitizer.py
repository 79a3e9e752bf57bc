"""One run of the launch sanitizer in a process: the hook, which waits for Triton to be imported,
and what was seen at the end."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from tritonlint import triton_hook
from tritonlint.facts.hazards.launched.seen import Seen
from tritonlint.watch import torch_hook
from tritonlint.watch.on_import import when_imported
from tritonlint.watch.watcher import Counts, Judge, Watcher


class Sanitizer:
    """Watches from `start` to `stop`."""

    def __init__(
        self,
        judge: Judge | None = None,
        dry: bool = False,
        keep_ir: bool = False,
        added: Callable[[Seen], None] | None = None,
    ) -> None:
        self.watcher = Watcher(judge, dry, keep_ir, added)
        self.hooked = False
        self._dry = dry
        self._ends: list[Callable[[], None]] = []

    def start(self) -> None:
        """Watch as soon as Triton has been imported."""
        self._ends.append(when_imported("triton", self._hook))
        self._ends.append(torch_hook.install(self.watcher))

    def _hook(self) -> None:
        try:
            self._ends.append(triton_hook.install(self.watcher, self._dry))
            self.hooked = True
        except Exception as error:
            self.watcher.failed(error)

    def stop(self) -> None:
        """Leave Triton as it was."""
        while self._ends:
            self._ends.pop()()

    @contextlib.contextmanager
    def host_operations(self) -> Iterator[None]:
        """Watch what torch does too, if it has been imported."""
        entered = contextlib.nullcontext() if "torch" not in sys.modules else self._mode()
        with entered:
            yield

    def _mode(self) -> Any:
        from tritonlint.watch.host_operations import mode

        try:
            return mode(self.watcher)
        except Exception as error:
            self.watcher.failed(error)
            return contextlib.nullcontext()

    def counts(self) -> dict[str, Any]:
        """`Counts` as plain data."""
        return asdict(self.watcher.counts)


def added_up(counts: list[dict[str, Any]]) -> dict[str, Any]:
    """The sums of the counts of several processes."""
    names = [name for name in asdict(Counts()) if name != "first_error"]
    total: dict[str, Any] = {n: sum(each.get(n, 0) for each in counts) for n in names}
    total["first_error"] = next((c["first_error"] for c in counts if c.get("first_error")), "")
    return total
