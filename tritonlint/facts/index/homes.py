"""Which files of a project belong together: those whose functions can decide what a function of one
of them is given."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from tritonlint.facts.project.layout import Layout

# In a universe of so few files all of them are outlined: what only imports a wrapper, and hands it
# what an object holds, names nothing that the gate of a file looks for.
_FEW = 200
# Folders in which packages are installed, of which none is a part of another.
_INSTALLED = ("site-packages", "dist-packages")


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

    def known_beside(self, files: Iterable[str]) -> list[str]:
        """The files of those that are not among `files`."""
        return sorted(set(self.known_files()).difference(files))

    def known_universes(self) -> list[tuple[str, ...]]:
        """The universes that were asked for, each with its files."""
        return [each for each in self._universes.values() if each]

    def universe(self, file: str) -> tuple[str, ...]:
        """The files that a file belongs together with: its top-level package, or the folder of a
        file that belongs to none."""
        key = self.home(file)
        if key not in self._universes:
            found = dict.fromkeys(_python_files(key, self._is_deep(file)))
            included = (each for each in self._included if self._home(each) == key)
            self._universes[key] = (*found, *(each for each in included if each not in found))
        return self._universes[key]

    def are_few(self, file: str) -> bool:
        """Whether a file belongs together with few files."""
        return len(self.universe(file)) <= _FEW

    def home(self, file: str) -> str:
        """The folder of the universe of a file."""
        folder = os.path.dirname(file)
        if folder not in self._homes:
            self._homes[folder] = self._home(file)
        return self._homes[folder]

    def beside(self, file: str) -> frozenset[str]:
        """What the names of modules may begin with that absolute imports find which are in the
        checkout of a file, but not in its universe; where there is no checkout, those in the folder
        of a file that belongs to no package, unless packages are installed there."""
        root = self.layout.package_root(file)
        if self.layout.top(root) is None:
            alone = not self._is_deep(file) and os.path.basename(root) not in _INSTALLED
            return self.layout.modules(root) if alone else frozenset()
        own = {os.path.basename(self.home(file))} if self._is_deep(file) else set()
        return self.layout.beside(root) - own

    def found_beside(self, files: Iterable[str]) -> list[str]:
        """Those names of any of `files` under which there is a module or a package."""
        one_each = {self.home(file): file for file in files}.values()
        named = ((name, file) for file in one_each for name in self.beside(file))
        return sorted({name for name, file in named if self.layout.locate(name, Path(file))})

    def level(self, file: str) -> int:
        """How many dots a relative import in a file has at least that may leave its universe."""
        inside = os.path.relpath(file, self.home(file)).count(os.sep)
        return inside + 2 if self._is_deep(file) else 1

    def universe_of(self, files: Iterable[str]) -> list[str]:
        """The files that can decide what is found in `files`."""
        # Most files share one.
        universes = {id(each): each for each in map(self.universe, files)}
        return sorted(set().union(*universes.values()))

    def _is_deep(self, file: str) -> bool:
        """Whether the universe of a file has all folders in its own."""
        return self.home(file) != self.layout.package_root(file)

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


def is_package(file: str) -> bool:
    """Whether a file is that of a package."""
    return os.path.basename(file) == "__init__.py"
