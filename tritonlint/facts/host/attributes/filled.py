"""What one method of a class gives the attributes of a parameter, as another one finds them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Literal

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.attributes.attribute_notes import tells_codes
from tritonlint.facts.host.attributes.changing import (
    ANY,
    UNKNOWN,
    changed,
    handed,
    keys,
    named,
    of_object,
    spelled_out,
    stored,
)
from tritonlint.facts.host.attributes.traded import RETYPING
from tritonlint.facts.host.calls import contexts
from tritonlint.facts.host.calls.decorators import has_view
from tritonlint.facts.host.containers.registries import makes_tensors
from tritonlint.facts.host.memory.element_types import of_one_type
from tritonlint.facts.host.objects import classes
from tritonlint.facts.host.objects.class_facts import buffers, facts_of, gathers, take_over
from tritonlint.facts.host.objects.heirs import heirs
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Attribute, Parameter, Symbol
from tritonlint.facts.host.values.values import Choice, Tensor, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, methods
from tritonlint.facts.project.tree import FUNCTION, assigned, last_name, nodes
from tritonlint.frozen import replace

# What more methods give an attribute is unknown.
_MOST = 4


def given_elsewhere(frame: Frame, owner: Symbol, name: str) -> Value | None:
    """What another method of the class gives an attribute of its parameter, for an attribute of the
    parameter of that name: `create(self, layer)` fills the layer that `load(self, layer)` is
    handed. What an autograd function saves in its context is what its `backward` gets."""
    asking = _asking(frame, owner) if isinstance(owner, Parameter) else None
    if asking is None or not isinstance(owner, Parameter):
        return None
    kind = classes.owner_of(asking)
    assert kind is not None
    saving = contexts.saving(kind, asking, owner.name)
    if saving is not None:
        filling = [(saving, contexts.first(saving))]
    else:
        several = _filling(kind, asking, owner.name, name)
        filling = [(each, owner.name) for each in _last(several, owner.name, name)]
    given = of_one_type(frame, [_given(frame, kind, each, name) for each in filling])
    if given is not None and not gathers(frame, asking):
        held, known = set(buffers(given)), frame.run.notes
        for method in _viewing(kind, asking, owner.name, name):
            notes = (x for x in facts_of(frame, kind, method).notes if x.buffer in held)
            known += [note for note in notes if tells_codes(note) and note not in known]
    if given is None or saving is not None:
        return given
    first = not any(_reads_first(each, owner.name, name) for each, _ in filling)
    return _not_passed(given) if first or name in changed(asking, owner.name) else given


def _not_passed(value: Value) -> Value:
    """A value without the calls by which it came to where it is: what is given anew from there is
    passed on by others, and what is made for an attribute is used by others too."""
    every = [
        (at, replace(x, passed=()) if isinstance(x, Tensor) else x) for at, x in options(value)
    ]
    return Choice(tuple(every)) if isinstance(value, Choice) else every[0][1]


def _given(
    frame: Frame, kind: Definition, filling: tuple[Definition, str], name: str
) -> Value | None:
    """What a method gives an attribute of its parameter, where its type is known, or is saved for
    `backward`."""
    method, parameter = filling
    if id(method.node) in frame.run.stack:
        return None
    facts = facts_of(frame, kind, method)
    found = facts.given.get(Attribute(Parameter(method.qualified, parameter), name))
    if found is None:
        return None
    if name != "saved_tensors" and set(buffers(found)).isdisjoint(facts.types):
        return None
    held = take_over(frame, facts, found)
    known = frame.run.notes
    known += [note for note in facts.notes if note.buffer in held and note not in known]
    return found


def _viewing(
    kind: Definition, asking: Definition, parameter: str, name: str
) -> Iterator[Definition]:
    """The other methods of a class that may view an attribute of their parameter of this name."""
    for method in methods(kind):
        if method.node is not asking.node and parameter in _parameters(method):
            if has_view(method.as_function) and _reads(method, parameter, name):
                yield method


def _asking(frame: Frame, owner: Parameter) -> Definition | None:
    """The method that `owner` is a parameter of: the one that is run, or the first one of all."""
    around, root = frame.enclosing, frame.run.root
    if around and isinstance(around[-1], FUNCTION):
        run = Definition(frame.module, around[-1], around[:-1], around[-1].name)
        if run.owner is not None and run.qualified == owner.function:
            return run
    return root if root.owner is not None and root.qualified == owner.function else None


@kept(4096)
def _filling(
    kind: Definition, asking: Definition, parameter: str, name: str
) -> Sequence[Definition]:
    """The other methods of a class that give an attribute of their parameter of this name
    something; none where one may do so unseen."""
    found: list[Definition] = []
    for method in methods(kind):
        if method.node is not asking.node and parameter in _parameters(method):
            told = changed(method, parameter)
            if not told.isdisjoint((ANY, UNKNOWN)):
                return ()
            if name in told:
                found.append(method)
        unlike = (changed(method, each) for each in _parameters(method) if each != parameter)
        if not all(each.isdisjoint((name, ANY)) for each in unlike):
            return ()
    # What an heir gives instead, or makes of it, is not known here; nor what other code does.
    below = [*heirs(kind), *(inner for heir in heirs(kind) for inner in heirs(heir))]
    others = (x for heir in below for x in methods(heir) if x.owner is not kind.node)
    if any(_may_give(each, parameter, name) for each in others):
        return ()
    return () if _is_given_outside(kind, name) else found


@kept(4096)
def _is_given_outside(kind: Definition, name: str) -> bool:
    """Whether code of the file gives an attribute of this name another type, other than a method
    of the class that of one of its parameters."""
    module = kind.module
    for statement in nodes(module.tree, ast.Assign) if name in stored(module) else ():
        for target, value in assigned(statement):
            if not isinstance(target, ast.Attribute) or target.attr != name:
                continue
            written = nodes(spelled_out(module, value), ast.Attribute)
            if RETYPING.isdisjoint(x.attr for x in written):
                continue
            method = module.function_at(statement.lineno)
            owner = target.value.id if isinstance(target.value, ast.Name) else ""
            if method is None or method.owner is not kind.node:
                return True
            if owner not in (x.arg for x in signature(method.as_function).named):
                return True
    return False


def _may_give(method: Definition, parameter: str, name: str) -> bool:
    """Whether a method may give an attribute of its parameter something."""
    given = parameter in _parameters(method)
    return given and not changed(method, parameter).isdisjoint((name, ANY, UNKNOWN))


def _last(filling: Sequence[Definition], parameter: str, name: str) -> Sequence[Definition]:
    """Those of `filling` that none of the others follows: all, or of two, of which one makes a
    tensor for the attribute, the one that makes another of what it finds there (`layer.weight =
    convert(layer.weight)`)."""
    again = [each for each in filling if _reads_first(each, parameter, name)]
    if not again:
        return filling if len(filling) <= _MOST else ()
    first = [each for each in filling if each not in again and _makes_tensors(each)]
    if len(first) != 1 or len(filling) > 2 or len(first) + len(again) != len(filling):
        return ()
    return again


@kept(4096)
def _makes_tensors(method: Definition) -> bool:
    """Whether a method makes tensors of a type, or calls a function of its file that does."""
    if makes_tensors(method.as_function):
        return True
    called = (each.func for each in nodes(method.as_function, ast.Call))
    names = {each.id for each in called if isinstance(each, ast.Name)}
    found = (method.module.resolve(each, method.enclosing) for each in names)
    return any(
        each is not None and isinstance(each.node, FUNCTION) and makes_tensors(each.node)
        for each in found
    )


def _parameters(method: Definition) -> Iterator[str]:
    """The parameters of a method, but its object."""
    node = method.as_function
    static = any(last_name(each) == "staticmethod" for each in node.decorator_list)
    yield from (each.arg for each in signature(node).named[0 if static else 1 :])


def _reads_first(method: Definition, parameter: str, name: str) -> bool:
    """Whether a function reads an attribute of what it calls `parameter` before it gives it
    another value."""
    return _comes_first(method, method.as_function.body, parameter, name) == "read"


def _comes_first(
    method: Definition, body: Sequence[ast.stmt], parameter: str, name: str
) -> Literal["read", "given"] | None:
    """Whether a block reads an attribute first, or always gives it something before that."""
    for statement in body:
        if isinstance(statement, (ast.With, ast.If)):
            arms = [statement.body, *([statement.orelse] if isinstance(statement, ast.If) else [])]
            found = {_comes_first(method, arm, parameter, name) for arm in arms}
            if isinstance(statement, ast.If) and _reads(method, parameter, name, 1, statement.test):
                return "read"
            if "read" in found or found == {"given"}:
                return "read" if "read" in found else "given"
        elif _reads(method, parameter, name, within=statement):
            return "read"
        elif _gives(method, statement, parameter, name):
            return "given"
    return None


def _gives(method: Definition, statement: ast.stmt, parameter: str, name: str) -> bool:
    match statement:
        case ast.Assign() | ast.AnnAssign():
            return any(of_object(target, parameter) == name for target, _ in assigned(statement))
        case ast.Expr(value=ast.Call() as call) if told := named(call):
            its = last_name(told[0]) == parameter
            return its and name in keys(method.as_function, told[1])
    return False


def _reads(
    method: Definition, parameter: str, name: str, hops: int = 1, within: ast.AST | None = None
) -> bool:
    """Whether a function, or a statement of it, reads an attribute of what it calls `parameter`, or
    hands that to one that does, over so many calls."""
    node = method.as_function
    for each in nodes(within or node, ast.Attribute, ast.Call):
        match each:
            case ast.Attribute(ctx=ast.Load()) if of_object(each, parameter) == name:
                return True
            case ast.Call(func=ast.Name(id="getattr"), args=[ast.Name(id=owner), key, *_]):
                if owner == parameter and name in keys(node, key):
                    return True
            case ast.Call() if hops:
                for function, its in handed(method, each, parameter):
                    if _reads(function, its, name, hops - 1):
                        return True
    return False
