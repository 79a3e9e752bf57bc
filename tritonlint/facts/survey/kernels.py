"""Which kernels are looked at for numbers that they narrow, and which functions for what they
launch those with."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from tritonlint.facts.hazards.narrowed_numbers import depends_on_launch, in_kernel
from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.index.callers import NEAR
from tritonlint.facts.index.gates import may_get
from tritonlint.facts.index.outlines import Outline
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernels
from tritonlint.facts.project.modules import Module
from tritonlint.facts.survey.looked_at import LookedAt
from tritonlint.facts.survey.remembered import Key, Remembered
from tritonlint.frozen import dataclass


@dataclass(frozen=True, eq=False)
class Narrowing:
    """The kernels of a project that narrow numbers. `glance` is how the module of another file is
    had until the next one is."""

    texts: Texts
    reach: Reach
    glance: Callable[[str], Module | None]
    looked_at: LookedAt
    remembered: Remembered

    def in_kernels(
        self, own: Sequence[Module], wanted: Collection[str], elsewhere: bool = True
    ) -> Iterator[Observation]:
        """What the kernels of `own` do whatever they are launched with, and those `elsewhere` that
        call device functions of `own`, with places in `wanted`."""
        lines = {str(each.file): self._lines(str(each.file)) for each in own}
        outside = self._outside(lines, wanted) if elsewhere else {}
        jitting = self.texts.outlines(filter(self.texts.jits, outside))
        lines |= self.texts.callers(lines, jitting, compiled=True)
        for file, known in lines.items():
            parsed = self.glance if file in outside else self.reach.parsed
            module = parsed(file) if known else None
            for kernel in kernels(module) if module is not None else ():
                if kernel.line in known:
                    self.looked_at.kernels.add((kernel.path, kernel.line))
                    key: Key = ("kernel", kernel.line)
                    found = self.remembered.of(file, key, partial(in_kernel, kernel))
                    yield from self._kept(found, file, wanted)

    def _lines(self, file: str) -> frozenset[int]:
        """The lines of the functions of a file that may narrow numbers."""
        return self.texts.narrowing(file).lines.get(file, frozenset())

    def _kept(
        self, found: Iterable[Observation], file: str, wanted: Collection[str]
    ) -> Iterator[Observation]:
        """Those of `found` that are in a wanted file of the same universe as `file`."""
        universe = self.texts.universe(file)
        for each in found:
            place = os.path.abspath(each.place.path)
            if place in wanted and self.texts.universe(place) == universe:
                yield each

    def _outside(self, own: Iterable[str], wanted: Collection[str]) -> Mapping[str, Outline]:
        """The outlines of the files that can decide what is found in `own`, but are not wanted."""
        universe = {each for file in own for each in self.texts.universe(file)}
        return self.texts.outlines(universe - set(wanted))

    def launchers(
        self, own: Sequence[Module], wanted: Collection[str]
    ) -> dict[str, frozenset[int]]:
        """The functions outside of `wanted` that may launch a kernel of `own` of which the types of
        its tensors decide what it narrows, and the functions that call those: for each file the
        lines of their headers."""
        outside = self._outside((str(module.file) for module in own), wanted)
        if not outside:
            return {}
        indexes = {id(each): each for each in (self.texts.index(str(m.file)) for m in own)}
        every = (pair for each in indexes.values() for pair in each.launching.items())
        launching = {file: lines for file, lines in every if file in outside}
        lines: dict[str, frozenset[int]] = {}
        for kernel in self._kernels(own) if launching else ():
            found = self._that_name(kernel, launching)
            if found and depends_on_launch(kernel):
                lines |= {file: launching[file] for file in found}
        for file, more in self.texts.callers(lines, outside, NEAR).items():
            told = more & self.texts.telling(file).lines.get(file, frozenset())
            lines[file] = lines.get(file, frozenset()) | told
        return lines

    def _kernels(self, modules: Iterable[Module]) -> Iterator[Kernel]:
        for module in modules:
            if self.texts.jits(str(module.file)):
                yield from kernels(module)

    def _that_name(self, kernel: Kernel, files: Iterable[str]) -> list[str]:
        """Those of `files` that may launch the kernel by its name."""
        spelled = kernel.name.encode()
        texts = ((file, self.texts.read(file)) for file in files)
        return [file for file, text in texts if spelled in text and may_get(text, spelled)]
