"""The modules of a project: what each file defines and imports. What its names stand for
`resolution` says.

Files are parsed on demand and once. Imports decide what a name is, never the name alone; what lies
outside the project (torch, triton) keeps its dotted name. Nothing here imports or runs the code
that it reads.
"""

from __future__ import annotations

import ast
import bisect
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

from tritonlint.facts.project import code_lines
from tritonlint.facts.project.bindings import Binding, Import, bindings, preferred, star_imports
from tritonlint.facts.project.layout import Layout
from tritonlint.facts.project.tree import (
    FUNCTION,
    SCOPE,
    Enclosing,
    Function,
    dotted_name,
    scopes_in,
    statements_in,
)
from tritonlint.frozen import dataclass
from tritonlint.source import SourceFile


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
    def as_function(self) -> Function:
        """The node of what is known to be a function."""
        assert isinstance(self.node, FUNCTION)
        return self.node

    @property
    def as_class(self) -> ast.ClassDef:
        """The node of what is known to be a class."""
        assert isinstance(self.node, ast.ClassDef)
        return self.node

    @property
    def inside(self) -> Enclosing:
        """The functions and classes around the body of a function or class."""
        assert isinstance(self.node, SCOPE)
        return (*self.enclosing, self.node)

    @property
    def owner(self) -> ast.ClassDef | None:
        """The class that a method, or what its body assigns, is a member of."""
        around = self.enclosing[-1] if self.enclosing else None
        return around if isinstance(around, ast.ClassDef) else None

    @property
    def bases(self) -> Iterator[Definition]:
        """The classes of the project that a class inherits from, as it names them."""
        for base in self.as_class.bases:
            found = self.module.meant(base, self.enclosing)
            if found is not None and isinstance(found.node, ast.ClassDef):
                yield found

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


class Finder(Protocol):
    """What finds the modules that a module imports: a `project.Project`."""

    layout: Layout

    def find(self, dotted: str, origin: Path | None = None) -> Module | None:
        """The module that `import dotted` means in the file `origin`."""

    def relative(self, origin: Path, level: int, dotted: str) -> Module | None:
        """The module that `from <level dots><dotted> import ...` means in the file `origin`."""

    def cached(self, file: str) -> Module | None:
        """The module of an absolute path, if it was asked for before."""


class Module:
    """One file: its tree, its bindings and what they stand for. `path` is what messages show,
    `file` is absolute."""

    def __init__(self, project: Finder, file: Path, source: SourceFile) -> None:
        self.project = project
        self.file = file
        self.source = source
        self.path = source.path
        self._bindings: dict[int, Mapping[str, Sequence[Binding]]] = {}
        self._imported_modules: dict[tuple[int, str], Module | None] = {}
        self._own_code: dict[int, int] = {}
        # By class, the order in which it and its bases are asked for a member (`inheriting`).
        self.orders: dict[int, tuple[Definition, ...]] = {}
        # Functions and calls of this module that were asked what they have Triton compile.
        self.compiled: dict[object, Definition | None] = {}
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
        return bindings(self.tree.body, grows=True)

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
            if isinstance(node, FUNCTION)
        )

    def function_at(self, line: int) -> Definition | None:
        """The innermost function that a line is in."""
        found: Definition | None = None
        for each in self.functions:
            if each.line <= line <= (each.as_function.end_lineno or each.line):
                found = each
        return found

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

    @cached_property
    def _code(self) -> Sequence[int]:
        """The numbers of the lines that are code."""
        return array("I", code_lines.numbers(self.source.data))

    def code_after(self, line: int, node: ast.stmt) -> int:
        """How many lines of code there are after a line, to the end of `node`: comments and blank
        lines do not count, so that these decide nothing."""
        last = bisect.bisect_right(self._code, node.end_lineno or node.lineno)
        return last - bisect.bisect_right(self._code, line)

    def own_code(self, function: Function) -> int:
        """How many lines of code the body of a function has after its first line, without those of
        the functions and classes inside it."""
        key = id(function)
        if key not in self._own_code:
            inside = scopes_in(function.body)
            starts = (
                (min(x.lineno for x in (each, *each.decorator_list)), each) for each in inside
            )
            others = sum(self.code_after(line - 1, each) for line, each in starts)
            self._own_code[key] = self.code_after(function.body[0].lineno, function) - others
        return self._own_code[key]

    def resolve(self, dotted: str, enclosing: Enclosing = ()) -> Definition | None:
        """What `dotted` (`name`, `module.name`, `Class.method`) stands for inside the project,
        after imports, re-exports and `name = other`; None when it is unknown or lies outside.
        `enclosing` are the functions that it is read in.
        """
        target = self.target(dotted, enclosing)
        return target if isinstance(target, Definition) else None

    def meant(self, node: ast.AST | None, enclosing: Enclosing = ()) -> Definition | None:
        """What an expression stands for inside the project that is a dotted name; None for any
        other one."""
        dotted = dotted_name(node) if node is not None else None
        return self.resolve(dotted, enclosing) if dotted else None

    def qualified(self, dotted: str, enclosing: Enclosing = ()) -> str | None:
        """The full dotted name of what `dotted` stands for (`torch.uint8`,
        `triton.language.float32`), or None."""
        target = self.target(dotted, enclosing)
        return None if target is None else target.qualified

    def target(self, dotted: str, enclosing: Enclosing = ()) -> Target:
        """What `dotted` stands for: a Definition, an External, or None."""
        raise NotImplementedError

    def member(self, owner: Definition, name: str) -> Target:
        """The member `name` of the class `owner` of this module, or of its base classes."""
        raise NotImplementedError

    def imported(self, imported: Import) -> Target:
        """What an import of this module gives."""
        raise NotImplementedError

    def scope_bindings(self, scope: Function | ast.ClassDef) -> Mapping[str, Sequence[Binding]]:
        """The bindings of the names in the body of a function or class of this file; parameters are
        unknown values."""
        key = id(scope)
        if key not in self._bindings:
            self._bindings[key] = bindings(
                scope.body, None if isinstance(scope, ast.ClassDef) else scope.args
            )
        return self._bindings[key]

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

    @cached_property
    def stars(self) -> tuple[Import, ...]:
        """The `from ... import *` statements at the top level, in order."""
        return star_imports(self.tree.body)


def methods(owner: Definition, depth: int = 6) -> tuple[Definition, ...]:
    """The methods of a class of the project, its own before those of the classes that it inherits
    from."""
    around = owner.inside
    own = [each for each in owner.as_class.body if isinstance(each, FUNCTION)]
    bases = owner.bases if depth else ()
    return (
        *(Definition(owner.module, each, around, each.name) for each in own),
        *(each for base in bases for each in methods(base, depth - 1)),
    )
