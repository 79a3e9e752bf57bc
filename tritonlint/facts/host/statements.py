"""Statements of launching code, in order, with both arms of every branch."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from collections.abc import Sequence as Items

from tritonlint.dtypes import INT8
from tritonlint.facts.host import (
    branching,
    calls,
    conditions,
    constants,
    containers,
    copies,
    entering,
    expressions,
    loops,
    objects,
)
from tritonlint.facts.host.given import Given
from tritonlint.facts.host.state import MAX_STATEMENTS, Frame, NoteKind, Run
from tritonlint.facts.host.tensors import Arguments, piece
from tritonlint.facts.host.values import (
    Callable,
    Class,
    Condition,
    Const,
    DType,
    Instance,
    Launchable,
    Sequence,
    Table,
    Tensor,
    Value,
    choose,
    options,
)
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, Module

if sys.version_info >= (3, 11):
    from ast import TryStar
else:  # which has no `except*`
    from ast import Try as TryStar

Defining = (ast.FunctionDef, ast.AsyncFunctionDef)


def interpret(run: Run) -> Run:
    """Everything that is launched when the function `run.root` runs with unknown arguments; of a
    module, when it is imported or run."""
    root = run.root
    if isinstance(root.node, Module):
        block(Frame(run, root.module, (), {}, {}), root.module.tree.body)
        return run
    assert isinstance(root.node, Defining)
    instance = None
    if root.enclosing and isinstance(root.enclosing[-1], ast.ClassDef):
        owner = root.enclosing[-1]
        instance = Instance(Definition(root.module, owner, root.enclosing[:-1], owner.name))
    frame = Frame(run, root.module, (*root.enclosing, root.node), {}, {}, (), instance)
    frame.env = bind(frame, root, Given(Arguments((), {}), {}), Callable(root, instance))
    run.stack.append(id(root.node))
    if instance is not None and root.name != "__init__":
        objects.note_required(frame, instance)
    body(frame)
    return run


def bind(
    frame: Frame, definition: Definition, given: Given, function: Callable
) -> dict[str, Value]:
    """The names of a function's parameters with their values: arguments, else unknown (defaults of
    dtypes too: a caller that is not known may pass another)."""
    node, arguments = definition.node, given.arguments
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    env: dict[str, Value] = dict(function.closure or {})
    positional = [*node.args.posonlyargs, *node.args.args]
    if function.instance is not None and positional:
        env[positional.pop(0).arg] = function.instance
    root = definition.qualified
    named = [*positional, *node.args.kwonlyargs]
    entered = frame.run.root.node is not node and given.complete
    defaults = _defaults(node)
    names = [each.arg for each in positional]
    known = dict(zip(names, arguments.positional, strict=False)) | arguments.keywords
    for each in named:
        name = each.arg
        if name in known:
            env[name] = known.pop(name)
        elif name in defaults and entered:
            inner = Frame(frame.run, definition.module, definition.enclosing, {}, {})
            inner.depth = frame.depth + 1
            env[name] = expressions.evaluate(inner, defaults[name])
        else:
            env[name] = Tensor(f"{root}({name})")
            _note_default(frame, definition, f"{root}({name})", defaults.get(name))
        env[name] = objects.annotated(
            definition.module, each.annotation, definition.enclosing, env[name]
        )
    if node.args.vararg is not None and entered:
        env[node.args.vararg.arg] = Sequence(
            arguments.positional[len(names) :],
            tuple(given.places[i] for i in range(len(names), len(arguments.positional))),
        )
    if node.args.kwarg is not None and (entered or known):
        span = definition.module.source.span(node)
        env[node.args.kwarg.arg] = Table(tuple(known.items()), span, not entered)
    return env


def _note_default(
    frame: Frame, definition: Definition, symbol: str, default: ast.expr | None
) -> None:
    """Note the dtype that a parameter has unless a caller says otherwise."""
    if not isinstance(default, (ast.Attribute, ast.Name)):
        return
    inner = Frame(frame.run, definition.module, definition.enclosing, {}, {})
    inner.depth = frame.depth + 1
    value = expressions.evaluate(inner, default)
    if isinstance(value, DType) and value.types.single is not None:
        kind: NoteKind = "integers" if value.types.single == INT8 else "default"
        frame.note(kind, symbol, value.types, definition.module.source.span(default))


def _defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    positional = [*node.args.posonlyargs, *node.args.args]
    found = dict(
        zip(
            (each.arg for each in positional[len(positional) - len(node.args.defaults) :]),
            node.args.defaults,
            strict=True,
        )
    )
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if default is not None:
            found[argument.arg] = default
    return found


def body(frame: Frame) -> Value | None:
    """Run the body of the function that `frame` belongs to; what it returns, or None."""
    function = frame.enclosing[-1]
    block(frame, function.body)
    _run_handed_on(frame)
    if frame.yields:
        return Sequence((choose(*(((), each) for each in frame.yields)),), repeated=True)
    return choose(*frame.returns) if frame.returns else None


def _run_handed_on(frame: Frame) -> None:
    """Run the functions inside this one that nothing here called: they were handed on, and are
    called from elsewhere."""
    for value in list(frame.env.values()):
        if not isinstance(value, Callable) or value.closure is None:
            continue
        definition = value.definition
        own = definition.enclosing == frame.enclosing and definition.module is frame.module
        leads = frame.run.leads is not None and frame.run.leads(definition)
        if own and leads and id(definition.node) not in frame.run.entered:
            node = definition.node
            assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            name = ast.copy_location(ast.Name(node.name, ast.Load()), node.body[0])
            call = ast.copy_location(ast.Call(name, [], []), node.body[0])
            entering.run(frame, call, value, Given(Arguments((), {}), {}, complete=False))


def block(frame: Frame, statements: Items[ast.stmt]) -> bool:
    """Run `statements`; whether they end the function, the loop or raise."""
    for statement in statements:
        frame.run.statements += 1
        if frame.run.statements > MAX_STATEMENTS:
            frame.run.exhausted = True
            return True
        if _statement(frame, statement):
            return True
    return False


def _statement(frame: Frame, node: ast.stmt) -> bool:
    match node:
        case ast.Assign(targets=targets, value=value):
            result = expressions.evaluate(frame, value)
            for target in targets:
                if isinstance(target, ast.Subscript):
                    copies.assignment(frame, node, target, result)
                assign(frame, target, result)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            result = expressions.evaluate(frame, value)
            around = frame.enclosing
            assign(frame, target, objects.annotated(frame.module, node.annotation, around, result))
        case ast.AugAssign(target=ast.Name() | ast.Attribute() as target):
            _augment(frame, node, target)
        case ast.Expr(value=value):
            expressions.evaluate(frame, value)
        case ast.Return(value=value):
            if value is not None:
                frame.returns.append(((), expressions.evaluate(frame, value)))
            return True
        case ast.If():
            return _branch(frame, node)
        case ast.Assert(test=test):
            demanded = branching.condition(frame, test)
            if conditions.decided(demanded, ()) is False:
                return True
            conditions.assume(frame, demanded, True, required=True)
        case ast.Raise() | ast.Continue() | ast.Break():
            return True
        case _:
            return _compound(frame, node)
    return False


def _compound(frame: Frame, node: ast.stmt) -> bool:
    match node:
        case ast.For() | ast.AsyncFor():
            return loops.for_each(frame, node)
        case ast.While():
            return loops.while_(frame, node)
        case ast.With() | ast.AsyncWith():
            for item in node.items:
                result = loops.opened(frame, expressions.evaluate(frame, item.context_expr))
                if item.optional_vars is not None:
                    assign(frame, item.optional_vars, result)
            return block(frame, node.body)
        case ast.Try() | TryStar():
            return _try(frame, node)
        case ast.Match():
            return _match(frame, node)
        case ast.ClassDef():
            _class_body(frame, node)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            definition = Definition(frame.module, node, frame.enclosing, node.name)
            kernel = kernel_of(definition)
            # What is around a function of a module is looked up there.
            around = frame.env if frame.enclosing else None
            frame.env[node.name] = (
                Launchable(kernel) if kernel else Callable(definition, None, around)
            )
    return False


def _augment(frame: Frame, node: ast.AugAssign, target: ast.Name | ast.Attribute) -> None:
    """`x += y`: a longer list, more of a dict, or something else of which nothing is known."""
    old, more = expressions.evaluate(frame, target), expressions.evaluate(frame, node.value)
    found = expressions.combined(node.op, old, more)
    assign(frame, target, found or expressions.unknown(frame, target))


def _match(frame: Frame, node: ast.Match) -> bool:
    """`match`: its arms, or the one that is taken; whether that ends the function."""
    subject = expressions.evaluate(frame, node.subject)
    for case in node.cases:
        taken = constants.matched(frame, node, subject, case)
        arm = frame if taken else frame.fork()
        if taken is False:
            continue
        for each in ast.walk(case.pattern):
            if isinstance(each, (ast.MatchAs, ast.MatchStar)) and each.name:
                whole = each is case.pattern
                unknown = expressions.unknown(arm, node.subject)
                arm.env[each.name] = subject if whole else Tensor(f"{unknown.buffer}#{each.name}")
        if case.guard is not None:
            conditions.assume(arm, branching.condition(arm, case.guard), True)
        if taken:
            return block(frame, case.body)
        if not block(arm, case.body):
            frame.merge(arm, frame.fork())
        frame.keep_made(arm)
    return False


def _class_body(frame: Frame, node: ast.ClassDef) -> None:
    """The statements of a class, which run where it stands; its methods do not."""
    inner = frame.fork()
    inner.enclosing = (*frame.enclosing, node)
    frame.env.pop(node.name, None)
    block(inner, [each for each in node.body if not isinstance(each, Defining)])


def _try(frame: Frame, node: ast.Try | TryStar) -> bool:
    before = frame.fork()
    ended = block(frame, node.body) or block(frame, node.orelse)
    for handler in node.handlers:
        arm = before.fork()
        if not block(arm, handler.body):
            if ended:
                frame.adopt(arm)
                ended = False
            else:
                frame.merge(frame.fork(), arm)
    return block(frame, node.finalbody) or ended


def _branch(frame: Frame, node: ast.If) -> bool:
    test = branching.condition(frame, node.test)
    outcome = conditions.decided(test, frame.path)
    if outcome is None and isinstance(value := _plain(frame, node.test), Const):
        outcome = bool(value.value)
    if outcome is not None:
        return block(frame, node.body if outcome else node.orelse)
    taken, skipped = frame.fork(), frame.fork()
    conditions.assume(taken, test, True, required=_raises(node.orelse))
    conditions.assume(skipped, test, False, required=_raises(node.body))
    ended, other = block(taken, node.body), block(skipped, node.orelse)
    for arm, over in ((taken, ended), (skipped, other)):
        if over:  # what it made it may have returned
            frame.keep_made(arm)
    if ended and other:
        for arm in (taken, skipped):  # what they return is known by whoever called
            frame.keep_made(arm)
        return True
    if ended or other:
        frame.adopt(skipped if ended else taken)
        frame.keep_made(taken if ended else skipped)
    else:
        _keep_of_present(test, taken, skipped)
        frame.merge(taken, skipped)
    return False


def _keep_of_present(test: Condition, taken: Frame, skipped: Frame) -> None:
    """After `if x is not None:`, what that arm found out about `x` holds wherever there is an
    `x`."""
    for buffer, present in conditions.presence(test):
        known, other = (taken, skipped) if present else (skipped, taken)
        if buffer in known.types:
            other.types[buffer] = known.types[buffer]


def _plain(frame: Frame, node: ast.expr) -> Value | None:
    """The value of a test that is just a name."""
    return frame.env.get(node.id) if isinstance(node, ast.Name) else None


def _raises(statements: Items[ast.stmt]) -> bool:
    return bool(statements) and isinstance(statements[-1], ast.Raise)


def assign(frame: Frame, target: ast.expr, value: Value) -> None:
    """Bind `target` to `value`, unpacking tuples."""
    match target:
        case ast.Name(id=name):
            frame.env[name] = value
        case ast.Tuple(elts=items) | ast.List(elts=items):
            for item, each in zip(items, _unpacked(frame, target, items, value), strict=True):
                assign(frame, item, each)
        case ast.Starred(value=inner):
            assign(frame, inner, value)
        case ast.Attribute(value=owner, attr=name):
            holder = calls.as_tensor(frame, expressions.evaluate(frame, owner))
            if isinstance(holder, Instance):
                frame.env[f"{holder.name}.{name}"] = value
            elif isinstance(holder, Tensor):
                frame.env[f"{holder.buffer}.{name}"] = value
            elif isinstance(holder, Class):
                frame.env[f"{holder.definition.qualified}.{name}"] = value
        case ast.Subscript():
            containers.store(frame, target, value)


def _unpacked(
    frame: Frame, node: ast.expr, targets: Items[ast.expr], value: Value
) -> Iterator[Value]:
    """What each of `targets` is given of `value`: the parts of a tensor stay parts of its
    buffer."""
    starred = next((i for i, each in enumerate(targets) if isinstance(each, ast.Starred)), None)
    for index in range(len(targets)):
        found = [
            (path, _item(frame, node, each, index, len(targets), starred))
            for path, each in options(value)
        ]
        yield choose(*found)


def _item(
    frame: Frame, node: ast.expr, value: Value, index: int, count: int, starred: int | None
) -> Value:
    """One of `count` items that `value` is unpacked to; the one at `starred` takes all that is
    left."""
    over = None if isinstance(value, (Tensor, Table)) else containers.items(frame, value)
    if over is not None and over.repeated and over.item is not None:
        return over if index == starred else over.item
    if over is not None and starred is None and len(over.items) == count:
        return over.items[index]
    if over is not None and starred is not None and len(over.items) >= count - 1:
        more = len(over.items) - count
        if index == starred:
            return Sequence(over.items[index : index + more + 1])
        return over.items[index if index < starred else index + more]
    if isinstance(value, Tensor) and value.several:
        part = piece(value, index)
        return Sequence((part,), repeated=True) if index == starred else part
    owner = value if isinstance(value, Tensor) else expressions.unknown(frame, node)
    return Tensor(f"{owner.buffer}#{index}")
