"""The index of a universe: who names what in its files, and which functions lead to a launch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from tritonlint.facts.index.callers import Leading, away_elsewhere, leading, moved_lines
from tritonlint.facts.index.homes import Homes
from tritonlint.facts.index.naming import Moves, Naming, naming
from tritonlint.facts.index.neighbours import neighbours
from tritonlint.facts.index.origins import Origins
from tritonlint.facts.index.outlines import Function, Outline
from tritonlint.facts.index.telling import Giving, Telling, giving, telling

# A launch may be so many other universes away: a helper of tests may lead from them to a package.
_JOURNEYS = 2


class Outlines(Mapping[str, Outline]):
    """The outlines of some files that can matter, each made when it is asked for."""

    def __init__(self, files: Sequence[str], outline: Callable[[str], Outline]) -> None:
        self._files = dict.fromkeys(files)
        self._outline = outline

    def __getitem__(self, file: str) -> Outline:
        if file not in self._files:
            raise KeyError(file)
        return self._outline(file)

    def __contains__(self, file: object) -> bool:
        return file in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


class Files(Protocol):
    """What knows the files of all universes."""

    homes: Homes

    def meet(self, file: str) -> None:
        """Learn what is known from earlier of the universe of a file."""

    def index(self, file: str) -> Index:
        """The index of the universe of a file."""

    def jits(self, file: str) -> bool:
        """Whether a file can define a kernel."""


class Index:
    """What the outlines of a universe tell; each part is worked out when it is asked for. `texts`
    tells of each file what it has to do with kernels, and has the indexes of other universes."""

    def __init__(self, outlines: Mapping[str, Outline], texts: Files) -> None:
        self.outlines = outlines
        self._texts = texts
        # By over how many other universes, if not over all that count.
        self._over: dict[int, tuple[Leading, Giving]] = {}

    @cached_property
    def imported(self) -> Sequence[str]:
        """The first files of the universes that files of this one import from."""
        found = neighbours(self.outlines, self._texts.homes)
        for each in found:
            self._texts.meet(each)
        return found

    @cached_property
    def neighbours(self) -> Sequence[Index]:
        """The indexes of these universes, and of those that they import from in turn."""
        found: dict[str, Index] = {}
        waiting = list(self.imported)
        while waiting:
            file = waiting.pop()
            index = self._texts.index(file)
            if file not in found and index is not self:
                found[file] = index
                waiting += index.imported
        return [found[file] for file in sorted(found)]

    @cached_property
    def origins(self) -> Origins:
        """Where the names in the files come from."""
        return self.origins_of(None)

    def origins_of(self, own: frozenset[str] | None) -> Origins:
        """The same, where it may be known which names the files define."""
        return Origins(self.outlines, self._texts.homes.layout, own, self._origins_around)

    def _origins_around(self) -> Sequence[Origins]:
        return [each.origins for each in self.neighbours]

    @cached_property
    def naming(self) -> Naming:
        """Who names what."""
        return naming(self.outlines, self.origins)

    @cached_property
    def leading(self) -> Leading:
        """The functions that may lead to a launch, here or in a neighbour."""
        return self._told[0]

    @cached_property
    def _told(self) -> tuple[Leading, Giving]:
        return self._told_over(_JOURNEYS)

    def _told_over(self, journeys: int) -> tuple[Leading, Giving]:
        """What leads to a launch over at most so many other universes, and what names tell over as
        many: those that import from each other are asked in no circle."""
        others = [(x.origins, *x._known(journeys - 1)) for x in self.neighbours if journeys]
        away = away_elsewhere(self.naming, [(origins, leads) for origins, leads, _ in others])
        leads = leading(self.outlines, self.naming, elsewhere=away)
        return leads, giving(self.outlines, leads, [gives for *_, gives in others])

    def _known(self, journeys: int) -> tuple[Leading, Giving]:
        if not self.neighbours:
            return self._told  # as it is made, not as it may have been kept
        if journeys not in self._over:
            self._over[journeys] = self._told_over(journeys)
        return self._over[journeys]

    @cached_property
    def telling(self) -> Telling:
        """The functions that may lead to a launch and may know something about the bytes of what
        they pass."""
        return telling(self.outlines, *self._told)

    @cached_property
    def narrowing(self) -> Leading:
        """The functions that may narrow numbers, in files that can define a kernel."""
        jitting = {file: each for file, each in self.outlines.items() if self._texts.jits(file)}
        return leading(jitting, self.naming, _narrows)

    @cached_property
    def launching(self) -> Mapping[str, frozenset[int]]:
        """By file, the functions that may launch a kernel that they do not name, where one of the
        file leads to a launch, over no call or over no known number of calls."""
        found = {}
        for file, leads in self.leading.lines.items():
            near = self.leading.near.get(file, {})
            if any(not near.get(line) for line in leads):
                functions = self.outlines[file].functions
                found[file] = frozenset(each.line for each in functions if each.launches)
        return {file: lines for file, lines in found.items() if lines}

    @cached_property
    def kernels(self) -> Mapping[str, Sequence[str]]:
        """The files with what may be a kernel, by its name."""
        return _by_name((file, each.kernels) for file, each in self.outlines.items())

    @cached_property
    def operators(self) -> Mapping[str, Sequence[str]]:
        """The files that may register a custom operator, by its name."""
        return _by_name((file, each.operators) for file, each in self.outlines.items())

    def defining(self, kernel: str) -> Iterator[str]:
        """The files, here and in the neighbours, with what may be a kernel of this name."""
        for each in (self, *self.neighbours):
            yield from each.kernels.get(kernel, ())

    def registering(self, operator: str) -> Iterator[str]:
        """The files, here and in the neighbours, that may register a custom operator of this
        name."""
        for each in (self, *self.neighbours):
            yield from each.operators.get(operator, ())

    def learn(self, **parts: object) -> None:
        """Take over parts that are known from elsewhere."""
        self.__dict__.update(parts)

    def moved(self, moves: Moves, new: Index) -> Index:
        """What `new` is to know: what this one does, after functions went to other lines. Names are
        those of its own files."""
        own = {file: each for file, each in moves.items() if file in self.outlines}
        for name in ("naming", "leading", "telling", "narrowing"):
            if name in self.__dict__:
                known = own if name == "naming" else moves
                new.learn(**{name: self.__dict__[name].moved(known)})
        if "launching" in self.__dict__:
            new.learn(launching=moved_lines(self.launching, moves))
        if "_told" in self.__dict__:
            leads, gives = self._told
            new.learn(_told=(leads.moved(moves), gives))
        same = {"kernels", "operators", "origins", "imported"} & self.__dict__.keys()
        new.learn(**{name: self.__dict__[name] for name in same})
        return new


def _by_name(pairs: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for file, names in pairs:
        for name in sorted(names):
            found.setdefault(name, []).append(file)
    return found


def _narrows(function: Function) -> bool:
    return function.narrows
