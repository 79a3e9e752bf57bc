"""What a method of a class gives the attributes of its objects, and of its parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeGuard

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host import changing, classes, heirs, renaming
from tritonlint.facts.host.arguments import Arguments, Given
from tritonlint.facts.host.binding import bind
from tritonlint.facts.host.choices import choose, options
from tritonlint.facts.host.class_values import ClassFacts
from tritonlint.facts.host.events import Note
from tritonlint.facts.host.registries import makes_tensors
from tritonlint.facts.host.state import NEAR_DEPTH, Frame, Run
from tritonlint.facts.host.symbols import Attribute, Object, Parameter, Symbol
from tritonlint.facts.host.traded import traded
from tritonlint.facts.host.values import Callable, Instance, Partial, Sequence, Table, Tensor, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import FUNCTION, Function, nodes, statements_in
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
        attributes=frame.run.attributes,
    )
    run.stack.append(id(method.node))
    inner = _inside(frame, run, definition, method)
    if method.name == "setup_context" and not _after_forward(inner, definition, method):
        return ClassFacts({}, {}, ())
    inner.body()
    note_all(inner)
    held = _held(definition, method, inner)
    names = renaming.parameters(held, method.qualified)
    own = Object(definition.qualified)
    now = {each: renaming.value(value, names) for each, value in held.items()}
    every = {each.name: x for each, x in inner.env.items() if _is_of(each, own)}
    return ClassFacts(
        {each.name: value for each, value in now.items() if each.of is own},
        {names.get(buffer, buffer): types for buffer, types in inner.types.items()},
        tuple(renaming.note(_for_all(note, inner), names) for note in run.notes),
        {
            names.get(buffer, buffer): frozenset(names.get(each, each) for each in named)
            for buffer, named in run.dtypes.items()
        },
        {names.get(buffer, buffer): types for buffer, types in run.stand_ins.items()},
        {each: value for each, value in now.items() if isinstance(each.of, Parameter)},
        {
            name: renaming.value(x, names)
            for name, x in every.items()
            if Attribute(own, name) not in now
        },
    )


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
    return found


def buffers(value: Value) -> Iterator[Symbol]:
    """The buffers of the tensors in a value."""
    for _, each in options(value):
        inner: Iterable[Value] = ()
        match each:
            case Tensor(buffer=buffer):
                yield buffer
            case Sequence(items=inner):
                pass
            case Table(items=entries) | Instance(attributes=entries):
                inner = [item for _, item in entries]
            case Partial(function=function, positional=given, keywords=named):
                inner = [function, *(item for item, _ in given), *(item for _, item, _ in named)]
            case Callable(closure=dict() as names, definition=Definition(node=node)):
                used = {each.id for each in nodes(node, ast.Name)} & names.keys()  # type: ignore[arg-type]
                inner = [names[name] for name in sorted(used)]
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


def assigned_elsewhere(definition: Definition) -> Iterator[str]:
    """The attributes of `self` that methods other than `__init__` assign, or that are made anew in
    another way."""
    yield from made_anew(definition)
    for method in _later_methods(definition):
        yield from assigned_in(method)


def made_anew(definition: Definition) -> Iterator[str]:
    """The attributes of `self` that classes which inherit from its own assign, that functions of
    the file make anew, or that methods other than `__init__` change without assigning them."""
    yield from changing.changed_outside(definition.module)
    for heir in heirs.heirs(definition):
        for method in heir.as_class.body:
            if isinstance(method, FUNCTION):
                yield from assigned_in(method)
    for method in _later_methods(definition):
        own = Definition(definition.module, method, definition.inside, method.name)
        yield from changing.changed_by_own(own) - assigned_in(method)


def _later_methods(definition: Definition) -> Iterator[Function]:
    """The methods of a class beside `__init__`, and beside setters: what those assign is seen where
    `__init__` does."""
    for method in definition.as_class.body:
        if isinstance(method, FUNCTION) and method.name != "__init__":
            if not classes.accessor(method, "setter"):
                yield method


@kept(4096)
def assigned_in(method: Function) -> frozenset[str]:
    """The attributes of objects that a method assigns, or registers."""
    statements = [each for each, _ in statements_in(method.body)]
    assigned = (
        node.value.attr
        if node.attr == "data" and isinstance(node.value, ast.Attribute)
        else node.attr
        for statement in statements
        for target in targets(statement)
        for node in nodes(target, ast.Attribute)
        if isinstance(node.ctx, ast.Store)
    )
    by_name = (name for each in statements for name in registered(method, each))
    return frozenset((*assigned, *by_name))


def registered(method: Function, statement: ast.stmt) -> Iterator[str]:
    """The names of the attributes that a statement of a method gives what it registers or saves, as
    far as they are written out."""
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="save_for_backward"))):
            yield "saved_tensors"
        case ast.Expr(value=ast.Call() as call) if told := changing.named(call):
            yield from (each for each in changing.keys(method, told[1]) if each != changing.ANY)


def targets(statement: ast.stmt) -> list[ast.expr]:
    """What a statement assigns to."""
    match statement:
        case ast.Assign(targets=targets):
            return targets
        case ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.AsyncFor():
            return [statement.target]
        case ast.With() | ast.AsyncWith():
            return [each.optional_vars for each in statement.items if each.optional_vars]
    return []
