"""From files to the launch arguments that start in them: which functions are interpreted, and in
what order."""

from __future__ import annotations

import ast
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tritonlint.errors import SourceError
from tritonlint.facts.arguments import arguments
from tritonlint.facts.dead_guards import dead_guards
from tritonlint.facts.host.state import MAX_STATEMENTS, Attributes, Run
from tritonlint.facts.host.statements import interpret
from tritonlint.facts.ignored_settings import ignored_settings, takes_setting
from tritonlint.facts.modules import Definition, Module, Project, dotted_name
from tritonlint.facts.observation import Observation
from tritonlint.facts.operators import named, operators
from tritonlint.facts.other_casts import may_cast_to_another, other_casts
from tritonlint.facts.reach import COPIES, MAX_HOPS, Calls, callers, calls_of
from tritonlint.facts.texts import Texts
from tritonlint.source import SourceFile, display_path

# Up to so many names are looked for in the text of files; for more, every file is parsed.
_FEW_NAMES = 100


@dataclass
class Analysis:
    """The facts of a project, read on demand. `overrides` are texts that stand in for files on
    disk, by absolute path."""

    overrides: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.texts = Texts(self.overrides)
        self.project = Project([], self.texts.passes)
        # By the path of a file, which function of it is not analysed to its end, and why.
        self.unfinished: dict[str, str] = {}
        self._calls: dict[str, tuple[Calls, ...]] = {}
        self._by_node: dict[str, dict[int, Calls]] = {}
        self._leads: dict[tuple[int, int], bool] = {}
        self._attributes: Attributes = {}
        self._operators: dict[str, dict[str, list[str]]] = {}
        self._registered: dict[str, dict[str, Definition]] = {}
        self._speakers: dict[str, tuple[frozenset[str], frozenset[int]]] = {}
        self._effects: dict[tuple[int, str, str], Any] = {}

    def observe(self, files: Sequence[SourceFile], wanted: Collection[str]) -> list[Observation]:
        """What is to be judged about `files`, with places in `wanted` (absolute paths; `files` are
        among them). Raises SourceError for a file that cannot be parsed."""
        own = [self.module(os.path.abspath(source.path), source) for source in files]
        guards = (each for module in own for each in dead_guards(module))
        copies = (each for module in own for each in self._copies(module))
        return [*self._arguments(own, wanted), *guards, *copies]

    def _copies(self, module: Module) -> Iterator[Observation]:
        """What functions that launch nothing copy between codes and bytes."""
        for each in self.calls(module) if COPIES.search(module.source.text) else ():
            if each.copies and not self._leads_to_launch(each, MAX_HOPS):
                try:
                    yield from interpret(self._run(each.definition)).copies
                except RecursionError:
                    self._leave(each.definition, "is nested too deeply to be analysed")

    def _arguments(self, own: Sequence[Module], wanted: Collection[str]) -> list[Observation]:
        """What the functions of the modules `own` pass to kernels: the raw-byte arguments whose
        place is in one of `wanted`, and what tells that others are none. Where `wanted` leaves out
        files of the package, functions there that call those of `own` are followed too."""
        roots = {id(each.node): each for module in own for each in self._roots(module)}
        for caller in self._callers(own, wanted):
            if self._speaks(caller):
                roots.setdefault(id(caller.node), caller)
        found: list[Observation] = []
        for root in roots.values():
            try:
                found += list(self._of_root(root, wanted))
            except RecursionError:
                self._leave(root, "is nested too deeply to be analysed")
        return found

    def _roots(self, module: Module) -> Iterator[Definition]:
        """The functions of `module` that lead to a launch and say something about bytes."""
        casts = may_cast_to_another(module.source.text)
        if casts or self.texts.speaks(str(module.file)):
            for each in self.calls(module):
                told = self._speaks(each.definition) or takes_setting(each.definition)
                told = told or (casts and each.launches)
                if told and self._leads_to_launch(each, MAX_HOPS):
                    yield each.definition

    def _of_root(self, root: Definition, wanted: Collection[str]) -> Iterator[Observation]:
        universe = self.texts.universe(str(root.module.file))
        run = interpret(self._run(root))
        if run.exhausted:
            self._leave(
                root, f"takes more than {MAX_STATEMENTS} statements, and is not analysed to its end"
            )
        for each in arguments(run):
            place = os.path.abspath(each.place.path)
            if place in wanted and self.texts.universe(place) == universe:
                yield each
        for seen in self._of_run(run):
            if os.path.abspath(seen.place.path) in wanted:
                yield seen

    def _run(self, root: Definition) -> Run:
        universe = self.texts.universe(str(root.module.file))
        return Run(
            self.project,
            root,
            self.leads,
            partial(self.texts.byte_table, universe),
            partial(self.texts.is_called, root, universe),
            operator=partial(self._operator, universe),
            attributes=self._attributes,
            effects=self._effects,
        )

    @staticmethod
    def _of_run(run: Run) -> Iterator[Observation]:
        """What an interpretation shows beside the raw bytes."""
        yield from ignored_settings(run)
        yield from run.copies
        yield from other_casts(run)

    def _leave(self, function: Definition, reason: str) -> None:
        self.unfinished.setdefault(function.module.path, f"`{function.name}` {reason}")

    def _speaks(self, root: Definition) -> bool:
        """Whether `root`, its class or a function of the same file that it calls says anything
        about bytes. What only functions further down say is found when those are looked at
        themselves."""
        names, classes = self._speaking(root.module)
        own = self._calls_of(root)
        if own is None:
            return False
        around = root.enclosing[-1] if root.enclosing else None
        if own.speaks or id(around) in classes or not names.isdisjoint(own.names):
            return True
        return isinstance(around, ast.ClassDef) and self._inherits(root.module, around)

    def _inherits(self, module: Module, owner: ast.ClassDef) -> bool:
        """Whether a class has a base in another file of the project that says something about
        bytes."""
        roots = {(dotted_name(base) or "").partition(".")[0] for base in owner.bases}
        imported = (module.imports[name] for name in roots if name in module.imports)
        files = (self._imported_file(module, each.module, each.level) for each in imported)
        return any(file is not None and self.texts.speaks(file) for file in files)

    def _speaking(self, module: Module) -> tuple[frozenset[str], frozenset[int]]:
        """The names of the functions of a file that say something about bytes, and the classes that
        do when made."""
        key = str(module.file)
        if key not in self._speakers:
            speaking = [each.definition for each in self.calls(module) if each.speaks]
            names = {name for each in speaking for name in (each.name, f"self.{each.name}")}
            made = {
                id(each.enclosing[-1])
                for each in speaking
                if each.name == "__init__" and each.enclosing
            }
            self._speakers[key] = (frozenset(names), frozenset(made))
        return self._speakers[key]

    def module(self, file: str, source: SourceFile | None = None) -> Module:
        """The module of a file, with its override where it has one."""
        known = self.project.cached(file)
        if known is None and source is None and file in self.overrides:
            source = SourceFile(display_path(Path(file)), self.overrides[file])
        if known is not None and (source is None or known.source.data == source.data):
            return known
        return self.project.module(Path(file), source)

    def _leading(self, module: Module) -> Iterator[Definition]:
        for each in self.calls(module):
            if self._leads_to_launch(each, MAX_HOPS):
                yield each.definition

    def leads(self, function: Definition) -> bool:
        """Whether `function` leads to a launch."""
        found = self._calls_of(function)
        return found is not None and self._leads_to_launch(found, MAX_HOPS)

    def calls(self, module: Module) -> tuple[Calls, ...]:
        key = str(module.file)
        if key not in self._calls:
            self._calls[key] = tuple(calls_of(module))
        return self._calls[key]

    def _leads_to_launch(self, function: Calls, hops: int) -> bool:
        """Whether `function` launches a kernel, or calls what does over at most `hops` calls."""
        if function.launches or hops == 0:
            return function.launches
        key = (id(function.definition.node), hops)
        if key not in self._leads:
            self._leads[key] = False  # for recursive functions
            self._leads[key] = any(
                self._leads_to_launch(callee, hops - 1) for callee in self._callees(function)
            )
        return self._leads[key]

    def _callees(self, function: Calls) -> Iterator[Calls]:
        definition = function.definition
        module = definition.module
        for name in function.names:
            if name.startswith("self."):
                target = self._method(definition, name.removeprefix("self."))
            else:
                target = self._function(module, name, definition)
            if target is None or isinstance(target.node, Module):
                continue
            found = self._calls_of(target)
            if found is not None:
                yield found

    def _calls_of(self, function: Definition) -> Calls | None:
        key = str(function.module.file)
        if key not in self._by_node:
            self._by_node[key] = {
                id(each.definition.node): each for each in self.calls(function.module)
            }
        return self._by_node[key].get(id(function.node))

    def _operator(self, universe: Sequence[str], name: str) -> Definition | None:
        """The function that the universe registers as the custom operator `name`."""
        key = universe[0] if universe else ""
        if key not in self._operators:
            self._operators[key] = {}
            for file in filter(self.texts.passes, universe):
                for each in named(self.texts.read(file)):
                    self._operators[key].setdefault(each, []).append(file)
        for file in self._operators[key].get(name, ()):
            if file not in self._registered:
                module = self._parsed(file)
                self._registered[file] = operators(module) if module else {}
            if name in self._registered[file]:
                return self._registered[file][name]
        return None

    def _parsed(self, file: str) -> Module | None:
        try:
            module = self.module(file)
            _ = module.tree
        except SourceError:
            return None  # said where that file itself is checked
        return module

    def _function(self, module: Module, name: str, inside: Definition) -> Definition | None:
        if name.startswith("torch.ops."):
            return self._operator(self.texts.universe(str(module.file)), name.rpartition(".")[2])
        root, dot, _ = name.partition(".")
        imported = module.imports.get(root)
        if dot and imported is None:
            return None
        if imported is not None and not self._gated(module, imported.module, imported.level):
            return None
        return module.resolve(name, (*inside.enclosing, inside.node))  # type: ignore[arg-type]

    def _gated(self, module: Module, dotted: str, level: int) -> bool:
        """Whether the file that an import names can matter, without parsing it."""
        file = self._imported_file(module, dotted, level)
        return file is not None and self.texts.passes(file)

    def _imported_file(self, module: Module, dotted: str, level: int) -> str | None:
        layout = self.project.layout
        return (
            layout.relative(module.file, level, dotted)
            if level
            else layout.locate(dotted, module.file)
        )

    def _method(self, definition: Definition, name: str) -> Definition | None:
        for depth in range(len(definition.enclosing), 0, -1):
            owner = definition.enclosing[depth - 1]
            if hasattr(owner, "bases"):
                around = Definition(
                    definition.module, owner, definition.enclosing[: depth - 1], owner.name
                )
                target = definition.module.member(around, name)
                return target if isinstance(target, Definition) else None
        return None

    def universe_of(self, files: Iterable[str]) -> list[str]:
        """The files that can decide what is found in `files`."""
        return sorted({each for file in files for each in self.texts.universe(file)})

    def _callers(self, modules: Sequence[Module], wanted: Collection[str]) -> Iterator[Definition]:
        """The functions outside of `wanted` that call one of `modules` that leads to a launch, over
        at most MAX_HOPS calls."""
        universe = self.universe_of(str(module.file) for module in modules)
        rest = [file for file in universe if self.texts.passes(file)]
        rest = [file for file in rest if file not in wanted]
        if not rest:
            return  # each function that leads to a launch is looked at itself
        leading = (each for module in modules for each in self._leading(module))
        names = {each.name for each in leading if not each.enclosing}
        if len(names) > _FEW_NAMES:
            for module in filter(None, map(self._parsed, rest)):
                yield from self._leading(module)
            return
        for file, lines in callers(names, rest, self.texts.read, MAX_HOPS).items():
            if self.texts.speaks(file):
                found = self._parsed(file)
                yield from (each for each in found.functions if each.line in lines) if found else ()
