"""Where the names in a file come from, told by its imports and those of the files that they name:
so a function is looked for in the file that defines it, and not wherever one has its name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from tritonlint.facts.index.outlines import Outline, is_class_name
from tritonlint.facts.project.layout import Layout

# What an import gives: the module as it is written, and the name in it (nothing for the module).
_Import = tuple[str, str]
# Outside of the project, and followed all the same: PyTorch's registry of operators.
_OPERATORS = ".ops."
_NUMBER = re.compile(r"\d+")


class Origins:
    """The origins of names in the files of these outlines. A name is spelled `name@7` where it is
    defined in the seventh file, as it is where its origin is not known, and not at all where it
    comes from outside of the project. `own` are all names that the files define; they are worked
    out if they are not known. `neighbours` gives the origins of the names in the files that these
    may import from: their numbers come after those of these."""

    def __init__(
        self,
        outlines: Mapping[str, Outline],
        layout: Layout,
        own: frozenset[str] | None = None,
        neighbours: Callable[[], Sequence[Origins]] = tuple,
    ) -> None:
        self._outlines = outlines
        self._layout = layout
        self._neighbours = neighbours
        self._defined: dict[str, frozenset[str]] = {}
        self._imports: dict[str, Mapping[str, list[_Import]]] = {}
        self._places: dict[tuple[str, str], tuple[str, ...]] = {}
        self._spelled: dict[str, dict[str, tuple[str, ...]]] = {}
        self._found: dict[tuple[str, str], str | None] = {}
        self.own = self._own() if own is None else own

    def _own(self) -> frozenset[str]:
        outlines = self._outlines
        every = (self._defined_in(file) | outline.operators for file, outline in outlines.items())
        return frozenset[str]().union(*every, *map(_methods, outlines.values()))

    @cached_property
    def given(self) -> frozenset[str]:
        """What a name can stand for: nothing leads to what no file gives that name."""
        return self.own.union(*(each.own for each in self._neighbours()))

    @cached_property
    def _files(self) -> Sequence[str]:
        return [*self._outlines, *(file for each in self._neighbours() for file in each._outlines)]

    @cached_property
    def _numbers(self) -> Mapping[str, str]:
        return {file: str(number) for number, file in enumerate(self._files)}

    @cached_property
    def _homes(self) -> Mapping[str, Origins]:
        """By file, the origins of its universe."""
        every = (*self._neighbours(), self)
        return {file: each for each in every for file in each._outlines}

    def at(self, file: str, name: str) -> tuple[str, ...]:
        """How a name that is defined in a file is spelled: by those who know where it comes from,
        and by those who do not."""
        number = self._numbers.get(file)
        if number is None or name.startswith("self."):
            return (name,)
        return f"{name}@{number}", name

    def place(self, spelled: str) -> tuple[str, str] | None:
        """The file that a name comes from that is spelled by its origin, and the name there."""
        name, _, number = spelled.partition("@")
        return (self._files[int(number)], name) if number.isdigit() else None

    def of(self, file: str, calls: Iterable[str]) -> Iterator[str]:
        """What calls in a file, as `Function.calls` has them, are of."""
        known = self._spelled.setdefault(file, {})
        for call in calls:
            found = known.get(call)
            if found is None:
                found = known[call] = self._of_call(file, call)
            if found:
                yield from found

    def _of_call(self, file: str, call: str) -> tuple[str, ...]:
        if call.isidentifier():
            return self.named(file, call) if call in self.given else ()
        return tuple(dict.fromkeys(self._origins(file, call)))

    def named(self, file: str, name: str) -> tuple[str, ...]:
        """What a name in a file stands for, by origin."""
        key = (file, name)
        if key not in self._places:
            self._places[key] = (name,)  # for imports in a circle
            self._places[key] = tuple(dict.fromkeys(self._looked_up(file, name)))
        return self._places[key]

    def _looked_up(self, file: str, name: str) -> Iterator[str]:
        here = name in self._defined_in(file)
        if here:
            yield f"{name}@{self._numbers[file]}"
        given = self._imports_of(file).get(name, ())
        for module, original in given:
            yield from self._imported(file, module, original) if original else ()
        if not here and not given:
            yield name

    def _imported(self, file: str, module: str, name: str) -> Iterator[str]:
        origin = self._located(file, module)
        if origin is None:
            return
        home = self._homes.get(origin)
        if home is None:
            yield name  # what cannot matter itself may pass on what can
        elif home._knows(origin, name) or self._located(file, inside(module, name)) is None:
            yield from self._from(home, home.named(origin, name))

    def _origins(self, file: str, call: str) -> Iterator[str]:
        """What one call may be of."""
        if call.startswith((".", "self.")):
            yield call
            return
        ending = "(" if call.endswith("(") else ""
        owner, _, rest = call.rstrip("(").partition(".")
        if self.given.isdisjoint(rest.split(".") if rest else (owner,)):
            return
        if not rest:
            yield from (each + ending for each in self.named(file, owner))
        elif _OPERATORS in call:
            yield from _anywhere(rest.split("."), ending)
        else:
            for module, name in self._imports_of(file).get(owner, (("", ""),)):
                yield from self._of_import(file, inside(module, name), name, rest, ending)

    def _of_import(
        self, file: str, module: str, name: str, rest: str, ending: str
    ) -> Iterator[str]:
        """What `rest` may be of what is imported as a module; or of an object in one, by `name`."""
        parts = rest.split(".")
        for cut in range(0 if name else len(parts), -1, -1) if module else ():
            origin = self._located(file, ".".join((module, *parts[:cut])))
            if origin is not None:
                yield from self._of_module(origin, parts[cut:], ending) if parts[cut:] else ()
                return
        if not module or (name and self._located(file, _around(module, name)) is not None):
            yield from _anywhere(parts, ending)

    def _of_module(self, file: str, parts: list[str], ending: str) -> Iterator[str]:
        """What a name may be of a module and what stands after it."""
        first, *rest = parts
        inner = self._layout.relative(Path(file), 1, first)
        home = self._homes.get(file)
        if home is None:
            yield from _anywhere(parts, ending)
        elif home is not self:
            yield from self._from(home, home._of_module(file, parts, ending))
        elif self._knows(file, first):
            yield from (each + ending for each in self.named(file, first))
            for module, name in self._imports_of(file).get(first, ()) if rest else ():
                spelled = inside(module, name)
                yield from self._of_import(file, spelled, name, ".".join(rest), ending)
            yield from _anywhere(rest, ending) if first in self._defined_in(file) else ()
        elif inner is not None and file.endswith("__init__.py"):
            yield from self._of_module(inner, rest, ending) if rest else ()
        else:
            yield from _anywhere(parts, ending)

    def _from(self, home: Origins, names: Iterable[str]) -> Iterator[str]:
        """How names are spelled here that are spelled so in their own universe."""
        return filter(None, (self.translated(home, each) for each in names))

    def translated(self, other: Origins, spelled: str) -> str | None:
        """How a name is spelled here that is spelled so by `other`; None for one of a file that is
        not known here."""
        name, at, rest = spelled.partition("@")
        number = _NUMBER.match(rest) if at and other is not self else None
        if number is None:
            return spelled
        here = self._numbers.get(other._files[int(number[0])])
        return None if here is None else f"{name}@{here}{rest[number.end() :]}"

    def _knows(self, file: str, name: str) -> bool:
        return name in self._defined_in(file) or name in self._imports_of(file)

    def _defined_in(self, file: str) -> frozenset[str]:
        """The functions, classes and other names that a file gives."""
        if file not in self._defined:
            outline = self._outlines[file]
            names = {each.owner or each.name for each in outline.functions}
            names |= {own for own, _ in outline.bases} | {other for other, _ in outline.aliases}
            names |= outline.telling | outline.kernels
            self._defined[file] = frozenset(names)
        return self._defined[file]

    def _imports_of(self, file: str) -> Mapping[str, list[_Import]]:
        if file not in self._imports:
            found: dict[str, list[_Import]] = {}
            for each in self._outlines[file].imports:
                given, module, name = each.split(" ")
                found.setdefault(given, []).append((module, name))
            self._imports[file] = found
        return self._imports[file]

    def _located(self, file: str, dotted: str) -> str | None:
        key = (file.rpartition(os.sep)[0], dotted)
        if key not in self._found:
            self._found[key] = self._layout.imported(dotted, file)
        return self._found[key]


def _methods(outline: Outline) -> Iterator[str]:
    return (each.name for each in outline.functions)


def inside(module: str, name: str) -> str:
    """The module `name` in a package."""
    if not name or not module:
        return module
    return f"{module}{name}" if module.endswith(".") else f"{module}.{name}"


def _around(module: str, name: str) -> str:
    """The package that a module `name` is in."""
    around = module.removesuffix(name)
    return around if not around.strip(".") else around.removesuffix(".")


def _anywhere(parts: list[str], ending: str) -> Iterator[str]:
    """Names of which it is not known what they are of: attributes of any object, and classes."""
    for each in filter(None, parts):
        yield f".{each}"
        if is_class_name(each):
            yield each + ending
