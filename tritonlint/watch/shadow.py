"""Shadow types: what each live storage was last written as, by whom, and which element types it was
seen as."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tritonlint.dtypes import BY_NAME, ElementType
from tritonlint.facts.device.meanings import Meaning
from tritonlint.watch.torch_tensors import Geometry, may_overlap, must_overlap, reference

# So many regions, and so many element types, are kept of one storage.
MOST_WRITES = 16
MOST_VIEWS = 16
_FIRST_SWEEP = 4096


@dataclass(slots=True)
class Write:
    """A region of a storage as a kernel wrote it: `writer` is who, in the watcher's terms."""

    where: Geometry
    meaning: Meaning
    writer: Any
    parameter: str


@dataclass(slots=True)
class View:
    """An element type (torch's name) that a region was seen as; `origin` is where."""

    where: Geometry
    type: str
    origin: Any


@dataclass(slots=True)
class Shadow:
    """What is known of one live storage. `version` is that of torch's last write when the kernels'
    writes were seen."""

    held: Any
    version: int = -1
    writes: list[Write] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)

    def write(self, write: Write) -> None:
        """A kernel wrote: what the region was before is forgotten."""
        if not self.writes:
            self.writes.append(write)
            return
        kept = [each for each in self.writes if not may_overlap(each.where, write.where)]
        self.writes = [*kept[-MOST_WRITES:], write]

    def read(self, where: Geometry) -> Write | None:
        """Who wrote what a tensor reads, where that is certain."""
        for each in reversed(self.writes):
            if must_overlap(each.where, where):
                return each
        return None

    def see(self, view: View) -> None:
        """The storage was seen as an element type."""
        if view.type not in self.views and len(self.views) < MOST_VIEWS:
            self.views[view.type] = view

    def host_wrote(self, where: Geometry, element: ElementType | None) -> None:
        """torch wrote: what kernels wrote there is forgotten, and as which other 8-bit floats that
        was seen."""
        self.writes = [each for each in self.writes if not may_overlap(each.where, where)]
        self.views = {
            name: each
            for name, each in self.views.items()
            if not BY_NAME[name].is_fp8
            or element == BY_NAME[name]
            or not may_overlap(each.where, where)
        }

    def touched(self, version: int) -> None:
        """Forget what kernels wrote if torch has written since."""
        if version != self.version:
            self.version = version
            self.writes = []


class Shadows:
    """The shadows of all live storages, by their numbers. Those of storages that have died are
    swept out, so that there are at most about twice as many as live ones."""

    def __init__(self) -> None:
        self.known: dict[int, Shadow] = {}
        self._sweep_at = _FIRST_SWEEP

    def __len__(self) -> int:
        return len(self.known)

    def get(self, number: int) -> Shadow | None:
        """The shadow of the storage with a number, if there is one."""
        return self.known.get(number)

    def of(self, storage: Any) -> Shadow:
        """The shadow of a storage; a new one where there is none."""
        return self.known.get(storage._cdata) or self.new(storage)

    def new(self, storage: Any) -> Shadow:
        """A new shadow of a storage that has none."""
        if len(self.known) >= self._sweep_at:
            self._sweep()
        found = self.known[storage._cdata] = Shadow(reference(storage))
        return found

    def _sweep(self) -> None:
        for number in [n for n, each in self.known.items() if each.held.expired()]:
            del self.known[number]
        self._sweep_at = max(_FIRST_SWEEP, 2 * len(self.known))
