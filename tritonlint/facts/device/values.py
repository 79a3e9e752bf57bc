"""What a name in a kernel can hold while the kernel is compiled: types instead of numbers."""

from __future__ import annotations

from typing import Literal

from tritonlint.dtypes import ElementType
from tritonlint.facts.device.contract import Place
from tritonlint.facts.device.intervals import ANYTHING, Interval, only
from tritonlint.facts.device.types import (
    T_BOOL,
    T_FLOAT32,
    T_INT32,
    T_INT64,
    T_UNKNOWN,
    TypeKind,
    Types,
)
from tritonlint.facts.project.kernel import Kernel, Namespace, Qualified
from tritonlint.frozen import dataclass

# How bytes from a load are in a value: the number itself, or bits and digits picked from it.
Form = Literal["number", "picked"]
# What rounding to the nearest integer makes of a half; or half a unit was `added`, and no more.
Nearest = Literal["", "even", "up", "added"]


@dataclass(frozen=True)
class Site:
    """One load: the parameter that it reads through and where."""

    parameter: str
    place: Place
    via: tuple[Place, ...] = ()


Loads = frozenset[tuple[Site, Form]]
NO_LOADS: Loads = frozenset()
NO_NAMES: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Cast:
    """An explicit numeric cast: where, the kinds before it, the parameters whose element type it
    casts to, and whether it or one before it made an integer of a float."""

    place: Place
    kind: TypeKind
    of: frozenset[str]
    truncates: bool = False


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
    one, unless it is `biased`; of another number that says that one or more was added to it.
    `cast`: the conversion that made it an integer, and nothing was computed since. `byte`: the
    signed byte that it is. `loads`: where what is in it was loaded. `unsigned`: the cast that made
    it an unsigned byte. `wrapped`: the difference of unsigned bytes that it is. `summed`: a sum of
    products of integers. `nearest`: how it was rounded, a half to the even number or up. `short`: a
    product of 16 bits that is in it. `largest`: made of the largest of what was loaded, and of
    nothing else that was loaded: a scale. `signed`: a quotient of what an absolute value is taken
    of, or that and half a unit. `factor`: the written number that something was multiplied by last.
    """

    given: bool = False
    real: bool = False
    halved: bool = False
    settled: bool = False
    exponent: bool = False
    biased: bool = False
    cast: tuple[Place, tuple[Place, ...]] | None = None
    byte: Byte | None = None
    loads: frozenset[Place] = frozenset()
    unsigned: Place | None = None
    wrapped: tuple[Place, tuple[Place, ...]] | None = None
    summed: bool = False
    nearest: Nearest = ""
    short: tuple[Place, tuple[Place, ...]] | None = None
    largest: bool = False
    signed: bool = False
    factor: float = 0.0


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
    different types, which Triton rejects; `own` says that on another path it is of the parameter's
    element type.
    """

    bases: frozenset[tuple[str, ...]]
    element: Types | None = None
    candidate: bool = False
    descriptor: bool = False
    clashes: bool = False
    own: bool = False


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
    """A tuple or list of known length; `names` are those of the fields of a named one."""

    items: tuple[Value, ...]
    names: tuple[str, ...] = ()


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
class Text:
    """A string that is known while compiling, one of several."""


@dataclass(frozen=True)
class Unknown:
    """Something that is not known."""


Value = (
    Tensor
    | Pointer
    | Const
    | Dtype
    | Tuple
    | Object
    | Method
    | Partial
    | Text
    | Unknown
    | Kernel
    | Qualified
    | Namespace
)
Environment = dict[str, Value]

UNKNOWN = Unknown()
INDEX = Tensor((T_INT32,))
MASK = Tensor((T_BOOL,))


def either_cast(a: Cast | None, b: Cast | None) -> Cast | None:
    """The cast of a number that is made of two: one that made an integer of a float before
    another."""
    return b if b is not None and b.truncates and not (a is not None and a.truncates) else a or b


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
                (T_INT64 if wide else T_INT32,), weak=True, interval=only(n), rounded=True
            )
        case Const(value=float() as x):
            return Tensor((T_FLOAT32,), weak=True, interval=only(x), rounded=x == x // 1)
        case Unknown():
            return Tensor((T_UNKNOWN,))
    return None


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
