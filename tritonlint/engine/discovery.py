"""Which files a run looks at: the named ones, and the Python files below the named folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

from tritonlint.errors import SourceError, UsageError
from tritonlint.settings import gitignore
from tritonlint.settings.config import Settings
from tritonlint.settings.patterns import Matcher, matcher
from tritonlint.settings.scopes import Scopes
from tritonlint.source import display_path

OnError = Callable[[SourceError], None]
OnNotebook = Callable[[Path], None]


def discover(
    paths: Iterable[Path],
    settings: Settings,
    on_error: OnError | None = None,
    on_notebook: OnNotebook | None = None,
) -> list[Path]:
    """The files to check, each once: every named file, and every `*.py` below a named folder,
    sorted by folder.

    Exclusion patterns hold below the named folders, and for the named paths too with
    `force_exclude`; what git ignores is left out below the named folders. A folder that cannot be
    listed goes to `on_error` as a SourceError, and is raised where that is None. Notebooks that
    speak of Triton, which are not checked, go to `on_notebook`. Raises UsageError for a path that
    does not exist.
    """
    excluded = matcher((*settings.exclude, *settings.extend_exclude))
    scopes = Scopes(settings)
    found: dict[Path, None] = {}
    links: dict[Path, None] = {}
    for path in paths:
        _must_exist(path)
        if settings.force_exclude and (is_excluded(path, excluded) or scopes.excludes(path)):
            continue
        if not path.is_dir():
            found[path] = None
            continue
        ignores = gitignore.above(os.path.abspath(path)) if settings.respect_gitignore else None
        for each in _walk(path, excluded, ignores, on_error or _raise):
            if scopes.excludes(each):
                continue
            if each.suffix == ".py":
                (links if each.is_symlink() else found)[each] = None
            elif on_notebook and _speaks_of_triton(each):
                on_notebook(each)
    return list(_once((*found, *_to_others(links, found))))


def _to_others(links: Iterable[Path], files: Iterable[Path]) -> Iterator[Path]:
    """The links to none of `files`, one to each file: one that is checked anyway would be reported,
    and fixed, twice."""
    real: set[str] | None = None
    for each in links:
        real = {os.path.realpath(file) for file in files} if real is None else real
        target = os.path.realpath(each)
        if target not in real:
            real.add(target)
            yield each


def _must_exist(path: Path) -> None:
    try:
        os.stat(path)
    except OSError as error:
        if path == Path("-"):
            raise UsageError("standard input (-) is read by `check` and `autofix` alone") from error
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{path}: {reason}; give files or folders that exist") from error


def _once(paths: Iterable[Path]) -> Iterator[Path]:
    seen: set[str] = set()
    for path in paths:
        key = os.path.abspath(path)
        if key not in seen:
            seen.add(key)
            yield path


def _walk(
    top: Path, excluded: Matcher, ignores: gitignore.Ignores | None, on_error: OnError
) -> Iterator[Path]:
    """The `*.py` files and notebooks below `top`; linked folders come last, so that a file is found
    under its own name first. `ignores` is what git ignores by the folders above `top`, None: not
    asked for."""
    seen: set[tuple[int, int]] = set()
    linked: list[tuple[str, gitignore.Ignores | None]] = []
    pending = [(os.fspath(top), ignores)]
    while pending or linked:
        folder, outer = pending.pop() if pending else linked.pop(0)
        try:
            state = os.stat(folder)
            if (state.st_dev, state.st_ino) in seen:
                continue
            seen.add((state.st_dev, state.st_ino))
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            shown = display_path(Path(folder))
            on_error(SourceError(shown, f"cannot be listed: {error.strerror or error}"))
            continue
        absolute = os.path.abspath(folder)
        inner = outer.below(absolute) if outer else None
        below: list[tuple[str, gitignore.Ignores | None]] = []
        for entry in entries:
            kind = _kind(entry)
            if kind == "other" or excluded(entry.path):
                continue
            if inner and inner.ignored(os.path.join(absolute, entry.name), kind == "folder"):
                continue
            if kind == "folder":
                (linked if entry.is_symlink() else below).append((entry.path, inner))
            else:
                yield Path(entry.path)
        pending.extend(reversed(below))


def _kind(entry: os.DirEntry[str]) -> Literal["folder", "file", "other"]:
    """Whether an entry is a folder, or a Python file or notebook; a link to nothing, or to itself,
    a pipe and a device are neither."""
    try:
        if entry.is_dir():
            return "folder"
        return "file" if entry.name.endswith((".py", ".ipynb")) and entry.is_file() else "other"
    except OSError:
        return "other"


def _speaks_of_triton(path: Path) -> bool:
    try:
        return b"triton" in path.read_bytes()
    except OSError:
        return True


def is_excluded(path: Path, excluded: Matcher) -> bool:
    """Whether the path, or a folder between it and the working directory, is excluded."""
    shown = Path(os.path.relpath(path))
    return any(excluded(os.fspath(each)) for each in (shown, *shown.parents) if each.name)


def _raise(error: SourceError) -> None:
    raise error
