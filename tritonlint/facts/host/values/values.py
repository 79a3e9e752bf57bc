"""What a name of the launching code can stand for, as far as element types and memory are
concerned."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import field
from typing import Any, Literal

from tritonlint.dtypes import UNKNOWN, ElementTypes
from tritonlint.facts.host.values.places import Part, Place
from tritonlint.facts.host.values.symbols import Object, Symbol
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# The tests on the way to a place: (what was tested, its outcome), outermost first.
Path = tuple[tuple[Symbol, bool], ...]


@dataclass(frozen=True)
class Tensor:
    """A tensor, or anything else of which only the name is known.

    `buffer` names the memory: slices and views of one allocation share it. `types` is set once a
    view or a conversion has decided the element type; None means the type that the buffer has.
    `part` is the slice that cut it from the buffer, `view` the `.view(dtype)` that set its type,
    `guarded` says that this view happens under an `if` without an `else`, `viewed_on` on which
    path, `bare` that another arm views it and this one does not, though it is made of bytes
    whichever is taken. `several` says that it is a tuple of such parts, of unknown length.
    `passed` are the call arguments through which it came here, outermost first. `described`: it is
    what a host-side descriptor reaches.
    `tested` is how tests of its type came out on the way into a container, or to who called.
    """

    buffer: Symbol
    types: ElementTypes | None = None
    part: Part | None = None
    view: Span | None = None
    guarded: bool = False
    bare: bool = False
    several: bool = False
    passed: tuple[Place, ...] = ()
    described: bool = False
    tested: Path = ()
    viewed_on: Path = field(default=(), compare=False, hash=False)


@dataclass(frozen=True)
class DType:
    """A `torch.dtype`. `of` is the buffer whose own element type it is, for `x.dtype`; `text` is
    how it is spelled, `table` the dict that it is read from with a key that is not known, `key` the
    buffer whose element type that key is. `called` is the attribute of which only the name tells
    that it is a dtype: it may be a flag."""

    types: ElementTypes = UNKNOWN
    of: Symbol | None = None
    text: str = ""
    table: Span | None = None
    key: Symbol | None = None
    called: Symbol | None = field(default=None, compare=False, hash=False)


@dataclass(frozen=True)
class Count:
    """Elements whose bytes a number counts: of these types, or of that of the buffer `of`."""

    types: ElementTypes
    of: Symbol | None = field(default=None, compare=False, hash=False)


@dataclass(frozen=True)
class Const:
    """A Python number, string, bool or None."""

    value: object


@dataclass(frozen=True)
class Sequence:
    """What is gone through item by item: a tuple, a list. `places` are the expressions of its
    items, where they are written out. `repeated`: of unknown length, each is one of `items`."""

    items: tuple[Value, ...]
    places: tuple[Place, ...] = field(default=(), compare=False, hash=False)
    repeated: bool = False


@dataclass(frozen=True)
class Table:
    """A dict, by constant keys or else as they are spelled; an `open` one may have more entries."""

    items: tuple[tuple[object, Value], ...]
    span: Span
    open: bool = False

    def updated(self, entries: Iterable[tuple[object, Value]], open_: bool = False) -> Table:
        """This with these entries too."""
        both = {**dict(self.items), **dict(entries)}
        return Table(tuple(both.items()), self.span, self.open or open_)


# How several tests make one: `each` is the one of them that is about the value that is meant.
Word = Literal["and", "or", "each"]


@dataclass(frozen=True)
class Condition:
    """The outcome of a test, known by its `key`. `among` is whether each of `types` makes it true,
    `told` how the tests that chose what is tested came out where it does not, and where it does."""

    kind: Literal["dtype", "quantized", "unquantized", "not", "and", "or", "each", "opaque"]
    key: Symbol
    span: Span
    buffer: Symbol | None = None
    types: ElementTypes = UNKNOWN
    parts: tuple[Condition, ...] = ()
    among: bool = False
    told: tuple[Path, Path] | None = None


@dataclass(frozen=True)
class Launchable:
    """A kernel, possibly behind an alias or a wrapper. `gridded`: to call it is to launch it."""

    kernel: Kernel
    gridded: bool = False


@dataclass(frozen=True)
class Callable:
    """A function of the project, what `self` or `cls` is bound to, and the names around it;
    `defaults` are what those names held for its defaults where it was defined."""

    definition: Definition
    instance: Instance | Class | None = None
    closure: Env | None = field(default=None, compare=False, hash=False)
    defaults: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True)
class Class:
    """A class of the project."""

    definition: Definition


@dataclass(frozen=True)
class Instance:
    """An object of a class of the project, by its `symbol` where only its annotation is known, else
    by its class; `attributes` are what it was made with."""

    definition: Definition
    symbol: Symbol | None = None
    attributes: tuple[tuple[str, Value], ...] = ()

    @property
    def name(self) -> Symbol:
        """What its attributes are known by."""
        return self.symbol or Object(self.definition.qualified)


@dataclass(frozen=True)
class Super:
    """`super()` in a method of the class `owner`, for the object `instance`."""

    owner: Definition
    instance: Instance | Class


@dataclass(frozen=True)
class Partial:
    """A function with its first arguments: `functools.partial(f, x, n=3)`."""

    function: Value
    positional: tuple[tuple[Value, Place], ...]
    keywords: tuple[tuple[str, Value, Place], ...]


@dataclass(frozen=True)
class Namespace:
    """A module of the project, or something outside of it by its dotted name."""

    name: str
    definition: Definition | None = None


@dataclass(frozen=True)
class Method:
    """A bound method of a value that is not an Instance: `x.view` before it is called."""

    owner: Value
    name: str
    node: ast.Attribute = field(compare=False, hash=False)


@dataclass(frozen=True)
class Memory:
    """The memory of a tensor, which has no type: `x.untyped_storage()`."""

    tensor: Tensor


@dataclass(frozen=True)
class Choice:
    """One of several values, each on its path."""

    options: tuple[tuple[Path, Value], ...]


Value = (
    Tensor
    | DType
    | Const
    | Sequence
    | Table
    | Condition
    | Launchable
    | Callable
    | Class
    | Instance
    | Super
    | Partial
    | Namespace
    | Method
    | Memory
    | Choice
)
# The names of a function call; the attributes of objects by what they are known by.
Env = dict[Any, Value]


def attributes_in(env: Env) -> Env:
    """The attributes among the names of a frame."""
    return {name: value for name, value in env.items() if type(name) is not str}


def constant(value: Value) -> Any:
    """The Python value of a Const; None for anything else."""
    return value.value if isinstance(value, Const) else None


def is_empty(value: Value | None) -> bool:
    """Whether something is not there yet, or a container without items."""
    match value:
        case None | Const(value=None):
            return True
        case Sequence(items=()) | Table(items=()):
            return True
    return False
