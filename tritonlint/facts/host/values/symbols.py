"""What values and tests of launching code are known by. Symbols are compared, followed to what they
are a part of, and renamed; `str` prints them for people, and nothing reads what is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tritonlint.facts.host.values.symbol import Symbol as Symbol
from tritonlint.facts.host.values.symbol import symbol_class

# Values.


@symbol_class
class Parameter(Symbol):
    """A parameter of the function of this qualified name, or of a lambda."""

    FORM = "{0.function}({0.name})"
    function: str | Symbol
    name: str


@symbol_class
class Unknown(Symbol):
    """What an expression gives that is not understood, in the calls and rounds of `site`."""

    FORM = "{0.path}:{0.line}:{0.column}{0.site}"
    path: str
    line: int
    column: int
    site: str


@symbol_class
class Numbers(Symbol):
    """The numbers of a `range` of unknown length, in the calls and rounds of `site`."""

    FORM = "{0.path}:{0.line}:{0.column}{0.site}"
    path: str
    line: int
    column: int
    site: str


@symbol_class
class Raised(Symbol):
    """Whether a handler of the `try` there is reached, in the calls of `site`."""

    FORM = "raised@{0.path}:{0.line}{0.site}"
    path: str
    line: int
    site: str


@symbol_class
class Missing(Symbol):
    """Whether the package is missing that the `try` there, at the top of a module, imports."""

    FORM = "missing@{0.path}:{0.line}"
    path: str
    line: int


@symbol_class
class Allocation(Symbol):
    """Memory that an expression makes in the calls of `site`; `mark` parts what is made at once."""

    FORM = "new@{0.path}:{0.line}:{0.column}{0.site}{0.mark}"
    path: str
    line: int
    column: int
    site: str
    mark: str


@symbol_class
class Object(Symbol):
    """Any object of the class of this qualified name, and the class itself."""

    FORM = "{0.kind}"
    kind: str


@symbol_class
class Made(Symbol):
    """The object of a class that an expression makes, in the calls and rounds of `site`."""

    FORM = "{0.kind}@{0.line}:{0.column}{0.site}"
    kind: str
    line: int
    column: int
    site: str


@symbol_class
class Literal(Symbol):
    """A constant, as Python writes it."""

    FORM = "{0.written}"
    written: str


@symbol_class
class Spelled(Symbol):
    """Something of which nothing is known but its code."""

    FORM = "{0.code}"
    code: str

    @property
    def last_name(self) -> str:
        return self.code.rpartition(".")[2]


class _Within(Symbol):
    __slots__ = ()
    if TYPE_CHECKING:
        of: Symbol

    @property
    def whole(self) -> Symbol:
        return self.of.whole

    def is_within(self, owner: Symbol) -> bool:
        return self.of is owner or self.of.is_within(owner)


@symbol_class
class Attribute(_Within):
    """An attribute of something."""

    FORM = "{0.of}.{0.name}"
    of: Symbol
    name: str


@symbol_class
class Item(_Within):
    """An item of something, by the code of its key or by its index."""

    FORM = "{0.of}[{0.key}]"
    of: Symbol
    key: str

    @property
    def last_name(self) -> str:
        return self.of.last_name


@symbol_class
class Share(_Within):
    """What one of the targets is given that something is unpacked to, by its index or name."""

    FORM = "{0.of}#{0.target}"
    of: Symbol
    target: str

    @property
    def last_name(self) -> str:
        return self.of.last_name


@symbol_class
class Reckoned(Symbol):
    """What arithmetic with a written number makes of another one."""

    FORM = "{0.of} {0.code}"
    of: Symbol
    code: str


# Tests.


@symbol_class
class HasType(Symbol):
    """Whether something has one of these element types."""

    FORM = "{0.of}.dtype is {0.types}"
    of: Symbol
    types: str


class OfSetting(Symbol):
    """Whether a setting asks for a quantized cache, in one way or another."""

    __slots__ = ()
    if TYPE_CHECKING:
        setting: Symbol

    @property
    def last_name(self) -> str:
        return self.setting.last_name


@symbol_class
class Asked(OfSetting):
    """Whether a setting asks for a quantized cache: which name it has is left open."""

    FORM = "quantized({0.setting})"
    setting: Symbol


@symbol_class
class AskedAs(OfSetting):
    """Whether a setting asks for a quantized cache by this name."""

    FORM = "quantized({0.setting}) as {0.name!r}"
    setting: Symbol
    name: str


@symbol_class
class AskedAmong(OfSetting):
    """Whether a setting asks for a quantized cache by one of these names, in order."""

    FORM = "quantized({0.setting}) among {0.names}"
    setting: Symbol
    names: tuple[str, ...]


@symbol_class
class AskedAsAny(OfSetting):
    """Whether a setting asks for a quantized cache by any of the names that begin so, or that a
    table has bytes for."""

    FORM = "quantized({0.setting})+"
    setting: Symbol


@symbol_class
class Never(OfSetting):
    """Whether a setting is one of some names that are not quantized."""

    FORM = "quantized({0.setting}) never {0.names}"
    setting: Symbol
    names: str


@symbol_class
class OfClass(Symbol):
    """Whether an object is of this class, by its qualified name, or one that inherits from it."""

    FORM = "{0.of} is a {0.kind}"
    of: Symbol
    kind: str


@symbol_class
class Compared(Symbol):
    """A comparison, by the name of its operator."""

    left: Symbol
    operator: str
    right: Symbol

    def __str__(self) -> str:
        if self.operator in ("==", "in"):
            return f"{self.left} {self.operator} {self.right}"
        return f"{self.operator} {self.left} == {self.right}"


@symbol_class
class OfText(Symbol):
    """Whether a text begins or ends with another one, or has it `in` it."""

    FORM = "{0.of}.{0.method}({0.part!r})"
    of: Symbol
    method: str
    part: str


@symbol_class
class OfVendor(Symbol):
    """A test that asks which GPU it is; `code` is how it is spelled, where it is just a value."""

    test: Symbol
    code: str

    def __str__(self) -> str:
        return f"vendor({self.code}) {self.test}" if self.code else f"vendor({self.test})"


@symbol_class
class Denied(Symbol):
    """The opposite of a test."""

    FORM = "not {0.test}"
    test: Symbol


@symbol_class
class Joined(Symbol):
    """Several tests, by `and` or `or`, or one of them (`each`)."""

    word: str
    tests: tuple[Symbol, ...]

    def __str__(self) -> str:
        return f" {self.word} ".join(map(str, self.tests))
