"""From files to what is to be judged about them: which functions are interpreted, and in what
order."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

from tritonlint.facts.device.contracts import take_exhausting
from tritonlint.facts.hazards.flavours.clashes import flavours
from tritonlint.facts.hazards.flavours.of_a_module import Statements, may_state
from tritonlint.facts.hazards.guards.dead_guards import dead_guards, may_compare
from tritonlint.facts.hazards.guards.lost_dtypes import lost_dtypes, may_lose_dtypes
from tritonlint.facts.hazards.ignored_settings import ignored_settings
from tritonlint.facts.hazards.large_memory import large_offsets
from tritonlint.facts.hazards.narrowed_numbers import in_launches
from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.hazards.other_pointer_casts import other_casts
from tritonlint.facts.hazards.raw_bytes.arguments import Argument, arguments
from tritonlint.facts.hazards.rounded_first import rounded_first
from tritonlint.facts.hazards.short_indices import short_indices
from tritonlint.facts.hazards.width_choices import width_choices
from tritonlint.facts.host.interpreter import interpret
from tritonlint.facts.host.objects.heirs import run_as
from tritonlint.facts.host.run import MAX_STATEMENTS, Run
from tritonlint.facts.index.gates import may_hold_copies
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.searches import Searches
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.kept import forget
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.project import Project
from tritonlint.facts.survey.bulkhead import Bulkhead
from tritonlint.facts.survey.choosing import Choosing
from tritonlint.facts.survey.driving import Driving
from tritonlint.facts.survey.kernels import Narrowing
from tritonlint.facts.survey.looked_at import LookedAt
from tritonlint.facts.survey.outside import Lines, Outside, places_in
from tritonlint.facts.survey.reading import Reading
from tritonlint.facts.survey.remembered import Remembered
from tritonlint.facts.survey.roots import Place, Roots, line_of
from tritonlint.facts.survey.runs import Runs
from tritonlint.facts.survey.summing import Summing
from tritonlint.source import SourceFile, display_path

# What is asked about the launches that a function leads to, in the order of what is observed.
_QUESTIONS: tuple[Callable[[Run], Iterable[Observation]], ...] = (
    arguments,
    ignored_settings,
    other_casts,
    rounded_first,
    in_launches,
    short_indices,
    large_offsets,
    flavours,
)


class Analysis:
    """The facts of a project, read on demand. `overrides` are texts that stand in for files on
    disk, by absolute path; `texts` is what is known of the files already, `read` how files are read
    that are to be parsed, if not together with the others."""

    def __init__(
        self,
        overrides: Mapping[str, bytes] | None = None,
        texts: Texts | None = None,
        read: Callable[[Path], SourceFile] | None = None,
        remembered: Remembered | None = None,
    ) -> None:
        self.texts = texts or Texts(overrides or {})
        # Whether to observe what other files pass to functions and kernels.
        self.elsewhere = True
        # Where the functions of other files are to be looked at later: their lines.
        self.put_off: Lines | None = None
        # Between two functions, when more text than this was parsed, in bytes, all is dropped.
        self.room = sys.maxsize
        # The oldest objects that are searched for cycles then: all only where what stays is frozen.
        self.generation = 1
        # Is called before each function; what it raises ends the analysis.
        self.before_root: Callable[[], None] = lambda: None
        self.bulkhead = Bulkhead()
        self.looked_at = LookedAt()
        self.searches = Searches(self.texts, self.looked_at.sought)
        # What holds of some functions without looking.
        self.remembered = remembered or Remembered()
        self._read = partial(self._now, read) if read else self.texts.source
        forget()
        take_exhausting()  # of whoever ran kernels in this process before
        self.roots = Roots(self.texts, lambda: self.reach, self.make_room)
        self.outside = Outside(
            self.roots,
            lambda: self.reach,
            lambda: self.narrowing,
            self.make_room,
            self.bulkhead,
            self._of_root,
        )
        self._begin()

    def _begin(self) -> None:
        """Know of no syntax tree."""
        self.project = Project([], self.texts.is_followed, self._read)
        self._apart = self._reach_apart()
        self.reach = Reach(self.project, self.texts)
        sought = self.looked_at.sought
        self.runs = Runs(self.project, self.texts, self.reach, self.glance, self.searches)
        self.narrowing = Narrowing(
            self.texts, self.reach, self.glance, self.looked_at, self.remembered
        )
        self.reading = Reading(self.texts, self.reach, self.looked_at)
        self.statements = Statements(self.texts, self.reach, self.searches)
        driving = Driving(self.texts, sought)
        self.summing = Summing(
            self.texts, self.reach, self.looked_at, self.bulkhead, driving, self.runs.interpreted
        )
        self.choosing = Choosing(
            self.texts, self.reach, self.bulkhead, self.runs.interpreted, sought
        )

    def _now(self, read: Callable[[Path], SourceFile], path: Path) -> SourceFile:
        """The file at `path`, with the text that stands in for it where there is one."""
        text = self.texts.overrides.get(os.path.abspath(path))
        return read(path) if text is None else SourceFile(display_path(path), text)

    @property
    def unfinished(self) -> dict[str, str]:
        """By the path of a file, which function of it is not analysed to its end, and why; or why
        none is."""
        return self.bulkhead.unfinished

    def make_room(self, times: int = 1) -> None:
        """Drop what was parsed if that is much: more than `times` the room. No definition from
        before may be used after."""
        self.before_root()
        if self.project.parsed > self.room * times:
            self.forget()
            # What was interpreted refers to itself.
            gc.collect(self.generation)

    def glance(self, file: str) -> Module | None:
        """The module of a file, or None where it cannot be parsed. Where room is little, it is of
        a project apart, and is dropped when another is asked for."""
        self.before_root()
        if self.room == sys.maxsize:
            return self.reach.parsed(file)
        if self._apart.project.parsed > self.room:
            self._apart.project.forget()
            forget()
            self._apart = self._reach_apart()
        return self._apart.parsed(file)

    def _reach_apart(self) -> Reach:
        return Reach(Project([], self.texts.is_followed, self._read), self.texts)

    def forget(self) -> None:
        """Drop what was parsed, and the texts."""
        self._apart.project.forget()
        self.project.forget()
        self.texts.drop()
        forget()
        self._begin()

    def concerns(self, file: str) -> bool:
        """Whether anything in a file (an absolute path) can be to judge, as far as its text tells,
        or it has to do with Triton: then that it cannot be parsed is to be said."""
        if self.texts.outline(file).triton:
            return True
        if file in self.texts.telling(file).lines:
            return True
        asks = (may_state, may_compare, may_hold_copies, may_lose_dtypes)
        return any(self.texts.answer(each, file) for each in asks)

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
        own: list[Module] = []
        questioned: list[Place] = []
        found: list[Observation] = []
        for module in self._parsed(files):
            roots = list(self.roots.of_module(module))
            for root in roots:
                observe = partial(self._of_root, root, wanted, questioned)
                found += self.remembered.of(str(root.module.file), ("root", root.line), observe)
            found += self._of_module(module)
            if roots or self.texts.jits(str(module.file)):
                own.append(module)
            else:
                self.reach.release(module)
        found += self.narrowing.in_kernels(own, wanted, self.elsewhere)
        if self.elsewhere:
            found += self.reading.observe(own, wanted)
            found += self.summing.observe(own, wanted)
            lines = self.outside.lines(own, files, wanted)
            found += self.outside.asked(questioned, wanted)
            if self.put_off is None:
                found += self.outside.pass_on(lines, wanted)
            else:
                for file, more in lines.items():
                    self.put_off.setdefault(file, set()).update(more)
        self._say_exhausting()
        return found

    def _of_module(self, module: Module) -> Iterator[Observation]:
        """What is seen in a module without looking at what it launches."""
        yield from dead_guards(module, self.looked_at.comparisons)
        yield from chain(width_choices(module), lost_dtypes(module), self._copies(module))
        yield from self.statements.of(module)

    def _copies(self, module: Module) -> Iterator[Observation]:
        """What functions that launch nothing copy between codes and bytes."""
        asked = self.texts.answer(may_hold_copies, str(module.file))
        for each in module.functions if asked else ():
            calls = self.reach.calls(each)
            if calls is not None and calls.copies and not self.reach.leads(each):
                self.looked_at.copying.add((module.path, each.line))
                with self.bulkhead.around(module.path, each.name):
                    yield from interpret(self.runs.of(each)).copies

    def observe_outside(
        self, lines: Mapping[str, Collection[int]], wanted: Collection[str]
    ) -> list[Observation]:
        """What functions of other files, in these lines, pass to those of `wanted`."""
        found = list(self.outside.pass_on(lines, wanted))
        self._say_exhausting()
        return found

    def _say_exhausting(self) -> None:
        """Say which kernels were not analysed to their end."""
        for path, name in take_exhausting():
            reason = f"`{name}` takes too many steps, or is nested too deeply"
            self.bulkhead.leave(path, f"{reason}, and is not analysed to its end")

    def _parsed(self, files: Iterable[SourceFile]) -> Iterator[Module]:
        for source in files:
            file = os.path.abspath(source.path)
            module = self.reach.parsed(file, source)
            if module is not None:
                yield module
            else:
                error = self.reach.project.failures[file]
                self.bulkhead.leave(error.path, error.reason)

    def _of_run(self, run: Run) -> list[Observation]:
        """What the launches of a run are passed, and what else is seen on the way."""
        root, found = run.root, list[Observation]()
        path, name = root.module.path, root.name or "<module>"
        with self.bulkhead.around(path, name):
            interpret(run)
            self.bulkhead.limits |= run.limits
            lines = ((each.span.path, each.span.line) for each in run.launches)
            self.looked_at.launches.update(lines)
            found += run.copies
            for question in _QUESTIONS:
                # Each for itself: what one cannot tell, the others still do.
                with self.bulkhead.around(path, name):
                    found += question(run)
        if run.exhausted:
            most = f"takes more than {MAX_STATEMENTS} statements"
            self.bulkhead.leave(path, f"`{name}` {most}, and is not analysed to its end")
        return found

    def _of_root(
        self, root: Definition, wanted: Collection[str], questioned: list[Place] | None = None
    ) -> list[Observation]:
        """What the launches that `root` leads to are passed, and what else is seen on the way. If
        its callers can tell more it is added to `questioned`; without that it is such a caller, and
        all calls are followed."""
        self.before_root()
        universe = self.texts.universe(str(root.module.file))
        found: list[Observation] = []
        asked = None if str(root.module.file) in wanted else places_in(wanted)
        for heir in run_as(root):
            found += self._of_run(self.runs.of(root, questioned is None, heir, asked))
        if questioned is not None:
            found = [each for each in found if not self.choosing.keep(root, each)]
        places = ((each, os.path.abspath(each.place.path)) for each in found)
        mine = [x for x, at in places if at in wanted and self.texts.universe(at) == universe]
        if questioned is not None:
            if any(isinstance(each, Argument) and each.from_caller for each in mine):
                questioned.append((str(root.module.file), line_of(root)))
        return mine
