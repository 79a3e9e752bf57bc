"""Which of the settings that a project declares a function asks about."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.flavours.declared_settings import (
    Declaration,
    Member,
    shared_name,
)
from tritonlint.facts.hazards.flavours.trials import flag_of
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import as_code, dotted_name, own_nodes, walk
from tritonlint.frozen import dataclass

E5M2 = ("fp8_e5m2", "float8_e5m2")


class Members:
    """The declarations of settings that can have one of `values`."""

    def __init__(self, declared: Iterable[Declaration], values: tuple[str, ...]) -> None:
        self.by_name: dict[str, tuple[Declaration, Member]] = {}
        self.by_shared_name: dict[str, tuple[Declaration, Member]] = {}
        for each in declared:
            member = each.member(values)
            if member is not None:
                self.by_name.setdefault(each.name, (each, member))
                # Which setting holds integers, a name alone does not tell.
                shared = shared_name(each.name) if values is E5M2 else ""
                self.by_shared_name.setdefault(shared, (each, member))
        self.by_shared_name.pop("", None)

    def __bool__(self) -> bool:
        return bool(self.by_name)

    def of(self, function: Definition) -> dict[str, tuple[Declaration, Member]]:
        """The settings that a function asks about, by their names: those of which a parameter is
        annotated as declared, and those that are called so."""
        every = [*signature(function.as_function).named, *_of_object(function)]
        found: dict[str, tuple[Declaration, Member]] = {}
        for each in every:
            annotation = "" if each.annotation is None else as_code(each.annotation)
            names = [name for name in re.findall(r"\w+", annotation) if name in self.by_name]
            own = self.by_name.get(each.arg)
            if names:
                found[each.arg] = self.by_name[names[0]]
            elif own and _is_of(own, annotation, function):
                found[each.arg] = own
        for name in _asked(function) if self.by_shared_name else ():
            known = self.by_shared_name.get(shared_name(name))
            last = Is(name.rpartition(".")[2])
            if known is not None and not any(map(last, found)):
                found[name] = known
        return found


def _is_of(known: tuple[Declaration, Member], annotation: str, function: Definition) -> bool:
    """Whether a parameter of that name is declared so: by its own file, or as a literal."""
    member = known[1]
    own = member.place.path == function.module.source.path
    return own or ("Literal[" in annotation and repr(member.value) in annotation)


def _of_object(function: Definition) -> list[ast.arg]:
    """What the object of a method is made with, where the method asks its attributes."""
    owner = function.owner
    names = {dotted_name(each) or "" for each in own_nodes(function.as_function)}
    if owner is None or not any(each.startswith("self.") for each in names):
        return []
    made = (each for each in owner.body if isinstance(each, ast.FunctionDef))
    return [
        argument for each in made if each.name == "__init__" for argument in signature(each).named
    ]


def _asked(function: Definition) -> list[str]:
    """The names in a function that it does not bind itself, and then those in what the flags of its
    object are assigned."""
    found: set[str] = set()
    bound: set[str] = set()
    for node in own_nodes(function.as_function):
        if isinstance(node, (ast.Name, ast.Attribute)):
            if isinstance(node.ctx, ast.Load):
                found.add(dotted_name(node) or "")
            elif isinstance(node, ast.Name):
                bound.add(node.id)
    own = sorted(found - bound)
    flags = (flag_of(function.module, function.enclosing, each) for each in own if "self." in each)
    inner = (each for flag in flags if flag is not None for each in walk(flag))
    return [*own, *sorted({name for each in inner if (name := dotted_name(each)) is not None})]


@dataclass(frozen=True)
class Is:
    """Whether a name is that of a setting."""

    name: str

    def __call__(self, spelled: str) -> bool:
        return spelled.rpartition(".")[2] == self.name
