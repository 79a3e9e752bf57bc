"""What a text says outside of its functions, by patterns: what it imports, which names stand for
others, what it registers, which of its names may be kernels or tell something about bytes."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence

from tritonlint.facts.index.gates import may_say
from tritonlint.facts.index.headers import Header
from tritonlint.facts.index.words import LETTER, names

# A file without any of these registers no operator.
_REGISTERS = (b"op_func", b"custom_op", b"triton_op", b"impl(")
# The name of an operator, as text: given as an argument, in a decorator, or that of the decorated
# function.
_NAME = re.compile(
    rb"""op_name\s*=\s*["'](?:\w+::)?(\w+)["']"""
    rb"""|op\(\s*["'](?:\w+::)?(\w+)["']"""
    rb"""|\bimpl\(\s*(?:[\w.]+\s*,\s*)?["'](?:\w+::)?(\w+)"""
    rb"""|register(?!_(?:buffer|parameter|module))\w*\(\s*["'](?:\w+::)?(\w+)["']"""
    # Only looked at, for what a decorator names itself: `@custom_op("ns::mean")` of `pool_mean`.
    rb"""|@(?=[\w.]*_op\b[^\n]*\n(?:[^\n]*\n){0,12}?[ \t]*def[ \t]+(\w+))"""
)
# An entry of a table from settings to dtypes that stores fp8 as bytes.
_BYTE_ENTRY = re.compile(rb"""["']fp8\w*["']\s*:\s*torch\.uint8""")

_INHERITS = re.compile(rb"class[ \t]+(%s+)\s*\(([^()]*)" % LETTER)
_IMPORT = re.compile(rb"import\b[ \t]*(\([^)]*\)|[^\n]*(?<=\\)\n[^\n]*|[^\n]*)")
_AS = re.compile(rb" as (%s+)" % LETTER)
# What stands in a class before its methods, as an assignment.
_CLASS_VALUE = re.compile(rb"^[ \t]+%s+[ \t]*(?::[^=\n]*)?=(?!=)[^\n]*" % LETTER, re.M)
# An assignment at the top level, whose value may go on over lines.
_ASSIGNED = re.compile(
    rb"^(%s+(?:[ \t]*,[ \t]*%s+)*)[ \t]*(?::[^=\n]*|[|+])?=(?!=)([^\n]*(?:\n[ \t)\]}][^\n]*)*)"
    % (LETTER, LETTER),
    re.M,
)
# A block at the top level that is no function and no class, and an assignment in it.
_BLOCK = re.compile(
    rb"^(?:if|elif|else|try|except|finally|with|for|while)\b[^\n]*\n((?:[ \t]+[^\n]*\n|\n)+)", re.M
)
_ASSIGNED_THERE = re.compile(
    rb"^[ \t]+(%s+(?:[ \t]*,[ \t]*%s+)*)[ \t]*(?::[^=\n]*|[|+])?=(?!=)([^\n]*)" % (LETTER, LETTER),
    re.M,
)
# An empty container, or None: what it holds is said elsewhere in the file. Of a comment after it
# what follows a quote may be left.
_EMPTY = re.compile(
    rb"\s*(?:\{\s*\}|\[\s*\]|list\(\s*\)|[\w.]*[dD]ict\([^\n]*|None)(?:[ \t]+[\"'][^\n]*|[ \t]*)$"
)
# A name that an item is put into, or those that a function declares to be those of the module.
_FILLED = re.compile(
    rb"(?:^|[:;=])[ \t]*(%s+)(?:[ \t]*[|+]=|\[.*\][ \t]*=|\[[ \t]*$"
    rb"|\.(?:append|add|insert|extend|setdefault|update)\()"
    rb"|^[ \t]+global[ \t]+([^\n]+)" % LETTER,
    re.M,
)
# An attribute that is given a name as it is.
_ATTRIBUTE = re.compile(
    rb"self\.(%s+)[ \t]*(?::[^=\n]*)?=[ \t]*(%s+)[ \t]*$" % (LETTER, LETTER), re.M
)
# One that is given what a function makes, maybe of another: `self.write = partial(write, x)`.
_ATTRIBUTE_MADE = re.compile(
    rb"self\.(%s+)[ \t]*(?::[^=\n]*)?=[ \t]*[\w.]*?\b([a-z_]%s*)\(\s*((?:self\.)?%s+)?"
    % (LETTER, LETTER, LETTER)
)
_WORD = re.compile(rb"%s+" % LETTER)
# How code names Triton's language, or Gluon, where it does not say `triton`.
_LANGUAGE = re.compile(rb"\b(?:tl|gl|ttgl|gluon|tlc|libdevice|language)\s*\.")
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

# Packages that are never the project's own.
_OTHERS = frozenset((b"torch", b"triton", b"numpy"))


def imports(text: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The names that imports give, each with the module, and with the name of what it is in that
    module (nothing for the module itself), a module in a package that alone is given a name by its
    own; but none of Python's own modules, of which nothing leads to a launch."""
    for found in _IMPORT.finditer(text):
        before = text[text.rfind(b"\n", 0, found.start()) + 1 : found.start()].split()
        module = before[1] if before[:1] == [b"from"] and len(before) > 1 else b""
        for part in found[1].strip(b"() \t").split(b","):
            name, *other = part.replace(b"\\", b" ").split() or [b""]
            given = other[1] if len(other) > 1 and other[0] == b"as" else b""
            if not name or (module or name).partition(b".")[0] in _STANDARD:
                continue
            if module:
                yield given or name, module, name
            elif given:
                yield given, name, b""
            else:
                top = name.partition(b".")[0]
                yield top, top, b""
                if name != top and top not in _OTHERS:
                    yield name, name, b""


def assigned(text: bytes) -> list[tuple[bytes, bytes]]:
    """The names that are assigned at the top level, in blocks of statements too, each with the text
    of its value."""
    found = _ASSIGNED.findall(text)
    for block in _BLOCK.finditer(text):
        found += _ASSIGNED_THERE.findall(text, block.start(1), block.end(1))
    return [(each.strip(), value) for names, value in found for each in names.split(b",")]


def byte_entry(text: bytes) -> int:
    """The line in which a table maps the setting "fp8" to torch.uint8, or 0."""
    found = _BYTE_ENTRY.search(text) if b"torch.uint8" in text else None
    return text.count(b"\n", 0, found.start()) + 1 if found else 0


def operators(text: bytes) -> set[str]:
    """The names that a file may register operators under, told without parsing it."""
    if not any(each in text for each in _REGISTERS):
        return set()
    return {name.decode() for found in _NAME.findall(text) for name in found if name}


def kernels(
    text: bytes, headers: Sequence[Header], given: Sequence[tuple[bytes, bytes]]
) -> Iterator[bytes]:
    """The names that may be those of kernels: of decorated functions, and of what `jit` makes, in
    files that name Triton or its language."""
    if b"triton" not in text and not _LANGUAGE.search(text):
        return
    end = 0
    for header in headers:
        begin, end = end, header.start
        if header.is_class or text.find(b"@", begin, end) < 0:
            continue
        decorators = _DECORATOR.findall(text, begin, end)
        if any(each.rpartition(b".")[2] not in _PLAIN for each in decorators):
            yield header.name
    for name, value in given if b"jit" in text else ():
        if b"jit" in value:
            yield name


def bases(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of a class and one that it inherits from."""
    for name, inherited in _INHERITS.findall(text):
        yield from ((name, base) for base in _WORD.findall(inherited))


def telling(
    text: bytes, headers: Sequence[Header], given: Sequence[tuple[bytes, bytes]]
) -> Iterator[bytes]:
    """The values at the top level, and the classes by what stands in them before their methods,
    that say something about the bytes of a tensor, or name one of the file that does."""
    told = {name for name, value in given if may_say(value, 0, len(value))}
    yield from told
    ends = [*(each.begin for each in headers[1:]), len(text)]
    parts = {each.name: (each.start, end) for each, end in zip(headers, ends, strict=False)}
    for header, end in zip(headers, ends, strict=False):
        values = _CLASS_VALUE.finditer(text, header.start, end) if header.is_class else ()
        for each in values:
            named = {*_WORD.findall(text, each.start(), each.end())} - {header.name}
            own = may_say(text, each.start(), each.end()) or not told.isdisjoint(named)
            if own or any(may_say(text, *parts[name]) for name in named & parts.keys()):
                yield header.name


def aliases(
    text: bytes, given: Sequence[tuple[bytes, bytes]], known: set[bytes]
) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of another name and a name that it stands for: `name as other`, `self.other = name`,
    and `other = name` or `other = f(name)` at the top level, or in an attribute that is called."""
    for found in _AS.finditer(text) if b" as " in text else ():
        if _is_naming(text, found.start()):
            yield from ((found[1], name) for name in _before(text, found.start()))
    for each in _ATTRIBUTE.finditer(text):
        if each[2] in known:
            yield from ((other, each[2]) for other in (b"self." + each[1], *_on_object(text, each)))
    own = b"triton" in text  # a function that makes launchers holds the launch
    for each in _ATTRIBUTE_MADE.finditer(text) if known else ():
        named = each.groups()[1:] if own else each.groups()[2:]
        made = [name for name in named if name and name.removeprefix(b"self.") in known]
        on_self = [b"self." + each[1]] if b"self.%s(" % each[1] in text else []
        others = [*on_self, *_on_object(text, each)] if made else []
        yield from ((other, name) for other in others for name in made)
    for other, value in given:
        # In order: what is kept for other runs is told by what the outline says.
        for spelled in () if other.startswith(b"__") else sorted(names(value, 0, len(value))):
            owner, _, attribute = spelled.rpartition(b".")
            first = spelled.partition(b".")[0]
            if first in known:
                yield other, attribute if owner else spelled
                if owner:  # a method of a class is called by the name of that
                    yield other, first


def _on_object(text: bytes, attribute: re.Match[bytes]) -> Iterator[bytes]:
    """How an attribute that is set in a class at the top level is called on an object of it."""
    start = text.rfind(b"\nclass ", 0, attribute.start())
    if start >= 0:
        names = _WORD.findall(text, start + 7, text.find(b"\n", start + 1))
        yield from (b"%s.%s" % (each, attribute[1]) for each in names[:1])
        yield b"." + attribute[1]


def filled(
    text: bytes, headers: Sequence[Header], given: Sequence[tuple[bytes, bytes]]
) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of a name at the top level that stands for something empty, and a function that puts
    something there, or before it."""
    empty = {name for name, value in given if _EMPTY.match(value)}
    starts = [each.start for each in headers]
    for found in _FILLED.finditer(text) if empty else ():
        for name in sorted(empty.intersection(_WORD.findall(found[1] or found[2]))):
            at = bisect.bisect(starts, found.start()) - 1
            if at >= 0:
                yield name, headers[at].name


def registered(
    text: bytes, headers: Sequence[Header], fillers: Sequence[tuple[bytes, bytes]]
) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of a name at the top level and a function that is put there by a decorator: by one of
    `fillers`, of which each is told with the name that it fills, or by the function around it."""
    around: dict[bytes, bytes] = {}
    top = b""
    for each in headers:
        top = top if each.indent else each.name
        around[each.name] = top
    end = 0
    for header in headers if fillers else ():
        begin, end = end, header.start
        decorators = {each.rpartition(b".")[2] for each in _DECORATOR.findall(text, begin, end)}
        for name, filler in fillers if decorators else ():
            if around[filler] in decorators:
                yield name, header.name


def _is_naming(text: bytes, at: int) -> bool:
    """Whether the `as` at a place may give a name that stands for another: it stands in no string
    and names no exception."""
    line = text[text.rfind(b"\n", 0, at) + 1 : at]
    quoted = line.count(b'"') % 2 or line.count(b"'") % 2
    return not quoted and not line.lstrip().startswith(b"except")


def _before(text: bytes, end: int) -> list[bytes]:
    """The word that ends at `end`, if one does."""
    return _WORD.findall(text, max(0, end - 80), end)[-1:]
