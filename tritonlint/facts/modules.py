"""The modules of a project: what a name in a file stands for, after imports, re-exports and
aliases.

Files are parsed on demand and once. Imports decide what a name is, never the name alone; what lies
outside the project (torch, triton) keeps its dotted name. Nothing here imports or runs the code
that it reads.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tritonlint.facts.bindings import (
    Binding,
    Import,
    bindings,
    preferred,
    star_imports,
)
from tritonlint.facts.kernel import Kernel
from tritonlint.facts.tree import Enclosing, Function, dotted_name, statements_in
from tritonlint.source import SourceFile

if TYPE_CHECKING:
    from tritonlint.facts.project import Project


# Projects re-export Triton from a shim that survives its absence; there these names mean what they
# are called.
SHIM_NAMES = {
    "triton": "triton",
    "tl": "triton.language",
    "gluon": "triton.experimental.gluon",
    "gl": "triton.experimental.gluon.language",
    "libdevice": "triton.language.extra.libdevice",
    "tldevice": "triton.language.extra.libdevice",
}


@dataclass(frozen=True)
class Definition:
    """What a name stands for inside the project: a function, a class, the value of an assignment,
    or a module.

    `enclosing` are the functions and classes around the definition, outermost first.
    """

    module: Module
    node: Function | ast.ClassDef | ast.expr | Module
    enclosing: Enclosing = ()
    name: str = ""

    @property
    def line(self) -> int:
        """The line that it begins in: 1 for a module, that of the `def` for a function."""
        return 1 if isinstance(self.node, Module) else self.node.lineno

    @property
    def qualified(self) -> str:
        """The dotted name, such as `package.module.function`."""
        if isinstance(self.node, Module):
            return self.node.name
        outer = [scope.name for scope in self.enclosing]
        return ".".join([self.module.name, *outer, self.name])


@dataclass(frozen=True)
class External:
    """Something outside the project, by its dotted name (`torch.uint8`, `triton.language`)."""

    qualified: str


Target = Definition | External | None
_Visited = frozenset[tuple[str, str]]


class Module:
    """One file: its tree, its bindings and what they stand for. `path` is what messages show,
    `file` is absolute."""

    def __init__(self, project: Project, file: Path, source: SourceFile) -> None:
        self.project = project
        self.file = file
        self.source = source
        self.path = source.path
        self._bindings: dict[int, Mapping[str, Sequence[Binding]]] = {}
        self._targets: dict[tuple[str, int], Target] = {}
        self._imported_modules: dict[tuple[int, str], Module | None] = {}
        # Functions of this module that were asked whether, as decorators, they make jit functions.
        self.jit_decorators: dict[object, bool] = {}

    def __repr__(self) -> str:
        return f"Module({self.path!r})"

    @cached_property
    def name(self) -> str:
        """The dotted name below the package root."""
        return self.project.layout.name(self.file)

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree. Raises SourceError."""
        return self.source.tree

    @cached_property
    def bindings(self) -> Mapping[str, Sequence[Binding]]:
        """Every binding of every name at the top level, in order, including those under `if`, `try`
        and `with`."""
        return bindings(self.tree.body)

    @cached_property
    def imports(self) -> Mapping[str, Import]:
        """The imported names at the top level: alias -> what is imported."""
        chosen = ((name, preferred(each).node) for name, each in self.bindings.items())
        return {name: node for name, node in chosen if isinstance(node, Import)}

    @cached_property
    def statements(self) -> tuple[tuple[ast.stmt, Enclosing], ...]:
        """Every statement of the file with the functions and classes around it, in order."""
        return tuple(statements_in(self.tree.body))

    @cached_property
    def functions(self) -> tuple[Definition, ...]:
        """Every function of the file, nested ones and methods too, outermost first."""
        return tuple(
            Definition(self, node, enclosing, node.name)
            for node, enclosing in self.statements
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        )

    @cached_property
    def classes(self) -> tuple[Definition, ...]:
        """Every class of the file."""
        return tuple(
            Definition(self, node, enclosing, node.name)
            for node, enclosing in self.statements
            if isinstance(node, ast.ClassDef)
        )

    @cached_property
    def assignments(self) -> tuple[tuple[ast.Assign | ast.AnnAssign, Enclosing], ...]:
        """Every assignment statement of the file with the functions and classes around it."""
        return tuple(
            (node, enclosing)
            for node, enclosing in self.statements
            if isinstance(node, (ast.Assign, ast.AnnAssign))
        )

    def resolve(self, dotted: str, enclosing: Enclosing = ()) -> Definition | None:
        """What `dotted` (`name`, `module.name`, `Class.method`) stands for inside the project,
        after imports, re-exports and `name = other`; None when it is unknown or lies outside.
        `enclosing` are the functions that it is read in.
        """
        target = self.target(dotted, enclosing)
        return target if isinstance(target, Definition) else None

    def qualified(self, dotted: str, enclosing: Enclosing = ()) -> str | None:
        """The full dotted name of what `dotted` stands for (`torch.uint8`,
        `triton.language.float32`), or None."""
        target = self.target(dotted, enclosing)
        return None if target is None else target.qualified

    def target(self, dotted: str, enclosing: Enclosing = ()) -> Target:
        """What `dotted` stands for: a Definition, an External, or None."""
        key = (dotted, id(enclosing[-1]) if enclosing else 0)
        if key not in self._targets:
            self._targets[key] = self._follow(dotted, enclosing, frozenset())
        return self._targets[key]

    def kernels(self) -> list[Kernel]:
        """Every Triton or Gluon jit function of the file, in order; under a second name too (`x =
        triton.jit(f)`)."""
        from tritonlint.facts.jit import kernels

        return kernels(self)

    def scope_bindings(self, scope: Function | ast.ClassDef) -> Mapping[str, Sequence[Binding]]:
        """The bindings of the names in the body of a function or class of this file; parameters are
        unknown values."""
        key = id(scope)
        if key not in self._bindings:
            self._bindings[key] = bindings(
                scope.body, None if isinstance(scope, ast.ClassDef) else scope.args
            )
        return self._bindings[key]

    def _follow(self, dotted: str, enclosing: Enclosing, visited: _Visited) -> Target:
        if (self.path, dotted) in visited or len(visited) > 64:
            return None
        visited = visited | {(self.path, dotted)}
        name, _, rest = dotted.partition(".")
        found, around = self._binding(name, enclosing)
        if found is None:
            target = self._from_stars(name, visited)
        else:
            target = self._bound(name, found, around, visited)
        target = _members(target, rest, visited)
        return self._inside(target, visited) if rest and isinstance(target, External) else target

    def _inside(self, external: External, visited: _Visited) -> Target:
        """What `import a.b; a.b.name` stands for when `a` is a namespace package: a folder that is
        no module itself."""
        prefix, _, rest = external.qualified.rpartition(".")
        while prefix:
            module = self.project.find(prefix, self.file)
            if module is not None:
                return _members(Definition(module, module), rest, visited) or external
            prefix, _, last = prefix.rpartition(".")
            rest = f"{last}.{rest}"
        return external

    def _binding(self, name: str, enclosing: Enclosing) -> tuple[Binding | None, Enclosing]:
        for depth in range(len(enclosing), 0, -1):
            scope = enclosing[depth - 1]
            # A class body is visible to its own statements only, not to the functions inside it.
            if isinstance(scope, ast.ClassDef) and depth < len(enclosing):
                continue
            local = self.scope_bindings(scope).get(name)
            if local:
                return preferred(local), enclosing[:depth]
        each = self.bindings.get(name)
        return (preferred(each), ()) if each else (None, ())

    def _bound(self, name: str, binding: Binding, around: Enclosing, visited: _Visited) -> Target:
        match binding.node:
            case None:
                return None
            case Import() as imported:
                return self._imported(imported, visited)
            case ast.Name() | ast.Attribute() as alias:
                spelled = dotted_name(alias)
                # `x = x` reads the name of the scope outside.
                outer = around[:-1] if spelled == name else around
                target = self._follow(spelled, outer, visited) if spelled else None
                if name in SHIM_NAMES and not isinstance(target, Definition):
                    return External(SHIM_NAMES[name])
                return target or Definition(self, alias, around, name)
            case node:
                return Definition(self, node, around, name)

    def _imported(self, imported: Import, visited: _Visited) -> Target:
        module = self.import_module(imported)
        if imported.name is None:
            return Definition(module, module) if module else External(imported.module)
        target = module._follow(imported.name, (), visited) if module is not None else None
        target = target or self._submodule(imported)
        target = target or External(f"{imported.module}.{imported.name}")
        shim = SHIM_NAMES.get(imported.name)
        if shim and not (
            isinstance(target, Definition) and not isinstance(target.node, (ast.expr, ast.ClassDef))
        ):
            return External(shim)
        return target

    def import_module(self, imported: Import) -> Module | None:
        """The module of the project that an import names (for `from a import b`: a), or None."""
        key = (imported.level, imported.module)
        if key not in self._imported_modules:
            self._imported_modules[key] = (
                self.project.relative(self.file, imported.level, imported.module)
                if imported.level
                else self.project.find(imported.module, self.file)
            )
        return self._imported_modules[key]

    def _submodule(self, imported: Import) -> Target:
        inner = ".".join(part for part in (imported.module, imported.name) if part)
        module = self.import_module(Import(inner, None, imported.level))
        return Definition(module, module) if module else None

    def _deeper(self, dotted: str) -> tuple[Target, str]:
        """The module below this package that `dotted` begins with, and the rest of it. The folders
        between may be namespace packages, which are no modules themselves."""
        parts = dotted.split(".")
        for count in range(1, len(parts) + 1):
            found = self._submodule(Import("", ".".join(parts[:count]), 1))
            if found is not None:
                return found, ".".join(parts[count:])
        return None, ""

    @cached_property
    def _stars(self) -> tuple[Import, ...]:
        return star_imports(self.tree.body)

    def _from_stars(self, name: str, visited: _Visited) -> Target:
        for star in reversed(self._stars):
            module = self.import_module(star)
            target = module._follow(name, (), visited) if module else None
            if target is not None:
                return target
            if module is None and star.module.split(".")[0] == "triton":
                return External(f"{star.module}.{name}")
        return None

    def member(self, owner: Definition, name: str, visited: _Visited = frozenset()) -> Target:
        """The member `name` of the class `owner` of this module, or of its base classes."""
        assert isinstance(owner.node, ast.ClassDef)
        key = (self.path, f"{owner.qualified}.{name}")
        if key in visited:
            return None
        visited = visited | {key}
        around = (*owner.enclosing, owner.node)
        found = self.scope_bindings(owner.node).get(name)
        if found:
            return self._bound(name, preferred(found), around, visited)
        for base in owner.node.bases:
            spelled = dotted_name(base)
            target = self._follow(spelled, owner.enclosing, visited) if spelled else None
            if (
                isinstance(target, Definition)
                and isinstance(target.node, ast.ClassDef)
                and len(visited) < 64
            ):
                inner = target.module.member(target, name, visited)
                if inner is not None:
                    return inner
        return None


def _members(target: Target, rest: str, visited: _Visited) -> Target:
    """What `target.rest` stands for."""
    while rest and target is not None:
        match target:
            case External(qualified):
                return External(f"{qualified}.{rest}")
            case Definition(node=Module() as module):
                name, _, after = rest.partition(".")
                inner = module._follow(name, (), visited)
                if inner is None and module.file.name == "__init__.py":
                    inner, after = module._deeper(rest)
                target, rest = inner, after
            case Definition(node=ast.ClassDef()):
                name, _, rest = rest.partition(".")
                target = target.module.member(target, name, visited)
            case _:
                return None
    return target
