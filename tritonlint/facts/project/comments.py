"""The comments that decide something: Python reads one that names a codec, and two rules take the
author's word. No others are read."""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Iterator, Sequence

from tritonlint.facts.project import code_lines

# That a sum in 16 bits is meant, on its lines, the one before, or in the comment that ends there;
# and that a function multiplies or adds up so, wherever it says it.
_16_BITS = r"(?:\bb?f(?:loat|p)?16|\bhalf|16[- ]bits?|low(?:er)? precision)\b"
_SUM_IN_16_BITS = re.compile(rf"#.*{_16_BITS}", re.IGNORECASE)
# That a tensor is float32, and what else a line may say of such a type.
_FLOAT32 = r"\b(?:float|fp)32\b"
_ALSO = re.compile(_16_BITS, re.IGNORECASE)
_OTHERWISE = re.compile(
    r"\b(?:or|any|if|(?:up)?cast|conver[ts]|comput[ei]|accumulat[ei]|return)", re.IGNORECASE
)
# What a comment says where it only asks for something, or for something else too.
_UNSURE = re.compile(rf"{_16_BITS}|\b(?:todo|fixme|xxx|not yet)\b", re.IGNORECASE)
# What else a line may name with a tensor, and how it asks for a type.
_OTHERS_TOO = r"(?:\s*(?:,|and)\s*`?\w+`?)*"
_HAS_TO_BE = (
    r"(?:should|must|ha(?:s|ve) to|needs? to) (?:both |all )?(?:be|stay|remain)(?: kept)?"
    rf"(?: in| of)? {_FLOAT32}"
)
_SENTENCES = re.compile(r"(?<=[.;])\s+")
_OF_SUMS = re.compile(rf"#.*(?:{_16_BITS}|{_FLOAT32})", re.IGNORECASE)
_ARITHMETIC = r"\b(?:mul(?:tipl\w+)?|products?|math|arithmetic|acc\w*|sum\w*|add\w*|reduc\w+)\b"
_COMPUTES_IN_16_BITS = re.compile(
    rf"#.*(?:{_16_BITS}[ -](?:precision )?{_ARITHMETIC}"
    rf"|{_ARITHMETIC} (?:in|at|as|with) (?:\w+ )?{_16_BITS})",
    re.IGNORECASE,
)
# That there are no 64-bit integers where a file runs, and those beside it.
NARROW_TARGET = re.compile(
    rb"#[^\n]*(?:n't|\bnot) support[^\n]*\bint64|#[^\n]*\bint64\b[^\n]*(?:n't |not |un)support"
)


def means_16_bits(lines: Sequence[str], first: int, last: int) -> bool:
    """Whether a comment says that what stands in these lines (from 1) is to be added up in 16
    bits."""
    begin = max(0, first - 2)
    while begin > 0 and all(each.lstrip().startswith("#") for each in lines[begin - 1 : begin + 1]):
        begin -= 1
    return any(map(_SUM_IN_16_BITS.search, lines[begin:last]))


def computes_in_16_bits(lines: Sequence[str]) -> bool:
    """Whether a comment in a function, which these lines are, says that it multiplies or adds up in
    16 bits."""
    return any(map(_COMPUTES_IN_16_BITS.search, lines))


def said_float32(lines: Sequence[str], function: object, name: str) -> bool:
    """Whether the docstring of a function, or the comment above it, says of the tensor of that name
    that it is float32 and nothing else; a comment in it, that it has to be; or a comment of the
    file calls it so (a float64 `x`)."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    first = min(each.lineno for each in (function, *function.decorator_list)) - 1
    said = (ast.get_docstring(function, clean=False) or "").split("\n")
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
        said.append(lines[first])
    says = re.compile(
        rf"\b{name}\b`?(?:{_OTHERS_TOO}\s*(?:[:(]|is\b|are\b).*|,? ){_FLOAT32}", re.IGNORECASE
    )
    asks = re.compile(
        rf"^\s*#\s*(?:\w+:\s*)?(?:`?\w+`?\s*(?:,|and)\s*)*`?{name}\b`?{_OTHERS_TOO}\s+{_HAS_TO_BE}",
        re.IGNORECASE,
    )
    called = re.compile(rf"#.*\b(?:float|fp)(?:32|64)\s+`+{name}`", re.IGNORECASE)
    sentences = (x for each in said if not _ALSO.search(each) for x in _SENTENCES.split(each))
    inside = lines[function.lineno : function.end_lineno]
    return (
        any(says.search(each) and not _OTHERWISE.search(each) for each in sentences)
        or any(called.search(each) for each in lines if "#" in each)
        or any(asks.search(x) and not _UNSURE.search(x) for x in inside if "#" in x)
    )


def code_digest(text: bytes) -> str:
    """A digest of what can decide something in a file: the same for two texts of which only
    comments and blank lines differ, if the comments that decide something stand where they did."""
    if any(b"coding" in line for line in text.split(b"\n", 2)[:2]):
        return code_lines.raw_digest(text)
    launches = b"](" in text and b"32" in text
    if b"#" not in text or not (launches or b"jit" in text):
        return code_lines.digest(text)
    if b"int64" in text and NARROW_TARGET.search(text):
        return code_lines.raw_digest(text)
    stated = list(_stated(text))
    said = code_lines.digest(text)
    return code_lines.raw_digest(repr((said, stated)).encode()) if stated else said


def _stated(text: bytes) -> Iterator[tuple[int, int, int, str]]:
    """The comments about sums, each with how many lines of code are before it, and how far the last
    and the next one are."""
    if _OF_SUMS.search(text.decode("utf-8", "replace")) is None:
        return
    code = code_lines.numbers(text)
    for number, line in enumerate(text.decode("utf-8", "replace").split("\n"), 1):
        found = _OF_SUMS.search(line)
        if found is not None:
            before = bisect.bisect_left(code, number)
            last = code[before - 1] if before else 0
            following = code[before] if before < len(code) else 0
            yield before, number - last, following - number, line[found.start() :]
