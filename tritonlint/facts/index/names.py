"""What the names in a function stand for, as far as they may lead to a launch."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial

from tritonlint.facts.index.calls import Calls
from tritonlint.facts.index.naming import CALLED
from tritonlint.facts.index.owned import functions_held, held, methods_held, owner_of
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.modules import Definition, Module, methods
from tritonlint.facts.project.operators import operators
from tritonlint.facts.project.project import Project
from tritonlint.facts.project.registering import registered
from tritonlint.facts.project.tree import FUNCTION


class Names:
    """The names in the functions of a project. `parsed` gives the module of a file, or None where
    it cannot be parsed."""

    def __init__(
        self, project: Project, texts: Texts, parsed: Callable[[str], Module | None]
    ) -> None:
        self._project = project
        self._texts = texts
        self._parsed = parsed
        self._named_by: dict[int, tuple[Definition, ...]] = {}
        self._registered: dict[str, dict[str, Definition]] = {}

    def of(self, function: Calls) -> tuple[Definition, ...]:
        """The functions, classes and values that a function names and that may lead to a
        launch."""
        key = id(function.definition.node)
        if key not in self._named_by:
            self._named_by[key] = tuple(self._resolved(function))
        return self._named_by[key]

    def called_on_self(self, function: Calls) -> Iterator[Definition]:
        """The methods that a method may call where it calls an object that is an attribute."""
        file = str(function.definition.module.file)
        implied = [each for each in CALLED if f".{each}" in self._texts.leading(file).names]
        for name in function.called_on_self if implied else ():
            for each in implied:
                yield from methods_held(_held(function.definition, name), each)

    def forget(self, node: int) -> None:
        """Forget what the function with this node (as `id`) names."""
        self._named_by.pop(node, None)

    def _resolved(self, function: Calls) -> Iterator[Definition]:
        definition = function.definition
        module = definition.module
        leading = self._texts.leading(str(module.file)).names
        held_as = cache(partial(_held, definition))
        on_own = [each for each in function.on_own if f".{each}" in leading]
        for name in function.names:
            owner, _, rest = name.partition(".")
            if owner in ("self", "cls", "super"):
                method, _, beyond = rest.partition(".")
                if f"self.{method}" in leading:
                    target = self._method(definition, method, owner == "super")
                    if target is not None:
                        yield target
                    else:
                        yield from functions_held(held_as(method))
                elif method in function.called_on_self:
                    yield from functions_held(held_as(method))
                called = [beyond] if f".{beyond}" in leading else []
                for each in called if beyond else on_own:
                    yield from methods_held(held_as(method), each)
                continue
            spelled = owner if owner in leading else ""
            if rest and any(f".{each}" in leading for each in rest.split(".")):
                spelled = name
            target = self._function(module, spelled, definition) if spelled else None
            if target is not None and isinstance(target.node, ast.Lambda):
                yield from _named_in(target, target.node)
            elif target is not None and isinstance(target.node, ast.Call | ast.IfExp):
                made = self._texts.leading(str(target.module.file)).names
                every = _named_in(target, target.node)
                known = (x for x in every if x.name in made or f".{x.name}" in made)
                yield from (each for each in known if isinstance(each.node, FUNCTION))
            if target is not None and not isinstance(target.node, Module | ast.Lambda):
                yield target
                if isinstance(target.node, ast.Dict | ast.List | ast.Call):
                    yield from (own for *_, own in registered(target.module, target.name))

    def operator(self, universe: Sequence[str], name: str) -> Definition | None:
        """The function that the universe registers as the custom operator `name`."""
        files = self._texts.index(universe[0]).registering(name) if universe else ()
        for file in files:
            if file not in self._registered:
                module = self._parsed(file)
                self._registered[file] = operators(module) if module else {}
            if name in self._registered[file]:
                return self._registered[file][name]
        return None

    def _function(self, module: Module, name: str, inside: Definition) -> Definition | None:
        if name.startswith("torch.ops."):
            return self.operator(self._texts.universe(str(module.file)), name.rpartition(".")[2])
        root, dot, _ = name.partition(".")
        imported = module.imports.get(root)
        if dot and imported is None and root not in self._texts.leading(str(module.file)).names:
            return None
        if imported is not None and not self._gated(module, imported.module, imported.level):
            return None
        around = (*inside.enclosing, inside.node)
        while name:
            target = module.resolve(name, around)  # type: ignore[arg-type]
            if target is not None or "." not in name:
                return target
            name = name.rpartition(".")[0]  # `ops.kernel.run`
        return None

    def _gated(self, module: Module, dotted: str, level: int) -> bool:
        """Whether the file that an import names can matter, without parsing it."""
        file = self.imported_file(module, dotted, level)
        return file is not None and self._texts.passes(file)

    def imported_file(self, module: Module, dotted: str, level: int) -> str | None:
        """The file that an import of `module` names, if it is in the project."""
        layout = self._project.layout
        return (
            layout.relative(module.file, level, dotted)
            if level
            else layout.locate(dotted, module.file)
        )

    def _method(self, definition: Definition, name: str, above: bool) -> Definition | None:
        """The method that `self.name` is in a method of a class, or `super().name`, which is that
        of one `above`."""
        owner = owner_of(definition)
        if owner is not None and above:
            own = (each for each in methods(owner) if each.node is not definition.node)
            return next((each for each in own if each.name == name), None)
        target = owner.module.member(owner, name) if owner is not None else None
        return target if isinstance(target, Definition) else None


def _held(function: Definition, attribute: str) -> tuple[Definition, ...]:
    """What `self.attribute` can be in a method."""
    owner = owner_of(function)
    return tuple(held(owner, attribute)) if owner is not None else ()


def _named_in(around: Definition, value: ast.expr) -> Iterator[Definition]:
    """The functions and classes that a lambda of a module names, or what is made of others there:
    `write = partial(launch, kernel)`."""
    for each in ast.walk(value):
        if isinstance(each, ast.Name | ast.Attribute):
            target = around.module.meant(each, around.enclosing)
            if target is not None and not isinstance(target.node, Module | ast.Lambda):
                yield target
