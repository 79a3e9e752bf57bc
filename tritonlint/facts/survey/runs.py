"""How a function is interpreted: with what its project tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from tritonlint.facts.host.interpreter import interpret
from tritonlint.facts.host.objects.class_values import Attributes
from tritonlint.facts.host.run import Run
from tritonlint.facts.index.beside import Beside
from tritonlint.facts.index.makers import may_make
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.searches import Searches
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.effects import Effects
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.project import Project
from tritonlint.source import Span


class Runs:
    """Makes the runs of a project, which share what holds for all of them. `glance` is how the
    module of another file is had until the next one is."""

    def __init__(
        self,
        project: Project,
        texts: Texts,
        reach: Reach,
        glance: Callable[[str], Module | None],
        searches: Searches,
    ) -> None:
        self.project = project
        self.texts = texts
        self.reach = reach
        self.glance = glance
        self.searches = searches
        self._attributes: Attributes = {}
        self._effects = Effects()
        self._beside = Beside()

    def of(
        self,
        root: Definition,
        thorough: bool = False,
        heir: Definition | None = None,
        asked: Callable[[Span], bool] | None = None,
    ) -> Run:
        """A run that begins at `root`; with `thorough`, one that follows all calls. With `heir` the
        root is run as a method of that class; with `asked` for what is observed at some places."""
        universe = self.texts.universe(str(root.module.file))
        return Run(
            self.project,
            root,
            self.reach.leads,
            partial(self.searches.byte_table, universe),
            partial(self.searches.is_called, root, universe),
            partial(self._beside.views, root),
            partial(self.searches.both_flavours, universe),
            partial(self._viewing, root, universe),
            overriding=self.reach.overriding,
            made_elsewhere=self._made_elsewhere,
            in_other_files=self._in_other_files,
            replaced=self._replaced,
            binding=self._binding,
            registering=self._registering,
            operator=partial(self.reach.names.operator, universe),
            attributes=self._attributes,
            effects=self._effects,
            thorough=thorough,
            asked=asked,
            heir=heir,
        )

    def interpreted(self, root: Definition, backwards: bool = False) -> Run:
        """What is seen from `root`, with all calls followed, and run `backwards` after that. Raises
        RecursionError."""
        run = self.of(root, thorough=True)
        run.backwards = backwards
        interpret(run)
        return run

    def _made_elsewhere(self, kind: Definition) -> bool:
        """Whether another file than that of a class makes objects of it, or of one that inherits
        from it."""
        file = str(kind.module.file)
        known = self.texts.naming(file)
        names = known.with_aliases(known.origins.at(file, kind.name))
        others = {other for name in names for other, _ in known.having(f"{name}(")} - {file}
        name = kind.name.encode()

        def makes(other: str) -> tuple[bool, ...]:
            read = self.texts.read
            # One that does not name the class knows it, or an heir, by another name.
            return self.texts.reading(
                (may_make, name),
                other,
                lambda: [name not in read(other) or may_make(read(other), name)],
            )

        return any(True in makes(other) for other in others)

    def _in_other_files(self, module: Module, methods: frozenset[str]) -> bool:
        """Whether another file than this one defines all these methods."""
        file = str(module.file)
        return bool(self.searches.defining(self.texts.universe(file), methods) - {file})

    def _replaced(self, module: Module, name: str) -> tuple[bool, bool]:
        return self.searches.replaced(str(module.file), name)

    def _binding(self, module: Module, names: tuple[str, ...]) -> Iterator[Module]:
        """The other files that may give an attribute of the first of these names something, or call
        a method of the second."""
        file = str(module.file)
        found = self.searches.binding(self.texts.universe(file), names)
        yield from filter(None, map(self.glance, (each for each in found if each != file)))

    def _registering(self, generic: Definition) -> Iterator[Module]:
        """The other files that may register implementations of a function, by its name."""
        found = self.searches.registering(str(generic.module.file), generic.name)
        yield from filter(None, map(self.glance, found))

    def _viewing(
        self, root: Definition, universe: Sequence[str], names: frozenset[str]
    ) -> Iterator[Module]:
        """The other files of `universe` that name all of `names` and view something."""
        file = str(root.module.file)
        found = self.searches.viewing(universe, names)
        yield from filter(None, map(self.glance, (each for each in found if each != file)))
