"""What the text of a file tells without parsing it: its functions, what each calls, and which may
lead to a launch.

Everything here is a superset: strings and comments count, and a name is any function of that name.
Whether a call really goes where its name says is decided later, on the syntax tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

# A file without any of these neither launches a kernel nor says what the bytes of a tensor mean.
GATE = re.compile(rb"triton|uint8|int8|fp8|float8|cache_dtype")
# What a file says when it says something about the bytes of a tensor.
EVIDENCE = re.compile(rb"int8|fp8|float8|cache_dtype|\.view\([^()]*dtype|\.view\(torch\.")
# The types that a kernel narrows numbers to, other than as the type of a pointer or in a bit cast.
_NARROW = re.compile(rb"int(?:8|16|32)\b(?!\s*,\s*bitcast)")
_NARROWED = (b"int8", b"uint8", b"uint16", b"uint32")

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
_DEF = re.compile(rb"def[ \t]+(\w+)")
_CLASS = re.compile(rb"class[ \t]+(\w+)")
_CALL = re.compile(rb"(?<![\w.])([\w.]+)\(")
_LAUNCH = re.compile(rb"\]\s*\(")
_IMPORT = re.compile(rb"import\b[ \t]*(\([^)]*\)|[^\n]*)")
_AS = re.compile(rb" as (\w+)")
_EQUAL = re.compile(rb" = ([A-Za-z_][\w.]*)\n")
_WORD = re.compile(rb"\w+")


@dataclass(frozen=True)
class Function:
    """A function as its text shows it, with the ones inside it. `method` is whether it stands in a
    class. `calls` are the names that it calls: `name`, `self.name` for what is called on `self` or
    `cls`, and `.name` for what is called on something imported. What is called on anything else
    cannot be followed and is left out. `narrows` is whether it names a type that a kernel can
    narrow numbers to."""

    line: int
    name: str
    method: bool
    launches: bool
    narrows: bool
    calls: frozenset[str]


@dataclass(frozen=True)
class Outline:
    """One file. `gated` is whether it can matter at all, and nothing else is told of one that
    cannot; `speaks` whether it says anything about the bytes of a tensor, `triton` whether it names
    Triton. `aliases` are pairs of another name and the name that it stands for; `operators` the
    names under which the file may register custom operators. `byte_entry` is the line in which a
    table maps the setting "fp8" to torch.uint8, or 0."""

    gated: bool = False
    speaks: bool = False
    triton: bool = False
    functions: tuple[Function, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    operators: frozenset[str] = frozenset()
    byte_entry: int = 0


def outline(text: bytes, package: bool = False) -> Outline:
    """The outline of a file with this text; `package` is whether it is that of a package, which may
    pass on what others define."""
    if not package and not GATE.search(text):
        return Outline()
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    aliases = tuple(_aliases(text))
    return Outline(
        True,
        bool(EVIDENCE.search(text)),
        b"triton" in text,
        tuple(_functions(text, aliases)),
        tuple((_text(other), _text(name)) for other, name in aliases),
        frozenset(_operators(text)),
        _byte_entry(text),
    )


def _byte_entry(text: bytes) -> int:
    found = _BYTE_ENTRY.search(text) if b"torch.uint8" in text else None
    return text.count(b"\n", 0, found.start()) + 1 if found else 0


def _operators(text: bytes) -> set[str]:
    """The names that a file may register operators under, told without parsing it."""
    if not _REGISTERS.search(text):
        return set()
    return {name.decode() for found in _NAME.findall(text) for name in found if name}


def _functions(text: bytes, aliases: Sequence[tuple[bytes, bytes]]) -> Iterator[Function]:
    """The functions of a file, in order."""
    headers = list(_headers(text))
    known = {word for found in _IMPORT.findall(text) for word in _WORD.findall(found)}
    starred = b"import *" in text
    local = {each.name for each in headers} | {other for other, _ in aliases} | known
    bounds = [each.start for each in headers] + [len(text)]
    calls: list[set[bytes]] = []
    launches: list[bool] = []
    narrows: list[bool] = []
    for start, end in zip(bounds, bounds[1:], strict=False):
        called = set(_CALL.findall(text, start, end))
        calls.append(set(_followable(called, known, None if starred else local)))
        launches.append(_LAUNCH.search(text, start, end) is not None)
        narrows.append(_narrows(text, start, end))
    methods = [False] * len(headers)
    for inner, outer in _nesting([each.indent for each in headers]):
        methods[inner] = headers[outer].is_class
        calls[outer] |= calls[inner]
        launches[outer] |= launches[inner]
        narrows[outer] |= narrows[inner]
    line, seen = 1, 0
    for index, header in enumerate(headers):
        line += text.count(b"\n", seen, header.start)
        seen = header.start
        if not header.is_class:
            names = frozenset(map(_text, calls[index]))
            told = (methods[index], launches[index], narrows[index])
            yield Function(line, _text(header.name), *told, names)


def _narrows(text: bytes, start: int, end: int) -> bool:
    for found in _NARROW.finditer(text, start, end):
        begin = found.start()
        while text[begin - 1 : begin].isalnum():
            begin -= 1
        owner = text[max(0, begin - 24) : begin].rpartition(b"\n")[2]
        if text[begin : found.end()] in _NARROWED and b"pointer_type(" not in owner:
            return True
    return False


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")


@dataclass(frozen=True)
class _Header:
    """Where the name of a function or a class ends, what its header is indented by, its name."""

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
            yield _Header(found.end(), len(before) - len(before.lstrip()), found[1], is_class)


def _followable(
    called: Iterable[bytes], imported: set[bytes], local: set[bytes] | None
) -> Iterator[bytes]:
    for spelled in called:
        owner, dot, name = spelled.rpartition(b".")
        if not dot:
            if local is None or name in local:
                yield name
        elif owner in (b"self", b"cls"):
            yield b"self." + name
        elif owner.partition(b".")[0] in imported:
            yield b"." + name


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


def _aliases(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of another name and the name that it stands for: `name as other`, and `other = name` on
    a line of its own."""
    for found in _AS.finditer(text):
        yield from ((found[1], name) for name in _before(text, found.start()))
    for found in _EQUAL.finditer(text):
        name = found[1].rpartition(b".")[2]
        yield from ((other, name) for other in _before(text, found.start()))


def _before(text: bytes, end: int) -> list[bytes]:
    """The word that ends at `end`, if one does."""
    return _WORD.findall(text, max(0, end - 80), end)[-1:]
