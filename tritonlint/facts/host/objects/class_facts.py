"""What a method of a class gives the attributes of its objects, and of its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeGuard

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.attributes import changing
from tritonlint.facts.host.attributes.assigned import assigned_elsewhere, assigned_in
from tritonlint.facts.host.attributes.traded import traded
from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.calls.binding import bind
from tritonlint.facts.host.conditions import settings
from tritonlint.facts.host.containers.registries import makes_tensors
from tritonlint.facts.host.events import Note
from tritonlint.facts.host.memory.element_types import inside
from tritonlint.facts.host.objects import classes
from tritonlint.facts.host.objects.class_values import ClassFacts
from tritonlint.facts.host.run import NEAR_DEPTH, Run
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import renaming
from tritonlint.facts.host.values.choices import choose, options
from tritonlint.facts.host.values.symbols import (
    Attribute,
    Denied,
    Joined,
    Object,
    OfSetting,
    Parameter,
    Symbol,
)
from tritonlint.facts.host.values.values import (
    Callable,
    Instance,
    Path,
    Tensor,
    Value,
)
from tritonlint.facts.project.inheriting import linearized
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import FUNCTION
from tritonlint.frozen import replace

# `setup_context(ctx, inputs, output)` of an autograd function.
_OF_CONTEXT = 3


def class_facts(frame: Frame, definition: Definition) -> ClassFacts:
    """What `__init__` of a class (or the one that it inherits, or `__post_init__`) gives its
    attributes. One that another method assigns too is left out."""
    initializer = definition.module.member(definition, "__init__")
    initializer = initializer or definition.module.member(definition, "__post_init__")
    if not isinstance(initializer, Definition) or not isinstance(initializer.node, FUNCTION):
        return ClassFacts({}, {}, ())
    return facts_of(frame, definition, initializer)


def facts_of(frame: Frame, definition: Definition, method: Definition) -> ClassFacts:
    """What a method of a class gives attributes, of its object and of its parameters."""
    known = frame.run.attributes
    key = (id(definition.node), id(method.node))
    if key not in known:
        known[key] = ClassFacts({}, {}, ())  # for a class that makes its own kind
        known[key] = _assigned(frame, definition, method)
    return known[key]


def _assigned(frame: Frame, definition: Definition, method: Definition) -> ClassFacts:
    """What a method gives the attributes of an object that nothing else is known of."""
    run = Run(
        frame.run.project,
        method,
        _initializes,
        made_elsewhere=frame.run.made_elsewhere,
        in_other_files=frame.run.in_other_files,
        registering=frame.run.registering,
        attributes=frame.run.attributes,
    )
    run.stack.append(id(method.node))
    inner = _inside(frame, run, definition, method)
    if method.name == "setup_context" and not _after_forward(inner, definition, method):
        return ClassFacts({}, {}, ())
    inner.body()
    note_all(inner)
    held = _held(definition, method, inner)
    names = renaming.parameters(held, {method.qualified, *_extended(definition, method)})
    own = Object(definition.qualified)
    asked = renaming.unknowns(held)
    now = {
        each: renaming.tests(renaming.value(value, names), asked) for each, value in held.items()
    }
    every = {each.name: x for each, x in inner.env.items() if _is_of(each, own)}
    return ClassFacts(
        {each.name: value for each, value in now.items() if each.of is own},
        {names.get(buffer, buffer): types for buffer, types in inner.types.items()},
        tuple(renaming.note(_for_all(note, inner), names) for note in run.notes),
        _renamed(run.dtypes, names),
        {names.get(buffer, buffer): types for buffer, types in run.stand_ins.items()},
        {each: value for each, value in now.items() if isinstance(each.of, Parameter)},
        {
            name: renaming.value(x, names)
            for name, x in every.items()
            if Attribute(own, name) not in now
        },
        passed=renaming.path((*_passed(inner), *_passed_before(inner, method)), {**names, **asked}),
        alike=_renamed(run.alike, names),
    )


def _extended(definition: Definition, method: Definition) -> Iterator[str]:
    """The qualified names of the methods of a class and its bases that are called as `method`: what
    an heir hands on as `*args` is a parameter of its base there."""
    yield from (f"{each.qualified}.{method.name}" for each in linearized(definition))


def _renamed(
    known: Mapping[Symbol, frozenset[Symbol]], names: renaming.Names
) -> dict[Symbol, frozenset[Symbol]]:
    return {
        names.get(buffer, buffer): frozenset(names.get(each, each) for each in others)
        for buffer, others in known.items()
    }


def _passed(made: Frame) -> Path:
    """The tests of several things together that every object gets past which a method makes, and
    those of names of a setting."""
    paths = [path for path, _ in made.returns]
    first = paths[0] if paths else ()
    together = [
        each
        for each in first
        if isinstance(each[0], Joined) or _asks_for_names(each[0])
        if all(each in path for path in paths)
    ]
    for (test, outcome), asserted in made.run.implied.items():
        one = test if outcome else Denied(test)
        others = (other if not then else Denied(other) for other, then in asserted)
        together += [(Joined("and", (one, each)), False) for each in others]
    return tuple(together)


def _passed_before(made: Frame, method: Definition) -> Path:
    """The tests that the objects which a method is given get past when they are made: of a config,
    whatever is taken from it."""
    found: list[tuple[Symbol, bool]] = []
    for each in signature(method.as_function).named:
        given = made.env.get(each.arg)
        if isinstance(given, Instance) and given is not made.instance:
            names: renaming.Names = {Object(given.definition.qualified): given.name}
            found += renaming.path(class_facts(made, given.definition).passed, names)
    return tuple(found)


def _asks_for_names(test: Symbol) -> bool:
    return isinstance(test, OfSetting) and bool(settings.names(test))


def passed_by_objects(frame: Frame) -> Path:
    """The tests that come out so for all objects that were met, as their classes tell."""
    found: dict[tuple[Symbol, bool], None] = {}
    for owner in frame.run.requiring.values():
        names: renaming.Names = {Object(owner.definition.qualified): owner.name}
        passed = class_facts(frame, owner.definition).passed
        found |= dict.fromkeys(renaming.path(passed, names))
    return tuple(found)


def _is_of(name: object, owner: Object) -> TypeGuard[Attribute]:
    return isinstance(name, Attribute) and name.of is owner


def gathers(frame: Frame, method: Definition) -> bool:
    """Whether a method is being run for what it gives attributes."""
    run = frame.run
    return run.leads is _initializes and run.root.node is method.node


def _inside(frame: Frame, run: Run, definition: Definition, method: Definition) -> Frame:
    """The frame of a method of an object that nothing else is known of, before it is run."""
    # Named, so that a field that was given something is not taken to hold its default.
    given = method.name == "__post_init__"
    instance = Instance(definition, Object(definition.qualified) if given else None)
    inner = frame.elsewhere(method.module, method.inside)
    inner.run, inner.instance, inner.depth = run, instance, 0
    function = Callable(method, classes.receiver(method.as_function, instance))
    inner.env = bind(inner, method, Given(Arguments((), {}), {}), function)
    inner.depth = NEAR_DEPTH - 2
    return inner


def _after_forward(inner: Frame, definition: Definition, method: Definition) -> bool:
    """Have `setup_context(ctx, inputs, output)` be given what `forward` gives, as autograd does."""
    forward = definition.module.member(definition, "forward")
    parameters = signature(method.as_function).positional
    if not isinstance(forward, Definition) or len(parameters) != _OF_CONTEXT:
        return False
    before = _inside(inner, inner.run, definition, forward)
    output = before.body()
    if output is not None:
        inner.env[parameters[-1].arg] = output
    inner.keep_made(before)
    return output is not None


def note_all(frame: Frame) -> None:
    """Note the settings that the classes of objects do not let pass, of all that were met."""
    for owner in frame.run.requiring.values():
        # The test of a setting of any object of a class, as that of this one.
        named = owner.symbol is not None
        names: renaming.Names = {Object(owner.definition.qualified): owner.name} if named else {}
        for note in class_facts(frame, owner.definition).notes:
            if note.kind == "unquantized" and note.variable is not None:
                buffer, variable = note.buffer.renamed(names), note.variable.renamed(names)
                own = replace(note, buffer=buffer, variable=variable)
                if own not in frame.run.noted:
                    frame.run.noted.add(own)
                    frame.run.notes.append(own)


def take_over(frame: Frame, facts: ClassFacts, value: Value) -> set[Symbol]:
    """Have what is known of the buffers in `value`, which a class tells, known in `frame` too: the
    buffers that it is known of."""
    found = set(buffers(value))
    for buffer in found & facts.types.keys():
        frame.types.setdefault(buffer, facts.types[buffer])
    for buffer in found & facts.alike.keys():
        frame.run.alike.setdefault(buffer, facts.alike[buffer])
    return found


def buffers(value: Value) -> Iterator[Symbol]:
    """The buffers of the tensors in a value."""
    for _, each in options(value):
        if isinstance(each, Tensor):
            yield each.buffer
        inner = (
            (item for _, item in each.attributes) if isinstance(each, Instance) else inside(each)
        )
        for item in inner:
            yield from buffers(item)


def _held(definition: Definition, method: Definition, made: Frame) -> dict[Attribute, Value]:
    """The attributes that a method gives its object and its parameters. Of those that other methods
    assign too, `__init__` gives none but what they trade."""
    own = Object(definition.qualified)
    elsewhere = set(assigned_elsewhere(definition)) if method.name == "__init__" else set()
    known = {each: value for each, value in made.env.items() if isinstance(each, Attribute)}
    held = {each: value for each, value in known.items() if each.is_within(own)}
    changed = held.keys() if changing.ANY in elsewhere else ()
    held = {
        each: value
        for each, value in held.items()
        if each.of is not own or not (each.name in elsewhere or each in changed)
    }
    given = (each for each in known if each.is_given_to(method.qualified))
    held |= {each: known[each] for each in given}
    return held | dict(_traded(definition, known)) if elsewhere else held


def _for_all(note: Note, made: Frame) -> Note:
    """`note`, on no path of its own where it says what no object of the class gets past."""
    passed = all(set(note.path) <= set(path) for path, _ in made.returns)
    return replace(note, path=()) if note.kind == "unquantized" and passed else note


def _traded(
    definition: Definition, known: Mapping[Attribute, Value]
) -> Iterator[tuple[Attribute, Value]]:
    """The attributes that trade what `__init__` gave them, each with all that it may hold."""
    own = Object(definition.qualified)
    for name, sources in traded(definition.as_class).items():
        symbols = [Attribute(own, each) for each in sorted(sources)]
        if all(each in known for each in symbols):
            yield Attribute(own, name), choose(*(((), known[each]) for each in symbols))


def _initializes(function: Definition) -> bool:
    """Whether a function is an initializer, or makes tensors for attributes, as those that
    initializers call do (`self._create_buffers()`)."""
    node = function.as_function
    return function.name == "__init__" or (bool(assigned_in(node)) and makes_tensors(node))
