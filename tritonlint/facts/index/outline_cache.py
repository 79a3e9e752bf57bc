"""The outlines of files from earlier runs, and the index of them: so that a file that changed does
not have all others of its package read again."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from tritonlint import __version__
from tritonlint.caching.stamps import stamp
from tritonlint.caching.store import Store
from tritonlint.facts.index import kept_index
from tritonlint.facts.index.kept_outlines import KeptOutline
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.comments import code_digest
from tritonlint.source import read_bytes

OUTLINE = "outline"
INDEX = "index"
# With up to so many files whose outlines are to be made anew, the index is looked for all the same.
_FEW = 16


class OutlineCache:
    """The outlines of files, in memory and in `store` (None: in memory alone), each with what its
    file was like: size and time of change, and a digest of its content; in the store also the index
    of each universe. What cannot be read, or is of a file that has changed since, is as if it were
    not there."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._tool = _tool()
        # By file: what it was like when it was last looked at, its outline then, and a digest of
        # its code.
        self._known: dict[str, tuple[str, KeptOutline, str]] = {}
        self._stamps: dict[str, str] = {}
        # How often a file was not as it had been before, or another set of files was asked for.
        self.changes = 0
        self._asked: frozenset[str] = frozenset()
        # The paths of folders from that of the store.
        self._folders: dict[str, str] = {}
        # The universes whose index the store has.
        self._indexed: set[str] = set()

    def load(self, texts: Texts, files: Iterable[str]) -> None:
        """Have `texts`, which has read none of `files` yet, use the outlines that hold, and the
        index where nearly all do."""
        now = {file: stamp(file) for file in files}
        on_disk = now.keys() - texts.overrides.keys()
        if self._asked != now.keys() or any(self._stamps.get(f) != now[f] for f in on_disk):
            self.changes += 1
        self._asked = frozenset(now)
        self._learn(texts, now)

    def add(self, texts: Texts, files: Iterable[str]) -> None:
        """The same for further files; those that have an outline are left out."""
        self._learn(texts, {file: stamp(file) for file in files if not texts.outlined(file)})

    def stamps(self, files: Iterable[str]) -> dict[str, str]:
        """What files were like before `texts` read them."""
        return {file: self._stamps.get(file) or stamp(file) for file in files}

    def _learn(self, texts: Texts, now: dict[str, str]) -> None:
        self._stamps |= now
        fresh = {}
        absent = []
        for file, stamped in now.items():
            known = self._known.get(file)
            if known is not None and known[0] == stamped and self._holds(texts, file, known[1]):
                fresh[file] = known[1]
            elif not texts.outlined(file):
                absent.append(file)
        loaded = self._loaded(texts, absent, now)
        self._known |= {file: (now[file], *each) for file, each in loaded.items()}
        texts.learn(fresh | {file: outline for file, (outline, _) in loaded.items()})
        if loaded and len(absent) - len(loaded) <= _FEW:
            self._load_indexes(texts, now)

    def _load_indexes(self, texts: Texts, files: Collection[str]) -> None:
        for home, key in self._index_keys(texts, files).items():
            body = self._store.get(INDEX, [key]).get(key) if self._store is not None else None
            with contextlib.suppress(ValueError, TypeError, LookupError, AttributeError):
                if body is not None:
                    index = texts.index(home)
                    kept_index.learn(index, json.loads(body), lambda file: _kept(texts, file).lines)
                    self._indexed.add(home)

    def _index_keys(self, texts: Texts, files: Collection[str]) -> dict[str, str]:
        """By the first file of each universe that was asked for, if that is one of `files`, what
        its index depends on."""
        assert self._store is not None
        keys = {}
        universes = texts.homes.known_universes()
        for universe in (each for each in universes if each[0] in files):
            said = {self._key(file): _kept(texts, file).digest for file in universe}
            beside = " ".join(sorted(texts.homes.beside(universe[0])))
            keys[universe[0]] = kept_index.digest(f"{self._tool}{beside}", said)
        return keys

    def code(self, file: str) -> str | None:
        """The digest of the code of a file, as `comments.code_digest` tells it, if its outline was
        loaded or stored."""
        known = self._known.get(file)
        return None if known is None else known[2]

    def store(self, texts: Texts, files: Iterable[str]) -> None:
        """Keep the outlines of `files`, which were loaded as far as they were there, that `texts`
        made since; and once each index that it made."""
        made: dict[str, bytes] = {}
        for file in files:
            told = texts.told(file)
            if told is None or file in texts.overrides or file not in self._stamps:
                continue
            known = self._known.get(file)
            if known is not None and known[1].keeps(told):
                continue
            kept, stamped, text = _kept(texts, file), self._stamps[file], texts.read(file)
            code = "" if self._store is None else code_digest(text)
            self._known[file] = (stamped, kept, code)
            if self._store is not None:
                outline = (kept.triton, kept.lines, kept.byte_entry, kept.body)
                entry = (self._tool, stamped, _digest(text), code, *outline)
                made[self._key(file)] = json.dumps(entry).encode()
        if self._store is not None:
            self._store.put(OUTLINE, made)
            self._store_indexes(texts)

    def _store_indexes(self, texts: Texts) -> None:
        assert self._store is not None
        fresh = [home for home in texts.indexed() if home not in self._indexed]
        apart = [home for home in fresh if not texts.index(home).imported]
        keys = self._index_keys(texts, apart)
        made = {key: kept_index.plain(texts.index(home)) for home, key in keys.items()}
        self._indexed.update(fresh)
        self._store.put(INDEX, {key: json.dumps(each).encode() for key, each in made.items()})

    def _loaded(
        self, texts: Texts, files: Sequence[str], now: dict[str, str]
    ) -> dict[str, tuple[KeptOutline, str]]:
        """What the store knows of `files`, as far as it holds."""
        if self._store is None or not files:
            return {}
        keys = {self._key(file): file for file in files}
        found: dict[str, tuple[KeptOutline, str]] = {}
        for key, body in self._store.get(OUTLINE, list(keys)).items():
            file = keys[key]
            with contextlib.suppress(ValueError, TypeError, LookupError, AttributeError, OSError):
                tool, stamped, digest, code, *outline = json.loads(body)
                # A checkout of the same text has another time.
                kept = KeptOutline.read(*outline)
                if tool == self._tool and (
                    stamped == now[file] or digest == _digest(read_bytes(file))
                ):
                    if self._holds(texts, file, kept):
                        found[file] = (kept, code)
        return found

    def _holds(self, texts: Texts, file: str, kept: KeptOutline) -> bool:
        """Whether what was kept of a file was made as it would be now: of few files all are
        outlined."""
        return kept.gated or not texts.is_open(file)

    def _key(self, file: str) -> str:
        """The path from the folder of the store, so that both may move together."""
        assert self._store is not None
        folder, _, name = file.rpartition(os.sep)
        if folder not in self._folders:
            try:
                path = os.path.relpath(folder or os.sep, os.path.abspath(self._store.folder))
            except ValueError:  # another drive
                path = folder
            self._folders[folder] = path.replace(os.sep, "/")
        return f"{self._folders[folder]}/{name}"


def _kept(texts: Texts, file: str) -> KeptOutline:
    """The outline of a file, as it is kept."""
    told = texts.told(file) or texts.outline(file)
    return told if isinstance(told, KeptOutline) else KeptOutline.of(told)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def _tool() -> str:
    """What outlines depend on beside the files: the code that makes them."""
    digest = hashlib.sha256(__version__.encode())
    folder = Path(__file__).parent
    for file in (*sorted(folder.glob("*.py")), folder.parent / "project" / "layout.py"):
        digest.update(f"\0{file.name}\0{stamp(os.fspath(file))}".encode())
    return digest.hexdigest()[:16]
