"""Statements of launching code, in order, with both arms of every branch."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence as Items

from tritonlint.facts.host import (
    branching,
    classes,
    conditions,
    constants,
    copies,
    displays,
    entering,
    loops,
)
from tritonlint.facts.host.arguments import Arguments, Given
from tritonlint.facts.host.assigning import assign
from tritonlint.facts.host.state import MAX_STATEMENTS, Frame
from tritonlint.facts.host.values import (
    Callable,
    Condition,
    Const,
    Launchable,
    Partial,
    Path,
    Sequence,
    Tensor,
    Value,
    choose,
    options,
)
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition

if sys.version_info >= (3, 11):
    from ast import TryStar
else:  # which has no `except*`
    from ast import Try as TryStar

Defining = (ast.FunctionDef, ast.AsyncFunctionDef)


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
        if not own or id(definition.node) in frame.run.entered:
            continue
        if _leads(frame, definition):
            node = definition.node
            assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            name = ast.copy_location(ast.Name(node.name, ast.Load()), node.body[0])
            call = ast.copy_location(ast.Call(name, [], []), node.body[0])
            entering.run(frame, call, value, Given(Arguments((), {}), {}, complete=False))


def _leads(frame: Frame, definition: Definition) -> bool:
    """Whether a function leads to a launch, also over what its name stands for around it: a kernel
    with its grid, or a function with some of its arguments."""
    if frame.run.leads is None:
        return False
    if frame.run.leads(definition):
        return True
    assert isinstance(definition.node, (ast.FunctionDef, ast.AsyncFunctionDef))
    named = {each.id for each in ast.walk(definition.node) if isinstance(each, ast.Name)}
    bound = (frame.env[name] for name in named if name in frame.env)
    return any(
        isinstance(each, (Partial, Launchable)) for value in bound for _, each in options(value)
    )


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
            result = frame.evaluate(value)
            for target in targets:
                if isinstance(target, ast.Subscript):
                    copies.assignment(frame, node, target, result)
                assign(frame, target, result)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            result = frame.evaluate(value)
            around = frame.enclosing
            assign(frame, target, classes.annotated(frame.module, node.annotation, around, result))
        case ast.AugAssign(target=ast.Name() | ast.Attribute() as target):
            _augment(frame, node, target)
        case ast.Expr(value=value):
            frame.evaluate(value)
        case ast.Return(value=value):
            if value is not None:
                frame.returns.append(((), frame.evaluate(value)))
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
                result = loops.opened(frame, item.context_expr)
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
    old, more = frame.evaluate(target), frame.evaluate(node.value)
    found = displays.combined(node.op, old, more)
    assign(frame, target, found or frame.unknown(target))


def _match(frame: Frame, node: ast.Match) -> bool:
    """`match`: its arms, or the one that is taken; whether that ends the function."""
    subject = frame.evaluate(node.subject)
    for case in node.cases:
        taken = constants.matched(frame, node, subject, case)
        arm = frame if taken else frame.fork()
        if taken is False:
            continue
        for each in ast.walk(case.pattern):
            if isinstance(each, (ast.MatchAs, ast.MatchStar)) and each.name:
                whole = each is case.pattern
                unknown = arm.unknown(node.subject)
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
    starts = (taken.path, skipped.path)
    ended, other = block(taken, node.body), block(skipped, node.orelse)
    for arm, start in zip((taken, skipped), starts, strict=True):
        _note_implied(frame, start, arm)
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


def _note_implied(frame: Frame, start: Path, arm: Frame) -> None:
    """Note what an arm asserts, where one test leads to it."""
    asserted = arm.path[len(start) :]
    own = start[len(frame.path) :]
    if asserted and len(own) == 1:
        frame.run.implied[own[0]] = (*frame.run.implied.get(own[0], ()), *asserted)


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
