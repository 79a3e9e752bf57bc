"""Statements of launching code, in order, with both arms of every branch."""

from __future__ import annotations

import ast
from collections.abc import Sequence as Items

from tritonlint.facts.host import branching, conditions, constants, copies, expressions, objects
from tritonlint.facts.host.state import MAX_STATEMENTS, Frame, Run
from tritonlint.facts.host.tensors import Arguments, piece
from tritonlint.facts.host.values import (
    Callable,
    Condition,
    Const,
    Instance,
    Launchable,
    Path,
    Sequence,
    Tensor,
    Value,
    choose,
    options,
)
from tritonlint.facts.project.jit import kernel_of
from tritonlint.facts.project.modules import Definition


def interpret(run: Run) -> Run:
    """Everything that is launched when the function `run.root` runs with unknown arguments."""
    root = run.root
    assert isinstance(root.node, (ast.FunctionDef, ast.AsyncFunctionDef))
    instance = None
    if root.enclosing and isinstance(root.enclosing[-1], ast.ClassDef):
        owner = root.enclosing[-1]
        instance = Instance(Definition(root.module, owner, root.enclosing[:-1], owner.name))
    frame = Frame(run, root.module, (*root.enclosing, root.node), {}, {}, (), instance)
    frame.env = bind(frame, root, Arguments((), {}), Callable(root, instance))
    run.stack.append(id(root.node))
    if instance is not None and root.name != "__init__":
        facts = objects.class_facts(frame, instance.definition)
        run.notes += [note for note in facts.notes if note.kind == "unquantized"]
    body(frame)
    return run


def bind(
    frame: Frame, definition: Definition, arguments: Arguments, function: Callable
) -> dict[str, Value]:
    """The names of a function's parameters with their values: arguments, else unknown (defaults of
    dtypes too: a caller that is not known may pass another)."""
    node = definition.node
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    env: dict[str, Value] = dict(function.closure or {})
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    if function.instance is not None and names:
        env[names.pop(0)] = function.instance
    root = definition.qualified
    entered = frame.run.root.node is not node
    for name, default in _defaults(node).items():
        inner = Frame(frame.run, definition.module, definition.enclosing, {}, {})
        inner.depth = frame.depth + 1
        env[name] = expressions.evaluate(inner, default) if entered else Tensor(f"{root}({name})")
    for name in (*names, *(each.arg for each in node.args.kwonlyargs)):
        env.setdefault(name, Tensor(f"{root}({name})"))
    for index, value in enumerate(arguments.positional[: len(names)]):
        env[names[index]] = value
    if node.args.vararg is not None and entered:
        env[node.args.vararg.arg] = Sequence(arguments.positional[len(names) :])
    env.update(arguments.keywords)
    return env


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
    return choose(*frame.returns) if frame.returns else None


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
                assign(frame, target, result)
                if isinstance(target, ast.Subscript):
                    copies.assignment(frame, node, target, result)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            assign(frame, target, expressions.evaluate(frame, value))
        case ast.AugAssign(target=ast.Name(id=name) as target):
            frame.env[name] = expressions.unknown(frame, target)
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
            expressions.evaluate(frame, node.iter)
            arm = frame.fork()
            constants.forget(arm, node)
            assign(arm, node.target, expressions.unknown(arm, node.iter))
            block(arm, node.body)
            frame.merge(arm, frame.fork())
            return block(frame, node.orelse)
        case ast.While():
            arm = frame.fork()
            constants.forget(arm, node)
            conditions.assume(arm, branching.condition(arm, node.test), True)
            block(arm, node.body)
            frame.merge(arm, frame.fork())
        case ast.With() | ast.AsyncWith():
            for item in node.items:
                result = expressions.evaluate(frame, item.context_expr)
                if item.optional_vars is not None:
                    assign(frame, item.optional_vars, result)
            return block(frame, node.body)
        case ast.Try():
            return _try(frame, node)
        case ast.Match():
            return _match(frame, node)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            definition = Definition(frame.module, node, frame.enclosing, node.name)
            kernel = kernel_of(definition)
            frame.env[node.name] = (
                Launchable(kernel) if kernel else Callable(definition, None, frame.env)
            )
    return False


def _match(frame: Frame, node: ast.Match) -> bool:
    subject = expressions.evaluate(frame, node.subject)
    for case in node.cases:
        taken = constants.matched(frame, node, subject, case)
        if taken:
            return block(frame, case.body)
        arm = frame.fork()
        if taken is None and not block(arm, case.body):
            frame.merge(arm, frame.fork())
        frame.keep_made(arm)
    return False


def _try(frame: Frame, node: ast.Try) -> bool:
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
        return True
    if ended or other:
        frame.adopt(skipped if ended else taken)
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
            for index, item in enumerate(items):
                assign(frame, item, _unpacked(value, index, len(items), frame, target))
        case ast.Starred(value=inner):
            assign(frame, inner, expressions.unknown(frame, inner))
        case ast.Attribute(value=owner, attr=name):
            holder = expressions.evaluate(frame, owner)
            if isinstance(holder, Instance):
                frame.env[f"{holder.definition.qualified}.{name}"] = value
            elif isinstance(holder, Tensor):
                frame.env[f"{holder.buffer}.{name}"] = value
        case ast.Subscript():
            expressions.evaluate(frame, target.value)


def _unpacked(value: Value, index: int, count: int, frame: Frame, node: ast.expr) -> Value:
    """One of `count` items that `value` is unpacked to: the parts of a tensor stay parts of its
    buffer."""
    items: list[tuple[Path, Value]] = []
    for path, each in options(value):
        match each:
            case Sequence(items=known) if len(known) == count:
                items.append((path, known[index]))
            case Tensor(several=True):
                items.append((path, piece(each, index)))
            case Tensor():
                items.append((path, Tensor(f"{each.buffer}#{index}")))
            case _:
                items.append((path, Tensor(f"{expressions.unknown(frame, node).buffer}#{index}")))
    return choose(*items)
