"""Launches that were seen at run time, as plain data: what each passed, and what was seen of the
memory behind it."""

from __future__ import annotations

from typing import Literal

from tritonlint.facts.hazards.raw_bytes.evidence import Strength
from tritonlint.findings.claim import Constant
from tritonlint.frozen import dataclass
from tritonlint.source import Span


@dataclass(frozen=True)
class Code:
    """A function as it was at run time: its name, the line of its `def` and the digest of its text
    (`functions.digest`). Code outside of any function has no name, and the digest of the text that
    is meant."""

    path: str
    name: str
    line: int
    digest: str


@dataclass(frozen=True)
class Given:
    """What a launch passed for one parameter: a `tensor` of the element type `type` (torch's name),
    a `dtype`, a `constant`, or something `open` that does not decide how the kernel compiles."""

    kind: Literal["tensor", "dtype", "constant", "open"] = "open"
    type: str = ""
    constant: Constant = None


@dataclass(frozen=True)
class Sign:
    """One thing seen at run time that says what the bytes passed for `parameter` are: why, where,
    and as which `types` (torch's names). `apart` is whether it is about another part of the same
    memory."""

    parameter: str
    message: str
    span: Span
    strength: Strength
    types: tuple[str, ...] = ()
    apart: bool = False


@dataclass(frozen=True)
class Clash:
    """The kernel reads as floats of the type `read` what the kernel `writer` wrote as `written`
    when it was launched at `span`; without a `writer`, what the host has as that there."""

    parameter: str
    read: str
    written: str
    writer: str
    span: Span


@dataclass(frozen=True)
class SeenLaunch:
    """The launches of one kernel at one place with the same element types and constants. `tests`
    are the tests (or programs) that made them, `count` how many there were."""

    function: Code
    span: Span
    kernel: Code
    arguments: tuple[tuple[str, Given], ...]
    signs: tuple[Sign, ...] = ()
    clashes: tuple[Clash, ...] = ()
    tests: tuple[str, ...] = ()
    count: int = 1


@dataclass(frozen=True)
class SeenCopy:
    """A copy, made by the code at `span`, between a tensor of the 8-bit floats `encoded` and one of
    the bytes `byte` (torch's names)."""

    function: Code
    span: Span
    encoded: str
    byte: str
    to_bytes: bool
    tests: tuple[str, ...] = ()
    count: int = 1


Seen = SeenLaunch | SeenCopy
