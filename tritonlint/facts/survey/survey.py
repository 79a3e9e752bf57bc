"""From files to what is to be judged about them: which functions are interpreted, and in what
order."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from tritonlint.errors import SourceError
from tritonlint.facts.hazards.flavours.clashes import flavours
from tritonlint.facts.hazards.flavours.of_a_module import may_state, stated
from tritonlint.facts.hazards.guards.dead_guards import dead_guards, may_compare
from tritonlint.facts.hazards.ignored_settings import ignored_settings, takes_setting
from tritonlint.facts.hazards.narrowed_numbers import in_launches
from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.hazards.other_pointer_casts import may_cast_to_another, other_casts
from tritonlint.facts.hazards.raw_bytes.arguments import Argument, arguments
from tritonlint.facts.host.copies import may_copy
from tritonlint.facts.host.state import MAX_STATEMENTS, Attributes, Run
from tritonlint.facts.host.statements import interpret
from tritonlint.facts.index.callers import callers
from tritonlint.facts.index.outlines import Function
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.universe import MAX_HOPS, Texts
from tritonlint.facts.project.effects import Effects
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.project import Project
from tritonlint.facts.project.tree import dotted_name
from tritonlint.facts.survey.bulkhead import Bulkhead
from tritonlint.facts.survey.kernels import Narrowing
from tritonlint.facts.survey.looked_at import LookedAt
from tritonlint.facts.survey.reading import Reading
from tritonlint.source import SourceFile

# What is asked about the launches that a function leads to, in the order of what is observed; and
# what only preview rules judge.
_QUESTIONS: tuple[Callable[[Run], Iterable[Observation]], ...] = (
    arguments,
    ignored_settings,
    other_casts,
    in_launches,
)
_PREVIEWED: tuple[Callable[[Run], Iterable[Observation]], ...] = (flavours,)
# Up to so many names the functions that call them are looked for; for more, all are interpreted.
_FEW_NAMES = 100


class Analysis:
    """The facts of a project, read on demand. `overrides` are texts that stand in for files on
    disk, by absolute path; `texts` is what is known of the files already."""

    def __init__(
        self, overrides: Mapping[str, bytes] | None = None, texts: Texts | None = None
    ) -> None:
        self.texts = texts or Texts(overrides or {})
        # Whether to observe what only preview rules judge.
        self.preview = False
        self.project = Project([], self.texts.passes)
        self.reach = Reach(self.project, self.texts)
        self.looked_at = LookedAt()
        self.narrowing = Narrowing(self.texts, self.reach, self.looked_at)
        self.bulkhead = Bulkhead()
        self.reading = Reading(self.texts, self.reach, self.looked_at)
        self._speakers: dict[str, tuple[frozenset[str], frozenset[int]]] = {}
        self._attributes: Attributes = {}
        self._effects = Effects()

    @property
    def unfinished(self) -> dict[str, str]:
        """By the path of a file, which function of it is not analysed to its end, and why; or why
        none is."""
        return self.bulkhead.unfinished

    def concerns(self, file: str) -> bool:
        """Whether anything in a file (an absolute path) can be to judge, as far as its text tells,
        or it has to do with Triton: then that it cannot be parsed is to be said."""
        if self.texts.outline(file).triton:
            return True
        if self.texts.speaks(file) and file in self.texts.leading(file).lines:
            return True
        text = self.texts.read(file).decode("utf-8", "replace")
        if self.preview and may_state(text):
            return True
        return may_compare(text) or may_copy(text)

    def observe(self, files: Sequence[SourceFile], wanted: Collection[str]) -> list[Observation]:
        """What is to be judged about `files`, with places in `wanted` (absolute paths; `files` are
        among them). What cannot be parsed or analysed to its end is in `unfinished`."""
        try:
            return self._observed(files, wanted)
        except Exception:
            if self.bulkhead.strict:
                raise
        found: list[Observation] = []
        for each in files:
            with self.bulkhead.around(each.path):
                found += self._observed([each], wanted)
        return found

    def _observed(self, files: Sequence[SourceFile], wanted: Collection[str]) -> list[Observation]:
        own = list(self._parsed(files))
        guards = (
            each for module in own for each in dead_guards(module, self.looked_at.comparisons)
        )
        copies = (each for module in own for each in self._copies(module))
        narrowed = self.narrowing.in_kernels(own, wanted)
        read = self.reading.observe(own, wanted)
        said = (
            (each for module in own for each in stated(module, self.texts, self.reach))
            if self.preview
            else ()
        )
        return [*self._arguments(own, files, wanted), *guards, *copies, *narrowed, *read, *said]

    def _copies(self, module: Module) -> Iterator[Observation]:
        """What functions that launch nothing copy between codes and bytes."""
        for each in module.functions if may_copy(module.source.text) else ():
            calls = self.reach.calls(each)
            if calls is not None and calls.copies and not self.reach.leads(each):
                self.looked_at.copying.add((module.path, each.line))
                with self.bulkhead.around(module.path, each.name):
                    yield from interpret(self._run(each)).copies

    def _arguments(
        self, own: Sequence[Module], files: Sequence[SourceFile], wanted: Collection[str]
    ) -> list[Observation]:
        """What the functions of `files`, whose modules are `own`, pass to kernels, with places in
        one of `wanted`. Where `wanted` leaves out files of the package, functions there that call
        those of `files` are followed too."""
        roots = {id(each.node): each for module in own for each in self._roots(module)}
        callers_of_own = self._callers(files, wanted)
        for caller in (*callers_of_own, *self.narrowing.launchers(own, wanted)):
            if self._speaks(caller):
                roots.setdefault(id(caller.node), caller)
        found: list[Observation] = []
        questioned: list[Definition] = []
        for root in roots.values():
            mine = self._of_root(root, wanted)
            found += mine
            if any(isinstance(each, Argument) and each.from_caller for each in mine):
                questioned.append(root)
        asked = {id(each.node): each for root in questioned for each in self._callers_of(root)}
        for caller in asked.values():
            found += self._of_root(caller, wanted, thorough=True)
        return found

    def _callers_of(self, function: Definition) -> Iterator[Definition]:
        """The functions that call `function`, over at most MAX_HOPS calls, and so may tell what it
        is given."""
        file = str(function.module.file)
        around = self.texts.outlines(self.texts.universe(file))
        asked = [each for each in self.texts.outline(file).functions if each.line == function.line]
        lines = callers({file: asked}, around, MAX_HOPS)
        for caller in self._at(lines):
            if self._speaks(caller) and self.reach.leads(caller):
                yield caller

    def _at(self, lines: Mapping[str, frozenset[int]]) -> Iterator[Definition]:
        """The functions whose headers are in these lines of files that say something about
        bytes."""
        for file in sorted(file for file in lines if self.texts.speaks(file)):
            module = self.reach.parsed(file) if lines[file] else None
            if module is not None:
                yield from (each for each in module.functions if each.line in lines[file])

    def _parsed(self, files: Iterable[SourceFile]) -> Iterator[Module]:
        for source in files:
            try:
                module = self.reach.module(os.path.abspath(source.path), source)
                _ = module.tree
            except SourceError as error:
                self.bulkhead.leave(error.path, error.reason)
            else:
                yield module

    def _roots(self, module: Module) -> Iterator[Definition]:
        """The functions of `module` that lead to a launch and say something about bytes."""
        file = str(module.file)
        casts = may_cast_to_another(module.source.text)
        if not casts and not self.texts.speaks(file):
            return
        lines = self.texts.leading(file).lines.get(file, frozenset())
        for each in module.functions if lines else ():
            if each.line not in lines or not self.reach.leads(each):
                continue
            if casts or takes_setting(each) or self._speaks(each):
                yield each

    def _of_root(
        self, root: Definition, wanted: Collection[str], thorough: bool = False
    ) -> list[Observation]:
        """What the launches that `root` leads to are passed, and what else is seen on the way."""
        universe = self.texts.universe(str(root.module.file))
        run = self._run(root, thorough)
        found: list[Observation] = []
        path = root.module.path
        with self.bulkhead.around(path, root.name):
            interpret(run)
            lines = ((each.span.path, each.span.line) for each in run.launches)
            self.looked_at.launches.update(lines)
            found += run.copies
            for question in (*_QUESTIONS, *(_PREVIEWED if self.preview else ())):
                # Each for itself: what one cannot tell, the others still do.
                with self.bulkhead.around(path, root.name):
                    found += question(run)
        if run.exhausted:
            most = f"takes more than {MAX_STATEMENTS} statements"
            self.bulkhead.leave(path, f"`{root.name}` {most}, and is not analysed to its end")
        places = ((each, os.path.abspath(each.place.path)) for each in found)
        return [
            each
            for each, place in places
            if place in wanted and self.texts.universe(place) == universe
        ]

    def _run(self, root: Definition, thorough: bool = False) -> Run:
        universe = self.texts.universe(str(root.module.file))
        return Run(
            self.project,
            root,
            self.reach.leads,
            partial(self.texts.byte_table, universe),
            partial(self.texts.is_called, root, universe),
            partial(self.texts.both_flavours, universe),
            operator=partial(self.reach.operator, universe),
            attributes=self._attributes,
            effects=self._effects,
            thorough=thorough,
        )

    def _speaks(self, root: Definition) -> bool:
        """Whether `root`, its class or a function of the same file that it calls says anything
        about bytes. What only functions further down say is found when those are looked at
        themselves."""
        names, classes = self._speaking(root.module)
        own = self.reach.calls(root)
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
        files = (self.reach.imported_file(module, each.module, each.level) for each in imported)
        return any(file is not None and self.texts.speaks(file) for file in files)

    def _speaking(self, module: Module) -> tuple[frozenset[str], frozenset[int]]:
        """The names of the functions of a file that say something about bytes, and the classes that
        do when made."""
        key = str(module.file)
        if key not in self._speakers:
            calls = filter(None, map(self.reach.calls, module.functions))
            speaking = [each.definition for each in calls if each.speaks]
            names = {name for each in speaking for name in (each.name, f"self.{each.name}")}
            made = {
                id(each.enclosing[-1])
                for each in speaking
                if each.name == "__init__" and each.enclosing
            }
            self._speakers[key] = (frozenset(names), frozenset(made))
        return self._speakers[key]

    def _callers(
        self, files: Sequence[SourceFile], wanted: Collection[str]
    ) -> Iterator[Definition]:
        """The functions outside of `wanted` that call one of `files` that may lead to a launch,
        over at most MAX_HOPS calls."""
        own = [os.path.abspath(source.path) for source in files]
        rest = self.texts.outlines(set(self.texts.universe_of(own)) - set(wanted))
        if not rest:
            return  # each function that leads to a launch is looked at itself
        asked = {file: self._leading(file) for file in own}
        if sum(map(len, asked.values())) > _FEW_NAMES:
            lines = {file: self.texts.leading(file).lines.get(file, frozenset()) for file in rest}
        else:
            lines = callers(asked, rest, MAX_HOPS)
        yield from self._at(lines)

    def _leading(self, file: str) -> list[Function]:
        """The functions of a file that may lead to a launch."""
        lines = self.texts.leading(file).lines.get(file, frozenset())
        return [each for each in self.texts.outline(file).functions if each.line in lines]
