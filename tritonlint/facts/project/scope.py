"""The names that a function of a module sees, for the analysis of kernels."""

from __future__ import annotations

import ast
from dataclasses import field
from typing import TYPE_CHECKING

from tritonlint.facts.project.kernel import Entity, Expression, Kernel, Namespace, Qualified
from tritonlint.frozen import dataclass

if TYPE_CHECKING:
    from tritonlint.facts.project.modules import Definition, Module, Target
from tritonlint.facts.project.tree import Enclosing


@dataclass(frozen=True)
class ModuleScope:
    """The top level of `module` and the functions `enclosing`, outermost first."""

    module: Module
    enclosing: Enclosing = ()
    _found: dict[str, Entity | None] = field(default_factory=dict, repr=False, compare=False)

    def lookup(self, name: str) -> Entity | None:
        """What `name` stands for here."""
        if name not in self._found:
            self._found[name] = _entity(self.module.target(name, self.enclosing))
        return self._found[name]


@dataclass(frozen=True)
class ClassScope:
    """The members of a class, inherited ones too."""

    owner: Definition

    def lookup(self, name: str) -> Entity | None:
        """The member `name`."""
        return _entity(self.owner.module.member(self.owner, name))


def _entity(target: Target) -> Entity | None:
    from tritonlint.facts.project.jit import kernel_of
    from tritonlint.facts.project.modules import Definition, External, Module

    match target:
        case External(qualified):
            return Qualified(qualified)
        case Definition(node=Module() as module):
            return Namespace(ModuleScope(module))
        case Definition(node=ast.ClassDef() as node):
            return Namespace(ClassScope(target), _fields(node), node)
        case Definition(module=module, node=ast.FunctionDef() as node, enclosing=enclosing):
            kernel = kernel_of(target)
            return kernel or Kernel(
                node.name, module.path, node, ModuleScope(module, enclosing), jit=False
            )
        case Definition(module=module, node=ast.expr() as value, enclosing=enclosing):
            return kernel_of(target) or Expression(value, ModuleScope(module, enclosing))
    return None


def _fields(node: ast.ClassDef) -> tuple[str, ...]:
    return tuple(
        each.target.id
        for each in node.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    )
