"""Changes to Python text that often leave it Python: bytes alone would be a syntax error nearly each
time, and reach the parser only."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

_TOKEN = re.compile(rb"[A-Za-z_]\w*|\d[\w.]*|\"[^\"\n]*\"|'[^'\n]*'|[-+*/%=<>!&|^~@]+|[\[\](){}:.,]")
# What the facts and the rules look for, and what upsets parsers.
WORDS = (
    b".view(torch.uint8)", b".view(torch.float8_e4m3fn)", b".to(tl.float32)", b"torch.uint8",
    b"dtype=torch.int8", b"*", b"**", b"[:, 3:]", b"[...]", b"if x:", b"else:", b"async", b"await",
    b"lambda: ", b"yield ", b"match x:", b"case _:", b":=", b"global x", b"del ", b"\\\n", b"\\",
    b"\r", b"\r\n", b"\x0c", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xc3\xa9", b"\xe2\x80\xa8", b"\t",
    b"# coding: latin-1\n", b"# coding: utf-16\n", b"'''", b"f'{x!r:>{y}}'", b"0x", b"1_0", b"(",
    b")", b"@triton.jit\n", b"[(1,)]", b"import triton\n", b"from . import x\n", b"class C:\n",
    b"self.x", b"= x", b"; ", b"return", b"x if y else z", b"not ", b"...", b"1e999", b"9" * 5000,
)  # fmt: skip


def mutate(data: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """`data` after one to four changes; `others` are texts to take pieces from."""
    for _ in range(choose.randint(1, 4)):
        data = choose.choice(_CHANGES)(data, others, choose)
    return data


def _lines(data: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """Some lines deleted, repeated, moved or indented."""
    lines = data.split(b"\n")
    start = choose.randrange(len(lines))
    stop = min(len(lines), start + choose.choice((1, 1, 2, 5, 20)))
    part = lines[start:stop]
    match choose.randrange(5):
        case 0:
            lines[start:stop] = []
        case 1:
            lines[start:start] = part
        case 2:
            del lines[start:stop]
            at = choose.randint(0, len(lines))
            lines[at:at] = part
        case 3:
            lines[start:stop] = [b"    " + line for line in part]
        case _:
            lines[start:stop] = [line.removeprefix(b"    ") for line in part]
    return b"\n".join(lines)


def _borrowed(data: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """Lines of another text among the lines."""
    lines, from_other = data.split(b"\n"), choose.choice(others).split(b"\n")
    start = choose.randrange(len(from_other))
    at = choose.randint(0, len(lines))
    lines[at:at] = from_other[start : start + choose.choice((1, 3, 10, 60))]
    return b"\n".join(lines)


def _tokens(data: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """A token replaced by another one of the text, by one of WORDS or by nothing."""
    found = list(_TOKEN.finditer(data))
    if not found:
        return data + choose.choice(WORDS)
    where = choose.choice(found)
    new = choose.choice((choose.choice(found)[0], choose.choice(WORDS), b""))
    return data[: where.start()] + new + data[where.end() :]


def _inserted(data: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """One of WORDS after some token, or anywhere."""
    found = [match.end() for match in _TOKEN.finditer(data)]
    at = choose.choice(found) if found and choose.random() < 0.8 else choose.randint(0, len(data))
    return data[:at] + choose.choice(WORDS) + data[at:]


def _nested(data: bytes, others: Sequence[bytes], choose: random.Random) -> bytes:
    """A token wrapped in many brackets, calls or operators."""
    found = list(_TOKEN.finditer(data))
    if not found:
        return data
    where, times = choose.choice(found), choose.choice((3, 30, 150, 1000))
    before, after = choose.choice(((b"(", b")"), (b"[", b"]"), (b"-", b""), (b"f(", b")"), (b"", b".x")))
    return data[: where.start()] + before * times + where[0] + after * times + data[where.end() :]


_CHANGES: tuple[Callable[[bytes, Sequence[bytes], random.Random], bytes], ...] = (
    _lines, _lines, _borrowed, _tokens, _tokens, _tokens, _inserted, _nested,
)  # fmt: skip
