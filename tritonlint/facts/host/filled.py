"""What one method of a class gives the attributes of a parameter, as another one finds them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tritonlint.facts.host.class_facts import buffers, facts_of, registered, take_over, targets
from tritonlint.facts.host.registries import makes_tensors
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.symbols import Attribute, Parameter, Symbol
from tritonlint.facts.host.values import Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import FUNCTION, Function, last_name, statements_in


def given_elsewhere(frame: Frame, owner: Symbol, name: str) -> Value | None:
    """What the only other method of the class gives an attribute of its parameter, for an attribute
    of the parameter of that name: `create(self, layer)` fills the layer that `load(self, layer)`
    is handed."""
    around = frame.enclosing
    if len(around) < 2 or not isinstance(around[-2], ast.ClassDef):
        return None
    function = f"{frame.module.name}.{frame.function}"
    if not isinstance(owner, Parameter) or owner.function != function:
        return None
    method = _filling(around[-2]).get((owner.name, name))
    if method is None or id(method) in frame.run.stack or not makes_tensors(method):
        return None
    definition = Definition(frame.module, around[-2], around[:-2], around[-2].name)
    filling = Definition(frame.module, method, around[:-1], method.name)
    facts = facts_of(frame, definition, filling)
    found = facts.given.get(Attribute(Parameter(filling.qualified, owner.name), name))
    if found is None or set(buffers(found)).isdisjoint(facts.types):
        return None
    held = take_over(frame, facts, found)
    known = frame.run.notes
    known += [note for note in facts.notes if note.buffer in held and note not in known]
    return found


@kept(1024)
def _filling(owner: ast.ClassDef) -> Mapping[tuple[str, str], Function]:
    """The methods of a class that assign attributes of their parameters, by parameter and
    attribute, where only one does."""
    found: dict[tuple[str, str], list[Function]] = {}
    for method in owner.body:
        if isinstance(method, FUNCTION):
            own = (
                0 if any(last_name(each) == "staticmethod" for each in method.decorator_list) else 1
            )
            names = {each.arg for each in (*method.args.args[own:], *method.args.kwonlyargs)}
            for statement, _ in statements_in(method.body):
                for name, attr in _filled(statement):
                    if name in names:
                        found.setdefault((name, attr), []).append(method)
    return {key: methods[0] for key, methods in found.items() if len(methods) == 1}


def _filled(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """The names of objects, and of the attributes of theirs that a statement assigns or
    registers."""
    for target in targets(statement):
        match target:
            case ast.Attribute(value=ast.Name(id=name), attr=attr):
                yield name, attr
    name_of = registered(statement)
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))) if name_of:
            yield name, name_of
