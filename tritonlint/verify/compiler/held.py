"""The files that a kernel is made of, found where they are and handed to a process that can read
none: it sees these, and nothing of the rest of the project."""

from __future__ import annotations

import ast
import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tritonlint.errors import SourceError, TritonlintError
from tritonlint.facts.project.layout import PROJECT_MARKERS, Layout
from tritonlint.facts.project.modules import Definition, External, Module
from tritonlint.facts.project.project import Project
from tritonlint.facts.project.tree import Enclosing
from tritonlint.source import SourceFile
from tritonlint.verify.compiler.extract import Extraction
from tritonlint.verify.compiler.located import kernel_at, project_with


@dataclass(frozen=True)
class Held:
    """A file: its absolute path, how it is shown, and its content. A marker of the top of a
    checkout has none."""

    path: str
    shown: str
    data: bytes


def needed(path: Path, line: int, texts: Mapping[str, str] | None = None) -> tuple[Held, ...]:
    """The files that the kernel at a line is made of (see `kernel_at`), as far as they can be told
    without running anything. What cannot be read or parsed is left out, and is missed later too."""
    project = project_with(Project([]), texts or {})
    with contextlib.suppress(TritonlintError, RecursionError):
        _Reading({}).follow(kernel_at(project, path, line))
    found = {str(each.file): _held(each) for each in project.loaded}
    folders = {os.fspath(above) for file in found for above in Path(file).parents}
    for folder in folders:
        for name in PROJECT_MARKERS:
            marker = os.path.join(folder, name)
            if os.path.exists(marker):
                found.setdefault(marker, Held(marker, marker, b""))
    return tuple(found[file] for file in sorted(found))


def _held(module: Module) -> Held:
    return Held(str(module.file), module.path, module.source.data)


class _Reading(Extraction):
    """Goes the way of an extraction, and runs nothing: every constant is taken to be known."""

    def follow(self, definition: Definition) -> None:
        self.function(definition)
        assert isinstance(definition.node, ast.FunctionDef)
        for decorator in definition.node.decorator_list:
            for value in decorator.keywords if isinstance(decorator, ast.Call) else ():
                self._constant(value.value, definition.module, definition.enclosing)

    def function(self, definition: Definition) -> Any:
        node = definition.node
        if not isinstance(node, ast.FunctionDef) or node in self._functions:
            return None
        self._functions[node] = None
        self._define(node, definition.module, definition.enclosing)
        return None

    def _value(self, target: Definition | External | None) -> tuple[bool, Any]:
        if isinstance(target, Definition) and isinstance(target.node, ast.FunctionDef):
            return True, self.function(target)
        return (False, None) if isinstance(target, External) else super()._value(target)

    def _constant(
        self, value: ast.expr, module: Module, enclosing: Enclosing = ()
    ) -> tuple[bool, Any]:
        if value not in self._functions:
            self._functions[value] = None
            self._define(value, module, enclosing)
        return True, None


class HeldProject(Project):
    """A project that consists of files that are held, whatever is on disk."""

    def __init__(self, files: Sequence[Held]) -> None:
        super().__init__([])
        self.layout = _HeldLayout(each.path for each in files)
        self._files = {each.path: each for each in files}

    def module(self, path: Path, source: SourceFile | None = None) -> Module:
        """See `Project.module`."""
        file = os.path.abspath(path)
        if source is None and self.cached(file) is None:
            held = self._files.get(file)
            if held is None:
                raise SourceError(file, "is not among the files that the kernel is made of")
            source = SourceFile(held.shown, held.data)
        return super().module(path, source)


class _HeldLayout(Layout):
    def __init__(self, files: Iterable[str]) -> None:
        super().__init__([])
        names: dict[str, set[str]] = {}
        for file in files:
            for each in (Path(file), *Path(file).parents):
                names.setdefault(os.fspath(each.parent), set()).add(each.name)
        self._held = {folder: frozenset(inside) for folder, inside in names.items()}

    def _list(self, folder: str) -> frozenset[str]:
        return self._held.get(folder, frozenset())
