"""Where the modules of a project are: from dotted names to files and back, without importing
anything."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

# Where a checkout keeps its packages when not at its top.
_SOURCE_FOLDERS = ("", "src", "python")
# A folder with one of these is the top of a checkout: an import does not look above it.
PROJECT_MARKERS = frozenset({".git", "pyproject.toml", "setup.py", "setup.cfg"})
# Packages that are never the project's own: a folder `ops/triton/` is not what `import triton`
# means.
_FOREIGN = frozenset({"triton", "torch", "numpy", "functools"})


class Layout:
    """Maps dotted module names to files below `roots`. Each folder is listed once."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(os.path.abspath(root) for root in roots)
        self._listings: dict[str, frozenset[str]] = {}
        self._located: dict[tuple[str, str], str | None] = {}
        self._starts: dict[str, list[str]] = {}

    def locate(self, dotted: str, origin: Path | None = None) -> str | None:
        """The file of the module `dotted` as an import in the file `origin` finds it, or None.

        Searched are the package root of `origin`, the folders above it up to the top of the
        checkout, where this and the roots keep their packages, and then the package of that name
        which `origin` itself is in.
        """
        if dotted.split(".", 1)[0] in _FOREIGN:
            return None
        folder = os.path.dirname(os.path.abspath(origin)) if origin else ""
        key = (dotted, folder)
        if key not in self._located:
            self._located[key] = next(self._candidates(dotted, folder), None)
        return self._located[key]

    def imported(self, dotted: str, origin: str) -> str | None:
        """The file of the module `dotted`, which begins with the dots of a relative import where it
        is one, as an import in the file `origin` finds it, or None."""
        module = dotted.lstrip(".")
        level = len(dotted) - len(module)
        path = Path(origin)
        return self.relative(path, level, module) if level else self.locate(module, path)

    def relative(self, origin: Path, level: int, dotted: str) -> str | None:
        """The file of the module that `from <level dots><dotted> import` means in the file
        `origin`, or None."""
        folder = os.path.dirname(os.path.abspath(origin))
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        return self._file(folder, dotted)

    def name(self, file: Path) -> str:
        """The dotted name of `file` below its package root: the first folder above it without
        `__init__.py`, unless a folder still further up has one (then those between are namespace
        packages)."""
        path = os.path.abspath(file)
        root = self.package_root(path)
        stem = os.path.splitext(os.path.relpath(path, root))[0].replace(os.sep, ".")
        return stem.removesuffix(".__init__")

    def package_root(self, file: str) -> str:
        """The folder that imports of the top-level package of `file` start from."""
        folder = os.path.dirname(file)
        root = folder
        for above in self._upwards(folder):
            if self._has(above, "__init__.py"):
                root = os.path.dirname(above)
        return root

    def top(self, folder: str) -> str | None:
        """The top of the checkout that a folder is in, or None."""
        *_, last = self._upwards(folder)
        return last if self._list(last) & PROJECT_MARKERS else None

    def beside(self, folder: str) -> frozenset[str]:
        """What the names of modules may begin with that absolute imports of the files of a folder
        find."""
        return frozenset().union(*map(self.inside, self._starts_of(folder)))

    def inside(self, folder: str) -> frozenset[str]:
        """What the names of the modules in a folder begin with."""
        listed = {name.removesuffix(".py") for name in self._list(folder)}
        return frozenset(filter(str.isidentifier, listed - {"__pycache__"}))

    def modules(self, folder: str) -> frozenset[str]:
        """The names of the modules in a folder, and of the folders in it that hold some."""
        named = self.inside(folder)
        files = {name.removesuffix(".py") for name in self._list(folder) if name.endswith(".py")}
        holding = (each for each in named - files if self._holds_modules(folder, each))
        return named & files | frozenset(holding)

    def _holds_modules(self, folder: str, name: str) -> bool:
        inner = self._list(os.path.join(folder, name))
        return any(each.endswith(".py") for each in inner)

    def _candidates(self, dotted: str, folder: str) -> Iterator[str]:
        for start in self._starts_of(folder):
            file = self._file(start, dotted)
            if file is not None:
                yield file
        yield from self._vendored(dotted, folder)

    def _starts_of(self, folder: str) -> list[str]:
        """Where absolute imports of the files of a folder start from: no folder in a package."""
        if folder not in self._starts:
            starts = [*self._upwards(folder)] if folder else []
            top = self.top(folder) if folder else None
            starts += [
                os.path.join(root, inner) if inner else root
                for root in (*self.roots, *([top] if top else ()))
                for inner in _SOURCE_FOLDERS
            ]
            self._starts[folder] = [each for each in starts if not self._has(each, "__init__.py")]
        return self._starts[folder]

    def _vendored(self, dotted: str, folder: str) -> Iterator[str]:
        """Where `import a.b` means the package `a` that the importing file itself is in: one that
        was copied into another package, and is put on the path from there."""
        first = dotted.split(".", 1)[0]
        for above in self._upwards(folder) if folder else ():
            if os.path.basename(above) == first and self._has(above, "__init__.py"):
                file = self._file(os.path.dirname(above), dotted)
                if file is not None:
                    yield file

    def _upwards(self, folder: str) -> Iterator[str]:
        """`folder` and those above it, up to a root or the top of the checkout."""
        while True:
            yield folder
            parent = os.path.dirname(folder)
            if parent == folder or folder in self.roots or self._list(folder) & PROJECT_MARKERS:
                return
            folder = parent

    def _file(self, folder: str, dotted: str) -> str | None:
        parts = dotted.split(".") if dotted else []
        for part in parts[:-1]:
            if not self._has(folder, part):
                return None
            folder = os.path.join(folder, part)
        if not parts:
            return self._existing(folder, "__init__.py")
        last = parts[-1]
        if self._has(folder, last):
            package = self._existing(os.path.join(folder, last), "__init__.py")
            if package is not None:
                return package
        return self._existing(folder, f"{last}.py")

    def _existing(self, folder: str, name: str) -> str | None:
        return os.path.join(folder, name) if self._has(folder, name) else None

    def _has(self, folder: str, name: str) -> bool:
        return name in self._list(folder)

    def _list(self, folder: str) -> frozenset[str]:
        if folder not in self._listings:
            try:
                self._listings[folder] = frozenset(os.listdir(folder))
            except OSError:
                self._listings[folder] = frozenset()
        return self._listings[folder]
