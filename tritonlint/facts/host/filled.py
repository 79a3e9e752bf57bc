"""What one method of a class gives the attributes of a parameter, as another one finds them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tritonlint.facts.host import classes, contexts
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
    is handed. What an autograd function saves in its context is what its `backward` gets."""
    asking = _asking(frame, owner) if isinstance(owner, Parameter) else None
    if asking is None or not isinstance(owner, Parameter):
        return None
    kind = classes.owner_of(asking)
    assert kind is not None
    filling, parameter = contexts.saving(kind, asking, owner.name), owner.name
    if filling is not None:
        parameter = contexts.first(filling)
    elif (method := _filling(kind.as_class).get((owner.name, name))) and makes_tensors(method):
        filling = Definition(asking.module, method, asking.enclosing, method.name)
    if filling is None or id(filling.node) in frame.run.stack:
        return None
    facts = facts_of(frame, kind, filling)
    found = facts.given.get(Attribute(Parameter(filling.qualified, parameter), name))
    if found is None or set(buffers(found)).isdisjoint(facts.types):
        return None
    held = take_over(frame, facts, found)
    known = frame.run.notes
    known += [note for note in facts.notes if note.buffer in held and note not in known]
    return found


def _asking(frame: Frame, owner: Parameter) -> Definition | None:
    """The method that `owner` is a parameter of: the one that is run, or the first one of all."""
    around, root = frame.enclosing, frame.run.root
    if around and isinstance(around[-1], FUNCTION):
        run = Definition(frame.module, around[-1], around[:-1], around[-1].name)
        if run.owner is not None and run.qualified == owner.function:
            return run
    return root if root.owner is not None and root.qualified == owner.function else None


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
