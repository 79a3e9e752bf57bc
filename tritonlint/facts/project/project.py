"""The modules of a project, parsed on demand and once. Nothing here imports or runs the code that
it reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from tritonlint.errors import SourceError
from tritonlint.facts.project.layout import Layout
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.resolution import ResolvedModule
from tritonlint.source import SourceFile, read_source


class Project:
    """Finds and parses the modules below `roots` and of the packages that the files it is asked for
    belong to.

    Files that `gate` turns away are not looked into when they are imported: what they define is
    unknown. `read` reads a file, or raises SourceError. `parsed` is how many bytes of text the
    modules have.
    """

    def __init__(
        self,
        roots: Sequence[Path],
        gate: Callable[[str], bool] | None = None,
        read: Callable[[Path], SourceFile] = read_source,
    ) -> None:
        self.layout = Layout(roots)
        self.gate = gate
        self.read = read
        self.parsed = 0
        self.failures: dict[str, SourceError] = {}
        self._modules: dict[str, Module | None] = {}
        # The files of modules that somebody has who was not given the text for them.
        self._known: set[str] = set()

    def module(self, path: Path, source: SourceFile | None = None) -> Module:
        """The module at `path`, or with `source` in its place. Raises SourceError when it cannot be
        read."""
        file = os.path.abspath(path)
        if source is None:
            self._known.add(file)
        if source is not None or self._modules.get(file) is None:
            source = source or self.read(Path(file))
            self.parsed += len(source.data)
            self._modules[file] = ResolvedModule(self, Path(file), source)
        module = self._modules[file]
        assert module is not None
        return module

    def forget(self) -> None:
        """Free the trees of all modules, which may not be used any more. A module and what is known
        of it refer to each other, and would stay until they are collected."""
        for each in filter(None, self._modules.values()):
            vars(each).clear()
        self._modules.clear()
        self._known.clear()

    def release(self, module: Module) -> bool:
        """Free the tree of a module, if only whoever gave the text has it: whether that is so. What
        is known of it may not be used any more."""
        file = str(module.file)
        if file in self._known or self._modules.get(file) is not module:
            return False
        del self._modules[file]
        self.parsed -= len(module.source.data)
        module.source.forget()
        vars(module).clear()
        return True

    def cached(self, file: str) -> Module | None:
        """The module of an absolute path, if it was asked for before."""
        module = self._modules.get(file)
        if module is not None:
            self._known.add(file)
        return module

    @property
    def loaded(self) -> tuple[Module, ...]:
        """The modules that were asked for so far and can be read."""
        return tuple(each for each in self._modules.values() if each is not None)

    def find(self, dotted: str, origin: Path | None = None) -> Module | None:
        """The module that `import dotted` means in the file `origin` (or anywhere), or None when it
        is not in the project.

        A module that is there and cannot be parsed is None too; `failures` says why.
        """
        return self._load(self.layout.locate(dotted, origin))

    def relative(self, origin: Path, level: int, dotted: str) -> Module | None:
        """The module that `from <level dots><dotted> import ...` means in the file `origin`."""
        return self._load(self.layout.relative(origin, level, dotted))

    def _load(self, file: str | None) -> Module | None:
        if file is None:
            return None
        self._known.add(file)
        if file not in self._modules:
            if self.gate is not None and not self.gate(file):
                self._modules[file] = None
                return None
            try:
                module = self.module(Path(file))
                module.tree  # noqa: B018  (parsed here, so that a broken file is reported as such)
            except SourceError as error:
                self.fail(file, error)
            else:
                self._modules[file] = module
        return self._modules[file]

    def fail(self, file: str, error: SourceError) -> None:
        """What imports a file that cannot be parsed knows nothing of what it means."""
        self.failures[file] = error
        self._modules[file] = None
