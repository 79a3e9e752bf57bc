"""What the text of a file tells without parsing it: its functions, what each calls, and which may
lead to a launch.

Everything here is a superset: strings count, and a name is any function of that name.
Whether a call really goes where its name says is decided later, on the syntax tree.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from tritonlint.facts.index.gates import (
    LETTER,
    attributes,
    body_of,
    code,
    may_launch,
    may_matter,
    may_name_bytes,
    may_narrow,
    may_say,
    names,
)
from tritonlint.frozen import dataclass

# A file without any of these registers no operator.
_REGISTERS = re.compile(rb"op_func|custom_op|triton_op")
# The name of an operator, as text: given as an argument, in a decorator, or that of the decorated
# function.
_NAME = re.compile(
    rb"""op_name\s*=\s*["'](?:\w+::)?(\w+)["']"""
    rb"""|op\(\s*["'](?:\w+::)?(\w+)["']"""
    rb"""|@[\w.]*_op\b[^\n]*\n(?:[^\n]*\n){0,12}?[ \t]*def[ \t]+(\w+)"""
)
# An entry of a table from settings to dtypes that stores fp8 as bytes.
_BYTE_ENTRY = re.compile(rb"""["']fp8\w*["']\s*:\s*torch\.uint8""")

# Each begins with a literal where it can: what else is asked of a place is asked of the few that
# match, since a pattern for all of it takes several times as long.
_DEF = re.compile(rb"def[ \t]+(%s+)\s*[\(\[\\]" % LETTER)
_CLASS = re.compile(rb"class[ \t]+(%s+)\s*[\(\[\\:]" % LETTER)
_INHERITS = re.compile(rb"class[ \t]+(%s+)\s*\(([^()]*)" % LETTER)
_IMPORT = re.compile(rb"import\b[ \t]*(\([^)]*\)|[^\n]*)")
_IMPORT_LINE = re.compile(
    rb"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import\b[ \t]*(?:\([^)]*\)|[^\n]*)", re.M
)
_AS = re.compile(rb" as (%s+)" % LETTER)
# Where `as` names something: other lines with the word are prose.
_NAMING = re.compile(
    rb"\bimport\b[ \t]*(?:\([^)]*\)|[^\n]*)"
    rb"|^[ \t]*(?:async[ \t]+)?(?:with|case)\b[^\n]*(?:\n[ \t]+[^\n]*\bas\b[^\n]*)*",
    re.M,
)
# What stands in a class before its methods, as an assignment.
_CLASS_VALUE = re.compile(rb"^[ \t]+%s+[ \t]*(?::[^=\n]*)?=(?!=)[^\n]*" % LETTER, re.M)
# An assignment at the top level, whose value may go on over lines.
_ASSIGNED = re.compile(
    rb"^(%s+)[ \t]*(?::[^=\n]*)?=(?!=)([^\n]*(?:\n[ \t)\]}][^\n]*)*)" % LETTER, re.M
)
# An attribute that is given a name as it is.
_ATTRIBUTE = re.compile(rb"self\.(%s+)[ \t]*=[ \t]*(%s+)[ \t]*$" % (LETTER, LETTER), re.M)
_WORD = re.compile(rb"%s+" % LETTER)
# Decorators that make no kernel of a function.
_DECORATOR = re.compile(rb"^[ \t]*@[ \t]*([\w.]+)", re.M)
_PLAIN = frozenset(
    b"""property staticmethod classmethod abstractmethod setter getter deleter cached_property cache
    lru_cache wraps contextmanager asynccontextmanager no_grad inference_mode overload override
    fixture parametrize dataclass skip skipif custom_op register_fake compile disable
    allow_in_graph""".split()
)
# Modules of Python that no project has modules named like.
_STANDARD = frozenset(
    b"""__future__ abc argparse asyncio base64 collections contextlib copy ctypes dataclasses
    datetime enum functools gc glob hashlib importlib inspect io itertools json logging math
    multiprocessing operator os pathlib pickle random re shutil socket struct subprocess sys
    tempfile textwrap threading time traceback typing typing_extensions unittest uuid warnings
    weakref""".split()
)
# Outside of the project: what is called of these is not followed, but for `torch.ops`.
_FOREIGN = (b"torch.", b"np.", b"numpy.", b"tl.", b"triton.", b"os.", b"math.", b"pytest.")


@dataclass(frozen=True)
class Function:
    """A function as its text shows it, with the ones inside it; in line 0 what stands outside of
    functions. `owner` is the class that it stands in. `launches` is whether it may launch a kernel
    that it does not name. `calls` are the names that it may call: `name`, `self.name` for what it
    names on `self`, `cls` or `super()`, and `.name` for what it names on something imported; what
    is called on an object can be by the name of its class, and `Class(` says that it names the
    class not only in its signature. `attributes` are those that it names, if it names a class.
    `speaks` is whether it says anything about the bytes of a tensor, `byte` whether it names a type
    of one byte, `narrows` whether it names a type that a kernel can narrow numbers to."""

    line: int
    name: str
    owner: str
    launches: bool
    speaks: bool
    byte: bool
    narrows: bool
    calls: frozenset[str]
    attributes: frozenset[str] = frozenset()

    @property
    def method(self) -> bool:
        """Whether it stands in a class."""
        return bool(self.owner)


@dataclass(frozen=True)
class Outline:
    """One file. `gated` is whether it can matter at all, and nothing else is told of one that
    cannot; `triton` whether it names Triton. `kernels` are the functions that may be kernels;
    `bases` pairs of a class and one that it inherits from; `telling` the names at the top level
    that are given something about the bytes of a tensor, and classes whose attributes are;
    `aliases` pairs of another name and the name that it stands for; `operators` the names under
    which the file may register custom operators. `byte_entry` is the line in which a table maps the
    setting "fp8" to torch.uint8, or 0."""

    gated: bool = False
    triton: bool = False
    functions: tuple[Function, ...] = ()
    kernels: frozenset[str] = frozenset()
    bases: tuple[tuple[str, str], ...] = ()
    telling: frozenset[str] = frozenset()
    aliases: tuple[tuple[str, str], ...] = ()
    operators: frozenset[str] = frozenset()
    byte_entry: int = 0


def outline(text: bytes, package: bool = False) -> Outline:
    """The outline of a file with this text; `package` is whether it is that of a package, which may
    pass on what others define."""
    if not package and not may_matter(text):
        return Outline()
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    triton, byte_entry = b"triton" in text, _byte_entry(text)
    text = code(text)
    headers = list(_headers(text))
    known = set(_imported(text))
    aliases = tuple(_aliases(text, {each.name for each in headers} | known))
    local = {each.name for each in headers} | {other for other, _ in aliases} | known
    starred = b"import *" in text
    return Outline(
        True,
        triton,
        tuple(_functions(text, headers, known, None if starred else local)),
        frozenset(map(_text, _kernels(text, headers))),
        tuple((_text(own), _text(base)) for own, base in _bases(text)),
        frozenset(map(_text, _telling(text, headers))),
        tuple((_text(other), _text(name)) for other, name in aliases),
        frozenset(_operators(text)),
        byte_entry,
    )


def _imported(text: bytes) -> Iterator[bytes]:
    """The names that imports give, but none of Python's own modules, of which nothing leads to a
    launch."""
    for found in _IMPORT.finditer(text):
        before = text[text.rfind(b"\n", 0, found.start()) + 1 : found.start()].split()
        package = before[1].partition(b".")[0] if before[:1] == [b"from"] else found[1].strip()
        if package not in _STANDARD:
            yield from _WORD.findall(found[1])


def _byte_entry(text: bytes) -> int:
    found = _BYTE_ENTRY.search(text) if b"torch.uint8" in text else None
    return text.count(b"\n", 0, found.start()) + 1 if found else 0


def _operators(text: bytes) -> set[str]:
    """The names that a file may register operators under, told without parsing it."""
    if not _REGISTERS.search(text):
        return set()
    return {name.decode() for found in _NAME.findall(text) for name in found if name}


def _functions(
    text: bytes, headers: Sequence[_Header], imported: set[bytes], local: set[bytes] | None
) -> Iterator[Function]:
    """The functions of a file, in order, after what stands outside of them."""
    ends = [*(each.begin for each in headers[1:]), len(text)]
    parts = [
        _part(text, header.start, end, imported, local, header.is_class)
        for header, end in zip(headers, ends, strict=False)
    ]
    owners = [b""] * len(headers)
    outermost = list(range(len(headers)))
    for inner, outer in _nesting([each.indent for each in headers]):
        if headers[outer].is_class:
            owners[inner] = headers[outer].name
        parts[outer].add(parts[inner])
    for inner, outer in reversed(list(_nesting([each.indent for each in headers]))):
        if not headers[outermost[outer]].is_class:
            outermost[inner] = outermost[outer]
    _through_attributes(headers, owners, parts)
    for owner, part in zip(owners, parts, strict=True):
        part.calls |= {owner, owner + b"("} if owner and part.makes_own else set()
    rest = _IMPORT_LINE.sub(b"", b"\n".join(_outside(text, headers, outermost, ends)))
    outside = _part(rest, 0, len(rest), imported, local)
    if outside.launches or outside.calls:
        yield _function(0, "", b"", outside)
    line, seen = 1, 0
    for index, header in enumerate(headers):
        line += text.count(b"\n", seen, header.start)
        seen = header.start
        if not header.is_class:
            yield _function(line, _text(header.name), owners[index], parts[index])


def _outside(
    text: bytes, headers: Sequence[_Header], outermost: Sequence[int], ends: Sequence[int]
) -> Iterator[bytes]:
    """The parts of a text outside of functions."""
    yield text[: headers[0].begin if headers else len(text)]
    for index, end in enumerate(ends if headers else ()):
        outer = headers[outermost[index]]
        start = headers[index].start
        if outer.is_class:
            yield text[start:end]
        elif left := _dedent(outer.indent).search(text, start, end):
            yield text[left.end() : end]


@dataclass
class _Part:
    """What a part of a text says."""

    launches: bool
    speaks: bool
    byte: bool
    narrows: bool
    calls: set[bytes]
    attributes: set[bytes]
    # Whether something is named on an attribute of `self`; and whether the class that the part
    # stands in may be called.
    beyond_self: bool = False
    makes_own: bool = False

    def add(self, other: _Part) -> None:
        """Count what another part says."""
        self.launches |= other.launches
        self.speaks |= other.speaks
        self.byte |= other.byte
        self.narrows |= other.narrows
        self.calls |= other.calls
        self.attributes |= other.attributes


def _part(
    text: bytes,
    start: int,
    end: int,
    imported: set[bytes],
    local: set[bytes] | None,
    signed: bool = True,
) -> _Part:
    """What a part of a text says; unless it is `signed` the signature of a function is in front."""
    body = start if signed else body_of(text, start, end)
    used = names(text, body, end)
    named = used | names(text, start, body) if body > start else used
    calls = set(_followable(named, imported, local))
    calls |= {b"%s(" % each for each in _followable(used, imported, local) if each[:1].isupper()}
    beyond_self = any(each.startswith(b"self.") and each.count(b".") > 1 for each in named)
    owning = beyond_self or any(each[:1].isupper() for each in calls)
    return _Part(
        may_launch(text, named, start, end),
        may_say(text, start, end),
        may_name_bytes(text, start, end),
        may_narrow(text, start, end),
        calls,
        attributes(text, body, end) if owning else set(),
        beyond_self,
        not used.isdisjoint((b"cls", b"self.__class__", b"type")),
    )


def _function(line: int, name: str, owner: bytes, part: _Part) -> Function:
    calls = frozenset(map(_text, part.calls))
    classes = any(each[:1].isupper() for each in part.calls)
    named = frozenset(map(_text, part.attributes if classes else ()))
    return Function(
        line,
        name,
        _text(owner),
        part.launches,
        part.speaks,
        part.byte,
        part.narrows,
        calls,
        named,
    )


def _through_attributes(
    headers: Sequence[_Header], owners: Sequence[bytes], parts: Sequence[_Part]
) -> None:
    """What is called on an attribute of `self` can be a method of a class that `__init__` names."""
    made: dict[bytes, set[bytes]] = {}
    for header, owner, part in zip(headers, owners, parts, strict=True):
        if owner and header.name == b"__init__":
            made[owner] = {
                each for each in part.calls if each[:1].isupper() and not each.endswith(b"(")
            }
    for owner, part in zip(owners, parts, strict=True):
        if part.beyond_self and owner in made:
            part.calls |= made[owner]


@cache
def _dedent(indent: int) -> re.Pattern[bytes]:
    """Where a statement begins that is indented by at most `indent`: the function before ends."""
    return re.compile(rb"\n[ \t]{0,%d}(?=[^\s)\]}#])" % indent)


def _kernels(text: bytes, headers: Sequence[_Header]) -> Iterator[bytes]:
    """The names that may be those of kernels: of decorated functions, and of what `jit` makes."""
    if b"triton" not in text and b"jit" not in text:
        return
    end = 0
    for header in headers:
        decorators = _DECORATOR.findall(text, end, header.start)
        end = header.start
        if header.is_class:
            continue
        if any(each.rpartition(b".")[2] not in _PLAIN for each in decorators):
            yield header.name
    for name, value in _ASSIGNED.findall(text) if b"jit" in text else ():
        if b"jit" in value:
            yield name


def _text(name: bytes) -> str:
    # The same names stand in many files.
    return sys.intern(name.decode("utf-8", "replace"))


@dataclass(frozen=True)
class _Header:
    """Where the header of a function or a class begins, where its name ends, what it is indented
    by, its name."""

    begin: int
    start: int
    indent: int
    name: bytes
    is_class: bool


def _headers(text: bytes) -> Iterator[_Header]:
    """The headers of a file, in order."""
    functions, classes = _DEF.finditer(text), _CLASS.finditer(text)
    for found in sorted((*functions, *classes), key=re.Match.start):
        before = text[text.rfind(b"\n", 0, found.start()) + 1 : found.start()]
        is_class = found[0].startswith(b"class")
        if before.strip() == b"" or (before.strip() == b"async" and not is_class):
            indent = len(before) - len(before.lstrip())
            yield _Header(found.start(), found.end(1), indent, found[1], is_class)


def _bases(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    for name, bases in _INHERITS.findall(text):
        yield from ((name, base) for base in _WORD.findall(bases))


def _telling(text: bytes, headers: Sequence[_Header]) -> Iterator[bytes]:
    """The values at the top level, and the classes by what stands in them before their methods,
    that say something about the bytes of a tensor."""
    for name, value in _ASSIGNED.findall(text):
        if may_say(value, 0, len(value)):
            yield name
    ends = [*(each.begin for each in headers[1:]), len(text)]
    for header, end in zip(headers, ends, strict=False):
        values = _CLASS_VALUE.finditer(text, header.start, end) if header.is_class else ()
        if any(may_say(text, each.start(), each.end()) for each in values):
            yield header.name


def _followable(
    named: Iterable[bytes], imported: set[bytes], local: set[bytes] | None
) -> Iterator[bytes]:
    for spelled in named:
        owner, dot, rest = spelled.partition(b".")
        if local is None or owner in local:
            yield owner
        if not dot:
            continue
        if owner in (b"self", b"cls", b"super"):
            yield b"self." + rest.partition(b".")[0]
        elif not owner:  # it stands apart from what it is of
            yield from (b"self." + rest, b"." + rest)
        elif owner in imported and (not spelled.startswith(_FOREIGN) or b".ops." in spelled):
            for each in filter(None, rest.split(b".")):
                yield b"." + each
                if each[:1].isupper():
                    yield each


def _nesting(indents: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of the index of a function and that of the one around it, innermost first."""
    around: list[tuple[int, int]] = []
    stack: list[int] = []
    for index, indent in enumerate(indents):
        while stack and indents[stack[-1]] >= indent:
            stack.pop()
        if stack:
            around.append((index, stack[-1]))
        stack.append(index)
    return reversed(around)


def _aliases(text: bytes, known: set[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of another name and a name that it stands for: `name as other`, `self.other = name`,
    and `other = name` or `other = f(name)` at the top level."""
    for line in _NAMING.finditer(text):
        for found in _AS.finditer(text, line.start(), line.end()):
            yield from ((found[1], name) for name in _before(text, found.start()))
    for attribute, name in _ATTRIBUTE.findall(text):
        if name in known:
            yield b"self." + attribute, name
    for other, value in _ASSIGNED.findall(text):
        for spelled in () if other.startswith(b"__") else names(value, 0, len(value)):
            owner, _, attribute = spelled.rpartition(b".")
            if spelled.partition(b".")[0] in known:
                yield other, attribute if owner else spelled


def _before(text: bytes, end: int) -> list[bytes]:
    """The word that ends at `end`, if one does."""
    return _WORD.findall(text, max(0, end - 80), end)[-1:]
