"""The kernels of a module, and the names that their code sees."""

from __future__ import annotations

import ast
from dataclasses import field

from tritonlint.facts.kept import kept
from tritonlint.facts.project.jit import compiled
from tritonlint.facts.project.kernel import Entity, Expression, Kernel, Namespace, Qualified
from tritonlint.facts.project.modules import Definition, External, Module, Target
from tritonlint.facts.project.tree import Enclosing, dotted_name
from tritonlint.frozen import dataclass


@kept(512)
def kernels(module: Module) -> tuple[Kernel, ...]:
    """The Triton and Gluon jit functions of `module` in source order, each under every name that it
    gets there (`x = triton.jit(f)`)."""
    found = [kernel for each in module.functions if (kernel := kernel_of(each)) is not None]
    for node, enclosing in module.assignments:
        value = node.value
        if not isinstance(value, ast.Call):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        name = dotted_name(targets[0])
        if name:
            kernel = kernel_of(Definition(module, value, enclosing, name.rpartition(".")[2]))
            if kernel is not None:
                found.append(kernel)
    return tuple(sorted(found, key=lambda kernel: kernel.line))


def kernel_of(definition: Definition) -> Kernel | None:
    """The kernel that a definition stands for: a decorated function, or the value
    `triton.jit(function)`, which goes by the name of the definition; else None."""
    function = compiled(definition)
    node = None if function is None else function.node
    if function is None or not isinstance(node, ast.FunctionDef):
        return None
    scope = ModuleScope(function.module, function.enclosing)
    return Kernel(definition.name or node.name, function.module.path, node, scope)


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
