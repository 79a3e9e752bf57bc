"""Code beside a package that shows how its functions are called: tests, benchmarks, examples."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator

from tritonlint.facts.project.layout import PROJECT_MARKERS
from tritonlint.facts.project.modules import Definition
from tritonlint.source import read_bytes

_FOLDERS = re.compile(r"tests?$|tests?_|bench|example", re.IGNORECASE)


class Beside:
    """The files of a checkout that are in none of its packages. Each folder is looked up once, a
    file is read when it is asked about."""

    def __init__(self) -> None:
        self._tops: dict[str, str | None] = {}
        self._files: dict[str, tuple[str, ...]] = {}
        self._viewed: dict[tuple[str, str], bool] = {}

    def views(self, function: Definition) -> bool:
        """Whether one of the files beside that of a function calls it by its name and views
        tensors: those of the function may be among them. Of a method the name tells too little."""
        top = None if function.enclosing else self._top(os.path.dirname(function.module.file))
        if top is None:
            return False
        name = function.name
        if (top, name) not in self._viewed:
            called = re.compile(rb"\b%s\s*\(" % re.escape(name.encode()))
            texts = map(_read, self._of(top))
            self._viewed[top, name] = any(b".view(" in t and called.search(t) for t in texts)
        return self._viewed[top, name]

    def around(self, files: Iterable[str]) -> list[str]:
        """The files beside those of `files`: what they say can decide what is found there."""
        tops = {self._top(folder) for folder in set(map(os.path.dirname, files))}
        return sorted({each for top in tops if top is not None for each in self._of(top)})

    def _top(self, folder: str) -> str | None:
        """The top of the checkout that a folder is in, or None."""
        if folder not in self._tops:
            parent = os.path.dirname(folder)
            if _is_top(folder):
                self._tops[folder] = folder
            else:
                self._tops[folder] = None if parent == folder else self._top(parent)
        return self._tops[folder]

    def _of(self, top: str) -> tuple[str, ...]:
        if top not in self._files:
            self._files[top] = tuple(_files(top))
        return self._files[top]


def _is_top(folder: str) -> bool:
    try:
        return bool(PROJECT_MARKERS & frozenset(os.listdir(folder)))
    except OSError:
        return False


def _files(top: str) -> Iterator[str]:
    """The Python files in the folders at the top of a checkout that are called after tests."""
    for name in sorted(os.listdir(top)):
        if _FOLDERS.match(name):
            for base, _, names in os.walk(os.path.join(top, name)):
                yield from (os.path.join(base, each) for each in names if each.endswith(".py"))


def _read(file: str) -> bytes:
    try:
        return read_bytes(file)
    except OSError:
        return b""
