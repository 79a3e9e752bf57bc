"""The files of a project as text: which can matter, which belong together, and what can be told
without parsing them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tritonlint.facts.index.callers import Leading, callers, may_be_called
from tritonlint.facts.index.gates import may_set
from tritonlint.facts.index.homes import Homes, is_package
from tritonlint.facts.index.indexes import Index, Outlines
from tritonlint.facts.index.kept_outlines import KeptOutline
from tritonlint.facts.index.naming import Naming, naming
from tritonlint.facts.index.outlines import Function, Outline, moved, outline
from tritonlint.facts.index.telling import Telling
from tritonlint.source import SourceFile, display_path, read_bytes, read_source

T = TypeVar("T")
# A longer file is not outlined because it is one of few.
_SHORT = 500_000


class Texts:
    """Reads each file once. `overrides` are texts that stand in for files on disk, by absolute
    path."""

    def __init__(self, overrides: Mapping[str, bytes]) -> None:
        self.overrides = overrides
        self.homes = Homes(overrides)
        # Is called before the files are read of a universe that others import from.
        self.before_neighbour: Callable[[Texts, Sequence[str]], None] = _nothing
        self._bytes: dict[str, bytes] = {}
        self._jits: dict[str, bool] = {}
        self._outlines: dict[str, Outline | KeptOutline] = {}
        self._followed: dict[str, bool] = {}
        self._answers: dict[tuple[Callable[[str], bool], str], bool] = {}
        self._readings: dict[tuple[object, str], tuple[Any, ...]] = {}
        # By the first file of each universe; and by any of its files.
        self._indexes: dict[str, Index] = {}
        self._index: dict[str, Index] = {}

    def again(self, overrides: Mapping[str, bytes]) -> Texts | None:
        """The same files, with other texts in the place of those that were stood in for: nothing is
        looked for on the disk. None where other files are stood in for."""
        if overrides.keys() != self.overrides.keys():
            return None
        changed = [file for file, text in overrides.items() if text != self.overrides[file]]
        return self._changed(Texts(overrides), changed, self.homes)

    def instead(self, overrides: Mapping[str, bytes]) -> Texts:
        """The same files, with `overrides` in the place of what was stood in for, or is on the
        disk, where nothing has changed."""
        new = Texts(overrides)
        known = (file in self.homes.universe(file) for file in (*overrides, *self.overrides))
        homes = self.homes if all(known) else None
        asked = dict.fromkeys((*overrides, *self.overrides))
        changed = [file for file in asked if new.read(file) != self.read(file)]
        return self._changed(new, changed, homes)

    def _changed(self, new: Texts, changed: Collection[str], homes: Homes | None) -> Texts:
        """`new` with what is known of all files but those that have `changed`; there are others
        where `homes`, what is known of their folders, is None."""
        new.homes = homes or new.homes
        new.before_neighbour = self.before_neighbour
        new._outlines = {x: each for x, each in self._outlines.items() if x not in changed}
        same = ((key, each) for key, each in self._answers.items() if key[1] not in changed)
        new._answers = dict(same)
        read = ((key, each) for key, each in self._readings.items() if key[1] not in changed)
        new._readings = dict(read)
        moves: dict[str, Mapping[int, Function]] = {}
        for file in changed:
            before = self.outline(file) if file in self._outlines else None
            found = None if before is None else moved(before, new.outline(file))
            if found is None:
                return new
            moves[file] = found
        for key, each in self._indexes.items() if homes and all(self._indexes) else ():
            new._indexes[key] = each.moved(moves, new.index(key))
        return new

    def drop(self) -> None:
        """Keep what was told of the texts, and not these."""
        self._bytes.clear()

    def read(self, file: str) -> bytes:
        """The text of a file; nothing for one that cannot be read (said where that file itself is
        checked)."""
        if file in self.overrides:
            return self.overrides[file]
        if file not in self._bytes:
            try:
                self._bytes[file] = read_bytes(file)
            except OSError:
                self._bytes[file] = b""
        return self._bytes[file]

    def source(self, path: Path) -> SourceFile:
        """The file at `path`, of the same bytes as its text. Raises SourceError."""
        text = self.read(os.path.abspath(path))
        return SourceFile(display_path(path), text) if text else read_source(path)

    def seen(self, file: str) -> bytes:
        """The same, and it is not kept."""
        known = file in self._bytes
        text = self.read(file)
        if not known:
            self._bytes.pop(file, None)
        return text

    def answer(self, question: Callable[[str], bool], file: str) -> bool:
        """What the text of a file answers to a question, which is asked once."""
        key = (question, file)
        if key not in self._answers:
            self._answers[key] = question(self.read(file).decode("utf-8", "replace"))
        return self._answers[key]

    def reading(
        self, question: object, file: str, read: Callable[[], Iterable[T]]
    ) -> tuple[T, ...]:
        """What `read` finds in a file by itself for a question, which is asked once."""
        key = (question, file)
        if key not in self._readings:
            self._readings[key] = tuple(read())
        return self._readings[key]

    def outline(self, file: str) -> Outline:
        """The outline of a file."""
        known = self._outlines.get(file)
        if isinstance(known, KeptOutline):
            with contextlib.suppress(ValueError, TypeError, LookupError):
                return known.outline
            known = None
        if known is None:
            whole = is_package(file) or self.is_open(file)
            known = self._outlines[file] = outline(self.read(file), whole)
        return known

    def is_open(self, file: str) -> bool:
        """Whether a file is outlined whatever it names."""
        return self.homes.are_few(file) and len(self.read(file)) <= _SHORT

    def passes(self, file: str) -> bool:
        """Whether a file can matter."""
        return (self._outlines.get(file) or self.outline(file)).gated

    def is_followed(self, file: str) -> bool:
        """Whether what a file defines is followed where it is imported."""
        if file not in self._followed:
            self._followed[file] = self.passes(file) or may_set(self.read(file))
        return self._followed[file]

    def outlined(self, file: str) -> bool:
        """Whether the outline of a file is known already."""
        return file in self._outlines

    def told(self, file: str) -> Outline | KeptOutline | None:
        """The outline of a file as it is known, if it is."""
        return self._outlines.get(file)

    def learn(self, outlines: Mapping[str, Outline | KeptOutline]) -> None:
        """Take over outlines that were made elsewhere, but not of files that are stood in for."""
        self._outlines.update(
            (file, each) for file, each in outlines.items() if file not in self.overrides
        )

    def __getstate__(self) -> dict[str, object]:
        """All but the texts themselves: another process reads what it needs."""
        return {**self.__dict__, "_bytes": {}, "before_neighbour": _nothing}

    def outlines(self, files: Iterable[str]) -> Mapping[str, Outline]:
        """The outlines of those of `files` that pass the gate."""
        return Outlines(list(filter(self.passes, files)), self.outline)

    def index(self, file: str) -> Index:
        """The index of the universe of `file`."""
        if file not in self._index:
            universe = self.universe(file)
            key = universe[0] if universe else ""
            if key not in self._indexes:
                self._indexes[key] = Index(self.outlines(universe), self)
            self._index[file] = self._indexes[key]
        return self._index[file]

    def meet(self, file: str) -> None:
        """Learn what is known from earlier of the universe of `file`, which others import from."""
        self.before_neighbour(self, self.universe(file))

    def indexed(self) -> list[str]:
        """The first files of the universes whose index was asked for."""
        return list(filter(None, self._indexes))

    def leading(self, file: str) -> Leading:
        """The functions of the universe of `file` that may lead to a launch."""
        return self.index(file).leading

    def naming(self, file: str) -> Naming:
        """Who names what in the universe of `file`."""
        return self.index(file).naming

    def telling(self, file: str) -> Telling:
        """The functions of the universe of `file` that may lead to a launch and may know something
        about the bytes of what they pass."""
        return self.index(file).telling

    def narrowing(self, file: str) -> Leading:
        """The functions of the universe of `file` that may narrow numbers, in files that can define
        a kernel."""
        return self.index(file).narrowing

    def callers(
        self,
        lines: Mapping[str, Collection[int]],
        outlines: Mapping[str, Outline],
        hops: int = sys.maxsize,
        compiled: bool = False,
    ) -> dict[str, frozenset[int]]:
        """The functions of `outlines` that may call those whose headers are in these lines, each of
        its own universe, over at most so many calls: for each file the lines of their headers. With
        `compiled`, one function that Triton compiles calls the next, and none of the host."""
        found: dict[str, frozenset[int]] = {}
        homes: dict[str, list[str]] = {}
        for file in outlines if lines else ():
            homes.setdefault(self.universe(file)[0], []).append(file)
        for home, files in homes.items():
            functions = [
                (file, each)
                for file, known in lines.items()
                if self.universe(file)[:1] == (home,)
                for each in self._functions(file, compiled)
                if each.line in known
            ]
            own = ((file, outlines[file]) for file in files)
            around = {file: each.compiled() if compiled else each for file, each in own}
            names = self.naming(files[0])
            if compiled and not may_be_called(functions, around, names):
                continue
            names = naming(around, names.origins) if compiled else names
            found |= callers(functions, around, names, hops)
        return found

    def _functions(self, file: str, compiled: bool) -> Sequence[Function]:
        outline = self.outline(file)
        return (outline.compiled() if compiled else outline).functions

    def jits(self, file: str) -> bool:
        """Whether a file can define a kernel."""
        if file not in self._jits:
            known = self._outlines.get(file) or self.outline(file)
            self._jits[file] = known.triton and b"jit" in self.seen(file)
        return self._jits[file]

    def universe(self, file: str) -> tuple[str, ...]:
        """The files whose functions can decide what a function of `file` is given."""
        return self.homes.universe(file)


def _nothing(texts: Texts, files: Sequence[str]) -> None:
    """Know nothing of files from earlier."""
