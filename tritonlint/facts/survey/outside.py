"""What functions of other files pass to the kernels and functions of those that are looked at."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.index.callers import NEAR
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.survey.bulkhead import Bulkhead
from tritonlint.facts.survey.kernels import Narrowing
from tritonlint.facts.survey.roots import Place, Roots, add
from tritonlint.frozen import dataclass
from tritonlint.source import SourceFile, Span

# By file, the lines of the headers of functions.
Lines = dict[str, set[int]]


@dataclass(frozen=True, eq=False)
class Outside:
    """Finds these functions. `observe` tells what a root passes, with which it is asked about its
    own callers too, or of which it is one. What was parsed may be dropped between two files, by
    `make_room`; so `reach` and `narrowing` are asked for anew."""

    _roots: Roots
    _reach: Callable[[], Reach]
    _narrowing: Callable[[], Narrowing]
    _make_room: Callable[[], None]
    _bulkhead: Bulkhead
    _observe: Callable[[Definition, Collection[str], list[Place] | None], Iterable[Observation]]

    def lines(
        self, own: Sequence[Module], files: Sequence[SourceFile], wanted: Collection[str]
    ) -> Lines:
        """The functions outside of `wanted` that may call or launch those of `files`, of which
        `own` are the modules."""
        launchers = self._narrowing().launchers(own, wanted)  # before anything is dropped
        looked_at = {str(module.file) for module in own}
        found = self._roots.callers(files, wanted)
        for file, more in launchers.items():
            found.setdefault(file, set()).update(more)
        return {file: lines for file, lines in found.items() if file not in looked_at}

    def pass_on(
        self, lines: Mapping[str, Collection[int]], wanted: Collection[str]
    ) -> Iterator[Observation]:
        """What functions in these lines pass to those of `wanted`, and what their callers pass to
        them."""
        questioned: list[Place] = []
        for file in sorted(lines):
            self._make_room()
            with self._bulkhead.around(file):
                for caller in self._roots.not_yet(file, lines[file], wanted):
                    meets = self._reach().meets(caller, wanted, NEAR + 1)
                    if meets and self._roots.may_tell(caller):
                        yield from self._observe(caller, wanted, questioned)
        yield from self.asked(questioned, wanted)

    def asked(self, questioned: Iterable[Place], wanted: Collection[str]) -> Iterator[Observation]:
        """What the callers of functions pass that are asked about what they are given."""
        lines: Lines = {}
        for place in questioned:
            add(lines, self._roots.callers_of(place))
        for file in sorted(lines):
            self._make_room()
            for caller in self._roots.not_yet(file, lines[file], wanted, thorough=True):
                yield from self._observe(caller, wanted, None)


def places_in(wanted: Collection[str]) -> Callable[[Span], bool]:
    """Whether a place is in one of the files of `wanted`."""
    known: dict[str, bool] = {}

    def asked(span: Span) -> bool:
        found = known.get(span.path)
        if found is None:
            found = known[span.path] = os.path.abspath(span.path) in wanted
        return found

    return asked
