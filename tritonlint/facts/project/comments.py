"""The comments that decide something: Python reads one that names a codec, and two rules take the
author's word. No others are read."""

from __future__ import annotations

import re

from tritonlint.facts.project import code_lines

# That a sum in 16 bits is meant, on its lines or the one before.
SUM_IN_16_BITS = re.compile(
    r"#.*(?:\bb?f(?:loat|p)?16\b|\bhalf\b|16[- ]bits?\b|low(?:er)? precision)", re.IGNORECASE
)
# That there are no 64-bit integers where a file runs, and those beside it.
NARROW_TARGET = re.compile(
    rb"#[^\n]*(?:n't|\bnot) support[^\n]*\bint64|#[^\n]*\bint64\b[^\n]*(?:n't |not |un)support"
)


def code_digest(text: bytes) -> str:
    """A digest of what can decide something in a file: the same for two texts of which only
    comments and blank lines differ, if no comment of them decides anything."""
    return code_lines.raw_digest(text) if _decide(text) else code_lines.digest(text)


def _decide(text: bytes) -> bool:
    """Whether a comment of a file can decide something: what an author says, that of a kernel."""
    if any(b"coding" in line for line in text.split(b"\n", 2)[:2]):
        return True
    if b"jit" not in text or b"#" not in text:
        return False
    if b"int64" in text and NARROW_TARGET.search(text):
        return True
    return SUM_IN_16_BITS.search(text.decode("utf-8", "replace")) is not None
