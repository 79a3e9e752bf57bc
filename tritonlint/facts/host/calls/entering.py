"""Functions of the project that launching code calls: their bodies are interpreted."""

from __future__ import annotations

import ast
from functools import partial

from tritonlint.dtypes import PLATFORM_FP8, UNKNOWN
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.assigning import rebind
from tritonlint.facts.host.calls import libraries
from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.calls.binding import bind
from tritonlint.facts.host.calls.suspicion import hands_on_bytes
from tritonlint.facts.host.conditions import conditions, setting_tests
from tritonlint.facts.host.containers import containers
from tritonlint.facts.host.memory import element_types, tensors
from tritonlint.facts.host.objects import classes
from tritonlint.facts.host.objects.required import note_required
from tritonlint.facts.host.run import MAX_DEPTH, MAX_ENTERED
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose, options
from tritonlint.facts.host.values.naming import as_tensor
from tritonlint.facts.host.values.places import Place
from tritonlint.facts.host.values.symbols import Literal, OfVendor, Spelled, Symbol
from tritonlint.facts.host.values.values import (
    Callable,
    Condition,
    DType,
    Instance,
    Method,
    Partial,
    Sequence,
    Table,
    Tensor,
    Value,
    attributes_in,
)
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import Function, as_code, last_name, nodes
from tritonlint.findings.result import Limit
from tritonlint.frozen import replace


def enter(frame: Frame, node: ast.Call, function: Callable, given: Given) -> Value:
    """Interpret the body of a function of the project with these arguments, and give back what it
    returns."""
    definition, arguments = function.definition, given.arguments
    by_name = _getter(definition.as_function) or libraries.by_name(
        frame, definition.name, arguments, frame.span(node)
    )
    if (
        id(definition.as_function) in frame.run.stack
        or _is_beyond(frame, definition)
        or not frame.run.worth_entering(
            definition, frame.depth, partial(hands_on_bytes, frame, function, given)
        )
    ):
        return by_name or _as_annotated(frame, node, definition, frame.unknown(node))
    result = run(frame, node, function, given)[0]
    if by_name is not None and not _better(frame, result):
        return by_name
    if isinstance(result, Tensor):
        result = _as_asked(frame, node, given, result)
    return _as_annotated(frame, node, definition, result or frame.unknown(node))


def _as_asked(frame: Frame, node: ast.Call, given: Given, region: Tensor) -> Tensor:
    """A region of bytes of which the call writes out that type (`arena.take(n, torch.uint8)`) as
    memory of its own: what the others are viewed as says nothing of it."""
    types = element_types.tensor_types(frame, region)
    whole = region.part is None is region.view
    if whole or not all(map(element_types.all_bytes, (types, frame.known(region.buffer)))):
        return region
    values: dict[int | str, Value] = dict(enumerate(given.arguments.positional))
    every = (values | given.arguments.keywords).items()
    asked = {last_name(given.places[key].node) for key, each in every if type(each) is DType}
    if asked.isdisjoint(("uint8", "int8")):
        return region
    return tensors.allocated(frame, types, frame.span(node))


def _as_annotated(frame: Frame, node: ast.Call, function: Definition, value: Value) -> Value:
    """`value`, which a function gives back, as an object of the class that its annotation
    names, or as any member of an enum."""
    enum = classes.enum_of(function, value)
    if enum is not None:
        return Instance(enum, frame.unknown(node).buffer)
    if function.as_function.returns is None or not isinstance(value, (Tensor, Method)):
        return value
    return classes.as_object(value, classes.result_class(function))


def _is_beyond(frame: Frame, function: Definition) -> bool:
    """Whether a limit is reached at which no further function is entered. It is noted where the
    function leads to a launch."""
    run, root = frame.run, frame.run.root
    if frame.depth < MAX_DEPTH and run.statements <= MAX_ENTERED:
        return False
    if run.leads is not None and run.leads(function):
        if frame.depth >= MAX_DEPTH:
            reason = f"is called over more than {MAX_DEPTH} calls from `{root.name or '<module>'}`"
            run.limits.add(Limit(function.module.path, function.line, function.name, reason))
        else:
            reason = f"leads to more than {MAX_ENTERED} statements: later calls are not followed"
            run.limits.add(Limit(root.module.path, root.line, root.name or "<module>", reason))
    return True


def _getter(function: Function) -> DType | None:
    """The platform's fp8 type, for a function that gives a dtype by its annotation and speaks of
    fp8 by its name: the name alone would make a question of `get_fp8()`."""
    annotation = as_code(function.returns).strip("'\"") if function.returns else ""
    if annotation.endswith("dtype") and setting_tests.names_quantized(function.name):
        return DType(PLATFORM_FP8, text=function.name)
    return None


def run(
    frame: Frame, node: ast.Call, function: Callable, given: Given
) -> tuple[Value | None, Frame]:
    """What the function returns, and the frame at its end. The buffers that it makes are known
    afterwards, and so are the attributes that it sets."""
    definition = function.definition
    nested = definition.enclosing == frame.enclosing and frame.module is definition.module
    if nested and function.closure is not None:
        function = replace(function, closure=frame.env)  # with what was bound since
    passed = Given(_passed(frame, given.arguments, given.places), given.places, given.complete)
    env = bind(frame, definition, passed, function)
    around = definition.inside
    inner = frame.elsewhere(definition.module, around, dict(frame.types))
    inner.env, inner.path, inner.instance = env, frame.path, function.instance
    inner.began = len(frame.path)
    inner.site = f"{frame.site}<{frame.module.path}:{node.lineno}:{node.col_offset}"
    inner.env |= attributes_in(frame.env)
    if isinstance(function.instance, Instance) and definition.name != "__init__":
        note_required(frame, function.instance)
    frame.run.stack.append(id(definition.as_function))
    frame.run.entered.add(id(definition.as_function))
    noted = len(frame.run.notes)
    try:
        result = inner.body()
    finally:
        frame.run.stack.pop()
    frame.keep_made(inner)
    _keep_set(frame, inner, function, nested)
    _keep_asserted(frame, inner, noted)
    _keep_filled(frame, inner, function, given)
    return result, inner


def _keep_filled(frame: Frame, inner: Frame, function: Callable, given: Given) -> None:
    """What a function puts into a list or a dict that it is given is in there after the call."""
    node = function.definition.as_function
    named = signature(node).positional[function.instance is not None :]
    names: dict[int | str, str] = {index: each.arg for index, each in enumerate(named)}
    values: dict[int | str, Value] = dict(enumerate(given.arguments.positional))
    for key, value in (values | given.arguments.keywords).items():
        name = names.get(key, str(key))
        left = containers.filled(inner.env.get(name, value))
        if isinstance(value, (Sequence, Table)) and type(left) is type(value) and left != value:
            place = given.places[key]
            if place.source is frame.module.source and name not in _assigned(node):
                rebind(frame, place.node, left)


@kept(4096)
def _assigned(function: Function) -> frozenset[str]:
    """The names that a function binds to something else."""
    names = nodes(function, ast.Name)
    return frozenset(each.id for each in names if isinstance(each.ctx, ast.Store))


def _keep_asserted(frame: Frame, inner: Frame, noted: int) -> None:
    """What a function asserts wherever it returns holds after the call; `noted` is how many notes
    there were before it."""
    for note in frame.run.notes[noted:]:
        more = note.path[len(frame.path) :]
        if note.kind == "asserted" and all(set(more) <= set(path) for path, _ in inner.returns):
            conditions.narrow(frame, note.buffer, note.types)
            frame.path += tuple(test for test in more if test not in frame.path)
    paths = [path for path, _ in inner.returns]
    shared = [test for test in paths[0] if all(test in path for path in paths)] if paths else []
    frame.path += tuple(x for x in shared if x not in frame.path and _means_the_same(x[0]))


def _means_the_same(test: Symbol) -> bool:
    """Whether a test means the same in another function: which GPU it is, or something of what is
    known by more than its code there."""
    inner = tuple(test.inner)
    return isinstance(test, OfVendor) or not any(isinstance(x, (Spelled, Literal)) for x in inner)


def _keep_set(frame: Frame, inner: Frame, function: Callable, nested: bool) -> None:
    """What a function set outside of itself: attributes of its object, names of the function around
    it."""
    node = function.definition.node
    frame.env.update(attributes_in(inner.env))
    for each in node.body if nested and not isinstance(node, (ast.expr, Module)) else ():
        if isinstance(each, ast.Nonlocal):
            frame.env.update((name, inner.env[name]) for name in each.names if name in inner.env)


def _better(frame: Frame, result: Value | None) -> bool:
    """Whether what a helper returned says more than its name does."""
    if isinstance(result, Condition):
        return conditions.says_something(result)
    if isinstance(result, Tensor):
        # `quantize_fp8(x)` is no question, but a tensor of codes.
        return element_types.tensor_types(frame, result).known
    if isinstance(result, (Callable, Partial, Instance, Sequence, Table)):
        return True  # none of these is the answer to a question
    if result is not None and any(isinstance(x, Tensor) for _, x in options(result)):
        return all(_better(frame, each) for _, each in options(result))
    dtypes = [each for _, each in options(result)] if result is not None else []
    return all(isinstance(each, DType) and each.types != UNKNOWN for each in dtypes) and bool(
        dtypes
    )


def _passed(frame: Frame, arguments: Arguments, places: dict[int | str, Place]) -> Arguments:
    """The arguments, with each tensor knowing the expression by which it is passed."""

    def mark(value: Value, place: Place) -> Value:
        value = as_tensor(value)
        marked = tuple(
            (
                path,
                replace(each, passed=(*each.passed, place)) if isinstance(each, Tensor) else each,
            )
            for path, each in options(value)
        )
        return marked[0][1] if len(marked) == 1 else choose(*marked)

    return Arguments(
        tuple(mark(value, places[index]) for index, value in enumerate(arguments.positional)),
        {name: mark(value, places[name]) for name, value in arguments.keywords.items()},
    )
