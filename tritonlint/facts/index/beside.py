"""Code beside a package that shows how its functions are called: tests, benchmarks, examples."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from tritonlint.facts.project.layout import PROJECT_MARKERS
from tritonlint.facts.project.modules import Definition
from tritonlint.source import read_bytes

_FOLDERS = re.compile(r"tests?$|tests?_|bench|example", re.IGNORECASE)


class Beside:
    """The files of a checkout that are in none of its packages. Each folder is looked up once, a
    file is read when it is asked about."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[str, ...]] = {}
        self._viewed: dict[tuple[str, str], bool] = {}

    def views(self, function: Definition) -> bool:
        """Whether one of the files beside that of a function calls it by its name and views
        tensors: those of the function may be among them. Of a method the name tells too little."""
        top = None if function.enclosing else _top(os.path.dirname(function.module.file))
        if top is None:
            return False
        name = function.name
        if (top, name) not in self._viewed:
            called = re.compile(rb"\b%s\s*\(" % re.escape(name.encode()))
            texts = map(_read, self._of(top))
            self._viewed[top, name] = any(b".view(" in t and called.search(t) for t in texts)
        return self._viewed[top, name]

    def _of(self, top: str) -> tuple[str, ...]:
        if top not in self._files:
            self._files[top] = tuple(_files(top))
        return self._files[top]


def _top(folder: str) -> str | None:
    """The top of the checkout that a folder is in, or None."""
    while True:
        try:
            if PROJECT_MARKERS & frozenset(os.listdir(folder)):
                return folder
        except OSError:
            return None
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


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
