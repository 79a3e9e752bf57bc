"""Patterns for files: a name (`gen_*.py`, `build`), or with a slash a path."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

Matcher = Callable[[str], bool]


def anchored(pattern: str, folder: Path) -> str:
    """`pattern` with its path, if it has a slash, below `folder`, so that it means the same
    wherever it is read. A pattern that begins with `!` keeps that."""
    mark = "!" if pattern.startswith("!") else ""
    text = pattern.removeprefix("!").rstrip("/")
    if "/" not in text or os.path.isabs(text):
        return mark + text
    base = glob.escape(folder.resolve().as_posix().rstrip("/"))
    return f"{mark}{base}/{text.removeprefix('./')}"


def matcher(patterns: Iterable[str]) -> Matcher:
    """Whether one of the anchored `patterns` matches the last name of a path, the path, or a folder
    above it."""
    every = list(patterns)
    exact = frozenset(p for p in every if not set(p) & set("*?[/"))
    names = [p for p in every if "/" not in p and p not in exact]
    paths = [each for p in every if "/" in p for each in _spelled_out(p)]

    def matches(path: str) -> bool:
        folder, name = os.path.split(path)
        if name in exact or any(fnmatch(name, p) for p in names):
            return True
        if not paths:
            return False
        real = os.path.join(_real(folder), name).replace(os.sep, "/")
        return any(fnmatch(real, p) or fnmatch(real, f"{p}/*") for p in paths)

    return matches


@cache
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def _spelled_out(pattern: str) -> Iterator[str]:
    """`pattern`, and as it reads where its `/**/` stand for no folder at all."""
    head, found, tail = pattern.partition("/**/")
    if not found:
        yield pattern
        return
    for each in _spelled_out(tail):
        yield f"{head}/{each}"
        yield f"{head}/**/{each}"
