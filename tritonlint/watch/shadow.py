"""Shadow types: what each live storage was last written as, by whom, and which element types it was
seen as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tritonlint.dtypes import BY_NAME, ElementType
from tritonlint.facts.device.meanings import Meaning
from tritonlint.watch.torch_tensors import (
    Geometry,
    hold,
    may_overlap,
    must_overlap,
    release,
    released_if_dead,
)

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


_NO_VIEWS: Mapping[str, View] = MappingProxyType({})


class Shadow:
    """What is known of one live storage. `version` is that of torch's last write when the kernels'
    writes were seen. Most have one write and no view: nothing is made for what is not there."""

    __slots__ = ("version", "views", "writes")

    def __init__(self, version: int = -1) -> None:
        self.version = version
        self.writes: tuple[Write, ...] = ()
        self.views: Mapping[str, View] = _NO_VIEWS

    def write(self, write: Write) -> None:
        """A kernel wrote: what the region was before is forgotten."""
        kept = [each for each in self.writes if not may_overlap(each.where, write.where)]
        self.writes = (*kept[-MOST_WRITES:], write)

    def read(self, where: Geometry) -> Write | None:
        """Who wrote what a tensor reads, where that is certain."""
        for each in reversed(self.writes):
            if must_overlap(each.where, where):
                return each
        return None

    def see(self, view: View) -> None:
        """The storage was seen as an element type."""
        if view.type not in self.views and len(self.views) < MOST_VIEWS:
            self.views = {**self.views, view.type: view}

    def host_wrote(self, where: Geometry, element: ElementType | None) -> None:
        """torch wrote: what kernels wrote there is forgotten, and as which other 8-bit floats that
        was seen."""
        self.writes = tuple(each for each in self.writes if not may_overlap(each.where, where))
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
            self.writes = ()


class Shadows:
    """The shadows of all live storages, by their numbers. Those of storages that have died are
    swept out, so that there are at most about twice as many as live ones."""

    def __init__(self) -> None:
        self.known: dict[int, Shadow] = {}
        # The meaning that all of them were written with, if it is one and nothing was viewed. Who
        # reads with that meaning need not ask.
        self.only: Meaning | None = None
        self._mixed = False
        self._sweep_at = _FIRST_SWEEP

    def __len__(self) -> int:
        return len(self.known)

    def get(self, number: int) -> Shadow | None:
        """The shadow of the storage with a number, if there is one."""
        return self.known.get(number)

    def of(self, storage: Any) -> Shadow:
        """The shadow of a storage; a new one where there is none."""
        return self.known.get(storage._cdata) or self.new(storage)

    def new(self, storage: Any, version: int = -1) -> Shadow:
        """A new shadow of a storage that has none."""
        if len(self.known) >= self._sweep_at:
            self._sweep()
        found = self.known[hold(storage)] = Shadow(version)
        return found

    def meant(self, meaning: Meaning | None) -> None:
        """Something was written with a meaning (None: it was viewed). What is to be told from
        others by `is` is one object each."""
        if meaning is None or meaning is not self.only:
            self._mixed = self._mixed or self.only is not None or meaning is None
            self.only = None if self._mixed else meaning

    def _sweep(self) -> None:
        for number in [each for each in self.known if released_if_dead(each)]:
            del self.known[number]
        shadows = self.known.values()
        self.only, self._mixed = None, any(each.views for each in shadows)
        for write in [write for each in shadows for write in each.writes]:
            self.meant(write.meaning)
        self._sweep_at = max(_FIRST_SWEEP, 2 * len(self.known))

    def __del__(self) -> None:
        for number in self.known:
            release(number)
