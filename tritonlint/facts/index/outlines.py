"""What the text of a file tells without parsing it: its functions, what each calls, and which may
lead to a launch.

Everything here is a superset: strings count, and a name is any function of that name.
Whether a call really goes where its name says is decided later, on the syntax tree.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence

from tritonlint.facts.index import handing, top_level
from tritonlint.facts.index.gates import code, may_matter
from tritonlint.facts.index.headers import Header, headers, nesting, outside
from tritonlint.facts.index.parts import Part, class_in, part_of, through_decorators
from tritonlint.facts.index.words import attributes
from tritonlint.frozen import dataclass, replace

# An attribute that is given something, of what is not called `self`.
_GIVEN = re.compile(rb"(?<!\bself)\.(\w+)[ \t]*(?::[^=\n]+)?=(?!=)")
# An attribute of `self` that is given what has a name.
_HANDED = re.compile(rb"^[ \t]+self\.(\w+)(?:[ \t]*:[^=\n]+)?[ \t]*=[ \t]*\w+[ \t]*(?:#.*)?$", re.M)
# One that is given nothing yet: None, or something empty.
_EMPTY = re.compile(
    rb"\bself\.(\w+)[ \t]*(?::[^=\n]+)?=[ \t]*"
    rb"(?:None\b|\[\]|\{\}|\(\)|(?:\w+\.)*\w+\((?:\[\]|0)?\)|[\[(][\w.]+\(\[\]\))"
)
_IMPORT_LINE = re.compile(
    rb"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+)?import\b[ \t]*(?:\([^)]*\)|[^\n]*)", re.M
)


@dataclass(frozen=True)
class Function:
    """A function as its text shows it, with the ones inside it; in line 0 what stands outside of
    functions. `owner` is the class that it stands in. `launches` is whether it may launch a kernel
    that it does not name. `calls` are the names that it may call: `name`, `self.name` for what it
    names on `self`, `cls` or `super()`, `module.name` for what it names on something imported, and
    `.name` where that is not plain to see; what is called on an object can be by the name of its
    class, and `Class(` says that it names the class not only in its signature. `attributes` are
    those that it names, if it names a class. `speaks` is whether it says anything about the bytes
    of a tensor, `byte` whether it names a type of one byte, `narrows` whether it names a type that
    a kernel can narrow numbers to. Names are sorted, each once: a tuple takes a sixth of the room
    of a set."""

    line: int
    name: str
    owner: str
    launches: bool
    speaks: bool
    byte: bool
    narrows: bool
    calls: tuple[str, ...]
    attributes: tuple[str, ...] = ()

    @property
    def method(self) -> bool:
        """Whether it stands in a class."""
        return bool(self.owner)

    @property
    def named(self) -> Iterator[str]:
        """What it calls, with `.name` and `Class` in the place of `module.Class.name`."""
        for call in self.calls:
            owner, dot, rest = call.partition(".")
            if not dot or owner in ("", "self"):
                yield call
                continue
            yield owner
            for each in filter(None, rest.split(".")):
                yield f".{each.rstrip('(')}"
                if is_class_name(each):
                    yield each


@dataclass(frozen=True)
class Outline:
    """One file. `gated` is whether it can matter at all, and nothing else is told of one that
    cannot; `triton` whether it names Triton. `kernels` are the functions that may be kernels;
    `bases` pairs of a class and one that it inherits from; `telling` the names at the top level
    that are given something about the bytes of a tensor, and classes whose attributes are;
    `aliases` pairs of another name and the name that it stands for; `imports` what it imports, each
    as the name that it is given, the module, and the name in that module (or nothing), between
    spaces; `operators` the names under which the file may register custom operators. `byte_entry`
    is the line in which a table maps the setting "fp8" to torch.uint8, or 0."""

    gated: bool = False
    triton: bool = False
    functions: tuple[Function, ...] = ()
    kernels: frozenset[str] = frozenset()
    bases: tuple[tuple[str, str], ...] = ()
    telling: frozenset[str] = frozenset()
    aliases: tuple[tuple[str, str], ...] = ()
    imports: tuple[str, ...] = ()
    operators: frozenset[str] = frozenset()
    byte_entry: int = 0

    def compiled(self) -> Outline:
        """The same with those functions only that Triton may compile: the decorated ones, or all
        where the file makes kernels otherwise too (`kernel = triton.jit(function)`)."""
        named = tuple(each for each in self.functions if each.name in self.kernels)
        if self.kernels - {each.name for each in named}:
            return self
        return replace(self, functions=named)


def is_class_name(name: str) -> bool:
    """Whether a name begins with a capital letter, maybe after underscores, as those of classes
    do."""
    return name.lstrip("_")[:1].isupper()


def moved(before: Outline, after: Outline) -> Mapping[int, Function] | None:
    """By their old lines, the functions of a file as they are now, if nothing about it changed but
    where they are."""
    if replace(before, functions=()) != replace(after, functions=()):
        return None
    if len(before.functions) != len(after.functions):
        return None
    found = {}
    for old, new in zip(before.functions, after.functions, strict=True):
        if replace(old, line=new.line) != new:
            return None
        found[old.line] = new
    return found


def outline(text: bytes, package: bool = False) -> Outline:
    """The outline of a file with this text; `package` is whether it is that of a package, which may
    pass on what others define."""
    if not package and not may_matter(text):
        return Outline()
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    triton, byte_entry = b"triton" in text, top_level.byte_entry(text)
    text = code(text)
    found = list(headers(text))
    imports = dict.fromkeys(top_level.imports(text))
    known = {given for given, _, _ in imports}
    given = top_level.assigned(text)
    aliases = tuple(top_level.aliases(text, given, {each.name for each in found} | known))
    fillers = tuple(dict.fromkeys(top_level.filled(text, found, given)))
    aliases += (*fillers, *dict.fromkeys(top_level.registered(text, found, fillers)))
    local = {each.name for each in found} | {other for other, _ in aliases} | known
    aliases += tuple(dict.fromkeys(handing.out(text, found, local)))
    starred = b"import *" in text
    telling = frozenset(top_level.telling(text, found, given))
    return Outline(
        True,
        triton,
        tuple(_functions(text, found, known, None if starred else local, telling)),
        frozenset(map(_text, top_level.kernels(text, found, given))),
        tuple((_text(own), _text(base)) for own, base in top_level.bases(text)),
        frozenset(map(_text, telling)),
        tuple((_text(other), _text(name)) for other, name in aliases),
        tuple(_text(b" ".join(each)) for each in imports),
        frozenset(top_level.operators(text)),
        byte_entry,
    )


def _functions(
    text: bytes,
    found: Sequence[Header],
    imported: set[bytes],
    local: set[bytes] | None,
    telling: Collection[bytes],
) -> Iterator[Function]:
    """The functions of a file, in order, after what stands outside of them; `telling` are the names
    at its top that are given something about bytes."""
    ends = [*(each.begin for each in found[1:]), len(text)]
    small = {each.name for each in found if each.is_class and not class_in(each.name)}
    parts = [
        part_of(text, header.start, end, imported, local, header.is_class, small)
        for header, end in zip(found, ends, strict=False)
    ]
    owners = [b""] * len(found)
    outermost = list(range(len(found)))
    for inner, outer in nesting([each.indent for each in found]):
        if found[outer].is_class:
            owners[inner] = found[outer].name
        parts[outer].add(parts[inner])
    for inner, outer in reversed(list(nesting([each.indent for each in found]))):
        if not found[outermost[outer]].is_class:
            outermost[inner] = outermost[outer]
    through_decorators(text, found, parts)
    _through_attributes(text, found, owners, parts)
    _on_objects(text, found, owners, parts, telling)
    _from_outside(text, found, parts)
    for owner, part in zip(owners, parts, strict=True):
        part.calls |= {owner, owner + b"("} if owner and part.makes_own else set()
    rest = _IMPORT_LINE.sub(b"", b"\n".join(outside(text, found, outermost, ends)))
    around = part_of(rest, 0, len(rest), imported, local, classes=small)
    if around.launches or around.calls:
        yield _function(0, "", b"", around, small)
    for line, header, owner, part in zip(_lines(text, found), found, owners, parts, strict=True):
        if not header.is_class:
            yield _function(line, _text(header.name), owner, part, small)


def _lines(text: bytes, found: Sequence[Header]) -> Iterator[int]:
    """The lines in which headers stand."""
    line, seen = 1, 0
    for header in found:
        line += text.count(b"\n", seen, header.start)
        seen = header.start
        yield line


def _function(line: int, name: str, owner: bytes, part: Part, small: set[bytes]) -> Function:
    calls = tuple(sorted(map(_text, part.calls)))
    classes = any(map(class_in, part.calls)) or not small.isdisjoint(part.calls)
    named = tuple(sorted(map(_text, part.attributes if classes else ())))
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
    text: bytes, found: Sequence[Header], owners: Sequence[bytes], parts: Sequence[Part]
) -> None:
    """What is called on an attribute of `self`, or where it is called itself, can be a method of a
    class that `__init__` names, or of an object that a function gives which `__init__` calls, or a
    function that `__init__` makes of what it names."""
    made: dict[bytes, set[bytes]] = {}
    own: dict[bytes, set[bytes]] = {}
    ends = [*(each.begin for each in found[1:]), len(text)]
    for header, end, owner, part in zip(found, ends, owners, parts, strict=False):
        if owner and not header.is_class:
            own.setdefault(owner, set()).add(header.name)
        if owner and header.name == b"__init__":
            given = handing.given(text, header.start, end) & part.calls
            named = {each for each in part.calls if class_in(each) and not each.endswith(b"(")}
            launched = handing.launched(text, header.start, end) & part.calls
            made[owner] = given | named | launched
    for header, end, owner, part in zip(found, ends, owners, parts, strict=False):
        if not made.get(owner) or header.is_class:
            continue
        if part.beyond_self or not handing.called(text, header.start, end) <= own[owner]:
            part.calls |= made[owner]


def _on_objects(
    text: bytes,
    found: Sequence[Header],
    owners: Sequence[bytes],
    parts: Sequence[Part],
    telling: Collection[bytes],
) -> None:
    """What is called on an object can be a method of a class of the file that says something about
    bytes, whatever the object is called."""
    classes = {
        owner
        for owner, part in zip(owners, parts, strict=True)
        if owner and (part.speaks or not part.calls.isdisjoint(telling))
    }
    saying = {
        header.name
        for header, owner in zip(found, owners, strict=True)
        if owner in classes and not header.is_class and not header.name.startswith(b"__")
    }
    if not saying:
        return
    ends = [*(each.begin for each in found[1:]), len(text)]
    for header, end, part in zip(found, ends, parts, strict=True):
        if not header.is_class:
            named = part.attributes or attributes(text, header.start, end)
            part.calls |= {b"." + each for each in named & saying}


def _from_outside(text: bytes, found: Sequence[Header], parts: Sequence[Part]) -> None:
    """What names an attribute that other code may give its object may be given bytes by that: one
    that code of the file gives an object, not its own, that a method is handed for it, or that is
    nothing at first."""
    given = {*_GIVEN.findall(text), *_EMPTY.findall(text)}
    ends = [*(each.begin for each in found[1:]), len(text)]
    for header, end in zip(found, ends, strict=False):
        if header.name != b"__init__" and not header.is_class:
            given.update(_HANDED.findall(text, header.start, end))
    for header, part in zip(found, parts, strict=True) if given else ():
        if not part.speaks and not header.is_class:
            own = {each[5:] for each in part.calls if each.startswith(b"self.")}
            part.speaks = not own.isdisjoint(given)


def _text(name: bytes) -> str:
    # The same names stand in many files.
    return sys.intern(name.decode("utf-8", "replace"))
