"""How a function is interpreted: with what its project tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from tritonlint.facts.host.class_values import Attributes
from tritonlint.facts.host.interpreter import interpret
from tritonlint.facts.host.run import Run
from tritonlint.facts.index.beside import Beside
from tritonlint.facts.index.makers import may_make
from tritonlint.facts.index.reach import Reach
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.effects import Effects
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.project import Project
from tritonlint.source import Span

# What is given under a name, of what is not called `self`, or under one that is not written out.
_GIVEN = rb"""(?<!self)\.%b *=(?!=)(.*)|\bsetattr\([^,\n]+, *(?:["']%b["']|\w+) *,(.*)"""
# The same, whatever the object is called, and where the name stands in quotes.
_BOUND = rb"""\.%b(?:\.data)?[ \t]*(?::[^=\n]+)?=(?!=)|["']%b["']"""
_DEFINED = re.compile(rb"\bdef (\w+)\(")


class Runs:
    """Makes the runs of a project, which share what holds for all of them. `glance` is how the
    module of another file is had until the next one is; `sought` gets the names that are looked for
    in the text of all files."""

    def __init__(
        self,
        project: Project,
        texts: Texts,
        reach: Reach,
        glance: Callable[[str], Module | None],
        sought: set[str],
    ) -> None:
        self.project = project
        self.texts = texts
        self.reach = reach
        self.glance = glance
        self.sought = sought
        self._attributes: Attributes = {}
        self._effects = Effects()
        self._beside = Beside()
        # By universe and name, the files that define a function of this name.
        self._defining: dict[tuple[str, ...], dict[bytes, set[str]]] = {}
        # By universe, the files that name bytes; and by names too, those that give such attributes.
        self._bytes: dict[str, list[str]] = {}
        self._bound: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        # By file and name, the files that may register something for the function of that name.
        self._registered: dict[tuple[str, str], list[str]] = {}
        # By file and name, whether other files give something under that name, and view it.
        self._replacing: dict[tuple[str, str], tuple[bool, bool]] = {}

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
            partial(self.texts.byte_table, universe),
            partial(self.texts.is_called, root, universe),
            partial(self._beside.views, root),
            partial(self.texts.both_flavours, universe),
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
        universe = self.texts.universe(file)
        if universe not in self._defining:
            self._defining[universe] = defining = dict[bytes, set[str]]()
            for other in universe:
                for name in _DEFINED.findall(self.texts.read(other)):
                    defining.setdefault(name, set()).add(other)
        known = (self._defining[universe].get(each.encode(), set()) for each in methods)
        return bool(set.intersection(*known) - {file})

    def _replaced(self, module: Module, name: str) -> tuple[bool, bool]:
        """Whether other files that name this one give something under a name of it
        (`model.weight = ...`, `setattr(model, name, ...)`), and whether they view what that is."""
        file = str(module.file)
        key = (file, name)
        if key not in self._replacing:
            stem = module.file.stem.encode()
            given = re.compile(_GIVEN % (name.encode(), name.encode()))
            found = [
                b"".join(values)
                for other in self.texts.universe(file)
                if other != file and stem in (text := self.texts.read(other))
                for values in given.findall(text)
            ]
            told = [x for x in found if x.strip()]
            self._replacing[key] = bool(told), any(b".view(" in x for x in told)
        return self._replacing[key]

    def _binding(self, module: Module, names: tuple[str, ...]) -> Iterator[Module]:
        """The other files that give an attribute of the first of these names something, or name it
        in quotes, or call a method of the second: all of them, where one names bytes."""
        file = str(module.file)
        universe = self.texts.universe(file)
        key = (universe[0] if universe else "", names)
        if key not in self._bound:
            name, *called = (re.escape(each.encode()) for each in names)
            pattern = _BOUND % (name, name) + b"".join(rb"|\.%b\(" % each for each in called)
            self._bound[key] = self._having(universe, re.compile(pattern), names)
        for each in self._bound[key]:
            found = self.glance(each) if each != file else None
            if found is not None:
                yield found

    def _registering(self, generic: Definition) -> Iterator[Module]:
        """The other files that may register implementations of a function, by its name."""
        file = str(generic.module.file)
        key = (file, generic.name)
        if key not in self._registered:
            words = (b".register", generic.name.encode())
            texts = ((each, self.texts.read(each)) for each in self.texts.universe(file))
            known = [each for each, text in texts if all(word in text for word in words)]
            self._registered[key] = [each for each in known if each != file]
            self.sought.add(generic.name)
        yield from filter(None, map(self.glance, self._registered[key]))

    def _of_bytes(self, universe: Sequence[str]) -> list[str]:
        """The files of which a function names a type of one byte."""
        key = universe[0] if universe else ""
        if key not in self._bytes:
            outlines = ((file, self.texts.outline(file)) for file in universe)
            self._bytes[key] = [x for x, told in outlines if any(f.byte for f in told.functions)]
        return self._bytes[key]

    def _having(
        self, universe: Sequence[str], bound: re.Pattern[bytes], names: Sequence[str]
    ) -> list[str]:
        """The files in which a pattern of these names is found; none where none of them names
        bytes."""
        words = [each.encode() for each in names]

        def has(file: str) -> bool:
            # A word is found in a tenth of the time that a pattern takes.
            text = self.texts.read(file)
            return any(each in text for each in words) and bound.search(text) is not None

        if not any(map(has, self._of_bytes(universe))):
            return []
        self.sought.update(names)
        return [each for each in universe if has(each)]

    def _viewing(
        self, root: Definition, universe: Sequence[str], names: frozenset[str]
    ) -> Iterator[Module]:
        """The other files of `universe` that name all of `names` and view something."""
        for file in self.texts.viewing(universe, names):
            module = self.glance(file) if file != str(root.module.file) else None
            if module is not None:
                yield module
