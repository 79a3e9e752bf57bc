"""From files to what is to be judged about them: which functions are interpreted, and in what
order."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from tritonlint.errors import SourceError
from tritonlint.facts.hazards.flavours.clashes import flavours
from tritonlint.facts.hazards.flavours.of_a_module import may_state, stated
from tritonlint.facts.hazards.guards.dead_guards import dead_guards, may_compare
from tritonlint.facts.hazards.ignored_settings import ignored_settings
from tritonlint.facts.hazards.narrowed_numbers import in_launches
from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.hazards.other_pointer_casts import may_cast_to_another, other_casts
from tritonlint.facts.hazards.raw_bytes.arguments import Argument, arguments
from tritonlint.facts.host.copies import may_copy
from tritonlint.facts.host.state import MAX_STATEMENTS, Attributes, Run
from tritonlint.facts.host.statements import interpret
from tritonlint.facts.index.outlines import Function
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.effects import Effects
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.project import Project
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
        if file in self.texts.telling(file).lines:
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
        """The functions that call `function`, and so may tell what it is given."""
        for caller in self.reach.callers(function):
            file = str(caller.module.file)
            outside = isinstance(caller.node, Module)
            line = 0 if outside else caller.line
            told = line in self.texts.telling(file).lines.get(file, ())
            if told and (outside or self._is_root(caller, file)):
                yield caller

    def _at(self, lines: Mapping[str, frozenset[int]]) -> Iterator[Definition]:
        """The functions whose headers are in these lines of files, if they may know something about
        bytes; for line 0, what stands outside of functions."""
        for file in sorted(lines):
            known = lines[file] & self.texts.telling(file).lines.get(file, frozenset())
            module = self.reach.parsed(file) if known else None
            if module is not None:
                for each in module.functions:
                    if each.line in known and self._is_root(each, file):
                        yield each
                if 0 in known:
                    yield Definition(module, module)

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
        """The functions of `module` that lead to a launch and may know something about bytes, and
        what stands outside of them."""
        file = str(module.file)
        lines = self.texts.leading(file).lines.get(file, frozenset())
        if not may_cast_to_another(module.source.text):
            lines = self.texts.telling(file).lines.get(file, frozenset())
        for each in module.functions if lines else ():
            if each.line in lines and self._is_root(each, file):
                yield each
        if 0 in lines:
            yield Definition(module, module)

    def _is_root(self, function: Definition, file: str) -> bool:
        """Whether a function leads to a launch: over a few calls, or over any number where it names
        a type of one byte itself."""
        naming = self.texts.telling(file).naming.get(file, frozenset())
        return self.reach.is_near(function) or (
            function.line in naming and self.reach.leads(function)
        )

    def _of_root(
        self, root: Definition, wanted: Collection[str], thorough: bool = False
    ) -> list[Observation]:
        """What the launches that `root` leads to are passed, and what else is seen on the way."""
        universe = self.texts.universe(str(root.module.file))
        run = self._run(root, thorough)
        found: list[Observation] = []
        path, name = root.module.path, root.name or "<module>"
        with self.bulkhead.around(path, name):
            interpret(run)
            lines = ((each.span.path, each.span.line) for each in run.launches)
            self.looked_at.launches.update(lines)
            found += run.copies
            for question in (*_QUESTIONS, *(_PREVIEWED if self.preview else ())):
                # Each for itself: what one cannot tell, the others still do.
                with self.bulkhead.around(path, name):
                    found += question(run)
        if run.exhausted:
            most = f"takes more than {MAX_STATEMENTS} statements"
            self.bulkhead.leave(path, f"`{name}` {most}, and is not analysed to its end")
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

    def _callers(
        self, files: Sequence[SourceFile], wanted: Collection[str]
    ) -> Iterator[Definition]:
        """The functions outside of `wanted` that call one of `files` that may lead to a launch."""
        own = [os.path.abspath(source.path) for source in files]
        rest = self.texts.outlines(set(self.texts.universe_of(own)) - set(wanted))
        if not rest:
            return  # each function that leads to a launch is looked at itself
        asked = {file: self._leading(file) for file in own}
        if sum(map(len, asked.values())) > _FEW_NAMES:
            lines = {file: self.texts.leading(file).lines.get(file, frozenset()) for file in rest}
            yield from self._at(lines)
            return
        for file, functions in asked.items():
            module = self.reach.parsed(file)
            known = {each.line for each in functions}
            for each in module.functions if module is not None else ():
                if each.line in known:
                    yield from self._callers_of(each)

    def _leading(self, file: str) -> list[Function]:
        """The functions of a file that may lead to a launch."""
        lines = self.texts.leading(file).lines.get(file, frozenset())
        return [each for each in self.texts.outline(file).functions if each.line in lines]
