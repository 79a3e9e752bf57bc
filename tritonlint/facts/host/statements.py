"""Statements of launching code, in order, with both arms of every branch."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tritonlint.facts.host import chosen_names
from tritonlint.facts.host.calls import entering
from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.calls.binding import given_by_default
from tritonlint.facts.host.calls.decorators import note_demanded
from tritonlint.facts.host.conditions import constants, setting_tests
from tritonlint.facts.host.containers import containers, displays
from tritonlint.facts.host.memory import copies
from tritonlint.facts.host.objects import classes
from tritonlint.facts.host.run import MAX_STATEMENTS
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.arms import bare
from tritonlint.facts.host.values.choices import as_tested, choose, options
from tritonlint.facts.host.values.symbols import Share
from tritonlint.facts.host.values.values import (
    Callable,
    Choice,
    Launchable,
    Partial,
    Path,
    Sequence,
    Table,
    Tensor,
    Value,
    is_empty,
)
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import FUNCTION, Function, nodes


def body(frame: Frame) -> Value | None:
    """Run the body of the function that `frame` belongs to; what it returns, or None."""
    function = frame.enclosing[-1]
    note_demanded(frame)
    if frame.block(function.body):
        returned(frame, None)
    _keep_of_returns(frame)
    _run_handed_on(frame)
    if not frame.depth:
        _run_returned(frame)
    if frame.yields:
        return _generated(frame, function)
    values = [(path, value) for path, value in frame.returns if value is not None]
    if len(values) == 1:
        return as_tested(values[0][1], values[0][0])
    return choose(*bare(values, frame.known)) if values else None


def _generated(frame: Frame, function: Function | ast.ClassDef) -> Sequence:
    """What a generator gives: one after the other, where each of several `yield`s is run once. One
    alone may be that of a context."""
    once = [each for each in function.body if _yields(each)]
    if len(once) == len(frame.yields) > 1 and all(isinstance(each, ast.Expr) for each in once):
        return Sequence(tuple(frame.yields))
    return Sequence((choose(*(((), each) for each in frame.yields)),), repeated=True)


def _yields(statement: ast.stmt) -> bool:
    return any(nodes(statement, ast.Yield, ast.YieldFrom))


def _keep_of_returns(frame: Frame) -> None:
    """An attribute that is empty at the end of the function is what it is at another `return`: what
    a call fills is so for all after it."""
    for path, env in frame.ends:
        for name, value in env.items() if env is not frame.env else ():
            if type(name) is not str and is_empty(frame.env.get(name)):
                frame.env[name] = as_tested(value, path)


def _run_handed_on(frame: Frame) -> None:
    """Run the functions inside this one that nothing here called: they were handed on, and are
    called from elsewhere. One that is given back can be called by who called this one."""
    if not _defines(frame.enclosing[-1]):
        return
    given = [each for _, each in frame.returns] if frame.depth else []
    back = [one for at, x in frame.returns if x is not None for one in _own(frame, (x,), at)]
    chosen = {id(each.definition.node): path for path, each in back}
    done: list[Callable] = []
    until = frame.path
    for path, value in list(_own(frame, frame.env.values())):
        definition = value.definition
        path = chosen.get(id(definition.node), path)
        again = any(each.definition.node is definition.node for each in done)
        called = id(definition.node) in frame.run.entered and not again
        if not called and value not in (*given, *done) and _leads(frame, definition):
            done.append(value)
            node = definition.as_function
            name = ast.copy_location(ast.Name(node.name, ast.Load()), node.body[0])
            call = ast.copy_location(ast.Call(name, [], []), node.body[0])
            frame.path = until + path  # it is there where the tests around it came out so
            entering.run(frame, call, value, Given(Arguments((), {}), {}, complete=False))
    frame.path = until


@kept(4096)
def _defines(function: ast.AST) -> bool:
    """Whether a function defines others."""
    return any(each is not function for each in nodes(function, *FUNCTION))


def _own(frame: Frame, values: Iterable[Value], path: Path = ()) -> Iterator[tuple[Path, Callable]]:
    """The functions that were defined in this frame, of values and what they hold, each with the
    path on which it is what they hold; not those that a flag or a name of codes picks of a dict."""
    for value in values:
        match value:
            case Callable(definition=definition, closure=dict()):
                if definition.enclosing == frame.enclosing and definition.module is frame.module:
                    yield path, value
            case Sequence(items=items):
                yield from _own(frame, items, path)
            case Table(items=entries):
                keys = [key for key, _ in entries]
                if not any(isinstance(x, bool) or setting_tests.names_fp8(x) for x in keys):
                    yield from _own(frame, (item for _, item in entries), path)
            case Choice(options=several):
                for taken, each in several:
                    yield from _own(frame, (each,), path + taken)


def _run_returned(frame: Frame) -> None:
    """Run the functions that the first one of all gives to its unknown callers together with some
    of their arguments: `return partial(write, cache)`."""
    node = frame.enclosing[-1]
    place = ast.copy_location(ast.Name(node.name, ast.Load()), node.body[0])
    call = ast.copy_location(ast.Call(place, [], []), node.body[0])
    nothing = Given(Arguments((), {}), {}, complete=False)
    before = frame.path
    for path, value in list(frame.returns):
        for more, given in _handed_back(value) if value is not None else ():
            frame.path = before + path + more
            frame.apply(call, given, nothing)
    frame.path = before


def _handed_back(value: Value) -> Iterator[tuple[Path, Partial]]:
    for path, each in options(value):
        match each:
            case Partial():
                yield path, each
            case Sequence(items=items):
                for item in items:
                    yield from ((path + more, inner) for more, inner in _handed_back(item))


def _leads(frame: Frame, definition: Definition) -> bool:
    """Whether a function leads to a launch, also over what its name stands for around it: a kernel
    with its grid, or a function with some of its arguments."""
    if frame.run.leads is None:
        return False
    if frame.run.leads(definition):
        return True
    named = {each.id for each in nodes(definition.as_function, ast.Name)}
    bound = (frame.env[name] for name in named if name in frame.env)
    return any(
        isinstance(each, (Partial, Launchable)) for value in bound for _, each in options(value)
    )


def step(frame: Frame, node: ast.stmt) -> bool:
    """Whether there is another statement to run before the bound is hit."""
    frame.run.statements += 1
    if frame.run.statements > MAX_STATEMENTS:
        frame.run.exhausted = True
    return not frame.run.exhausted


def assigning(frame: Frame, node: ast.Assign, target: ast.expr, value: Value) -> None:
    """Note a copy into a part of a tensor."""
    if isinstance(target, ast.Subscript):
        copies.assignment(frame, node, target, value)


def annotated(frame: Frame, node: ast.AnnAssign, value: Value) -> Value:
    """`value`, as what its annotation says that it is."""
    return classes.annotated(frame.module, node.annotation, frame.enclosing, value)


def augmented(frame: Frame, node: ast.AugAssign) -> Value | None:
    """`x += y`: a longer list, more of a dict, or something else of which nothing is known. What is
    added to an item is not followed."""
    if isinstance(node.target, ast.Subscript):
        return None
    old, more = frame.evaluate(node.target), frame.evaluate(node.value)
    return displays.combined(node.op, old, more) or frame.unknown(node.target)


def returned(frame: Frame, value: Value | None) -> None:
    """The function returns `value`, on the path that leads there from its beginning."""
    path = frame.path[frame.began :]
    frame.returns.append((path, value))
    frame.ends.append((path, frame.env))


def part_of(frame: Frame, node: ast.expr, name: str) -> Value:
    """What a pattern binds to `name`: some part of the value of `node`."""
    return Tensor(Share(frame.unknown(node).buffer, name))


def begin_rounds(frame: Frame, node: ast.AST) -> None:
    """Any round of a loop is meant: what it assigns anew is not what it was before the loop."""
    frame.looping = True
    constants.forget(frame, node)


def begin_round(frame: Frame, index: int) -> None:
    """What is made for one of several items is made anew for the next."""
    if index:
        frame.site = f"{frame.site}#{index}"


def define(frame: Frame, node: ast.stmt) -> None:
    """A function or a class is defined, or something imported or deleted."""
    match node:
        case ast.Import() | ast.ImportFrom() if not frame.enclosing:
            chosen_names.imported(frame, node)
        case ast.Delete(targets=targets):
            for each in targets:
                containers.deleted(frame, each)
        case ast.ClassDef():
            # The statements of a class run where it stands; its methods do not.
            inner = frame.fork()
            inner.enclosing = (*frame.enclosing, node)
            frame.env.pop(node.name, None)
            inner.block([each for each in node.body if not isinstance(each, FUNCTION)])
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            definition = Definition(frame.module, node, frame.enclosing, node.name)
            kernel = kernel_of(definition)
            # What is around a function of a module is looked up there.
            around = frame.env if frame.enclosing else None
            given = given_by_default(frame, node) if frame.enclosing else ()
            frame.env[node.name] = (
                Launchable(kernel) if kernel else Callable(definition, None, around, given)
            )
