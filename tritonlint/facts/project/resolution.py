"""What a dotted name stands for: bindings are followed through scopes, imports, re-exports, stars
and classes.

Each function takes the module in which the name is read, and the names that were followed so far,
so that a cycle ends.
"""

from __future__ import annotations

import ast
from pathlib import Path

from tritonlint.facts.project.bindings import Binding, Import, Item, preferred
from tritonlint.facts.project.inheriting import linearized
from tritonlint.facts.project.modules import Definition, External, Finder, Module, Target
from tritonlint.facts.project.tree import Enclosing, dotted_name, own_nodes
from tritonlint.source import SourceFile

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

_Visited = frozenset[tuple[str, str]]


class ResolvedModule(Module):
    """A module whose names are followed."""

    def __init__(self, project: Finder, file: Path, source: SourceFile) -> None:
        super().__init__(project, file, source)
        self._targets: dict[tuple[str, int], Target] = {}
        self._members: dict[tuple[str, int], Target] = {}

    def target(self, dotted: str, enclosing: Enclosing = ()) -> Target:
        """What `dotted` stands for: a Definition, an External, or None."""
        key = (dotted, id(enclosing[-1]) if enclosing else 0)
        if key not in self._targets:
            # The same for all functions that do not bind the name themselves.
            _, around = _binding(self, dotted.partition(".")[0], enclosing)
            if len(around) < len(enclosing):
                self._targets[key] = self.target(dotted, around)
            else:
                self._targets[key] = follow(self, dotted, enclosing, frozenset())
        return self._targets[key]

    def member(self, owner: Definition, name: str) -> Target:
        """The member `name` of the class `owner` of this module, or of its base classes."""
        key = (name, id(owner.node))
        if key not in self._members:
            self._members[key] = member(self, owner, name, frozenset())
        return self._members[key]

    def imported(self, imported: Import) -> Target:
        """What an import of this module gives."""
        return _imported(self, imported, frozenset())


def follow(here: Module, dotted: str, enclosing: Enclosing, visited: _Visited) -> Target:
    """What `dotted` stands for where the functions and classes `enclosing` are around it."""
    if (here.path, dotted) in visited or len(visited) > 64:
        return None
    visited = visited | {(here.path, dotted)}
    name, _, rest = dotted.partition(".")
    found, around = _binding(here, name, enclosing)
    if found is None:
        target = _from_stars(here, name, visited)
    else:
        target = _bound(here, name, found, around, visited)
    target = _members(target, rest, visited)
    return _inside(here, target, visited) if rest and isinstance(target, External) else target


def _inside(here: Module, external: External, visited: _Visited) -> Target:
    """What `import a.b; a.b.name` stands for when `a` is a namespace package: a folder that is no
    module itself."""
    prefix, _, rest = external.qualified.rpartition(".")
    while prefix:
        module = here.project.find(prefix, here.file)
        if module is not None:
            return _members(Definition(module, module), rest, visited) or external
        prefix, _, last = prefix.rpartition(".")
        rest = f"{last}.{rest}"
    return external


def _binding(here: Module, name: str, enclosing: Enclosing) -> tuple[Binding | None, Enclosing]:
    for depth in range(len(enclosing), 0, -1):
        scope = enclosing[depth - 1]
        # A class body is visible to its own statements only, not to the functions inside it.
        if isinstance(scope, ast.ClassDef) and depth < len(enclosing):
            continue
        local = here.scope_bindings(scope).get(name)
        if local:
            return preferred(local), enclosing[:depth]
    each = here.bindings.get(name)
    return (preferred(each), ()) if each else (None, ())


def _bound(
    here: Module, name: str, binding: Binding, around: Enclosing, visited: _Visited
) -> Target:
    match binding.node:
        case None:
            return None
        case Import() as imported:
            return _imported(here, imported, visited)
        case ast.Name() | ast.Attribute() as alias:
            spelled = dotted_name(alias)
            # `x = x` reads the name of the scope outside.
            outer = around[:-1] if spelled == name else around
            target = follow(here, spelled, outer, visited) if spelled else None
            if name in SHIM_NAMES and not isinstance(target, Definition):
                return External(SHIM_NAMES[name])
            return target or Definition(here, alias, around, name)
        case Item(call, index):
            return _handed_module(here, call, index, around, visited)
        case ast.Call() as call:
            found = _handed_module(here, call, None, around, visited)
            return found or Definition(here, call, around, name)
        case node:
            return Definition(here, node, around, name)


def _handed_module(
    here: Module, call: ast.Call, index: int | None, around: Enclosing, visited: _Visited
) -> Target:
    """The module that a call without arguments gives back, or as the item `index` of a tuple: one
    that the function imports when it is called first. `import_module("a.b")` is one too."""
    spelled = dotted_name(call.func)
    if not spelled or call.keywords or len(call.args) > 1:
        return None
    match call.args, follow(here, spelled, around, visited):
        case [[ast.Constant(value=str(dotted))], External("importlib.import_module")]:
            return _imported(here, Import(dotted, None), visited)
        case [[], Definition(node=ast.FunctionDef()) as function]:
            return _returned_module(function, index, visited)
    return None


def _returned_module(function: Definition, index: int | None, visited: _Visited) -> Target:
    """The module that all `return` statements of a function that imports something name, of which
    those that return nothing do not count."""
    scope = function.module.scope_bindings(function.as_function).values()
    if not any(isinstance(each.node, Import) for bound in scope for each in bound):
        return None
    # Names are looked up in a scope of its own: only functions may not come again.
    key = (function.module.path, f"{function.qualified}()")
    if key in visited:
        return None
    visited = frozenset(each for each in visited if each[1].endswith("()")) | {key}
    targets: list[Target] = []
    for each in own_nodes(function.as_function):
        match each:
            case ast.Return(value=None | ast.Constant()):
                continue
            case ast.Return(value=ast.Tuple(elts=items)) if index is not None:
                named = dotted_name(items[index]) if index < len(items) else None
            case ast.Return(value=ast.expr() as value) if index is None:
                named = dotted_name(value)
            case ast.Return():
                return None
            case _:
                continue
        targets.append(follow(function.module, named, function.inside, visited) if named else None)
    first = targets[0] if targets else None
    match first:
        case External() | Definition(node=Module()) if all(each == first for each in targets):
            return first
    return None


def _imported(here: Module, imported: Import, visited: _Visited) -> Target:
    module = here.import_module(imported)
    if imported.name is None:
        return Definition(module, module) if module else External(imported.module)
    target = follow(module, imported.name, (), visited) if module is not None else None
    target = target or _submodule(here, imported)
    target = target or External(f"{imported.module}.{imported.name}")
    shim = SHIM_NAMES.get(imported.name)
    if shim and not (
        isinstance(target, Definition) and not isinstance(target.node, (ast.expr, ast.ClassDef))
    ):
        return External(shim)
    return target


def _submodule(here: Module, imported: Import) -> Target:
    inner = ".".join(part for part in (imported.module, imported.name) if part)
    module = here.import_module(Import(inner, None, imported.level))
    return Definition(module, module) if module else None


def _deeper(here: Module, dotted: str) -> tuple[Target, str]:
    """The module below this package that `dotted` begins with, and the rest of it. The folders
    between may be namespace packages, which are no modules themselves."""
    parts = dotted.split(".")
    for count in range(1, len(parts) + 1):
        found = _submodule(here, Import("", ".".join(parts[:count]), 1))
        if found is not None:
            return found, ".".join(parts[count:])
    return None, ""


def _from_stars(here: Module, name: str, visited: _Visited) -> Target:
    for star in reversed(here.stars):
        module = here.import_module(star)
        target = follow(module, name, (), visited) if module else None
        if target is not None:
            return target
        if module is None and star.module.split(".")[0] == "triton":
            return External(f"{star.module}.{name}")
    return None


def member(here: Module, owner: Definition, name: str, visited: _Visited) -> Target:
    """The member `name` of the class `owner` of the module, or of its base classes."""
    key = (here.path, f"{owner.qualified}.{name}")
    if key in visited:
        return None
    visited = visited | {key}
    for each in linearized(owner) if len(visited) < 64 else ():
        found = each.module.scope_bindings(each.as_class).get(name)
        if found:
            target = _bound(each.module, name, preferred(found), each.inside, visited)
            if target is not None or each.node is owner.node:
                return target
    return None


def _members(target: Target, rest: str, visited: _Visited) -> Target:
    """What `target.rest` stands for."""
    while rest and target is not None:
        match target:
            case External(qualified):
                return External(f"{qualified}.{rest}")
            case Definition(node=Module() as module):
                name, _, after = rest.partition(".")
                inner = follow(module, name, (), visited)
                if inner is None and module.file.name == "__init__.py":
                    inner, after = _deeper(module, rest)
                target, rest = inner, after
            case Definition(node=ast.ClassDef()):
                name, _, rest = rest.partition(".")
                target = member(target.module, target, name, visited)
            case _:
                return None
    return target
