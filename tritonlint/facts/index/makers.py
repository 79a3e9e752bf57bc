"""Who may make objects of a class, as the text of a file tells it."""

from __future__ import annotations

import re

from tritonlint.facts.index.gates import code

_IMPORTS = re.compile(rb"[ \t]*(?:from|import)\b")
# What stands before a class that is an annotation, or that is asked for.
_ANNOTATES = re.compile(
    rb"(?:(?:^|[(,])[ \t]*[^\W\d][\w.]*[ \t]*:|->)[ \t]*[\"']?"
    rb"(?:[\w., \t]+\[|[\w.]+[ \t]*[|,][ \t]*)*(?:\w+\.)*\Z"
    rb"|\bisinstance\([^()]*,[ \t]*\(?(?:[\w.]+,[ \t]*)*\Z",
    re.M,
)


def may_make(text: bytes, name: bytes) -> bool:
    """Whether a file that names a class may make objects of it: not where it only annotates with
    it, asks for it, or calls what it has."""
    text = code(text)
    for found in re.finditer(rb"\b%s\b" % re.escape(name), text):
        start, end = found.span()
        line = text.rfind(b"\n", 0, start) + 1
        opened = text.rfind(b"(", 0, start)
        listed = opened >= 0 and text.find(b")", opened, start) < 0
        inside = listed and _IMPORTS.match(text, text.rfind(b"\n", 0, opened) + 1)
        if inside or _IMPORTS.match(text, line):
            if text.startswith(b" as ", end):
                return True
        elif not text.startswith(b".", end) and not _ANNOTATES.search(text, line, start):
            return True
    return False
