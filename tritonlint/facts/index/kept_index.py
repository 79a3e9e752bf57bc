"""The index of a universe as data that JSON can hold: it holds as long as no file of the universe
says anything else, wherever its functions are. That of one with neighbours is not kept: they decide
it too."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tritonlint.facts.index.callers import Leading
from tritonlint.facts.index.indexes import Index
from tritonlint.facts.index.naming import Naming, Placed
from tritonlint.facts.index.outlines import Outline
from tritonlint.facts.index.telling import Telling

# By the number of a file, the numbers of some of its functions.
_Numbers = Mapping[str, Sequence[int]]


def digest(about: str, said: Mapping[str, bytes]) -> str:
    """What the index of these files depends on: `about` stands for the code that makes it, `said`
    is what each outline says (`KeptOutline.digest`)."""
    found = hashlib.sha256(about.encode())
    for file, each in said.items():
        found.update(file.encode(errors="surrogateescape") + b"\0" + each)
    return found.hexdigest()[:40]


def plain(index: Index) -> Mapping[str, Any]:
    """An index as data, of a universe without neighbours."""
    files = _Files(index.outlines)
    naming, telling = index.naming, index.telling
    return {
        "leading": _plain_leading(index.leading, files),
        "narrowing": _plain_leading(index.narrowing, files),
        "telling": [files.plain(telling.lines), files.plain(telling.naming)],
        "launching": files.plain(index.launching),
        "kernels": files.by_name(index.kernels),
        "operators": files.by_name(index.operators),
        "named": {name: files.placed(naming.having(name)) for name in naming.functions},
        "aliases": naming.aliases,
        "families": naming.families,
        "attributes": sorted(naming.attributes),
        "own": sorted(naming.origins.own),
    }


def learn(index: Index, data: Mapping[str, Any], lines: Callable[[str], Sequence[int]]) -> None:
    """Have an index know what `plain` made this of; `lines` tells those of the functions of a file.
    Raises ValueError, TypeError or LookupError for other data."""
    files = list(index.outlines)
    origins = index.origins_of(frozenset(data["own"]))
    named = _Named(data["named"], files, index.outlines)
    attributes = frozenset(data["attributes"])
    known, byte = (
        {files[int(i)]: _lines(x, lines(files[int(i)])) for i, x in each.items()}
        for each in data["telling"]
    )
    index.learn(
        imported=(),
        origins=origins,
        naming=Naming(named, data["aliases"], data["families"], attributes, origins),
        leading=_leading(data["leading"], files, lines),
        narrowing=_leading(data["narrowing"], files, lines),
        telling=Telling(known, byte),
        launching={
            files[int(i)]: _lines(x, lines(files[int(i)])) for i, x in data["launching"].items()
        },
        kernels={name: [files[i] for i in each] for name, each in data["kernels"].items()},
        operators={name: [files[i] for i in each] for name, each in data["operators"].items()},
    )


class _Files:
    """The files of an index by their numbers, and the functions of each."""

    def __init__(self, outlines: Mapping[str, Outline]) -> None:
        self._outlines = outlines
        self.numbers = {file: number for number, file in enumerate(outlines)}
        self._functions: dict[str, dict[int, int]] = {}

    def functions(self, file: str) -> Mapping[int, int]:
        """By its line, the number of each function."""
        if file not in self._functions:
            functions = enumerate(self._outlines[file].functions)
            self._functions[file] = {each.line: number for number, each in functions}
        return self._functions[file]

    def plain(self, lines: Mapping[str, frozenset[int]]) -> _Numbers:
        return {
            str(self.numbers[file]): sorted(self.functions(file)[line] for line in each)
            for file, each in lines.items()
        }

    def by_name(self, files: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[int]]:
        """The numbers of files, by a name."""
        return {name: [self.numbers[file] for file in each] for name, each in files.items()}

    def placed(self, functions: Sequence[Placed]) -> Sequence[int]:
        """Of each function the number of its file, and its own."""
        return [
            number
            for file, each in functions
            for number in (self.numbers[file], self.functions(file)[each.line])
        ]


def _plain_leading(leading: Leading, files: _Files) -> Sequence[Any]:
    near = {
        str(files.numbers[file]): [
            (files.functions(file)[line], hops) for line, hops in each.items()
        ]
        for file, each in leading.near.items()
    }
    having = sorted(files.numbers[file] for file in leading.files)
    return files.plain(leading.lines), near, having, sorted(leading.names)


def _leading(
    data: Sequence[Any], files: Sequence[str], lines: Callable[[str], Sequence[int]]
) -> Leading:
    known, near, having, names = data
    places = {files[int(number)]: each for number, each in near.items()}
    return Leading(
        {files[int(i)]: _lines(each, lines(files[int(i)])) for i, each in known.items()},
        {file: {lines(file)[i]: hops for i, hops in each} for file, each in places.items()},
        frozenset(files[each] for each in having),
        frozenset(names),
    )


def _lines(numbers: Sequence[int], lines: Sequence[int]) -> frozenset[int]:
    return frozenset(lines[each] for each in numbers)


class _Named(Mapping[str, Sequence[Placed]]):
    """The functions that have a name, looked up when they are asked for."""

    def __init__(
        self,
        numbers: Mapping[str, Sequence[int]],
        files: Sequence[str],
        outlines: Mapping[str, Outline],
    ) -> None:
        self._numbers = numbers
        self._files = files
        self._outlines = outlines

    def __getitem__(self, name: str) -> Sequence[Placed]:
        numbers = self._numbers[name]
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return [self._placed(*each) for each in pairs]

    def _placed(self, file: int, function: int) -> Placed:
        path = self._files[file]
        return path, self._outlines[path].functions[function]

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)
