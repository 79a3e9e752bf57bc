"""Questions that the text of a file or a function answers without being parsed. Each answer is "no"
only where the syntax tree would say no too: what lets too much through costs time, what lets too
little through loses findings.

Strings count as code, and a name is any function of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tritonlint.facts.index.words import LETTER

# A file without any of these neither launches a kernel nor says what the bytes of a tensor mean: a
# pool may make its buffers with the dtype that a class derived from it names.
_WORDS = (
    *(b"triton", b"jit", b"int8", b"fp8", b"float8"),
    *(b"cache_dtype", b"kv_buffer", b"store_dtype", b"typestr"),
)
# What is looked for in all files: whether a project knows both kinds of e4m3, and views beside
# others.
_SOUGHT = (b"e4m3fnuz", b".view")
_A_BYTE = re.compile(rb"\bbyte\b")
_COMMENT = re.compile(rb"#[^\n\"']*")
# A line with one of these may end in a string or a comment.
_UNCLEAR = re.compile(rb"[#\"']")
# Where the signature of a function ends, if that is at the end of a line; and defaults in it.
_BODY = re.compile(rb"\)[^\n#()]*:[ \t]*\n|\)[ \t]*->[^\n#]*:[ \t]*\n")
_DEFAULT = re.compile(rb"=\s*[A-Za-z_.]*[A-Z]\w*[a-z]")
# The call of a subscript, as launches are, or of one in parentheses: a kernel takes something.
_LAUNCH = re.compile(rb"\](?:[\s)\\]|#[^\n]*\n)*\((?!\s*\))")
_LAUNCHING = (b".run", b".__getitem__")
# A key of a table, as it is written, or a place in a list: a grid is neither.
_WRITTEN = re.compile(rb"""\s*(?:"[^"\\\n]*"|'[^'\\\n]*'|-?\d+)\s*""")
# A subscript is looked for so far before its call.
_FAR = 2000
# What stands before a `[`: a name, or what a value ends with.
_OWNER = re.compile(rb"(?:([\w\x80-\xff]+)|[)\]}])\s*\\?\s*\Z")
# Names before a `[` of which the call makes no launch: words of the language, and containers.
NO_KERNEL = frozenset(
    b"""and as assert await case del elif else except for from if in is lambda match not or print
    raise return while with yield dict list set tuple frozenset type deque defaultdict""".split()
)
# What code says when it says something about the bytes of a tensor: a narrow type, a view that is
# given one thing, a setting of quantized caches. A dtype by another name is told by that name.
_NAMING_BYTES = (
    *(b"int8", b"fp8", b"float8", b"quantized", b"cache_dtype", b"ByteTensor", b"typestr"),
)
_SAYING = (*_NAMING_BYTES, b"int16", b"int32", b"CharTensor", b"Int8[")
_KINDS, _WIDTHS = (b"is_floating_point", b"is_signed"), (b"element_size", b"itemsize")
_BYTE = re.compile(rb"byte\b")
_VIEW = re.compile(rb"view\s*\(\s*(?:dtype|[A-Za-z_](?![^(),]*,))")
# What copies between tensors, and what tells that one holds 8-bit floats and another bytes.
_COPIES = re.compile(
    r"\.(?:byte|char)\(\s*\)|\.copy_\(|\.(?:to|type)\(\s*torch\.(?:u?int8|float8_e8m0)|[^\"']\]\s*=[^=]"
)
# The same with an attribute of the object on one side, or of a parameter.
_COPIES_OWN = re.compile(
    r"\b[a-z]\w*\.[a-z_][^\n=]*(?:\.copy_\(|\]\s*=[^=])|(?:\.copy_\(|[^\"']\]\s*=)\s*[a-z]\w*\.[a-z_]"
    r"|\b[a-z]\w*\.copy_\("
)
_CODES = ("float8", "fp8", "e8m0")
_TOP = re.compile(r"^(?=(?:async[ \t]+)?def\b|class\b)", re.M)
_INT8 = re.compile(r"u?int8\b|\.(?:byte|char)\(")

# What begins a line that imports, what may follow a name that is called, and a letter of a name;
# and what stands before an attribute of the object or class itself.
_IMPORTS = re.compile(rb"[ \t]*(?:from|import)\b")
_OPENING = re.compile(rb"\s*\(")
_WORD = re.compile(LETTER)
_OWN = (b"self.", b"cls.")


def code(text: bytes) -> bytes:
    """A text without its comments, and with a number in the place of each string in triple quotes,
    as far as these are plain to see: each line stays where it is."""
    for quotes in (b'"""', b"'''"):
        parts = text.split(quotes)
        opening = (part[part.rfind(b"\n") + 1 :] for part in parts[:-1:2])
        if len(parts) > 1 and len(parts) % 2 and not any(map(_UNCLEAR.search, opening)):
            parts[1::2] = [b"0" + b"\n" * part.count(b"\n") for part in parts[1::2]]
            text = b"".join(parts)
    return _COMMENT.sub(b"", text)


def may_matter(text: bytes) -> bool:
    """Whether a file can launch a kernel, define one, or say what the bytes of a tensor mean."""
    # One word after the other: that takes less time than a pattern of all.
    if any(each in text for each in _WORDS) or (b"byte" in text and _A_BYTE.search(text)):
        return True
    # A launch of an imported kernel beside a view, or an address; or of what has a grid for sure.
    if b".view(" in text or b".data_ptr()" in text:
        return _LAUNCH.search(text) is not None
    return b"torch" in text and may_launch(text, (), 0, len(text))


def may_set(text: bytes) -> bool:
    """Whether a file that cannot matter itself may hold settings of which dtype the memory is that
    launching code of another one passes, or the names of what they can be."""
    return (b"@dataclass" in text and b"dtype" in text) or b"Enum)" in text


def may_tell(text: bytes, sought: Iterable[str]) -> bool:
    """Whether a file that cannot matter itself may still decide what is found in another: it names
    one of the functions whose callers were `sought` in all files, or has what else is."""
    return any(each in text for each in _SOUGHT) or any(each.encode() in text for each in sought)


def may_launch(text: bytes, named: Iterable[bytes], start: int, end: int) -> bool:
    """Whether code, in which these names are `named`, may launch a kernel that it does not name:
    one that it is given, or looks up. Of one that it names, the name tells."""
    called = _LAUNCH.finditer(text, start, end)
    if any(_calls_subscript(text, start, each.start()) for each in called):
        return True
    return _gives_grid(text, start, end) and any(each.endswith(_LAUNCHING) for each in named)


def _gives_grid(text: bytes, start: int, end: int) -> bool:
    """Whether code may pass a grid by its name, as `kernel.run` needs, or look up by a method."""
    return any(text.find(each, start, end) >= 0 for each in (b"grid", b"**", b"__getitem__"))


def _calls_subscript(text: bytes, start: int, end: int) -> bool:
    """Whether what is called after the `]` at `end` may be a kernel with its grid: no entry of a
    table under a written name or of a list at a written place, no list itself, no container with
    the type of its items, no prose."""
    if _WRITTEN.fullmatch(text, max(start, text.rfind(b"[", start, end) + 1), end):
        return False
    line = text[text.rfind(b"\n", start, end) + 1 : end]
    before, comment, _ = line.partition(b"#")
    in_comment = comment and b'"' not in before and b"'" not in before
    if in_comment or text.count(b'"""', start, end) % 2:
        return False
    opened = _opened(text, max(start, end - _FAR), end)
    if opened is None:
        return True
    owner = _OWNER.search(text, max(start, opened - 80), opened)
    return owner is not None and (owner[1] is None or owner[1] not in NO_KERNEL)


def _opened(text: bytes, start: int, end: int) -> int | None:
    """Where the bracket is opened that is closed at `end`; None where that is not plain to see."""
    depth = 0
    for at in range(end, start - 1, -1):
        letter = text[at]
        if letter in b"\"'#":
            return None
        depth += (letter == 0x5D) - (letter == 0x5B)
        if depth == 0:
            return at
    return None


def may_say(text: bytes, start: int, end: int) -> bool:
    """Whether code says anything about the bytes of a tensor itself."""
    said = _holds(text, _SAYING, start, end) or _VIEW.search(text, start, end)
    return bool(said) or _speaks_of_bytes(text, start, end)


def may_name_bytes(text: bytes, start: int, end: int) -> bool:
    """Whether code names a type of one byte, or a setting that asks for one."""
    return _holds(text, _NAMING_BYTES, start, end) or _speaks_of_bytes(text, start, end)


def _speaks_of_bytes(text: bytes, start: int, end: int) -> bool:
    """Whether code says byte, or asks both which kind of type something has and how wide it is."""
    byte = _BYTE.search(text, start, end) is not None
    return byte or (_holds(text, _KINDS, start, end) and _holds(text, _WIDTHS, start, end))


def _holds(text: bytes, words: Iterable[bytes], start: int, end: int) -> bool:
    """Whether one of `words` is in code, which takes less time than a pattern for all."""
    return any(text.find(each, start, end) >= 0 for each in words)


def may_copy(text: str) -> bool:
    """Whether the text of a function or a file may copy between tensors of 8-bit floats and of
    bytes."""
    if "int8" not in text and ".byte(" not in text and ".char(" not in text:
        return False
    if not any(each in text for each in _CODES) and not any(x in text.lower() for x in _CODES):
        return False
    return all(each.search(text) for each in (_INT8, _COPIES))


def may_hold_copies(text: str) -> bool:
    """Whether a function or class at the top of a file may copy so."""
    return "torch" in text and may_copy(text) and any(map(may_copy, _TOP.split(text)))


def body_of(text: bytes, start: int, end: int) -> int:
    """Where the body of a function begins, of which the code after its name is given; `start` where
    that is not plain to see, or the signature has defaults that may be called in it."""
    found = _BODY.search(text, start, end)
    if found is None:
        return start
    signature = text[start : found.start() + 1]
    plain = signature.count(b"(") == signature.count(b")")
    return found.end() if plain and not _DEFAULT.search(signature) else start


def may_copy_own(text: str, owner: str) -> bool:
    """Whether the text of a method may do so with an attribute of its object, of a class with the
    text `owner`, which tells what it holds; or hand it on, and say that something holds codes."""
    hands = "self." in text and any(each in text for each in _CODES)
    return (hands or _COPIES_OWN.search(text) is not None) and may_copy(owner)


def is_followed(text: str, name: str, pattern: re.Pattern[str]) -> bool:
    """Whether `pattern` comes after a name anywhere in a text: one that begins with the name, made
    for each, would take longer."""
    at = text.find(name)
    while at >= 0:
        before = text[at - 1 : at]
        if not (before.isalnum() or before == "_") and pattern.match(text, at + len(name)):
            return True
        at = text.find(name, at + len(name))
    return False


def may_get(text: bytes, name: bytes) -> bool:
    """Whether a file may name what another one defines, and not only call it: it imports it, or
    whatever there is, has it as an attribute of something, or gets it by a string."""
    if b"import *" in text:
        return True
    by_string = b"getattr" in text
    for found in re.finditer(re.escape(name) + rb"\b", text):
        start, end = found.span()
        if _WORD.match(text, start - 1):
            continue
        match text[start - 1 : start]:
            case b"." if not text.endswith(_OWN, 0, start) and not _OPENING.match(text, end):
                return True
            case b'"' | b"'" if by_string:
                return True
        # The line that it stands in, and the one of the parenthesis that it may stand in.
        for place in (start, max(text.rfind(b"(", 0, start), 0)):
            if _IMPORTS.match(text, text.rfind(b"\n", 0, place) + 1):
                return True
    return False
