"""What rounds over open files came to whose texts are those on the disk: it holds in the next
session too, while no file changes that can decide it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tritonlint.caching.cache import Cache, asked
from tritonlint.caching.store import Store
from tritonlint.facts.index.beside import Beside
from tritonlint.facts.index.homes import Homes
from tritonlint.findings.result import Result
from tritonlint.rule import registry
from tritonlint.settings.config import Settings
from tritonlint.settings.scopes import Scopes
from tritonlint.source import read_bytes


class KeptRounds:
    """Those in `store`, which `check` uses too (None: there are none)."""

    def __init__(self, store: Store | None) -> None:
        self._cache = None if store is None else Cache(store.folder)

    def key(
        self, paths: Sequence[Path], contents: Mapping[Path, bytes], settings: Settings
    ) -> str | None:
        """What a round over the files at `paths` depends on, where `contents` are open. None where
        its result is not kept: where a text is not saved, and where more than files decides."""
        if self._cache is None or settings.launches is not None:
            return None
        every = Scopes(settings).every(paths)
        if any(each.baseline is not None for each in every):
            return None
        if not all(_is_saved(path, data) for path, data in contents.items()):
            return None
        absolute = [os.path.abspath(each) for each in paths]
        homes = Homes(map(os.path.abspath, contents))
        others = (*homes.universe_of(absolute), *Beside().around(absolute))
        return asked(absolute, others, every, paths, registry.sources_of_others()).key

    def known(self, key: str | None) -> Result | None:
        """The result of an earlier round, if there is one."""
        return self._cache.load(key) if self._cache is not None and key is not None else None

    def keep(self, key: str | None, result: Result) -> None:
        """Keep the result of a round."""
        if self._cache is not None and key is not None:
            self._cache.store(key, result)


def _is_saved(path: Path, data: bytes) -> bool:
    """Whether a file holds these bytes."""
    try:
        return read_bytes(path) == data
    except OSError:
        return False
