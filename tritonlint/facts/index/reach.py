"""Which functions lead to a launch: the calls that each function makes, followed across the files
of a project.

What the outlines of the files rule out is not looked at. A function that is called in a way that
cannot be followed (a method of an unknown object) does not lead anywhere.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tritonlint.errors import SourceError
from tritonlint.facts.host.copies import may_copy
from tritonlint.facts.index.universe import MAX_HOPS, Texts
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.operators import operators
from tritonlint.facts.project.project import Project
from tritonlint.source import SourceFile, display_path

# What code says when it says something about the bytes of a tensor.
SPEAKS = re.compile(r"int8|fp8|float8|quantized|dtype|\.byte\(|\.view\(torch\.")
# A name that is called, with the object before it where that is `self` or `cls`; and the call of a
# subscript.
_CALL = re.compile(r"(?:\b(?:self|cls)\s*\.\s*(\w+)|\b(\w[\w.]*))\s*\(|\]\s*\(")
_LAUNCH = re.compile(r"\]\s*\(")
# What copies is short; longer functions are left out, since they take long to follow.
_LONG = 120


@dataclass(frozen=True)
class Calls:
    """One function, and what its text says (in comments and strings too: what a name leads to is
    decided when it is followed)."""

    definition: Definition

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that it calls: `name`, `module.name`, and `self.name` for its own methods."""
        names: set[str] = set()
        for method, name in _CALL.findall(self._text):
            if method:
                names.add(f"self.{method}")
            elif name:
                # `ops.store(...)` of a module, or `store` in a way that is not followed.
                names.update((name, name.rpartition(".")[2]))
        return frozenset(names)

    @cached_property
    def launches(self) -> bool:
        """Whether it calls a subscript, as launches do."""
        return bool(_LAUNCH.search(self._text))

    @cached_property
    def speaks(self) -> bool:
        """Whether it says anything about the bytes of a tensor."""
        return bool(SPEAKS.search(self._text))

    @cached_property
    def copies(self) -> bool:
        """Whether it is short and copies between tensors, of which it calls some 8-bit floats and
        some bytes."""
        node = self.definition.node
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        short = (node.end_lineno or node.lineno) - node.lineno < _LONG
        return short and may_copy(self._text)

    @property
    def _text(self) -> str:
        node, lines = self.definition.node, self.definition.module.source.lines
        if node.lineno == node.end_lineno:  # type: ignore[union-attr]
            return lines[node.lineno - 1]  # type: ignore[union-attr]
        return "".join(lines[node.lineno : node.end_lineno])  # type: ignore[union-attr]


class Reach:
    """The functions of a project that lead to a launch over at most MAX_HOPS calls."""

    def __init__(self, project: Project, texts: Texts) -> None:
        self.project = project
        self.texts = texts
        self._calls: dict[str, dict[int, Calls]] = {}
        self._leads: dict[tuple[int, int], bool] = {}
        self._operators: dict[str, dict[str, list[str]]] = {}
        self._registered: dict[str, dict[str, Definition]] = {}

    def module(self, file: str, source: SourceFile | None = None) -> Module:
        """The module of a file, with its override where it has one. Raises SourceError."""
        known = self.project.cached(file)
        if known is None and source is None and file in self.texts.overrides:
            source = SourceFile(display_path(Path(file)), self.texts.overrides[file])
        if known is not None and (source is None or known.source.data == source.data):
            return known
        return self.project.module(Path(file), source)

    def parsed(self, file: str) -> Module | None:
        """The module of a file, or None where it cannot be parsed: that is said where the file
        itself is checked."""
        try:
            module = self.module(file)
            _ = module.tree
        except SourceError:
            return None
        return module

    def calls(self, function: Definition) -> Calls | None:
        """The calls of a function of the project."""
        module = function.module
        key = str(module.file)
        if key not in self._calls:
            self._calls[key] = {id(each.node): Calls(each) for each in module.functions}
        return self._calls[key].get(id(function.node))

    def leads(self, function: Definition) -> bool:
        """Whether `function` leads to a launch."""
        found = self.calls(function)
        return found is not None and self._leads_to_launch(found, MAX_HOPS)

    def _leads_to_launch(self, function: Calls, hops: int) -> bool:
        """Whether `function` launches a kernel, or calls what does over at most `hops` calls."""
        definition = function.definition
        file = str(definition.module.file)
        if definition.line not in self.texts.leading(file).lines.get(file, ()):
            return False
        if function.launches or hops == 0:
            return function.launches
        key = (id(definition.node), hops)
        if key not in self._leads:
            self._leads[key] = False  # for recursive functions
            self._leads[key] = any(
                self._leads_to_launch(callee, hops - 1) for callee in self._callees(function)
            )
        return self._leads[key]

    def _callees(self, function: Calls) -> Iterator[Calls]:
        definition = function.definition
        module = definition.module
        leading = self.texts.leading(str(module.file)).names
        for name in function.names:
            owner, _, last = name.rpartition(".")
            if (name if owner in ("", "self") else f".{last}") not in leading:
                continue
            if owner == "self":
                target = self._method(definition, last)
            else:
                target = self._function(module, name, definition)
            if target is None or isinstance(target.node, Module):
                continue
            found = self.calls(target)
            if found is not None:
                yield found

    def operator(self, universe: Sequence[str], name: str) -> Definition | None:
        """The function that the universe registers as the custom operator `name`."""
        key = universe[0] if universe else ""
        if key not in self._operators:
            self._operators[key] = {}
            for file, outline in self.texts.outlines(universe).items():
                for each in outline.operators:
                    self._operators[key].setdefault(each, []).append(file)
        for file in self._operators[key].get(name, ()):
            if file not in self._registered:
                module = self.parsed(file)
                self._registered[file] = operators(module) if module else {}
            if name in self._registered[file]:
                return self._registered[file][name]
        return None

    def _function(self, module: Module, name: str, inside: Definition) -> Definition | None:
        if name.startswith("torch.ops."):
            return self.operator(self.texts.universe(str(module.file)), name.rpartition(".")[2])
        root, dot, _ = name.partition(".")
        imported = module.imports.get(root)
        if dot and imported is None:
            return None
        if imported is not None and not self._gated(module, imported.module, imported.level):
            return None
        return module.resolve(name, (*inside.enclosing, inside.node))  # type: ignore[arg-type]

    def _gated(self, module: Module, dotted: str, level: int) -> bool:
        """Whether the file that an import names can matter, without parsing it."""
        file = self.imported_file(module, dotted, level)
        return file is not None and self.texts.passes(file)

    def imported_file(self, module: Module, dotted: str, level: int) -> str | None:
        """The file that an import of `module` names, if it is in the project."""
        layout = self.project.layout
        return (
            layout.relative(module.file, level, dotted)
            if level
            else layout.locate(dotted, module.file)
        )

    def _method(self, definition: Definition, name: str) -> Definition | None:
        for depth in range(len(definition.enclosing), 0, -1):
            owner = definition.enclosing[depth - 1]
            if isinstance(owner, ast.ClassDef):
                around = Definition(
                    definition.module, owner, definition.enclosing[: depth - 1], owner.name
                )
                target = definition.module.member(around, name)
                return target if isinstance(target, Definition) else None
        return None
