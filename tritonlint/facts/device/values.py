"""What a name in a kernel can hold while the kernel is compiled: types instead of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tritonlint.dtypes import ElementType
from tritonlint.facts.device.contract import Place
from tritonlint.facts.device.types import (
    T_BOOL,
    T_FLOAT32,
    T_INT32,
    T_INT64,
    T_UNKNOWN,
    TypeKind,
    Types,
    union,
)
from tritonlint.facts.kernel import Kernel, Namespace, Qualified

# How bytes from a load are in a value: the number itself, or bits and digits picked from it.
Form = Literal["number", "picked"]


@dataclass(frozen=True)
class Site:
    """One load: the parameter that it reads through and where."""

    parameter: str
    place: Place
    via: tuple[Place, ...] = ()


Loads = frozenset[tuple[Site, Form]]
NO_LOADS: Loads = frozenset()
NO_NAMES: frozenset[str] = frozenset()
Interval = tuple[float | None, float | None]
ANYTHING: Interval = (None, None)


@dataclass(frozen=True)
class Cast:
    """An explicit numeric cast: where, the kinds before it, and the parameters whose element type
    it casts to."""

    place: Place
    kind: TypeKind
    of: frozenset[str]


@dataclass(frozen=True)
class Byte:
    """A signed byte that came from memory: where it was loaded, through which parameter, and
    whether it was shifted to where a float has its exponent."""

    place: Place
    parameter: str
    shifted: bool = False


@dataclass(frozen=True)
class History:
    """How a number came about, as far as its type does not tell; kept while conversions are
    watched (`watch.py`).

    `given`: loaded or passed, and at most moved and converted since, so that it may hold integers.
    `real`: a float by its computation, whatever the types of what went in. `halved`: half a unit,
    or a random part of one, was added, so that truncation rounds. `settled`: rounded on some path.
    `exponent`: a logarithm, at most rounded, scaled and shifted since: negative for what is below
    one, unless it is `biased`. `cast`: the conversion that made it an integer, and nothing was
    computed since. `byte`: the signed byte that it is.
    """

    given: bool = False
    real: bool = False
    halved: bool = False
    settled: bool = False
    exponent: bool = False
    biased: bool = False
    cast: tuple[Place, tuple[Place, ...]] | None = None
    byte: Byte | None = None


PLAIN = History()


@dataclass(frozen=True)
class Tensor:
    """A number or a block of numbers. `weak` marks a compile-time number, which gives way in
    promotions; `loads` are the loads whose bytes are in it as an integer; `bits` marks an integer
    that holds another type's bit pattern, `codes` the 8-bit float that it is a code of."""

    types: Types
    loads: Loads = NO_LOADS
    source: frozenset[str] = NO_NAMES
    cast: Cast | None = None
    rounded: bool = False
    interval: Interval = ANYTHING
    weak: bool = False
    bits: bool = False
    history: History = PLAIN
    codes: ElementType | None = None


@dataclass(frozen=True)
class Pointer:
    """A pointer, a block of pointers, a block pointer or a tensor descriptor.

    `bases` are the alternatives of what it is computed from; each is the parameters that are added
    up, of which one is the pointer (Candidate names; the roles decide). `element` replaces the
    parameter's element type after a pointer cast. A pointer without bases points to memory that no
    parameter names. `descriptor` marks a tensor descriptor, `clashes` a choice between pointers of
    different types, which Triton rejects.
    """

    bases: frozenset[tuple[str, ...]]
    element: Types | None = None
    candidate: bool = False
    descriptor: bool = False
    clashes: bool = False


@dataclass(frozen=True)
class Const:
    """A Python value that is known while compiling."""

    value: bool | int | float | str | None


@dataclass(frozen=True)
class Dtype:
    """An element type as a value; `pointer` marks the type of a pointer to it."""

    types: Types
    pointer: bool = False


@dataclass(frozen=True)
class Tuple:
    """A tuple or list of known length."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Object:
    """An instance of a class of the project (a Gluon aggregate, a named tuple)."""

    owner: Namespace
    fields: tuple[tuple[str, Value], ...]

    def get(self, name: str) -> Value | None:
        """The field `name`, or None."""
        return dict(self.fields).get(name)


@dataclass(frozen=True)
class Method:
    """A method of a value, not yet called."""

    owner: Value
    name: str


@dataclass(frozen=True)
class Partial:
    """A function of the project with the object that it was looked up on."""

    function: Kernel
    owner: Value


@dataclass(frozen=True)
class Unknown:
    """Something that is not known. `loads` are the loads that went into it."""

    loads: Loads = NO_LOADS


Value = (
    Tensor
    | Pointer
    | Const
    | Dtype
    | Tuple
    | Object
    | Method
    | Partial
    | Unknown
    | Kernel
    | Qualified
    | Namespace
)
Environment = dict[str, Value]

UNKNOWN = Unknown()
INDEX = Tensor((T_INT32,))
MASK = Tensor((T_BOOL,))


def number(value: Value) -> Tensor | None:
    """`value` as a tensor: itself, or the scalar that Triton makes of a Python number; None for
    anything else."""
    match value:
        case Tensor():
            return value
        case Const(value=bool()):
            return Tensor((T_BOOL,), weak=True)
        case Const(value=int() as n):
            wide = not -(2**31) <= n < 2**31
            return Tensor(
                (T_INT64 if wide else T_INT32,), weak=True, interval=_interval(n), rounded=True
            )
        case Const(value=float() as x):
            return Tensor((T_FLOAT32,), weak=True, interval=_interval(x), rounded=x == x // 1)
        case Unknown(loads):
            return Tensor((T_UNKNOWN,), loads)
    return None


def _interval(n: float) -> Interval:
    try:
        return (float(n), float(n))
    except OverflowError:
        return ANYTHING


def join(a: Value, b: Value) -> Value:
    """What a name holds when it may hold either. Only the types that can be told apart are kept
    apart."""
    if a is b or a == b:
        return a
    match a, b:
        case Tensor(), Tensor():
            return join_tensors(a, b)
        case Pointer(), Pointer():
            element = union(a.element or (), b.element or ()) or None
            return Pointer(
                a.bases | b.bases,
                element,
                a.candidate or b.candidate,
                a.descriptor and b.descriptor,
                a.clashes or b.clashes,
            )
        case Tuple(xs), Tuple(ys) if len(xs) == len(ys):
            return Tuple(tuple(join(x, y) for x, y in zip(xs, ys, strict=True)))
        case Dtype(), Dtype() if a.pointer == b.pointer:
            return Dtype(union(a.types, b.types), a.pointer)
        case Object(), Object() if a.owner == b.owner and len(a.fields) == len(b.fields):
            both = zip(a.fields, b.fields, strict=True)
            return Object(a.owner, tuple((name, join(x, y)) for (name, x), (_, y) in both))
        case (
            Const(value=None) | Unknown(),
            (Pointer() | Tensor() | Object() | Tuple() | Dtype()) as other,
        ) | (
            (Pointer() | Tensor() | Object() | Tuple() | Dtype()) as other,
            Const(value=None) | Unknown(),
        ):
            return other
    return _join_unlike(a, b)


def _join_unlike(a: Value, b: Value) -> Value:
    # A pointer on one path and a number on the other: the number is a placeholder.
    for each in (a, b):
        if isinstance(each, Pointer) and not each.candidate:
            return each
    x, y = number(a), number(b)
    if x is not None and y is not None:
        return join_tensors(x, y)
    return UNKNOWN


def join_tensors(a: Tensor, b: Tensor) -> Tensor:
    """The number that may be either."""
    types = union(a.types, b.types)
    # A placeholder of the other kind gives way: `acc = 0.0` before a loop that assigns blocks.
    if a.weak != b.weak and len(types) > 1:
        types = b.types if a.weak else a.types
    return Tensor(
        types,
        a.loads | b.loads,
        a.source | b.source,
        a.cast or b.cast,
        a.rounded and b.rounded,
        hull(a.interval, b.interval),
        a.weak and b.weak,
        a.bits or b.bits,
        _join_histories(a, b),
        a.codes if a.codes == b.codes else None,
    )


def _join_histories(a: Tensor, b: Tensor) -> History:
    x, y = a.history, b.history
    if x is PLAIN and y is PLAIN:
        return PLAIN
    computed = [each.rounded for each in (a, b) if not is_constant(each.interval)]
    return History(
        x.given or y.given,
        x.real or y.real,
        x.halved or y.halved,
        x.settled or y.settled or len(set(computed)) > 1,
        x.exponent or y.exponent,
        x.biased or y.biased,
        x.cast or y.cast,
        x.byte or y.byte,
    )


def is_constant(interval: Interval) -> bool:
    """Whether only one number is in it."""
    return interval[0] is not None and interval[0] == interval[1]


def hull(a: Interval, b: Interval) -> Interval:
    """The smallest interval around both."""
    low = min(a[0], b[0]) if a[0] is not None and b[0] is not None else None
    high = max(a[1], b[1]) if a[1] is not None and b[1] is not None else None
    return (low, high)


def join_environments(a: Environment, b: Environment) -> Environment:
    """The names of both, joined."""
    result = dict(a)
    for name, value in b.items():
        old = result.get(name)
        if old is not value:
            result[name] = value if old is None else join(old, value)
    return result


def truth(value: Value) -> bool | None:
    """Whether `if value` is taken, where that is known while compiling."""
    match value:
        case Const(value=x):
            return bool(x)
        case Tuple(items):
            return bool(items)
        case Kernel() | Dtype():
            return True
    return None
