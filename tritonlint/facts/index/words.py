"""The names in code, as its text tells: what it names, which attributes, and which of `self`."""

from __future__ import annotations

import re

# Letters of identifiers, which need not be those of ASCII.
LETTER = rb"[\w\x80-\xff]"
# Names and the attributes after them, from their beginning.
_CHAIN = re.compile(rb"(?<!\.)[A-Za-z_\x80-\xff][\w.\x80-\xff]*")
_APPLIED = re.compile(rb"(?<![.\w])\w+\.apply\b")
_ATTRIBUTE = re.compile(rb"\.[\s\\]*(%s+)" % LETTER)
# Prefixes of strings, which look like names.
_PREFIXES = frozenset((b"f", b"r", b"b", b"rb", b"F"))
_NO_PREFIX = {each: re.compile(rb"\b%s\b(?![\"'])" % each) for each in _PREFIXES}
# Attributes that stand on another line than what they are of.
_CONTINUED = re.compile(
    rb"\.[^\S\n]*\n\s*(%s+)|\n[^\S\n]*\.\s*(%s+)" % (LETTER, LETTER),
)
_SUPER = re.compile(rb"super\s*\([^()]*\)\s*\.\s*(%s+)" % LETTER)
# A name that an attribute of `self` is given as it is.
_OWN_NAMED = re.compile(
    rb"^[ \t]+(?:\w+[ \t]*(?::[^\n=]*)?=(?:[^\n]*(?:\belse|=))?[ \t(]*"
    rb"|\w+[ \t]*,[\w., \t]*=[^\n]*\b|(?:else[ \t]+)?)self\.\w+[ \t]*\)?[ \t]*(?:$|if\b|,)",
    re.M,
)
# A method of an item of one.
_OWN_ITEM = re.compile(rb"\bself\.\w+\[[^\n\]]*\]\.\w+\(")
# A loop over what an attribute of `self` has has both of these before that.
_FOR, _IN = re.compile(rb"\bfor\b"), re.compile(rb"\bin\b")
# What the end of a line looks like that gives one a name, which takes less time to look for.
_OWN_LAST = re.compile(rb"self\.\w+[ \t]*\)?[ \t]*(?:$|if\b|,)", re.M)


def attributes(text: bytes, start: int, end: int) -> set[bytes]:
    """The names of attributes in code; `forward` too where it calls what a call gave, or the
    `apply` of a name."""
    found = set(_ATTRIBUTE.findall(text, start, end))
    if b"forward" not in found and (
        text.find(b")(", start, end) >= 0
        or (b"apply" in found and _APPLIED.search(text, start, end) is not None)
    ):
        found.add(b"forward")
    return found


def names(text: bytes, start: int, end: int) -> set[bytes]:
    """The names in code, each with the attributes after it (`ops.store`); and as `.store` the
    attributes that stand apart from what they are of."""
    found = set(_CHAIN.findall(text, start, end))
    for each in found & _PREFIXES:
        if not _NO_PREFIX[each].search(text, start, end):
            found.remove(each)
    for one, other in _CONTINUED.findall(text, start, end):
        found.add(b"." + (one or other))
    if b"super" in found:
        found.update(b"super." + each for each in _SUPER.findall(text, start, end))
    return found


def names_own(text: bytes, start: int, end: int) -> bool:
    """Whether code names an attribute of `self`, or an item of it, or calls a method of one: its
    methods may be called so."""
    if text.find(b"].", start, end) >= 0 and _OWN_ITEM.search(text, start, end) is not None:
        return True
    if text.find(b"for ", start, end) >= 0 and _loops_over_own(text, start, end):
        return True
    last = _OWN_LAST.search(text, start, end)
    return last is not None and _OWN_NAMED.search(text, start, end) is not None


def _loops_over_own(text: bytes, start: int, end: int) -> bool:
    """Whether a loop in one line goes over what an attribute of `self` has. A pattern for the whole
    line would take the time of its length to the third: a prompt can be of half a million words."""
    at = text.find(b"self.", start, end)
    while at >= 0:
        first = max(text.rfind(b"\n", start, at) + 1, start)
        after = text.find(b"\n", at, end)
        last = text.rfind(b"self.", at, after if after >= 0 else end)
        begun = _FOR.search(text, first, last)
        if begun is not None and _IN.search(text, begun.end(), last) is not None:
            return True
        at = text.find(b"self.", after, end) if after >= 0 else -1
    return False
