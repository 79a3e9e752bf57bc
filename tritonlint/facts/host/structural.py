"""Objects of which only the use is known: what a function asks of one tells its class, where one
class of the file alone has all of that."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from tritonlint.facts.host.class_facts import assigned_in
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import Instance, Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import FUNCTION, dotted_name, nodes

# One attribute alone says too little.
_LEAST = 2


def as_its_class(frame: Frame, owner: Tensor, node: ast.Attribute) -> Instance | None:
    """`owner`, of which `node` asks for an attribute, as an object of the only class of the file
    that has all the attributes and methods that the function asks of it."""
    found = fitting(frame, owner, node)
    return Instance(found[0], owner.buffer) if len(found) == 1 else None


def fitting(frame: Frame, owner: Tensor, node: ast.Attribute) -> Sequence[Definition]:
    """The classes of the file that have all that the function asks of `owner`, of which `node` asks
    for an attribute: where there are some, it is no tensor."""
    spelled = dotted_name(node.value)
    if not frame.enclosing or spelled is None or owner.types or owner.part or owner.view:
        return ()
    asked = _asked(frame.enclosing[-1]).get(spelled, frozenset())
    if len(asked) < _LEAST:
        return ()
    return [each for each, known in _members(frame.module) if asked <= known]


@kept(4096)
def _asked(function: ast.AST) -> Mapping[str, frozenset[str]]:
    """By what stands before the dot, the attributes that a function reads."""
    found: dict[str, set[str]] = {}
    for each in nodes(function, ast.Attribute):
        if isinstance(each.ctx, ast.Load):
            owner = dotted_name(each.value)
            if owner is not None:
                found.setdefault(owner, set()).add(each.attr)
    return {owner: frozenset(names) for owner, names in found.items()}


@kept(512)
def _members(module: Module) -> Sequence[tuple[Definition, frozenset[str]]]:
    """The classes at the top level of a file, with the names of what their objects have."""
    found: list[tuple[Definition, frozenset[str]]] = []
    for each in module.classes:
        methods = [one for one in each.as_class.body if isinstance(one, FUNCTION)]
        names = {one.name for one in methods}.union(*map(assigned_in, methods))
        if not each.enclosing:
            found.append((each, frozenset(names)))
    return found
