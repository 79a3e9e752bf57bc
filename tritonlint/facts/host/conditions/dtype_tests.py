"""Tests of the element types of tensors, and of dtypes."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import TypeGuard

from tritonlint.dtypes import BY_NAME, INT8, UINT8, ElementTypes, from_torch, join
from tritonlint.facts.host.conditions.outcomes import combine, negate, telling
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.memory import arithmetic, element_types
from tritonlint.facts.host.memory.element_types import dtype_types
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.naming import as_tensor
from tritonlint.facts.host.values.symbols import Attribute, HasType, Spelled, Symbol
from tritonlint.facts.host.values.values import (
    Choice,
    Condition,
    Const,
    DType,
    Path,
    Sequence,
    Table,
    Tensor,
    Value,
    Word,
)
from tritonlint.source import Span

# What `is_floating_point` asks for, and what `is_signed` does.
_FLOAT = DType(element_types.ANY_FLOAT, text="a float")
_SIGNED = ElementTypes.of(*(each for each in BY_NAME.values() if each.kind == "signed"))
PREDICATES: Mapping[str, DType] = {
    "is_floating_point": _FLOAT,
    "is_signed": DType(_SIGNED | element_types.ANY_FLOAT, text="signed"),
}
_SIZES: Mapping[type[ast.cmpop], Callable[[int, int], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.eq,  # which is denied
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
# How the other side sees it.
_TURNED: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}


def compared(
    frame: Frame, node: ast.Compare, left: Value, right: Value, span: Span
) -> Condition | None:
    """The condition of a comparison that asks for element types, or of its opposite where it
    denies."""
    found = dtype_test(frame, left, right, span) or dtype_test(frame, right, left, span)
    match node.ops[0], left, right:
        case ast.In() | ast.NotIn(), DType(), Sequence(items=items):
            return found or _of_each(frame, "or", items, left, span)
        case ast.LtE(), Sequence(items=items), Sequence():
            return found or _of_each(frame, "and", items, right, span)
        case operation, _, Const(value=int() as size) if type(operation) in _SIZES:
            dtype = None if found else sized(frame, node.left, left)
            return found or _of_size(frame, type(operation), dtype, size, span)
        case operation, Const(value=int() as size), _ if type(operation) in _SIZES:
            dtype = None if found else sized(frame, node.comparators[0], right)
            return found or _of_size(frame, _TURNED[type(operation)], dtype, size, span)
    return found


def _of_each(
    frame: Frame, word: Word, subjects: Iterable[Value], against: Value, span: Span
) -> Condition | None:
    """The condition of `torch.uint8 in (x.dtype, y.dtype)`, or of `{x.dtype, y.dtype} <= {T, U}`:
    of each of them."""
    tests = [dtype_test(frame, each, against, span) for each in subjects]
    known = tuple(each for each in tests if each is not None)
    return combine(word, known, span) if known and len(known) == len(tests) else None


def _of_size(
    frame: Frame, operation: type[ast.cmpop], dtype: Value | None, size: int, span: Span
) -> Condition | None:
    """The condition of `x.element_size() == 2`: of all types that are as wide. Of a single byte it
    is the opposite: that there are some says nothing of what they are."""
    if dtype is None:
        return None
    fits = _SIZES[operation]
    wide = {each for each in BY_NAME.values() if fits(max(each.width // 8, 1), size)}
    denied = UINT8 in wide
    types = {*BY_NAME.values()} - wide if denied else wide
    named = sorted(types, key=lambda each: each.name)
    against = Sequence(tuple(DType(ElementTypes.of(each)) for each in named))
    found = dtype_test(frame, dtype, against, span) if types else None
    found = found or _by_path(frame, dtype, ElementTypes(frozenset(types)), span)
    return negate(found) if found is not None and denied else found


def sized(frame: Frame, node: ast.expr, value: Value) -> Value | None:
    """The dtype whose size is asked for; None where it is another number."""
    match node:
        case ast.Call(func=ast.Attribute(attr="element_size", value=owner)):
            return element_types.dtype_of(frame, frame.evaluate(owner))
        case ast.Attribute(attr="itemsize", value=owner):
            owned = frame.evaluate(owner)
            dtypes = all(isinstance(each, DType) for _, each in options(owned))
            return owned if dtypes else element_types.dtype_of(frame, owned)
    match as_tensor(value):  # kept by a name
        case Tensor(buffer=Attribute(name="itemsize", of=Attribute(name="dtype", of=of))):
            return DType(frame.known(of), of)
        case Tensor(buffer=Attribute(name="itemsize", of=of)):
            return DType(frame.known(of), of)
    return None


def chain(frame: Frame, values: list[Value], span: Span) -> Condition | None:
    """The condition of `x.dtype == y.dtype == T`: each of the operands is that, or what one of them
    is known to be."""
    dtypes = [each for each in values if isinstance(each, DType)]
    written = (each for each in dtypes if each.of is None and each.types.known)
    against = next(written, None) or next((each for each in dtypes if each.types.single), None)
    if against is None:
        return None
    tests = [dtype_test(frame, value, against, span) for value in values if value is not against]
    return combine("and", tuple(test for test in tests if test is not None), span)


def dtype_test(frame: Frame, subject: Value, against: Value, span: Span) -> Condition | None:
    """`x.dtype == T`, `x.dtype in (T, U)`, and the same of an unknown `dtype` with known types."""
    if subject.__class__ is Choice:  # one of several tensors: it asks each of them
        if not isinstance(against, (DType, Sequence)):
            return None
        asked = [dtype_test(frame, each, against, span) for _, each in options(subject)]
        tests = tuple(each for each in asked if each is not None)
        return combine("each", tests, span) if len(tests) == len(asked) else None
    of = element_types.dtype_symbol(subject)
    if of is None:
        return None
    if isinstance(against, DType):
        types = against.types if against.of is None else frame.known(against.of)
        text = against.text or str(against.of or "")
    elif isinstance(against, Sequence) and any(isinstance(each, DType) for each in against.items):
        types = join(dtype_types(frame, each) for each in against.items)
        text = ", ".join(str(dtype_types(frame, each)) for each in against.items)
    elif isinstance(against, Table):
        arithmetic.reckons(frame, subject, [label for label, _ in against.items], span)
        keys = [from_torch(str(label).removeprefix("torch.")) for label, _ in against.items]
        if against.open or not keys or None in keys:
            return None
        types, text = ElementTypes.of(*filter(None, keys)), "a key of a table"
    elif any(isinstance(each, DType) for _, each in options(against)):
        types, text = dtype_types(frame, against), "a dtype chosen before"
    else:
        return None
    if isinstance(subject, Tensor) and not types.known:
        return None
    key = HasType(of, str(types) if types.known else text)
    condition = Condition("dtype", key, span, of, types, among=_among(frame, against))
    if types.types is not None and UINT8 in types.types:
        frame.note("handled", of, types, span, path=((key, True),))
    if types.types is not None and INT8 in types.types and all(t.width == 8 for t in types.types):
        frame.note("integers", of, ElementTypes.of(INT8), span, path=((key, True),))
    return condition


def bytes_left(path: Path, of: Symbol) -> ElementTypes | None:
    """The 8-bit integers that something can be after tests on `path` turned away the other types;
    None where those are not all."""
    tests = [each.types for each, outcome in path if not outcome and _is_type_of(each, of)]
    denied = frozenset(" or ".join(tests).split(" or "))
    floats = all(str(each) in denied for each in element_types.ANY_FLOAT.types or ())
    left = [x for x in BY_NAME.values() if str(x) not in denied and not (floats and x.is_float)]
    bytes_ = [each for each in left if each.is_byte]
    others = any(each.width > 1 and not each.is_byte for each in left)
    return ElementTypes.of(*bytes_) if bytes_ and not others else None


def _is_type_of(test: Symbol, of: Symbol) -> TypeGuard[HasType]:
    return isinstance(test, HasType) and test.of is of


def _among(frame: Frame, against: Value) -> bool:
    """Whether a test asks if a dtype is one of several, each of which is known."""
    if isinstance(against, Sequence):
        return all(dtype_types(frame, each).single for each in against.items)
    return isinstance(against, Table) or against == _FLOAT


def predicate(frame: Frame, name: str, dtype: Value, span: Span) -> Condition | None:
    """The condition of `dtype.is_floating_point`, or another one of `PREDICATES`."""
    asked = PREDICATES[name]
    return dtype_test(frame, dtype, asked, span) or _by_path(frame, dtype, asked.types, span)


def _by_path(frame: Frame, dtype: Value, asked: ElementTypes, span: Span) -> Condition | None:
    """The condition that a dtype which is another one on each path is among those `asked` for: the
    paths tell how it comes out."""
    if not isinstance(dtype, Choice):
        return None

    def outcome(each: Value) -> bool | None:
        types, wanted = dtype_types(frame, each).types, asked.types or frozenset()
        if not types or (types & wanted and not types <= wanted):
            return None
        return types <= wanted

    test = Condition("opaque", Spelled(f"{asked} in line {span.line}"), span)
    found = telling(test, dtype, outcome)
    return found if found.told is not None else None


def pairs(left: Value, right: Value) -> Choice | None:
    """Each two dtypes that two values can be together; None of values that are not each one of
    several dtypes."""
    if not (isinstance(left, Choice) and isinstance(right, Choice)):
        return None
    both = [*left.options, *right.options]
    if not all(path and isinstance(each, DType) for path, each in both):
        return None
    pairs = (
        (path + at, Sequence((one, other)))
        for path, one in left.options
        for at, other in right.options
        if not contradicts(path, at)
    )
    return Choice(tuple(pairs))


def are_same(pair: Value) -> bool | None:
    """Whether both dtypes of a pair are one."""
    return same_dtype(*pair.items) if isinstance(pair, Sequence) else None


def same_dtype(one: Value, other: Value) -> bool | None:
    """Whether a dtype is another, or one of several; None where that is not known. Bytes are taken
    to be no dtype that is known by its name only."""
    own = element_types.dtype_symbol(other)
    if own is not None and element_types.dtype_symbol(one) == own:
        return True
    if not isinstance(one, DType) or one.types.types is None:
        return None
    names = other.items if isinstance(other, Sequence) else (other,)
    dtypes = [each.types for each in names if isinstance(each, DType)]
    if len(dtypes) != len(names):
        return False if element_types.all_bytes(one.types) and own is not None else None
    types = join(dtypes).types
    if types is None:
        return False if element_types.all_bytes(one.types) else None
    return one.types.types <= types if one.types.types & types else False
