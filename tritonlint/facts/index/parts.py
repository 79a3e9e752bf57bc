"""What a part of a text says: what it names, and what it may launch or know."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tritonlint.facts.index.gates import body_of, may_launch, may_name_bytes, may_say
from tritonlint.facts.index.headers import Header, decorators
from tritonlint.facts.index.words import attributes, names, names_own

# Outside of the project: what is called of these is not followed, but for `torch.ops`.
_FOREIGN = (b"torch.", b"np.", b"numpy.", b"tl.", b"triton.", b"os.", b"math.", b"pytest.")
# The types that a kernel narrows numbers to, other than as the type of a pointer or in a bit cast;
# a byte that is made unsigned so may wrap around.
_NARROW = re.compile(rb"int(?:8|16|32)\b")
_BIT_CAST = re.compile(rb"\s*,\s*bitcast")
_NARROWED = (b"int8", b"uint8", b"uint16", b"uint32")


@dataclass
class Part:
    """What a part of a text says."""

    launches: bool
    speaks: bool
    byte: bool
    narrows: bool
    calls: set[bytes]
    attributes: set[bytes]
    # Whether something is named on an attribute of `self`, or on a name for one; and whether the
    # class that the part stands in may be called.
    beyond_self: bool = False
    makes_own: bool = False

    def add(self, other: Part) -> None:
        """Count what another part says."""
        self.launches |= other.launches
        self.speaks |= other.speaks
        self.byte |= other.byte
        self.narrows |= other.narrows
        self.calls |= other.calls
        self.attributes |= other.attributes


def part_of(
    text: bytes,
    start: int,
    end: int,
    imported: set[bytes],
    local: set[bytes] | None,
    signed: bool = True,
    classes: Collection[bytes] = (),
) -> Part:
    """What a part of a text says; unless it is `signed` the signature of a function is in front.
    `classes` are those of the file that `class_in` does not tell by their names."""
    body = start if signed else body_of(text, start, end)
    used = names(text, body, end)
    named = used | names(text, start, body) if body > start else used
    followed = set(_followable(used, imported, local))
    calls = followed | set(_followable(named - used, imported, local))
    calls |= {b"%s(" % each for each in followed if class_in(each)}
    beyond_self = any(each.startswith(b"self.") and each.count(b".") > 1 for each in named)
    beyond_self = beyond_self or names_own(text, body, end)
    owning = beyond_self or any(map(class_in, calls)) or not calls.isdisjoint(classes)
    return Part(
        may_launch(text, named, start, end),
        may_say(text, start, end),
        may_name_bytes(text, start, end),
        may_narrow(text, start, end),
        calls,
        attributes(text, body, end) if owning else set(),
        beyond_self,
        not used.isdisjoint((b"cls", b"self.__class__", b"type")),
    )


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
            yield spelled


def may_narrow(text: bytes, start: int, end: int) -> bool:
    """Whether code names a type that a kernel can narrow numbers to."""
    for found in _NARROW.finditer(text, start, end):
        begin = found.start()
        while text[begin - 1 : begin].isalnum():
            begin -= 1
        name = text[begin : found.end()]
        if name not in _NARROWED:
            continue
        unsigned_byte = name == b"uint8" and text[begin - 1 : begin] != b"_"
        if not unsigned_byte and _BIT_CAST.match(text, found.end(), end):
            continue
        if b"pointer_type(" not in text[max(0, begin - 24) : begin].rpartition(b"\n")[2]:
            return True
    return False


def class_in(call: bytes) -> bytes:
    """The last part of what is called that begins with a capital letter, as names of classes do
    after underscores; nothing of what is named on an object."""
    parts = () if call.startswith((b".", b"self.")) else call.rstrip(b"(").split(b".")
    return next((each for each in reversed(parts) if each.lstrip(b"_")[:1].isupper()), b"")


def through_decorators(text: bytes, found: Sequence[Header], parts: Sequence[Part]) -> None:
    """A function tells something about bytes where a decorator of it names a type of one byte, or
    is a function of the file that does: `@storage(cache=torch.uint8)`."""
    pairs = [pair for pair in zip(found, parts, strict=True) if not pair[0].is_class]
    top = (header.name for header, part in pairs if part.byte and not header.indent)
    saying = {b"int8", *(b"@" + name for name in top)}
    for header, part in pairs:
        above = decorators(text, header)
        if above and any(each in above for each in saying):
            part.byte = part.speaks = True
