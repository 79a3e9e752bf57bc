"""What a program that checks the same project again and again keeps between rounds."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tritonlint.caching.store import Store
from tritonlint.engine.check import check_texts
from tritonlint.engine.kept_rounds import KeptRounds
from tritonlint.engine.touched import Lost, Touched, moved_data
from tritonlint.engine.work import Work
from tritonlint.errors import SourceError
from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.index.outline_cache import OutlineCache
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.survey.pointed import Pointed, argument_at
from tritonlint.facts.survey.remembered import Key, Remembered
from tritonlint.facts.survey.survey import Analysis
from tritonlint.findings.moving import Moved
from tritonlint.findings.result import Result
from tritonlint.frozen import dataclass
from tritonlint.settings.config import Settings
from tritonlint.source import SourceFile, display_path, read_source

# So many bytes of text are kept parsed between rounds, and parsed at once in one. A tree takes some
# 12 times the room of its text.
_KEPT = 1_600_000
_ROOM = 500_000


class Session:
    """Keeps the outlines of all files, in memory and in `store`, and the trees of those that were
    parsed last. Everything is done in this process, since others cannot be started safely where
    threads run. One round is checked at a time."""

    def __init__(self, store: Store | None = None) -> None:
        self._outlines = OutlineCache(store)
        self._rounds = KeptRounds(store)
        self._texts: Texts | None = None
        self._sources = _Sources()
        self._last: _Last | None = None
        # The files of other universes that decided the last round.
        self._neighbours: list[str] = []

    def quick(self, path: Path, contents: Mapping[Path, bytes], settings: Settings) -> Result:
        """What the functions of the file at `path` show by themselves, with what is known of the
        other files from the last round. `contents` are the texts of open files, the one at `path`
        among them."""
        texts = self._again(contents)
        one = SourceFile(display_path(path), contents[path])
        remembered = Remembered(os.path.abspath(path), self._held(one, contents))
        wanted = {path: contents[path]}
        found = self._check(wanted, texts, contents, settings, _never, remembered, one)
        if not found.skipped:
            world = self._world(one, contents)
            self._last = _Last(one, remembered.made, world)
        return found

    def _held(
        self, one: SourceFile, contents: Mapping[Path, bytes]
    ) -> dict[Key, list[Observation]]:
        """What was observed in the last text of a file that holds in this one: of functions that
        the edit does not concern, as far as this file tells, while no other file changed."""
        last = self._last
        if last is None or last.source.path != one.path or last.world != self._world(one, contents):
            return {}
        moved = Moved(last.source, one)
        try:
            touched = Touched(last.source, one, moved)
        except SourceError:
            return {}
        held: dict[Key, list[Observation]] = {}
        for (kind, line), observed in last.made.items():
            now = moved.line(line)
            if now is not None and now not in touched:
                with contextlib.suppress(Lost, TypeError):
                    held[kind, now] = moved_data(observed, moved)
        return held

    def _world(self, one: SourceFile, contents: Mapping[Path, bytes]) -> tuple[object, ...]:
        """What else decides what is found in a file: tells whether that is as it was."""
        others = {path: data for path, data in contents.items() if display_path(path) != one.path}
        return (self._outlines.changes, others)

    @property
    def texts(self) -> Texts | None:
        """What is known of all files from the last round, while none is under way."""
        return self._texts

    def known(
        self, paths: Sequence[Path], contents: Mapping[Path, bytes], settings: Settings
    ) -> Result | None:
        """What `whole` comes to, where that is known from an earlier session or run."""
        return self._rounds.known(self._rounds.question(paths, contents, settings))

    def whole(
        self,
        paths: Sequence[Path],
        contents: Mapping[Path, bytes],
        settings: Settings,
        before_root: Callable[[], None],
    ) -> Result:
        """What `check` finds in the files at `paths`. Other files are as they are now. Calls
        `before_root` again and again; what it raises ends the round."""
        question = self._rounds.question(paths, contents, settings)
        known = self._rounds.known(question)
        if known is not None:
            return known
        # Their trees are parsed again at the next edit, in less than 0.1 s.
        self._sources.forget()
        _clear_away()
        texts = self._afresh(contents)
        wanted = {path: contents[path] for path in paths}
        result = self._check(wanted, texts, contents, settings, before_root)
        self._rounds.keep(question, result, self._outlines.stamps(self._neighbours))
        return result

    def argument(
        self, path: Path, contents: Mapping[Path, bytes], line: int, column: int
    ) -> Pointed | None:
        """The launch argument at a place of the file at `path`, if there is one."""
        texts = self._again(contents)
        analysis = Analysis(texts=texts, read=self._sources.read)
        try:
            return argument_at(analysis, path, line, column)
        except RecursionError:
            return None  # the diagnostics say so
        finally:
            analysis.forget()
            texts.drop()

    def _check(
        self,
        wanted: Mapping[Path, bytes],
        texts: Texts,
        contents: Mapping[Path, bytes],
        settings: Settings,
        before_root: Callable[[], None],
        remembered: Remembered | None = None,
        parsed: SourceFile | None = None,
    ) -> Result:
        """Check the files of `wanted`; with what is `remembered`, one file by itself, which is
        `parsed` already."""
        elsewhere = remembered is None
        # All other files are many: more than there is room for.
        read = read_source if elsewhere else self._sources.read
        analysis = Analysis(texts=texts, read=read, remembered=remembered)
        if parsed is not None:
            analysis.reach.module(os.path.abspath(parsed.path), parsed)
        analysis.room, analysis.generation = _ROOM, 2
        analysis.before_root = before_root
        analysis.elsewhere = elsewhere
        try:
            return check_texts(wanted, settings, contents, True, analysis, Work(1))
        finally:
            analysis.forget()
            self._neighbours = texts.homes.known_beside(texts.homes.universe_of(texts.overrides))
            self._outlines.store(texts, texts.homes.known_files())
            texts.drop()
            if elsewhere:
                _clear_away()

    def _again(self, contents: Mapping[Path, bytes]) -> Texts:
        """The texts of the last round, with these `contents`."""
        texts = self._texts.again(_absolute(contents)) if self._texts is not None else None
        if texts is None:
            return self._afresh(contents)
        self._texts = texts
        return texts

    def _afresh(self, contents: Mapping[Path, bytes]) -> Texts:
        """The texts as they are on the disk now, with these `contents`; while nothing changed
        there, with what was told of them before."""
        texts = Texts(_absolute(contents))
        changes = self._outlines.changes
        texts.before_neighbour = self._outlines.add
        # Those of the last round are looked at again too.
        own = texts.homes.universe_of(texts.overrides)
        self._outlines.load(texts, (*own, *self._neighbours))
        if changes == self._outlines.changes and self._texts is not None:
            texts = self._texts.again(texts.overrides) or texts
        else:
            _clear_away()
        self._texts = texts
        return texts


@dataclass(frozen=True)
class _Last:
    """A text of a file that was checked by itself, what was observed of its functions, and what
    else decided that."""

    source: SourceFile
    made: Mapping[Key, list[Observation]]
    world: tuple[object, ...]


class _Sources:
    """The files that were parsed last, with their trees."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, SourceFile] = OrderedDict()
        self._size = 0

    def read(self, path: Path) -> SourceFile:
        """The file at `path` as it is now. Raises SourceError."""
        file = os.path.abspath(path)
        known = self._known.pop(file, None)
        source = read_source(path)
        if known is not None:
            self._size -= len(known.data)
            if (known.path, known.data) == (source.path, source.data):
                source = known
        self._keep(file, source)
        return source

    def forget(self) -> None:
        """Keep none of them."""
        self._known.clear()
        self._size = 0

    def _keep(self, file: str, source: SourceFile) -> None:
        self._known[file] = source
        self._size += len(source.data)
        while self._size > _KEPT and len(self._known) > 1:
            self._size -= len(self._known.popitem(last=False)[1].data)


def _clear_away() -> None:
    """Free what nobody needs any more. What is left, the outlines of thousands of files among it,
    is not searched for cycles again until then: that would take longer than an edit. Memory that is
    free goes back to the system, where its allocator keeps it (glibc)."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _never() -> None:
    """Do not end a round."""


def _absolute(contents: Mapping[Path, bytes]) -> dict[str, bytes]:
    return {os.path.abspath(path): data for path, data in contents.items()}
