"""Questions that the text of a file or a function answers without being parsed. Each answer is "no"
only where the syntax tree would say no too: what lets too much through costs time, what lets too
little through loses findings.

Strings and comments count as code, and a name is any function of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Letters of identifiers, which need not be those of ASCII.
LETTER = rb"[\w\x80-\xff]"

# A file without any of these neither launches a kernel nor says what the bytes of a tensor mean.
FILE = re.compile(rb"triton|jit|int8|fp8|float8|cache_dtype|\bbyte\b")
# Names and the attributes after them.
_CHAIN = re.compile(rb"[A-Za-z_\x80-\xff][\w.\x80-\xff]*")
# Attributes that stand on another line than what they are of.
_CONTINUED = re.compile(rb"\.\s*\n\s*(%s+)|\n\s*\.\s*(%s+)" % (LETTER, LETTER))
_SUPER = re.compile(rb"super\s*\([^()]*\)\s*\.\s*(%s+)" % LETTER)
# The call of a subscript, as launches are, or of one in parentheses.
_LAUNCH = re.compile(rb"\](?:[\s)\\]|#[^\n]*\n)*\(")
_LAUNCHING = (b".run", b".__getitem__")
# What code says when it says something about the bytes of a tensor: a narrow type, a view that is
# given one thing, a setting of quantized caches. A dtype by another name is told by that name.
_EVIDENCE = re.compile(
    rb"int8|int16|int32|fp8|float8|quantized|cache_dtype|byte\b|ByteTensor"
    rb"|view\s*\(\s*(?:dtype|[A-Za-z_](?![^(),]*,))"
)
_BYTES = re.compile(rb"int8|fp8|float8|quantized|cache_dtype|byte\b|ByteTensor")
# The types that a kernel narrows numbers to, other than as the type of a pointer or in a bit cast.
_NARROW = re.compile(rb"int(?:8|16|32)\b(?!\s*,\s*bitcast)")
_NARROWED = (b"int8", b"uint8", b"uint16", b"uint32")
# What copies between tensors, and what tells that one holds 8-bit floats and another bytes.
_COPIES = re.compile(r"\.copy_\(|\.(?:to|type)\(\s*torch\.(?:u?int8|float8_e8m0)|[^\"']\]\s*=[^=]")
_CODES = re.compile(r"float8|fp8|e8m0", re.IGNORECASE)
_INT8 = re.compile(r"u?int8\b")


def may_matter(text: bytes) -> bool:
    """Whether a file can launch a kernel, define one, or say what the bytes of a tensor mean."""
    if FILE.search(text) is not None:
        return True
    # A launch of an imported kernel beside a view.
    return b".view(" in text and _LAUNCH.search(text) is not None


def may_launch(text: bytes, named: Iterable[bytes], start: int, end: int) -> bool:
    """Whether code, in which these names are `named`, may launch a kernel that it does not name:
    one that it is given, or looks up. Of one that it names, the name tells."""
    called = _LAUNCH.search(text, start, end)
    return called is not None or any(each.endswith(_LAUNCHING) for each in named)


def may_say(text: bytes, start: int, end: int) -> bool:
    """Whether code says anything about the bytes of a tensor itself."""
    return _EVIDENCE.search(text, start, end) is not None


def may_name_bytes(text: bytes, start: int, end: int) -> bool:
    """Whether code names a type of one byte, or a setting that asks for one."""
    return _BYTES.search(text, start, end) is not None


def may_narrow(text: bytes, start: int, end: int) -> bool:
    """Whether code names a type that a kernel can narrow numbers to."""
    for found in _NARROW.finditer(text, start, end):
        begin = found.start()
        while text[begin - 1 : begin].isalnum():
            begin -= 1
        owner = text[max(0, begin - 24) : begin].rpartition(b"\n")[2]
        if text[begin : found.end()] in _NARROWED and b"pointer_type(" not in owner:
            return True
    return False


def may_copy(text: str) -> bool:
    """Whether the text of a function or a file may copy between tensors of 8-bit floats and of
    bytes."""
    return "int8" in text and all(each.search(text) for each in (_INT8, _CODES, _COPIES))


def names(text: bytes, start: int, end: int) -> set[bytes]:
    """The names in code, each with the attributes after it (`ops.store`); and as `.store` the
    attributes that stand apart from what they are of."""
    found = set(_CHAIN.findall(text, start, end))
    for one, other in _CONTINUED.findall(text, start, end):
        found.add(b"." + (one or other))
    if b"super" in found:
        found.update(b"super." + each for each in _SUPER.findall(text, start, end))
    return found
