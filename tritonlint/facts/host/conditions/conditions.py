"""Tests in launching code, what holds where they come out one way, and what those of dtypes say
about element types."""

from __future__ import annotations

import ast
from functools import partial

from tritonlint.dtypes import UNKNOWN, ElementTypes
from tritonlint.facts.host.conditions import (
    constants,
    dtype_tests,
    enum_tests,
    parametrized,
    setting_tests,
    settings,
)
from tritonlint.facts.host.conditions.outcomes import combine, negate, telling
from tritonlint.facts.host.memory import element_types
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import symbols
from tritonlint.facts.host.values.choices import only_tensor, options
from tritonlint.facts.host.values.naming import symbol
from tritonlint.facts.host.values.values import (
    Choice,
    Class,
    Condition,
    Const,
    DType,
    Instance,
    Sequence,
    Table,
    Tensor,
    Value,
)
from tritonlint.source import Span


def compare(frame: Frame, node: ast.Compare, left: Value, right: Value, span: Span) -> Condition:
    """The condition of `left <op> right`, with a single operator."""
    outcome = _compared(frame, node, left, right)
    if outcome is None:
        outcome = _of_view(frame, node, left, right)
    if outcome is None:
        outcome = _of_several(node, left, right)
    if outcome is not None:
        return Condition("opaque", symbols.Literal(str(outcome)), span)
    negated = isinstance(node.ops[0], (ast.NotEq, ast.IsNot, ast.NotIn))
    if isinstance(left, Condition) and isinstance(right, Const) and isinstance(right.value, bool):
        return left if right.value != negated else negate(left)
    found = dtype_tests.compared(frame, node, left, right, span)
    found = found or enum_tests.compared(frame, node, left, span)
    found = (
        found or setting_tests.compared(node, left, right, span) or _plain(node, left, right, span)
    )
    found = _told_apart(left, right, found) or _told_apart(right, left, found) or found
    if (pairs := dtype_tests.pairs(left, right)) is not None:
        found = telling(found, pairs, dtype_tests.are_same)
    elif isinstance(left, Choice):
        found = telling(found, left, partial(_equals, frame, node, right, negated))
    return negate(found) if negated else found


def _compared(frame: Frame, node: ast.Compare, left: Value, right: Value) -> bool | None:
    """What a comparison comes to, as far as the values are written out or made here."""
    if isinstance(left, Class) and isinstance(right, Class):
        denies = isinstance(node.ops[0], ast.NotEq | ast.IsNot)
        return (left.definition.node is right.definition.node) != denies
    outcome = _of_members(node, left, right)
    outcome = constants.compared(frame, node, left, right) if outcome is None else outcome
    if outcome is None and right == Const(None) and is_made(left):
        return isinstance(node.ops[0], (ast.NotEq, ast.IsNot))
    if outcome is None and frame.run.written:
        return parametrized.outcome(frame, node, left, right)
    return outcome


def _of_members(node: ast.Compare, left: Value, right: Value) -> bool | None:
    """Whether a member of an enum that is written is another one, or one of several."""
    others = right.items if isinstance(right, Sequence) else (right,)
    known = [x.symbol for x in (left, *others) if isinstance(x, Instance)]
    written = all(isinstance(each, symbols.Spelled) for each in known)
    if not others or not written or len(known) <= len(others):
        return None
    denies = isinstance(node.ops[0], ast.IsNot | ast.NotEq | ast.NotIn)
    return (known[0] in known[1:]) != denies


def _equals(
    frame: Frame, node: ast.Compare, right: Value, negated: bool, left: Value
) -> bool | None:
    """The same without the denial, for one of the values that the left side can be."""
    if right == left == Const(None):
        return True
    outcome = _compared(frame, node, left, right)
    return None if outcome is None else outcome != negated


def is_made(value: Value) -> bool:
    """Whether a value is a tensor that is made, cut or viewed here, an object or a container that
    is made, or a dtype that is known: it is there."""
    if isinstance(value, (Sequence, Table)):
        return True
    if isinstance(value, Instance):
        return isinstance(value.symbol, symbols.Made)
    if isinstance(value, DType):
        return value.types.known and value.of is None
    if not isinstance(value, Tensor):
        return False
    cut = value.part is not None or value.view is not None
    return cut or value.types is not None or isinstance(value.buffer, symbols.Allocation)


def _of_view(frame: Frame, node: ast.Compare, left: Value, right: Value) -> bool | None:
    """Whether what is viewed here has the dtype that a test asks for."""
    match node.left, left, right:
        case ast.Attribute(attr="dtype", value=owner), DType(of=None), DType(of=None):
            tensor = frame.evaluate(owner)
            own, asked = left.types.single, right.types.single
            if own and asked and isinstance(tensor, Tensor) and tensor.view and not tensor.guarded:
                return (own == asked) != isinstance(node.ops[0], (ast.NotEq, ast.IsNot))
    return None


def _of_several(node: ast.Compare, left: Value, right: Value) -> bool | None:
    """Whether a dtype that is one of several, as of a table, is what a test asks for: where that is
    all of them, or none."""
    if not isinstance(left, DType) or left.of is not None or left.types.types is None:
        return None
    asked = right.items if isinstance(right, Sequence) else (right,)
    known = {each.types.single for each in asked if isinstance(each, DType) and each.of is None}
    if len(known) != len(asked) or None in known:
        return None
    denies = isinstance(node.ops[0], (ast.NotEq, ast.IsNot, ast.NotIn))
    if not isinstance(node.ops[0], (ast.Eq, ast.Is, ast.In)) and not denies:
        return None
    if left.types.types <= known:
        return not denies
    return denies if left.types.types.isdisjoint(known) else None


def _plain(node: ast.Compare, left: Value, right: Value, span: Span) -> Condition:
    """The condition of a comparison that says nothing of dtypes, or of its opposite where it
    denies."""
    one, other = symbol(left, node.left), symbol(right, node.comparators[0])
    match node.ops[0]:
        case ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot():
            absent = only_tensor(left) if right == Const(None) else None
            buffer = absent.buffer if absent else None
            return Condition("opaque", symbols.Compared(one, "==", other), span, buffer)
        case ast.NotIn():
            return Condition("opaque", symbols.Compared(one, "In", other), span)
        case operator:
            key = symbols.Compared(one, type(operator).__name__, other)
            return Condition("opaque", key, span)


def says_something(condition: Condition) -> bool:
    """Whether a test is about an element type or a cache's dtype setting."""
    return condition.kind in ("dtype", "quantized") or any(
        says_something(part) for part in condition.parts
    )


def presence(condition: Condition) -> list[tuple[symbols.Symbol, bool]]:
    """The buffers that a test says are there (True) or None (False) when it comes out true."""
    match condition.kind:
        case "opaque" if condition.buffer is not None:
            return [(condition.buffer, False)]
        case "not":
            return [(buffer, not present) for buffer, present in presence(condition.parts[0])]
    return []


def assume(frame: Frame, test: Condition, outcome: bool, *, required: bool = False) -> None:
    """Go on in `frame` knowing that `test` came out so. `required` when the other outcome
    raises."""
    if test.told is not None:
        frame.path += tuple(each for each in test.told[outcome] if each not in frame.path)
    match test.kind, outcome:
        case "not", _:
            assume(frame, test.parts[0], not outcome, required=required)
            return
        case ("and", True) | ("or", False) | ("each", _):
            frame.path += ((test.key, outcome),)  # against the other arm, which knows no part
            for part in test.parts:
                assume(frame, part, outcome, required=required)
            return
    frame.path += ((test.key, outcome),)
    typed = _where_there_is_one(test, outcome)
    if typed is not None and (required or not outcome):
        assume(frame, typed, outcome, required=required)
        return
    refused = settings.refused(test.key, outcome) if required else None
    if refused:
        stem = settings.stem(refused)
        frame.note("unquantized", stem, UNKNOWN, test.span, variable=refused)
    if test.kind != "dtype" or test.buffer is None:
        return
    known = frame.known(test.buffer)
    if required and test.types.known:
        frame.note("asserted" if outcome else "refused", test.buffer, test.types, test.span)
    if outcome:
        if test.types.known:
            narrow(frame, test.buffer, test.types)
    elif known.types is not None and test.types.types is not None:
        frame.types[test.buffer] = ElementTypes(known.types - test.types.types)
    elif known.types is None and (left := dtype_tests.bytes_left(frame.path, test.buffer)):
        narrow(frame, test.buffer, left)
        frame.note("asserted", test.buffer, left, test.span)


def _where_there_is_one(test: Condition, outcome: bool) -> Condition | None:
    """The test of a dtype in `x is None or x.dtype == torch.uint8`, where that comes out true, and
    in `x is not None and x.dtype == torch.uint8`, where that comes out false: whatever tensor there
    is comes out so."""
    match test.kind, outcome, test.parts:
        case ("or", True, (asked, typed)) | ("and", False, (asked, typed)):
            if typed.kind == "dtype" and typed.buffer is not None:
                return typed if presence(asked) == [(typed.buffer, not outcome)] else None
    return None


def narrow(frame: Frame, buffer: symbols.Symbol, types: ElementTypes) -> None:
    """Go on in `frame` knowing that a buffer has one of these types."""
    known = frame.known(buffer)
    if not known.known:
        frame.run.tested.add(buffer)
    if known.types is not None and types.types is not None:
        types = ElementTypes(known.types & types.types) if known.types & types.types else types
    frame.types[buffer] = known if types.types is None else types


def _told_apart(chosen: Value, other: Value, test: Condition) -> Condition | None:
    """The condition of `store_dtype == dtype` where the one depends on the outcome of a test, and
    with it whether they are the same: it is that test. Where that is known of bytes on one side
    only, `test`, the comparison itself, decides on the other."""
    sides = list(options(chosen))
    outcomes = [dtype_tests.same_dtype(each, other) for _, each in sides]
    side = _alone(outcomes) if len(sides) > 1 else None
    if side is None:
        return None
    if None in outcomes and not _is_bytes(sides[outcomes.index(None) - 1][1]):
        return None
    elsewhere = [path for at, (path, _) in enumerate(sides) if at != side]
    # What leads to one alone, as that a setting is refused, does not part them.
    parting = [
        (key, outcome)
        for key, outcome in sides[side][0]
        if all((key, not outcome) in path for path in elsewhere)
    ]
    if not parting:
        return None
    key, outcome = parting[0]
    there = Condition("opaque", key, test.span)
    there = there if outcome == (outcomes[side] is not False) else negate(there)
    if None not in outcomes:
        return there
    return combine("or" if True in outcomes else "and", (there, test), test.span)


def _alone(outcomes: list[bool | None]) -> int | None:
    """Which of several outcomes is unlike all others; where one of two is not known, the one that
    the test depends on."""
    if None in outcomes and len(outcomes) != 2:
        return None
    unlike = (each for each in (True, None, False) if outcomes.count(each) == 1)
    found = next(unlike, ...)
    return None if found is ... else outcomes.index(found)


def _is_bytes(value: Value) -> bool:
    return isinstance(value, DType) and element_types.all_bytes(value.types)
