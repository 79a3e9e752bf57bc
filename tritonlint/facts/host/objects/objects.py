"""Objects of the project's classes: what their attributes hold, and what their classes declare."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from tritonlint.facts.flow.targets import bind
from tritonlint.facts.host import names
from tritonlint.facts.host.attributes import asked_by_name, attribute_notes, attributes
from tritonlint.facts.host.attributes.binders import is_left_empty
from tritonlint.facts.host.attributes.changing import stored
from tritonlint.facts.host.attributes.given_outside import given_outside
from tritonlint.facts.host.calls import autograd, entering
from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.calls.given import positional
from tritonlint.facts.host.memory.named_dtypes import named_dtype
from tritonlint.facts.host.objects import classes, factories, heirs, members, required, told_heirs
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.symbols import Attribute, Made, Object, OfClass, Share
from tritonlint.facts.host.values.values import (
    Callable,
    Choice,
    Class,
    Const,
    Instance,
    Launchable,
    Namespace,
    Partial,
    Path,
    Sequence,
    Super,
    Tensor,
    Value,
)
from tritonlint.facts.project.modules import Definition, Target
from tritonlint.facts.project.tree import FUNCTION, Function, last_name
from tritonlint.frozen import replace

# So many heirs of a class are asked for a method that it leaves to them.
_MOST_HEIRS = 8


def instance_attribute(frame: Frame, owner: Instance, name: str, node: ast.expr) -> Value:
    """`self.name`, with the settings of that name that its class turns away."""
    owner = told_heirs.as_heir(frame, owner, node)
    value = _attribute(frame, owner, name, node)
    if owner.symbol and value == Tensor(Attribute(owner.name, name)):
        required.note_required(frame, owner)
    return value


def _attribute(frame: Frame, owner: Instance, name: str, node: ast.expr) -> Value:
    """`self.name`: set in this function or where the object was made, a method, set in a method of
    the class, or unknown."""
    definition = owner.definition
    symbol = Attribute(owner.name, name)
    known = frame.env.get(symbol) or dict(owner.attributes).get(name)
    if known is not None:
        if isinstance(owner.symbol, Made):
            attribute_notes.note_views_of(frame, owner, name, known)
        of_another = bool(owner.symbol) and owner != frame.instance
        return Tensor(symbol) if of_another and attributes.is_setting(name, known) else known
    target = classes.getter(definition.module.member(definition, name))
    if isinstance(target, Definition) and isinstance(target.node, Function):
        by_heirs = _of_heirs(frame, owner, target, node)
        return by_heirs or bound_method(frame, owner, target, node)
    own = members.of_any_member(frame, owner, name, node) or _given(frame, owner, name)
    if own is None and target is None:
        own = _of_heirs_alone(frame, owner, name, node)
    if own is not None:
        return own
    declared = classes.declared(definition, name)
    if target is not None and (declared is None or not owner.symbol):
        switch = _as_written(frame, owner, target, name)
        found = switch or names.definition_value(frame, target, name, node)
        if isinstance(found, Instance) and (get := classes.method_named(found, "__get__")):
            return _got(frame, owner, get, node)
        if not isinstance(found, Tensor) or frame.known(found.buffer).known:
            return found
    if name == "_replace" and classes.is_named_tuple(definition):
        return Partial(Namespace("dataclasses.replace"), ((owner, frame.place(node)),), ())
    made = _made_up(frame, owner, name, node)
    if made is not None:
        return made
    named = named_dtype(name)
    if named is None and "cache" in name:
        required.note_declared(frame, definition, symbol)
    if named is not None:
        return replace(named, called=symbol) if named.types.known else replace(named, of=symbol)
    attribute_notes.note_views_of_own(frame, owner, name)
    return classes.annotated(definition.module, declared, definition.enclosing, Tensor(symbol))


def _given(frame: Frame, owner: Instance, name: str) -> Value | None:
    """What the class of an object, what makes such objects, or other code gives an attribute."""
    own = attributes.assigned_value(frame, owner, name)
    empty = isinstance(own, Tensor) or own == Const(None)
    if empty and is_left_empty(owner.definition, name):
        own = None  # what stands there until something is given says nothing
    if own is None or (isinstance(own, Instance) and not own.attributes):
        made = factories.made_with(frame, owner, name)
        if made is not None:
            attribute_notes.note_views_of(frame, owner, name, made)
            own = made
    if not isinstance(own, Tensor):
        own = given_outside(frame, owner, name) or own
    return own


def _as_written(frame: Frame, owner: Instance, target: Target, name: str) -> Const | None:
    """The switch that a class has under a name, of an object that was made of it, or as whose
    method one is run, where no code of the file gives anything under that name something else."""
    is_heir = owner.symbol is None and frame.run.is_as(owner.definition)
    match target:
        case Definition(module=module, node=ast.Constant(value=(bool() | None) as switch)):
            if (isinstance(owner.symbol, Made) or is_heir) and name not in stored(module):
                return Const(switch)
    return None


def _of_heirs(frame: Frame, owner: Instance, target: Definition, node: ast.expr) -> Value | None:
    """A method that a class leaves to its heirs, as each of them has it; one of its own in which
    it or its heirs view something is that of the class or theirs, where nothing but an annotation
    tells the class. What launches something is not followed here."""
    overriding = frame.run.overriding(owner.definition, target.name)
    if heirs.is_left_to_heirs(target.as_function):
        asked = [each for each in overriding if heirs.is_first_with(each, target.name)]
        return _of_each(frame, owner, asked, target.name, node)
    if owner.symbol is None or isinstance(owner.symbol, Made):
        return None
    if heirs.views(owner.definition, target.name):
        # What the class itself gives is what they are to give.
        return _of_each(frame, owner, overriding, target.name, node, owner.definition)
    asked = [each for each in overriding if heirs.views(each, target.name)]
    asked = [owner.definition, *asked] if asked else []
    return _of_each(frame, owner, asked, target.name, node)


def _of_heirs_alone(frame: Frame, owner: Instance, name: str, node: ast.expr) -> Value | None:
    """A method that a class does not have, and its heirs do, as each of them has it, where nothing
    but an annotation tells the class."""
    if owner.symbol is None or isinstance(owner.symbol, Made):
        return None
    overriding = frame.run.overriding(owner.definition, name)
    asked = [each for each in overriding if heirs.is_first_with(each, name)]
    return _of_each(frame, owner, asked, name, node)


def _of_each(
    frame: Frame,
    owner: Instance,
    heirs_: Iterable[Definition],
    name: str,
    node: ast.expr,
    own: Definition | None = None,
) -> Value | None:
    """A method of an object that is of one of several classes, as the first of them have it, or as
    its `own` class has it, where it is of none of those."""
    asked = list(heirs_)[:_MOST_HEIRS]
    found: list[tuple[Path, Value]] = []
    for each in (*asked, own) if asked and own else asked:
        tests = tuple((OfClass(owner.name, other.qualified), other is each) for other in asked)
        method = each.module.member(each, name)
        value: Value = frame.unknown(node)
        if isinstance(method, Definition) and isinstance(method.node, FUNCTION):
            if frame.run.leads is None or not frame.run.leads(method):
                value = bound_method(
                    frame, Instance(each, Share(owner.name, each.name)), method, node
                )
        found.append((tests, value))
    return Choice(tuple(found)) if found else None


def _made_up(frame: Frame, owner: Instance, name: str, node: ast.expr) -> Value | None:
    """What `__getattr__` of a class gives for a name that its objects do not have."""
    method = classes.method_named(owner, "__getattr__")
    if method is None or id(method.definition.node) in frame.run.stack:
        return None
    call = ast.copy_location(ast.Call(node, [], []), node)
    return entering.enter(frame, call, method, positional(frame, node, Const(name)))


def _got(frame: Frame, owner: Instance, get: Callable, node: ast.expr) -> Value:
    """What a descriptor of a class, by its method `__get__`, gives for an object of it."""
    call = ast.copy_location(ast.Call(node, [], []), node)
    given = positional(frame, node, owner, Class(owner.definition))
    return entering.enter(frame, call, get, given)


def register(frame: Frame, method: ast.Attribute, given: Given) -> None:
    """`owner.register_buffer("name", tensor)`, `ctx.save_for_backward(x, y)`."""
    name, value = given.arguments.get(0, "name"), given.arguments.get(1, "tensor")
    place = given.places.get(0, given.places.get("name"))
    named = asked_by_name.registered(frame, place.node, name) if place is not None else None
    if method.attr == "save_for_backward":
        saved = given.arguments.positional if given.complete else ()
        named, value = "saved_tensors", Sequence(saved) if saved else None
    if named is not None and value is not None:
        attribute = ast.Attribute(method.value, named, ast.Store())
        bind(frame, ast.copy_location(attribute, method), value)


def class_attribute(frame: Frame, owner: Class, name: str, node: ast.expr) -> Value:
    """`Class.name`."""
    definition = owner.definition
    symbol = Attribute(Object(definition.qualified), name)
    if symbol in frame.env:
        return frame.env[symbol]
    target = definition.module.member(definition, name)
    if isinstance(target, Definition) and isinstance(target.node, Function):
        return bound_method(frame, owner, target, node)
    if target is None and name == "apply" and (found := autograd.applied(frame, definition, node)):
        return found
    return members.written(owner, name, names.definition_value(frame, target, name, node))


def inherited(frame: Frame, owner: Super, name: str, node: ast.expr) -> Value:
    """`super().name`: of the classes that the object's class inherits from, in the order in which
    methods are looked for, the next one with that method."""
    above = heirs.above(owner.owner, owner.instance.definition)
    for base in above or owner.owner.bases:
        found = base.module.member(base, name)
        if isinstance(found, Definition) and isinstance(found.node, FUNCTION):
            return bound_method(frame, owner.instance, found, node)
    return frame.unknown(node)


def bound_method(
    frame: Frame, owner: Instance | Class, target: Definition, node: ast.expr
) -> Value:
    """A method of `owner`: a kernel, what a property returns, or something to call."""
    assert isinstance(target.node, Function)
    decorators = [last_name(each) for each in target.node.decorator_list]
    bound = classes.receiver(target.node, owner)
    method = Callable(target, bound)
    if isinstance(owner, Instance) and any("property" in each for each in decorators):
        call = ast.copy_location(ast.Call(node, [], []), node)
        return entering.enter(frame, call, method, Given(Arguments((), {}), {}))
    value = names.definition_value(frame, target, target.name, node)
    if isinstance(value, Launchable):
        return value
    if bound is not None and value != Callable(target):  # what a decorator gives takes the object
        return Partial(value, ((bound, frame.place(node)),), ())
    return method
