"""What a symbol is: the same object wherever the same is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ref

from tritonlint.frozen import dataclass

# The symbols that there are, by class and fields: a `WeakValueDictionary` takes twice the time, and
# its references, which are made by code in Python, take longer than these.
_KNOWN: dict[tuple[object, ...], _Reference] = {}

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform

    _T = TypeVar("_T")

    @dataclass_transform(eq_default=False, frozen_default=True)
    def symbol_class(cls: type[_T]) -> type[_T]: ...
else:

    def symbol_class(cls):
        """A frozen dataclass whose objects `Symbol.__new__` makes."""
        return dataclass(cls, frozen=True, eq=False, slots=True, init=False)


class _Reference(ref["Symbol"]):
    """A reference to a symbol that does not keep it, with what it is known by."""

    __slots__ = ("key",)
    key: tuple[object, ...]


def _gone(one: _Reference) -> None:
    """Forget a symbol that nothing refers to any more."""
    if _KNOWN.get(one.key) is one:
        del _KNOWN[one.key]


class Symbol:
    """What something is known by. There is one object of the same fields, so that symbols are
    compared and hashed by identity: they are the keys of most tables of a facts run."""

    # Of what is in it, what was asked for: a symbol never changes.
    __slots__ = ("__weakref__", "_parts", "_words")
    _parts: tuple[Symbol, ...]
    _words: tuple[str, ...]
    # What `str` prints for people, of the fields of `0`.
    FORM = ""

    if not TYPE_CHECKING:

        def __new__(cls, *fields):
            key = (cls, *fields)
            known = _KNOWN.get(key)
            found = None if known is None else known()
            if found is None:
                found = object.__new__(cls)
                for name, value in zip(cls.__match_args__, fields, strict=True):
                    setattr(found, name, value)
                known = _KNOWN[key] = _Reference(found, _gone)
                known.key = key
            return found

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(self._fields)

    def __str__(self) -> str:
        return self.FORM.format(self)

    @property
    def _fields(self) -> Iterator[Any]:
        return (getattr(self, name) for name in self.__match_args__)  # type: ignore[attr-defined]

    @property
    def whole(self) -> Symbol:
        """What this is a part of, over as many steps as there are; itself, if nothing else."""
        return self

    @property
    def last_name(self) -> str:
        """The name of the parameter or attribute that it ends with, or is an item of."""
        return getattr(self, "name", "")

    @property
    def inner(self) -> tuple[Symbol, ...]:
        """This, and all symbols in it."""
        if not hasattr(self, "_parts"):
            self._parts = tuple(part for each in self._fields for part in _symbols_in(each))
        return self, *self._parts

    @property
    def words(self) -> tuple[str, ...]:
        """The names, places and pieces of code in it."""
        if not hasattr(self, "_words"):
            fields = (field for symbol in self.inner for field in symbol._fields)
            self._words = tuple(each for each in fields if isinstance(each, str))
        return self._words

    def is_within(self, owner: Symbol) -> bool:
        """Whether this is a part of `owner`."""
        return False

    def is_given_to(self, function: str) -> bool:
        """Whether it comes to the function of this qualified name as a parameter, or in one."""
        return getattr(self.whole, "function", None) == function

    def renamed(self, names: Mapping[Symbol, Symbol]) -> Symbol:
        """This, where each symbol in it that `names` has another one for is that one."""
        if self in names or not names:
            return names.get(self, self)
        return type(self)(*(_renamed(each, names) for each in self._fields))


def _symbols_in(field: Any) -> Iterator[Symbol]:
    for each in field if isinstance(field, tuple) else (field,):
        if isinstance(each, Symbol):
            yield from each.inner


def _renamed(field: Any, names: Mapping[Symbol, Symbol]) -> Any:
    if isinstance(field, tuple):
        return tuple(_renamed(each, names) for each in field)
    return field.renamed(names) if isinstance(field, Symbol) else field
