"""Tests in launching code, and the values that they choose between."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TypeVar

from tritonlint.dtypes import PLATFORM_FP8, UNKNOWN
from tritonlint.facts.host import chosen_names
from tritonlint.facts.host.conditions import (
    conditions,
    constants,
    dtype_tests,
    outcomes,
    setting_tests,
    settings,
)
from tritonlint.facts.host.conditions.outcomes import telling
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.arms import bare
from tritonlint.facts.host.values.choices import choose, options
from tritonlint.facts.host.values.naming import symbol
from tritonlint.facts.host.values.symbols import (
    HasType,
    Literal,
    Missing,
    OfVendor,
    Raised,
    Spelled,
)
from tritonlint.facts.host.values.values import (
    Choice,
    Class,
    Condition,
    Const,
    DType,
    Launchable,
    Path,
    Value,
    Word,
)
from tritonlint.facts.project.tree import as_code, last_name
from tritonlint.frozen import replace

F = TypeVar("F", bound=Frame)


def condition(frame: Frame, node: ast.expr) -> Condition:
    """The test `node` as a Condition; one for a quantized cache is noted."""
    found = _condition(frame, node)
    if found.kind == "quantized":
        types = PLATFORM_FP8 if setting_tests.speaks_of_fp8(as_code(node)) else UNKNOWN
        key = settings.stem(found.key)
        frame.note("setting", key, types, found.span, path=((found.key, True),))
    return found


def _condition(frame: Frame, node: ast.expr) -> Condition:
    span = frame.span(node)
    match node:
        case ast.BoolOp(op=op, values=parts):
            kind: Word = "and" if isinstance(op, ast.And) else "or"
            return outcomes.combine(kind, _in_turn(frame, kind, parts), span)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return outcomes.negate(condition(frame, operand))
        case ast.Compare(left=left, comparators=[right]):
            sides = frame.evaluate(left), frame.evaluate(right)
            one = _of_vendor(conditions.compare(frame, node, *sides, span))
            if sides[1] == Const(None):
                _part(frame, left, one, _is_none)
            return one
        case ast.Compare(left=left, comparators=rest):
            if all(isinstance(op, ast.Eq) for op in node.ops):
                several = [frame.evaluate(each) for each in (left, *rest)]
                chained = dtype_tests.chain(frame, several, span)
                if chained is not None:
                    return chained
            return Condition("opaque", Spelled(as_code(node)), span)
    return truth(frame, node, frame.evaluate(node))


def truth(frame: Frame, node: ast.expr, value: Value) -> Condition:
    """The test whether a value, that of `node`, is true."""
    span = frame.span(node)
    if isinstance(value, Condition):
        return value
    if isinstance(value, Const) and constants.local(frame, node):
        return Condition("opaque", Literal(str(bool(value.value))), span)
    found = setting_tests.named(last_name(node), value, span)
    key = symbol(value, node)
    if found is None and setting_tests.speaks_of_vendor(code := as_code(node)):
        key = OfVendor(key, code)
    found = found or Condition("opaque", key, span)
    _part(frame, node, found, _is_true)
    return telling(found, value, _truth) if isinstance(value, Choice) else found


def _part(
    frame: Frame, node: ast.expr, test: Condition, outcome: Callable[[Value], bool | None]
) -> None:
    """Let a name be, where the `test` of it comes out true, only what has that `outcome`, and so
    where it comes out false."""
    value = frame.env.get(node.id) if isinstance(node, ast.Name) else None
    test = test.parts[0] if test.kind == "not" else test
    if isinstance(node, ast.Name) and isinstance(value, Choice) and test.kind == "opaque":
        outcomes_ = [(path, each, outcome(each)) for path, each in value.options]
        if {True, False} <= {found for _, _, found in outcomes_}:
            parted = (
                (path if found is None else (*path, (test.key, found)), each)
                for path, each, found in outcomes_
            )
            frame.env[node.id] = Choice(tuple(parted))


def _is_none(value: Value) -> bool | None:
    """Whether a value is None, where that is known."""
    if isinstance(value, Const):
        return value.value is None
    return False if conditions.is_made(value) else None


def _in_turn(frame: Frame, kind: str, parts: list[ast.expr]) -> tuple[Condition, ...]:
    """The tests that `and` or `or` is made of, each where those before it did not decide, as far as
    they are about a setting or a dtype: that a tensor is asked to be of bytes where something else
    is there does not say that it is none where that is not."""
    inner, tests = frame, list[Condition]()
    for part in parts:
        tests.append(condition(inner, part))
        if part is not parts[-1] and (frame.run.written or conditions.says_something(tests[-1])):
            inner = frame.fork() if inner is frame else inner
            before = inner.path
            conditions.assume(inner, tests[-1], kind == "and")
            if not frame.run.written and tests[-1].kind == "dtype":
                inner.path = before  # that says nothing of when the next one is asked
    if inner is not frame:  # what `:=` binds on the way
        frame.env.update(inner.env)
        frame.keep_made(inner)
    return tuple(tests)


def _truth(value: Value) -> bool | Condition | None:
    """Whether a value is true, where it is written out, or a dtype that is known; a test is where
    it comes out true."""
    if isinstance(value, Condition):
        return value
    if isinstance(value, DType):
        return True if value.types.known and value.of is None else None
    return bool(value.value) if isinstance(value, Const) else None


def _of_vendor(test: Condition) -> Condition:
    """`test`, marked where it asks which GPU it is."""
    match test.kind:
        case "not":
            return outcomes.negate(_of_vendor(test.parts[0]))
        case "opaque" if not isinstance(test.key, HasType) and any(
            setting_tests.speaks_of_vendor(each) for each in test.key.words
        ):
            known = isinstance(test.key, OfVendor)
            return test if known else replace(test, key=OfVendor(test.key, ""))
    return test


def tested(frame: Frame, node: ast.expr) -> Value:
    """The value of a test: its outcome, or what `or` picks."""
    if isinstance(node, ast.BoolOp) and not any(_is_test(part) for part in node.values):
        # `a or b` picks a value, not an outcome.
        return _picked(frame, node)
    return condition(frame, node)


def _picked(frame: Frame, node: ast.BoolOp) -> Value:
    """What `a or b` or `a and b` may pick: each that those before it do not decide; of tests
    alone, the test that they are together."""
    decides = isinstance(node.op, ast.Or)
    picked: list[tuple[Path, Value]] = []
    tests: list[Condition] = []
    before: Path = ()  # on which none before decides
    for part in node.values:
        last = part is node.values[-1]
        left: list[Path] = []
        found = frame.evaluate(part)
        tests += [found] if isinstance(found, Condition) else []
        for path, value in options(found):
            truth = _is_true(value)
            if last or truth in (None, decides):
                picked.append((before + path, value))
            if truth != decides:
                left.append(before + path)
        if not left:
            break
        before = tuple(test for test in left[0] if all(test in each for each in left))
    if len(tests) == len(node.values):
        return outcomes.combine("or" if decides else "and", tuple(tests), frame.span(node))
    return choose(*picked)


def _is_true(value: Value) -> bool | None:
    """Whether a value is true in a test, where that is known: dtypes, kernels and classes are."""
    if isinstance(value, Const):
        return bool(value.value)
    return True if isinstance(value, DType | Launchable | Class) else None


def _is_test(node: ast.expr) -> bool:
    return isinstance(node, (ast.Compare, ast.BoolOp)) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )


def conditional(frame: Frame, node: ast.IfExp) -> Value:
    """The value of `a if test else b`: of both arms where the test is open."""
    node = chosen_names.in_turn(frame, node)
    test = condition(frame, node.test)
    outcome = outcomes.decided(test, frame.path, frame.types)
    arms: list[tuple[Path, Value]] = []
    for arm, taken in ((node.body, True), (node.orelse, False)):
        if outcome is not None and outcome != taken:
            continue
        inner = frame.fork()
        conditions.assume(inner, test, taken)
        arms.append((inner.path[len(frame.path) :], inner.evaluate(arm)))
        frame.keep_made(inner)
    return choose(*bare(arms, frame.known))


def test(frame: Frame, node: ast.expr) -> Condition:
    """The test of a branch: the outcome of one that is just a name is known where its value is."""
    found = condition(frame, node)
    if isinstance(node, ast.Name) and isinstance(value := frame.env.get(node.id), Const):
        return Condition("opaque", Literal(str(bool(value.value))), found.span)
    return found


def decided(frame: Frame, test: Condition) -> bool | None:
    """How a test comes out, as far as the path tells."""
    return outcomes.decided(test, frame.path, frame.types)


def raised(frame: Frame, handler: ast.ExceptHandler) -> Condition:
    """The test whether a handler of a `try` is reached, in this call, or wherever a package is
    missing."""
    span = frame.span(handler.body[0])
    if not frame.enclosing and chosen_names.is_missing(handler):
        return Condition("opaque", Missing(span.path, span.line), span)
    return Condition("opaque", Raised(span.path, span.line, frame.site), span)


def arm(frame: F, test: Condition, outcome: bool, *, required: bool = False) -> F:
    """The arm of a branch in which `test` came out so."""
    inner = frame.fork()
    conditions.assume(inner, test, outcome, required=required)
    inner.assumed = inner.path
    return inner


def compare(
    frame: Frame, test: Condition, taken: tuple[Frame, bool], skipped: tuple[Frame, bool]
) -> None:
    """Note what the arms of a branch assert. What an arm found out about something that it tested
    to be there holds in the other one too: wherever it is there."""
    for inner, _ in (taken, skipped):
        _note_implied(frame, inner)
    if not (taken[1] and skipped[1]):
        return
    for buffer, present in conditions.presence(test):
        (known, _), (other, _) = (taken, skipped) if present else (skipped, taken)
        if buffer in known.types:
            other.types[buffer] = known.types[buffer]


def _note_implied(frame: Frame, inner: Frame) -> None:
    """Note what an arm asserts, where one test leads to it."""
    asserted = inner.path[len(inner.assumed) :]
    own = inner.assumed[len(frame.path) :]
    if asserted and len(own) == 1:
        frame.run.implied[own[0]] = (*frame.run.implied.get(own[0], ()), *asserted)
