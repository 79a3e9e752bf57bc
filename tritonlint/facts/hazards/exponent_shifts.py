"""Exponents of eight bits that are shifted to where a float has its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tritonlint.facts.device.reading.reader import read
from tritonlint.facts.device.reading.terms import Term, plain, span_in
from tritonlint.facts.hazards.observation import InKernel
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Module
from tritonlint.frozen import dataclass

# By how many bits an exponent is shifted, and the float that it is then.
_FORMATS = {"23": "float32", "7": "bfloat16"}
# What a kernel does for the codes that are no ordinary powers.
_CARED_FOR = re.compile(
    r"[=!]=\s*(?:0|255|0x[fF]{2})\b|[<>]=?\s*(?:254|255)\b|\bmaximum\(|\bclamp\(|0x400000|0x0?40\b"
    r"|[nN][aA][nN]\b"
)
_CODE = re.compile(r"scale|exp|e8m0|mx", re.IGNORECASE)
# The type whose codes are meant, in code.
_STATED = re.compile(r"^[^#\n]*\btorch\.float8_e8m0fnu\b", re.MULTILINE)


@dataclass(frozen=True)
class ExponentShift(InKernel):
    """An exponent of eight bits, loaded and shifted to where a `target` has its own, in a kernel
    that tests neither code 0 nor code 255. `stated` is whether its file names the type of such
    codes: a format of its own may mean something else by these two."""

    target: str
    loaded: str
    stated: bool


def may_shift(text: str) -> bool:
    """Whether a file can have a kernel that makes floats of exponents by a shift."""
    return "bitcast" in text and "<<" in text and "jit" in text


def exponent_shifts(module: Module, kernel: Kernel) -> Iterator[ExponentShift]:
    """The exponents that `kernel` shifts into floats, where no code is cared for."""
    found = [(term, name) for term in read(kernel).terms if (name := _loaded(term))]
    if not found:
        return
    lines = module.source.lines[kernel.line - 1 : kernel.node.end_lineno]
    if _CARED_FOR.search("".join(line.partition("#")[0] + "\n" for line in lines)):
        return
    for term, name in found:
        where = (span_in(kernel, term), kernel.name, kernel.path, kernel.line)
        stated = bool(_STATED.search(module.source.text))
        yield ExponentShift(*where, term.name, name, stated)


def _loaded(term: Term) -> str:
    """The pointer or parameter that a shifted exponent comes from, empty for anything else."""
    if term.op != "bitcast" or term.node is None:
        return ""
    shifted = plain(term.args[0])
    if shifted.op != "shift" or _FORMATS.get(shifted.args[1].name) != term.name:
        return ""
    code = plain(shifted.args[0])
    while code.op == "bitcast":
        code = plain(code.args[0])
    root = code.args[0].root if code.op == "load" and code.args else None
    if root is not None and _CODE.search(root.name):
        return root.name
    return code.name if code.op == "parameter" and _CODE.search(code.name) else ""
