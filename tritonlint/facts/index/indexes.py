"""The index of a universe: who names what in its files, and which functions lead to a launch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from tritonlint.facts.index.callers import Leading, leading, moved_lines
from tritonlint.facts.index.naming import Moves, Naming, naming
from tritonlint.facts.index.origins import Origins
from tritonlint.facts.index.outlines import Function, Outline
from tritonlint.facts.index.telling import Telling, telling
from tritonlint.facts.project.layout import Layout


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


class Index:
    """What the outlines of a universe tell; each part is worked out when it is asked for. `jits`
    tells which files can define a kernel."""

    def __init__(
        self, outlines: Mapping[str, Outline], layout: Layout, jits: Callable[[str], bool]
    ) -> None:
        self.outlines = outlines
        self.layout = layout
        self._jits = jits

    @cached_property
    def naming(self) -> Naming:
        """Who names what."""
        return naming(self.outlines, Origins(self.outlines, self.layout))

    @cached_property
    def leading(self) -> Leading:
        """The functions that may lead to a launch."""
        return leading(self.outlines, self.naming)

    @cached_property
    def telling(self) -> Telling:
        """The functions that may lead to a launch and may know something about the bytes of what
        they pass."""
        return telling(self.outlines, self.leading)

    @cached_property
    def narrowing(self) -> Leading:
        """The functions that may narrow numbers, in files that can define a kernel."""
        jitting = {file: each for file, each in self.outlines.items() if self._jits(file)}
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

    def learn(self, **parts: object) -> None:
        """Take over parts that are known from elsewhere."""
        self.__dict__.update(parts)

    def moved(self, moves: Moves, new: Index) -> Index:
        """What `new` is to know: what this one does, after functions went to other lines."""
        for name in ("naming", "leading", "telling", "narrowing"):
            if name in self.__dict__:
                new.learn(**{name: self.__dict__[name].moved(moves)})
        if "launching" in self.__dict__:
            new.learn(launching=moved_lines(self.launching, moves))
        same = {"kernels", "operators"} & self.__dict__.keys()
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
