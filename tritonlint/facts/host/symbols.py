"""What values and tests of launching code are known by: symbols, the same object wherever the same
is meant. They are compared, followed to what they are a part of, and renamed; `str` prints them for
people, and nothing reads what is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

from tritonlint.frozen import dataclass

_KNOWN: WeakValueDictionary[tuple[object, ...], Symbol] = WeakValueDictionary()

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform

    _T = TypeVar("_T")

    @dataclass_transform(eq_default=False, frozen_default=True)
    def _symbol(cls: type[_T]) -> type[_T]: ...
else:

    def _symbol(cls):
        """A frozen dataclass whose objects `Symbol.__new__` makes."""
        return dataclass(cls, frozen=True, eq=False, slots=True, init=False)


class Symbol:
    """What something is known by. There is one object of the same fields, so that symbols are
    compared and hashed by identity: they are the keys of most tables of a facts run."""

    __slots__ = ("__weakref__",)

    if not TYPE_CHECKING:

        def __new__(cls, *fields):
            key = (cls, *fields)
            found = _KNOWN.get(key)
            if found is None:
                found = object.__new__(cls)
                for name, value in zip(cls.__match_args__, fields, strict=True):
                    setattr(found, name, value)
                _KNOWN[key] = found
            return found

    @property
    def whole(self) -> Symbol:
        """What this is a part of, over as many steps as there are; itself, if nothing else."""
        return self

    @property
    def last_name(self) -> str:
        """The name of the parameter or attribute that it ends with, or is an item of."""
        return ""

    @property
    def inner(self) -> Iterator[Symbol]:
        """This, and all symbols in it."""
        yield self
        for each in self._fields:
            for symbol in each if isinstance(each, tuple) else (each,):
                if isinstance(symbol, Symbol):
                    yield from symbol.inner

    @property
    def words(self) -> Iterator[str]:
        """The names, places and pieces of code in it."""
        for symbol in self.inner:
            yield from (each for each in symbol._fields if isinstance(each, str))

    @property
    def _fields(self) -> Iterator[Any]:
        return (getattr(self, name) for name in self.__match_args__)  # type: ignore[attr-defined]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(self._fields)

    def is_within(self, owner: Symbol) -> bool:
        """Whether this is a part of `owner`."""
        return False

    def is_given_to(self, function: str) -> bool:
        """Whether it comes to the function of this qualified name as a parameter, or in one."""
        whole = self.whole
        return isinstance(whole, Parameter) and whole.function == function

    def renamed(self, names: Mapping[Symbol, Symbol]) -> Symbol:
        """This, where each symbol in it that `names` has another one for is that one."""
        if self in names or not names:
            return names.get(self, self)
        return type(self)(*(_renamed(each, names) for each in self._fields))


def _renamed(field: Any, names: Mapping[Symbol, Symbol]) -> Any:
    if isinstance(field, tuple):
        return tuple(_renamed(each, names) for each in field)
    return field.renamed(names) if isinstance(field, Symbol) else field


# Values.


@_symbol
class Parameter(Symbol):
    """A parameter of the function of this qualified name, or of a lambda."""

    function: str | Symbol
    name: str

    @property
    def last_name(self) -> str:
        return self.name

    def __str__(self) -> str:
        return f"{self.function}({self.name})"


@_symbol
class Unknown(Symbol):
    """What an expression gives that is not understood, in the calls and rounds of `site`."""

    path: str
    line: int
    column: int
    site: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}{self.site}"


@_symbol
class Allocation(Symbol):
    """Memory that an expression makes, in the calls and rounds of `site`; `mark` tells apart what
    it makes together."""

    path: str
    line: int
    column: int
    site: str
    mark: str

    def __str__(self) -> str:
        return f"new@{self.path}:{self.line}:{self.column}{self.site}{self.mark}"


@_symbol
class Object(Symbol):
    """Any object of the class of this qualified name, and the class itself."""

    kind: str

    def __str__(self) -> str:
        return self.kind


@_symbol
class Made(Symbol):
    """The object of a class that an expression makes, in the calls and rounds of `site`."""

    kind: str
    line: int
    column: int
    site: str

    def __str__(self) -> str:
        return f"{self.kind}@{self.line}:{self.column}{self.site}"


@_symbol
class Literal(Symbol):
    """A constant, as Python writes it."""

    written: str

    def __str__(self) -> str:
        return self.written


@_symbol
class Spelled(Symbol):
    """Something of which nothing is known but its code."""

    code: str

    @property
    def last_name(self) -> str:
        return self.code.rpartition(".")[2]

    def __str__(self) -> str:
        return self.code


class _Within(Symbol):
    __slots__ = ()
    if TYPE_CHECKING:
        of: Symbol

    @property
    def whole(self) -> Symbol:
        return self.of.whole

    def is_within(self, owner: Symbol) -> bool:
        return self.of is owner or self.of.is_within(owner)


@_symbol
class Attribute(_Within):
    """An attribute of something."""

    of: Symbol
    name: str

    @property
    def last_name(self) -> str:
        return self.name

    def __str__(self) -> str:
        return f"{self.of}.{self.name}"


@_symbol
class Item(_Within):
    """An item of something, by the code of its key or by its index."""

    of: Symbol
    key: str

    @property
    def last_name(self) -> str:
        return self.of.last_name

    def __str__(self) -> str:
        return f"{self.of}[{self.key}]"


@_symbol
class Share(_Within):
    """What one of the targets is given that something is unpacked to, by its index or name."""

    of: Symbol
    target: str

    @property
    def last_name(self) -> str:
        return self.of.last_name

    def __str__(self) -> str:
        return f"{self.of}#{self.target}"


# Tests.


@_symbol
class HasType(Symbol):
    """Whether something has one of these element types."""

    of: Symbol
    types: str

    def __str__(self) -> str:
        return f"{self.of}.dtype is {self.types}"


class OfSetting(Symbol):
    """Whether a setting asks for a quantized cache, in one way or another."""

    __slots__ = ()
    if TYPE_CHECKING:
        setting: Symbol

    @property
    def last_name(self) -> str:
        return self.setting.last_name


@_symbol
class Asked(OfSetting):
    """Whether a setting asks for a quantized cache: which name it has is left open."""

    setting: Symbol

    def __str__(self) -> str:
        return f"quantized({self.setting})"


@_symbol
class AskedAs(OfSetting):
    """Whether a setting asks for a quantized cache by this name."""

    setting: Symbol
    name: str

    def __str__(self) -> str:
        return f"quantized({self.setting}) as {self.name!r}"


@_symbol
class AskedAsAny(OfSetting):
    """Whether a setting asks for a quantized cache by any of the names that begin so, or that a
    table has bytes for."""

    setting: Symbol

    def __str__(self) -> str:
        return f"quantized({self.setting})+"


@_symbol
class Never(OfSetting):
    """Whether a setting is one of some names that are not quantized."""

    setting: Symbol
    names: str

    def __str__(self) -> str:
        return f"quantized({self.setting}) never {self.names}"


@_symbol
class Compared(Symbol):
    """A comparison, by the name of its operator."""

    left: Symbol
    operator: str
    right: Symbol

    def __str__(self) -> str:
        if self.operator in ("==", "in"):
            return f"{self.left} {self.operator} {self.right}"
        return f"{self.operator} {self.left} == {self.right}"


@_symbol
class OfText(Symbol):
    """Whether a text begins or ends with another one."""

    of: Symbol
    method: str
    part: str

    def __str__(self) -> str:
        return f"{self.of}.{self.method}({self.part!r})"


@_symbol
class OfVendor(Symbol):
    """A test that asks which GPU it is; `code` is how it is spelled, where it is just a value."""

    test: Symbol
    code: str

    def __str__(self) -> str:
        return f"vendor({self.code}) {self.test}" if self.code else f"vendor({self.test})"


@_symbol
class Denied(Symbol):
    """The opposite of a test."""

    test: Symbol

    def __str__(self) -> str:
        return f"not {self.test}"


@_symbol
class Joined(Symbol):
    """Several tests, by `and` or `or`."""

    word: str
    tests: tuple[Symbol, ...]

    def __str__(self) -> str:
        return f" {self.word} ".join(map(str, self.tests))
