"""Which functions are interpreted: those that lead to a launch and may know something about bytes,
and those that may tell what others are given."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from tritonlint.facts.hazards.large_memory import may_be_large
from tritonlint.facts.hazards.other_pointer_casts import may_cast_to_another
from tritonlint.facts.hazards.raw_bytes.made_alike import cuts_rows, may_cut_rows
from tritonlint.facts.hazards.raw_bytes.named import may_name_codes, names_codes
from tritonlint.facts.hazards.raw_bytes.registered_alike import may_register, viewed_beside
from tritonlint.facts.hazards.raw_bytes.twins import cuts_alike, may_cut_alike
from tritonlint.facts.index.callers import NEAR
from tritonlint.facts.index.naming import MAKING
from tritonlint.facts.index.outlines import Function
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.source import SourceFile

# Up to so many names the functions that call them are looked for by what their calls mean, for more
# by their text.
_FEW_NAMES = 100
# So many calls away a caller may be of what it tells something.
_HOPS = 3
# Where callers of one function after the other are looked for, in much the same files, so many
# times as much may be parsed before it is dropped.
_NEIGHBOURS = 2

# A function by its file and the line of its header (0: what stands outside of functions).
Place = tuple[str, int]


class Roots:
    """Finds them. `make_room` is called between files: it may drop what was parsed, so that no
    definition from before may be used after it, and `reach` is asked for anew."""

    def __init__(
        self, texts: Texts, reach: Callable[[], Reach], make_room: Callable[[int], None]
    ) -> None:
        self._texts = texts
        self._reach = reach
        self._make_room = make_room
        # By place, what names a function, and whether it may tell something.
        self._naming: dict[Place, Sequence[Place]] = {}
        self._telling: dict[Place, bool] = {}
        # The functions of other files that were looked at, for which files.
        self._outside: dict[tuple[str, int, bool], Collection[str]] = {}

    def of_module(self, module: Module) -> Iterator[Definition]:
        """The functions of `module` that lead to a launch and may know something about bytes, and
        what stands outside of them."""
        file = str(module.file)
        lines = self._texts.telling(file).lines.get(file, frozenset())
        lines |= self._casting(file, module) | self._cutting(file, module)
        near = self._texts.leading(file).near.get(file)
        if near and may_be_large(module.source.text):
            lines |= frozenset(near)
        for each in module.functions if lines else ():
            if each.line in lines and self._is_root(each, file):
                yield each
        if 0 in lines:
            yield Definition(module, module)

    def _cutting(self, file: str, module: Module) -> frozenset[int]:
        """The functions of a file near to a launch that cut a buffer where others do that know what
        is in it, name what others do, or are registered beside them."""
        near = self._texts.leading(file).near.get(file, {})
        text = module.source.text
        asked = [
            (may_cut_alike, cuts_alike),
            (may_name_codes, names_codes),
            (may_cut_rows, cuts_rows),
            (may_register, viewed_beside),
        ]
        known = [knows for may_know, knows in asked if near and may_know(text)]
        functions = [each for each in module.functions if each.line in near] if known else []
        return frozenset(
            each.line
            for each in functions
            if any(knows(module, each.node) for knows in known)  # type: ignore[arg-type]
        )

    def _casting(self, file: str, module: Module) -> frozenset[int]:
        """The functions of a file near to a launch of a kernel that may cast what it stores to
        another type than the memory has: all where the file says so itself, those that name such a
        kernel where its own file does."""
        near = frozenset(self._texts.leading(file).near.get(file, {}))
        if not near or may_cast_to_another(module.source.text):
            return near
        functions = [each for each in self._texts.outline(file).functions if each.line in near]
        named = {each.line: {name.lstrip(".") for name in each.named} for each in functions}
        defining = self._texts.index(file).defining
        known = {each for names in named.values() for each in names}
        casting = {each for each in known if any(map(self._casts, defining(each)))}
        return frozenset(line for line, names in named.items() if not casting.isdisjoint(names))

    def _casts(self, file: str) -> bool:
        """Whether a file can define a kernel, and may cast so."""
        return self._texts.jits(file) and self._texts.answer(may_cast_to_another, file)

    def _is_root(self, function: Definition, file: str) -> bool:
        """Whether a function leads to a launch: over a few calls, or over any number where it names
        a type of one byte itself. What an initializer names is mostly kept for other methods, which
        are looked at themselves, and is called by none: only a few calls count there."""
        if self._reach().is_near(function):
            return True
        naming = self._texts.telling(file).naming.get(file, frozenset())
        named = function.line in naming and function.name not in MAKING
        return named and self._reach().leads(function)

    def callers_of(self, place: Place) -> Iterator[Place]:
        """The functions that call the one at `place`, over a few calls, and so may tell what it is
        given; and modules that do outside of functions. What was parsed may be dropped on the way,
        since the callers of common names are in many files."""
        found: dict[Place, None] = {}
        waiting = [place]
        for _ in range(_HOPS):
            named = dict.fromkeys(each for known in waiting for each in self._named_by(known))
            waiting = [each for each in named if each not in found and each != place]
            found |= dict.fromkeys(waiting)
            waiting = [each for each in waiting if each[1]]
        for file, line in found:
            if line in self._texts.telling(file).lines.get(file, ()) and self._tells((file, line)):
                yield file, line

    def _named_by(self, place: Place) -> Sequence[Place]:
        """The functions that name the one at `place`."""
        if place not in self._naming:
            self._make_room(_NEIGHBOURS)
            functions = list(self.defined(place[0], {place[1]}))
            named = (other for each in functions for other in self._reach().named_by(each))
            self._naming[place] = tuple(map(place_of, named))
        return self._naming[place]

    def _tells(self, place: Place) -> bool:
        """Whether the function at `place` may tell something, see `may_tell`."""
        if place not in self._telling:
            self._make_room(_NEIGHBOURS)
            functions = self.defined(place[0], {place[1]})
            self._telling[place] = any(map(self.may_tell, functions))
        return self._telling[place]

    def defined(self, file: str, lines: Collection[int]) -> Iterator[Definition]:
        """The functions whose headers are in these lines of a file; for line 0, what stands outside
        of functions."""
        module = self._reach().parsed(file)
        if module is not None:
            yield from (each for each in module.functions if each.line in lines)
            if 0 in lines:
                yield Definition(module, module)

    def not_yet(
        self, file: str, lines: Collection[int], wanted: Collection[str], thorough: bool = False
    ) -> Iterator[Definition]:
        """The functions of another file that no share of the files has looked at yet: what they
        pass to all of `wanted` is known then."""
        for each in self.defined(file, lines):
            asked = (file, line_of(each), thorough)
            if self._outside.get(asked) is not wanted:
                self._outside[asked] = wanted
                yield each

    def callers(self, files: Sequence[SourceFile], wanted: Collection[str]) -> dict[str, set[int]]:
        """The functions outside of `wanted` that call one of `files` that may lead to a launch, and
        may know something about bytes: the lines of their headers. Of many it is not asked here
        whether they lead to a launch."""
        own = [os.path.abspath(source.path) for source in files]
        rest = self._texts.outlines(set(self._texts.homes.universe_of(own)) - set(wanted))
        if not rest:
            return {}  # each function that leads to a launch is looked at itself
        lines: dict[str, set[int]] = {}
        asked = {file: self._leading(file) for file in own}
        if sum(map(len, asked.values())) > _FEW_NAMES:
            headers = {file: {each.line for each in more} for file, more in asked.items()}
            for file, known in self._texts.callers(headers, rest, NEAR).items():
                known &= self._texts.telling(file).lines.get(file, frozenset())
                if known:
                    lines[file] = set(known)
            return lines
        for file, functions in asked.items():
            for line in sorted({each.line for each in functions}):
                add(lines, self.callers_of((file, line)))
        return lines

    def may_tell(self, function: Definition) -> bool:
        """Whether a function leads to a launch, or is what stands outside of functions."""
        file = str(function.module.file)
        return isinstance(function.node, Module) or self._is_root(function, file)

    def _leading(self, file: str) -> list[Function]:
        """The functions of a file that may lead to a launch."""
        lines = self._texts.leading(file).lines.get(file, frozenset())
        return [each for each in self._texts.outline(file).functions if each.line in lines]


def line_of(function: Definition) -> int:
    """The line of the header; 0 for what stands outside of functions."""
    return 0 if isinstance(function.node, Module) else function.line


def place_of(function: Definition) -> Place:
    """Where a function is."""
    return str(function.module.file), line_of(function)


def add(lines: dict[str, set[int]], places: Iterable[Place]) -> None:
    """Add some places."""
    for file, line in places:
        lines.setdefault(file, set()).add(line)
