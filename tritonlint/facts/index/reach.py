"""Which functions lead to a launch: the functions that each function names, followed across the
files of a project.

What the outlines of the files rule out is not looked at. A function that is called in a way that
cannot be followed (a method of an unknown object) does not lead anywhere.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from tritonlint.errors import SourceError
from tritonlint.facts.index import owned
from tritonlint.facts.index.callers import NEAR
from tritonlint.facts.index.calls import Calls
from tritonlint.facts.index.names import Names
from tritonlint.facts.index.naming import IMPLIED, MAKING
from tritonlint.facts.index.owned import functions_in, is_heir, owner_of
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, Module, methods
from tritonlint.facts.project.project import Project
from tritonlint.facts.project.tree import FUNCTION
from tritonlint.source import SourceFile, display_path

# So many functions may name what they may call: a method that more of them name (`forward`) is not
# looked for by its name.
_MOST_NAMING = 40


class Reach:
    """The functions of a project that lead to a launch."""

    def __init__(self, project: Project, texts: Texts) -> None:
        self.project = project
        self.texts = texts
        self.names = Names(project, texts, self.parsed)
        self._calls: dict[str, dict[int, Calls]] = {}
        self._leads: dict[int, bool] = {}
        self._near: dict[tuple[int, int], bool] = {}
        # Which functions meet these files.
        self._met: Collection[str] = ()
        self._meeting: dict[tuple[int, int], bool] = {}
        self._callers: dict[int, tuple[Definition, ...]] = {}
        self._lines: dict[str, dict[int, list[Definition]]] = {}
        # By class and method, where those are that have one of their own, over the texts.
        # Whether a file names types of one byte.
        self._bytes: dict[str, bool] = {}
        self._overriding: dict[tuple[str, str, str], list[tuple[str, int]]] = {}

    def module(self, file: str, source: SourceFile | None = None) -> Module:
        """The module of a file, with its override where it has one. Raises SourceError."""
        known = self.project.cached(file)
        if known is None and source is None and file in self.texts.overrides:
            source = SourceFile(display_path(Path(file)), self.texts.overrides[file])
        if known is not None and (source is None or known.source.data == source.data):
            return known
        return self.project.module(Path(file), source)

    def release(self, module: Module) -> None:
        """Free the tree of a module of which nothing leads to a launch, unless another refers to
        it."""
        nodes = [id(each.node) for each in module.functions]
        file = str(module.file)
        if not self.project.release(module):
            return
        self._calls.pop(file, None)
        self._lines.pop(file, None)
        for each in nodes:
            self._leads.pop(each, None)
            self._callers.pop(each, None)
            self.names.forget(each)
            for hops in range(NEAR + 2):
                self._near.pop((each, hops), None)
                self._meeting.pop((each, hops), None)

    def parsed(self, file: str, source: SourceFile | None = None) -> Module | None:
        """The module of a file, or None where it cannot be parsed: that is said where the file
        itself is checked, by `failures` of the project."""
        try:
            module = self.module(file, source)
            _ = module.tree
        except SourceError as error:
            self.project.fail(file, error)
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
        """Whether `function` launches a kernel, or calls what does over any number of calls."""
        known = self._leads.get(id(function.node))
        start = self.calls(function) if known is None else None
        if start is None:
            return bool(known)
        came: dict[int, tuple[Calls, int]] = {id(function.node): (start, 0)}
        waiting = [start]
        while waiting:
            each = waiting.pop()
            key = id(each.definition.node)
            if self._leads.get(key) is False or not self._may_lead(each.definition):
                continue
            if self._leads.get(key) or self._launches(each):
                while key:  # so does all that led here
                    self._leads[key] = True
                    key = came[key][1]
                return True
            for callee in self._callees(each, wide=False):
                if id(callee.definition.node) not in came:
                    came[id(callee.definition.node)] = (callee, key)
                    waiting.append(callee)
        self._leads.update(dict.fromkeys(came, False))
        return False

    def is_near(self, function: Definition, hops: int = NEAR) -> bool:
        """Whether `function` launches a kernel, or calls what does over at most `hops` calls."""
        start = self.calls(function)
        return start is not None and self._is_near(start, hops)

    def _is_near(self, function: Calls, hops: int) -> bool:
        key = (id(function.definition.node), hops)
        if key not in self._near:
            self._near[key] = False  # for recursive functions
            self._near[key] = self._may_be_near(function.definition, hops) and (
                self._launches(function)
                or (hops > 0 and any(self._is_near(x, hops - 1) for x in self._callees(function)))
            )
        return self._near[key]

    def meets(self, function: Definition, files: Collection[str], hops: int) -> bool:
        """Whether `function` names something that may lead to a launch and stands in one of
        `files`, or calls what does over at most `hops` calls. What stands outside of functions
        may."""
        if files is not self._met:
            self._met = files
            self._meeting.clear()
        start = self.calls(function)
        return start is None or self._meets(start, files, hops)

    def _meets(self, function: Calls, files: Collection[str], hops: int) -> bool:
        key = (id(function.definition.node), hops)
        if key not in self._meeting:
            self._meeting[key] = False  # for recursive functions
            named = (str(each.module.file) for each in self.names.of(function))
            self._meeting[key] = any(each in files for each in named) or (
                hops > 0
                and any(self._meets(each, files, hops - 1) for each in self._callees(function))
            )
        return self._meeting[key]

    def named_by(self, function: Definition) -> tuple[Definition, ...]:
        """The functions that name `function`, and modules that do outside of functions."""
        key = id(function.node)
        if key not in self._callers:
            self._callers[key] = tuple(self._naming(function))
        return self._callers[key]

    def overriding(self, owner: Definition, method: str) -> Iterator[Definition]:
        """The classes that inherit from `owner`, over any number of others, and have a method of
        this name of their own; those of its file first."""
        file = str(owner.module.file)
        key = (file, owner.name, method)
        if key not in self._overriding:
            names = self.texts.naming(file)
            heirs = names.with_aliases(names.origins.at(file, owner.name))
            places = {place for place in map(names.origins.place, heirs) if place is not None}
            found = [
                (other, each.line)
                for other, name in places
                for each in self.texts.outline(other).functions
                if (each.owner, each.name) == (name, method)
            ]
            self._overriding[key] = sorted(found, key=lambda each: (each[0] != file, each))
        for other, line in self._overriding[key]:
            module = self.parsed(other)
            for each in module.functions if module is not None else ():
                heir = owner_of(each) if each.line == line else None
                if heir is not None and is_heir(heir, owner):
                    yield heir

    def _naming(self, target: Definition) -> Iterator[Definition]:
        """The functions that name `target`, or its class."""
        file = str(target.module.file)
        outline = self.texts.outline(file)
        own = [each for each in outline.functions if each.line == target.line]
        known = self.texts.naming(file)
        wanted = {name for each in own for name in known.called(file, each)}
        wanted |= {f".{name}" for name in outline.operators}
        wanted = known.with_aliases(wanted)
        seen: set[tuple[str, int]] = set()
        named = [known.that_name((name,)) for name in wanted]
        rare = [each for each in named if len(each) <= _MOST_NAMING]
        for other, each in (pair for pairs in rare for pair in pairs):
            if (other, each.line) in seen:
                continue
            seen.add((other, each.line))
            module = self.parsed(other)
            if module is not None and each.line == 0:
                yield Definition(module, module)
            for caller in self._at(module, each.line) if module is not None else ():
                if any(_is(named, target) for named in self.names.of(caller)):
                    yield caller.definition

    def _at(self, module: Module, line: int) -> Iterator[Calls]:
        """The functions of a module whose headers are in a line."""
        key = str(module.file)
        if key not in self._lines:
            lines: dict[int, list[Definition]] = {}
            for each in module.functions:
                lines.setdefault(each.line, []).append(each)
            self._lines[key] = lines
        yield from filter(None, map(self.calls, self._lines[key].get(line, ())))

    def _may_lead(self, function: Definition) -> bool:
        """Whether the outlines tell that a function may lead to a launch; a kernel launches
        nothing."""
        file = str(function.module.file)
        known = function.line in self.texts.leading(file).lines.get(file, ())
        return known and kernel_of(function) is None

    def _may_be_near(self, function: Definition, hops: int) -> bool:
        """The same of a launch over at most `hops` calls."""
        file = str(function.module.file)
        away = self.texts.leading(file).near.get(file, {}).get(function.line)
        return away is not None and away <= hops and kernel_of(function) is None

    def _launches(self, function: Calls) -> bool:
        """Whether a function names a kernel, or may launch one that it does not name."""
        file = str(function.definition.module.file)
        if file in self.texts.leading(file).files and function.launches:
            return True
        return any(kernel_of(target) is not None for target in self.names.of(function))

    def _names_bytes(self, function: Definition) -> bool:
        """Whether some function of the same file names a type of one byte: then what a function
        calls is looked for by what others hand out and hold too."""
        file = str(function.module.file)
        if file not in self._bytes:
            self._bytes[file] = any(each.byte for each in self.texts.outline(file).functions)
        return self._bytes[file]

    def _callees(self, function: Calls, wide: bool = True) -> Iterator[Calls]:
        """The functions that one may call; with `wide`, in a file that names bytes, those too that
        it reaches by objects which are handed out or called."""
        wide = wide and self._names_bytes(function.definition)
        for target in self.names.of(function):
            if isinstance(target.node, ast.ClassDef):
                yield from self._methods(target, function, wide)
                if wide:
                    held = owned.held_by_class(target, function.attributes)
                    yield from self._handed(held, function)
                continue
            found = self.calls(target)
            if found is not None:
                yield found
            if wide and isinstance(target.node, FUNCTION):
                yield from self._handed(owned.handed_out(target), function)
        if wide:
            yield from filter(None, map(self.calls, self.names.called_on_self(function)))

    def _handed(self, classes: Iterable[Definition], function: Calls) -> Iterator[Calls]:
        """The methods of classes that something hands out which a function names."""
        for owner in classes:
            yield from self._methods(owner, function, False)

    def _methods(self, owner: Definition, function: Calls, wide: bool) -> Iterator[Calls]:
        """The methods of a class, its bases' too, that a function which names the class may call;
        with `wide` those of what they hand out too."""
        # What an initializer makes, others call.
        called = MAKING if function.definition.name in MAKING else IMPLIED
        for each in methods(owner):
            implied = each.name in called
            if each.name in MAKING and owner.name in function.only_signed:
                implied = False
            if each.name in function.attributes or implied:
                found = self.calls(each)
                if found is not None:
                    yield found
                if wide and not implied:
                    yield from self._handed(owned.handed_out(each), function)
        yield from filter(None, map(self.calls, functions_in(owner, function.attributes)))


def _is(named: Definition, target: Definition) -> bool:
    """Whether what is named is `target`, or the class that it is a method of."""
    around = target.enclosing[-1] if target.enclosing else None
    return named.node is target.node or named.node is around
