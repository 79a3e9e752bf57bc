"""Which files of a project belong together: those whose functions can decide what a function of one
of them is given."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from tritonlint.facts.project.layout import Layout


class Homes:
    """Finds them, each folder once. `included` are files that need not be on disk, or end in .py,
    to count."""

    def __init__(self, included: Iterable[str]) -> None:
        self.layout = Layout([])
        self._included = dict.fromkeys(included)
        # By folder: that of the universe of the files in it.
        self._homes: dict[str, str] = {}
        self._universes: dict[str, tuple[str, ...]] = {}

    def include(self, files: Iterable[str]) -> None:
        """Have `files`, of which nothing was asked yet, count whatever their names are."""
        self._included |= dict.fromkeys(files)

    def known_files(self) -> list[str]:
        """The files of all universes that were asked for."""
        return sorted({file for universe in self._universes.values() for file in universe})

    def known_universes(self) -> list[tuple[str, ...]]:
        """The universes that were asked for, each with its files."""
        return [each for each in self._universes.values() if each]

    def universe(self, file: str) -> tuple[str, ...]:
        """The files that a file belongs together with: its top-level package, or the folder of a
        file that belongs to none."""
        folder = os.path.dirname(file)
        if folder not in self._homes:
            self._homes[folder] = self._home(file)
        key = self._homes[folder]
        if key not in self._universes:
            deep = key != self.layout.package_root(file)
            found = dict.fromkeys(_python_files(key, deep))
            included = (each for each in self._included if self._home(each) == key)
            self._universes[key] = (*found, *(each for each in included if each not in found))
        return self._universes[key]

    def universe_of(self, files: Iterable[str]) -> list[str]:
        """The files that can decide what is found in `files`."""
        # Most files share one.
        universes = {id(each): each for each in map(self.universe, files)}
        return sorted(set().union(*universes.values()))

    def _home(self, file: str) -> str:
        root = self.layout.package_root(file)
        relative = os.path.relpath(file, root)
        return os.path.join(root, relative.split(os.sep)[0]) if os.sep in relative else root


def _python_files(folder: str, deep: bool) -> Iterator[str]:
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith(".")) if deep else []
        for name in sorted(names):
            if name.endswith(".py"):
                yield os.path.join(base, name)
