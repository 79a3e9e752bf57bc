"""What rounds over open files came to whose texts are those on the disk: it holds in the next
session too, while no file changes that can decide it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tritonlint.caching.cache import Cache
from tritonlint.caching.store import Store
from tritonlint.engine.question import Question
from tritonlint.facts.index.homes import Homes
from tritonlint.findings.result import Result
from tritonlint.settings.config import Settings
from tritonlint.settings.scopes import Scopes
from tritonlint.source import read_bytes


class KeptRounds:
    """Those in `store`, which `check` uses too (None: there are none)."""

    def __init__(self, store: Store | None) -> None:
        self._cache = None if store is None else Cache(store.folder)

    def question(
        self, paths: Sequence[Path], contents: Mapping[Path, bytes], settings: Settings
    ) -> Question | None:
        """What a round over the files at `paths` is asked, where `contents` are open. None where
        its result is not kept: where a text is not saved, and where more than files decides."""
        if self._cache is None or settings.launches is not None:
            return None
        every = Scopes(settings).every(paths)
        if any(each.baseline is not None for each in every):
            return None
        if not all(_is_saved(path, data) for path, data in contents.items()):
            return None
        return Question.of(paths, Homes(map(os.path.abspath, contents)), every, paths)

    def known(self, question: Question | None) -> Result | None:
        """The result of an earlier round, if there is one."""
        if self._cache is None or question is None:
            return None
        return self._cache.load(question.again(self._cache.kept).key)

    def keep(
        self, question: Question | None, result: Result, neighbours: Mapping[str, str]
    ) -> None:
        """Keep the result of a round, with the files of other universes that decided it, by what
        they were like before."""
        if self._cache is not None and question is not None:
            self._cache.store(question.answered(self._cache.kept, neighbours).key, result)


def _is_saved(path: Path, data: bytes) -> bool:
    """Whether a file holds these bytes."""
    try:
        return read_bytes(path) == data
    except OSError:
        return False
