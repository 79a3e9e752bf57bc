"""What a name of the launching code can stand for, as far as element types and memory are
concerned."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Any, Literal

from tritonlint.dtypes import UNKNOWN, ElementTypes
from tritonlint.facts.host.places import Part, Place
from tritonlint.facts.host.settings import clash
from tritonlint.facts.host.symbols import HasType, Object, OfVendor, Symbol
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition
from tritonlint.frozen import dataclass, replace
from tritonlint.source import Span

# The tests on the way to a place: (what was tested, its outcome), outermost first.
Path = tuple[tuple[Symbol, bool], ...]

MAX_OPTIONS = 4


@dataclass(frozen=True)
class Tensor:
    """A tensor, or anything else of which only the name is known.

    `buffer` names the memory: slices and views of one allocation share it. `types` is set once a
    view or a conversion has decided the element type; None means the type that the buffer has.
    `part` is the slice that cut it from the buffer, `view` the `.view(dtype)` that set its type,
    `guarded` says that this view happens under an `if` without an `else`, `bare` that another arm
    views it and this one does not, though it is made of bytes whichever is taken. `several` says
    that it is a tuple of such parts, of unknown length. `passed` are the call arguments through
    which it came here, outermost first. `described`: it is what a host-side descriptor reaches.
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


@dataclass(frozen=True)
class DType:
    """A `torch.dtype`. `of` is the buffer whose own element type it is, for `x.dtype`; `text` is
    how it is spelled, `table` the dict that it is read from with a key that is not known, `key` the
    buffer whose element type that key is."""

    types: ElementTypes = UNKNOWN
    of: Symbol | None = None
    text: str = ""
    table: Span | None = None
    key: Symbol | None = None


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

    @property
    def item(self) -> Value | None:
        """What an item of unknown index is; None of an empty sequence."""
        return choose(*(((), each) for each in self.items)) if self.items else None


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


@dataclass(frozen=True)
class Condition:
    """The outcome of a test, known by its `key`. `among` is whether each of `types` makes it true,
    `told` how the tests that chose what is tested came out where it does not, and where it does."""

    kind: Literal["dtype", "quantized", "unquantized", "not", "and", "or", "opaque"]
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
    """A function of the project, what `self` or `cls` is bound to, and the names around it."""

    definition: Definition
    instance: Instance | Class | None = None
    closure: Env | None = field(default=None, compare=False, hash=False)


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
    | Choice
)
# The names of a function call; the attributes of objects by what they are known by.
Env = dict[Any, Value]


def options(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """The single values that `value` can be, with the path of each."""
    if isinstance(value, Choice):
        for inner, each in value.options:
            yield from options(each, path + inner)
    else:
        yield path, value


def choose(*alternatives: tuple[Path, Value]) -> Value:
    """One of `alternatives`; a guarded view counts as viewed: correct code is so."""
    if len(alternatives) == 1 and not alternatives[0][0]:
        return alternatives[0][1]
    flat: list[tuple[Path, Value]] = []
    for path, value in alternatives:
        for inner, each in options(value, path):
            if not _possible(inner):
                continue
            # Which kernel is launched goes together with what it is passed: each on its path.
            apart = inner if isinstance(each, Launchable) else ()
            same = next((at for at, (_, other) in enumerate(flat) if other == each), None)
            same = None if apart and same is not None and flat[same][0] != apart else same
            if same is None:
                flat.append((inner, each))
            else:  # what holds after one path or another holds where both went through
                flat[same] = (tuple(test for test in flat[same][0] if test in inner), each)
    if len(flat) > 1:
        flat = _without_unviewed(flat)
    if len(flat) == 1:
        return flat[0][1]
    return Choice(tuple(flat[:MAX_OPTIONS]))


def _possible(path: Path) -> bool:
    """Whether no test on a path comes out both ways."""
    return len(path) < 2 or (len(dict(path)) == len(set(path)) and not clash(path, ()))


def _without_unviewed(flat: list[tuple[Path, Value]]) -> list[tuple[Path, Value]]:
    """`flat` without the tensors that another option is a float view of: the `if` around the view
    decides, but not of what is made of bytes in any case (`bare`), nor does which GPU it is. What
    is viewed only where it has another type has that type."""
    flat = [each for each in flat if not _is_as_viewed(*each, flat)]
    viewed = {
        (each.buffer, each.part)
        for _, each in flat
        if isinstance(each, Tensor) and each.view and not _keeps_bytes(each)
    }
    kept: list[tuple[Path, Value]] = []
    for path, each in flat:
        if isinstance(each, Tensor) and (each.buffer, each.part) in viewed:
            stays = each.bare or any(isinstance(key, OfVendor) for key, _ in path)
            if not (stays or each.view):
                continue
            each = each if stays else replace(each, guarded=True)
        kept.append((path, each))
    return kept


def _is_as_viewed(path: Path, value: Value, flat: list[tuple[Path, Value]]) -> bool:
    """Whether a tensor was tested to have the type that another option of `flat` views it as."""
    if not path or not isinstance(value, Tensor) or value.view:
        return False
    viewed = (x for _, x in flat if isinstance(x, Tensor) and x.view)
    types = {str(x.types) for x in viewed if (x.buffer, x.part) == (value.buffer, value.part)}
    return any((HasType(value.buffer, each), True) in path for each in types)


def _keeps_bytes(tensor: Tensor) -> bool:
    types = tensor.types.types if tensor.types else None
    return bool(types) and all(t.is_integer for t in types or ())


def contradicts(one: Path, other: Path) -> bool:
    """Whether no run takes both paths."""
    if not one or not other:
        return False
    outcomes = dict(one)
    for key, outcome in other:  # millions of times: a loop takes half of what `any` does
        if outcomes.get(key, outcome) != outcome:
            return True
    return clash(one, other)


def constant(value: Value) -> Any:
    """The Python value of a Const; None for anything else."""
    return value.value if isinstance(value, Const) else None
