"""Which functions lead to a launch: the calls that each function makes, and who calls whom across
the files of a project.

Names are matched as they are spelled, cheaply; whether a call really goes where its name says is
decided later, when the caller is interpreted. A function that is called in a way that cannot be
followed (a method of an unknown object) does not lead anywhere.
"""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tritonlint.facts.modules import Definition, Module

# How many calls lie between the function that is looked at first and the launch, at most.
MAX_HOPS = 3


@dataclass(frozen=True)
class Calls:
    """One function, the names that it calls (`self.x` for its own methods), whether it launches
    something itself, and whether its text says anything about the bytes of a tensor, and whether it
    copies tensors where it does."""

    definition: Definition
    names: frozenset[str]
    launches: bool
    speaks: bool
    copies: bool


# What code says when it says something about the bytes of a tensor.
SPEAKS = re.compile(r"uint8|fp8|float8|quantized|dtype|\.byte\(|\.view\(torch\.")
# What copies between tensors, and what tells that one of them holds 8-bit floats.
COPIES = re.compile(r"\.copy_\(|\.(?:to|type)\(\s*torch\.(?:u?int8|float8_e8m0)|[^\"']\]\s*=[^=]")
_ENCODED = re.compile(r"float8|fp8|e8m0", re.IGNORECASE)
_BYTES = re.compile(r"u?int8\b")
# What copies is short; longer functions are left out, since they take long to follow.
_LONG = 120
# A name that is called, with the object before it where that is `self` or `cls`; and the call of a
# subscript.
_CALL = re.compile(r"(?:\b(?:self|cls)\s*\.\s*(\w+)|\b(\w[\w.]*))\s*\(|\]\s*\(")


def calls_of(module: Module) -> Iterator[Calls]:
    """The calls of every function of `module`, as its text spells them (in comments and strings
    too: what a name leads to is decided when it is followed)."""
    lines = module.source.lines
    for definition in module.functions:
        assert isinstance(definition.node, (ast.FunctionDef, ast.AsyncFunctionDef))
        text = "".join(lines[definition.node.lineno : definition.node.end_lineno])
        if definition.node.lineno == definition.node.end_lineno:
            text = lines[definition.node.lineno - 1]
        names: set[str] = set()
        launches = False
        for method, name in _CALL.findall(text):
            if method:
                names.add(f"self.{method}")
            elif name:
                # `ops.store(...)` of a module, or `store` in a way that is not followed.
                names.update((name, name.rpartition(".")[2]))
            else:
                launches = True
        short = (definition.node.end_lineno or 0) - definition.node.lineno < _LONG
        copies = short and all(each.search(text) for each in (COPIES, _ENCODED, _BYTES))
        yield Calls(definition, frozenset(names), launches, bool(SPEAKS.search(text)), copies)


# A function's header: what it is indented by, and its name.
_HEADER = re.compile(rb"^([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)


def callers(
    names: set[str], files: Sequence[str], read: Callable[[str], bytes], hops: int
) -> dict[str, set[int]]:
    """The functions in whose text one of `names` is called, or the name of another such function,
    over at most `hops` calls: for each file the lines of their headers. A method is called as
    `self.name`, in its own file; nothing is parsed."""
    found: dict[str, set[int]] = {}
    wanted, seen = names, set(names)
    methods: dict[str, set[str]] = {}
    for _ in range(hops):
        following: set[str] = set()
        inner: dict[str, set[str]] = {}
        for file in files:
            text = read(file)
            present = [name.encode() for name in wanted if name.encode() in text]
            present += [f"self.{name}".encode() for name in methods.get(file, ())]
            for header in _around(text, present) if present else ():
                line = text.count(b"\n", 0, header.start()) + 1
                if line in found.setdefault(file, set()):
                    continue
                found[file].add(line)
                if header[1]:
                    inner.setdefault(file, set()).add(header[2].decode())
                else:
                    following.add(header[2].decode())
        wanted, methods = following - seen, inner
        seen |= wanted
    return found


def _around(text: bytes, names: Sequence[bytes]) -> Iterator[re.Match[bytes]]:
    """The headers of the functions around each call of one of `names`, innermost first."""
    headers = list(_HEADER.finditer(text))
    starts = [header.start() for header in headers]
    call = re.compile(rb"(?<!def )\b(?:" + b"|".join(map(re.escape, names)) + rb")\(")
    for found in call.finditer(text):
        line = text[text.rfind(b"\n", 0, found.start()) + 1 : found.end()]
        indent = len(line) - len(line.lstrip())
        for index in range(bisect.bisect_left(starts, found.start()) - 1, -1, -1):
            if indent == 0:
                break
            if len(headers[index][1]) < indent:
                yield headers[index]
                indent = len(headers[index][1])
