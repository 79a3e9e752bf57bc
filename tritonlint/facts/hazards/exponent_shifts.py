"""Exponents of eight bits that are shifted to where a float has its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from tritonlint.facts.device.reading.reader import read
from tritonlint.facts.device.reading.terms import Term, plain, span_in
from tritonlint.facts.hazards.observation import InKernel, Naming
from tritonlint.facts.hazards.written_launches import given, launches_of
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code, last_name
from tritonlint.frozen import dataclass

# By how many bits an exponent is shifted, and the float that it is then.
_FORMATS = {"float32": 23, "bfloat16": 7}
# What a kernel does for the codes that are no ordinary powers.
_CARED_FOR = re.compile(
    r"[=!]=\s*(?:0|255|0x[fF]{2})\b|[<>]=?\s*(?:254|255)\b|\bmaximum\(|\bclamp\(|0x400000|0x0?40\b"
    r"|[nN][aA][nN]\b"
)
_CODE = re.compile(r"scale|exp|e8m0|mx|^codes?(?:_|$)", re.IGNORECASE)
# What a function is called that decodes such codes and no others, and what those are called that
# compute in formats whose scales are such codes (OCP Microscaling Formats, 5.1).
_FORMAT = re.compile(r"e8m0", re.IGNORECASE)
_SCALED_BY = re.compile(r"e8m0|mx_?fp\d", re.IGNORECASE)
# The type whose codes are meant, in code.
_STATED = re.compile(r"^[^#\n]*\btorch\.float8_e8m0fnu\b", re.MULTILINE)


@dataclass(frozen=True)
class ExponentShift(InKernel):
    """An exponent of eight bits, loaded and shifted to where a `target` has its own, in a kernel
    that tests neither code 0 nor code 255. `stated` is whether its file, or one that uses it, names
    the type of such codes, or a function a format that is scaled by them: a format of its own may
    mean something else by these two."""

    target: str
    loaded: str
    stated: bool


def may_shift(text: str) -> bool:
    """Whether a file can have a kernel that makes floats of exponents by a shift."""
    shifts = "<<" in text or "**" in text or "8388608" in text or "* 128" in text
    return "bitcast" in text and "jit" in text and shifts


def exponent_shifts(module: Module, kernel: Kernel, naming: Naming) -> Iterator[ExponentShift]:
    """The exponents that `kernel`, or a device function, shifts into floats, where no code is cared
    for, by those that call it neither."""
    found = [(term, code) for term in read(kernel).terms if (code := _loaded(term)) is not None]
    found = [each for each in found if not _of_a_function(kernel, each[0])]
    if not found or _cares(module, kernel.node):
        return
    callers = [*naming(kernel)]
    calling = [each for each in callers if kernel_of(each) is not None]
    if any(_cares(each.module, each.node) for each in calling):
        return
    hosts = [*callers, *(host for each in calling for host in _naming_of(each, naming))]
    modules = {id(each.module): each.module for each in hosts} | {id(module): module}
    typed = any(_STATED.search(each.source.text) for each in modules.values())
    names = [kernel.name, *(each.name for each in hosts)]
    cares = any(_cares(each.module, each.node) for each in hosts)
    stated = typed or (any(map(_SCALED_BY.search, names)) and not cares)
    named = bool(_FORMAT.search(kernel.name))
    for term, code in found:
        known = named and code.op == "parameter" or typed and code.op == "load"
        name = _root(code)
        if known or any(map(_CODE.search, (name, *_passed_as(modules.values(), kernel, name)))):
            where = (span_in(kernel, term), kernel.name, kernel.path, kernel.line)
            yield ExponentShift(*where, term.name, name, stated or named)


def _passed_as(modules: Iterable[Module], kernel: Kernel, pointer: str) -> Iterator[str]:
    """What launches call the memory that they pass as a pointer."""
    for module in modules:
        for host, launch in launches_of(module, kernel):
            yield last_name(given(kernel, launch, host).get(pointer))


def _of_a_function(kernel: Kernel, term: Term) -> bool:
    """Whether a term is what a function gives that cares for codes, or is looked at itself."""
    match term.node:
        case ast.Call(func=ast.Name(id=name)):
            called = kernel.scope.lookup(name)
            if isinstance(called, Kernel):
                codes = filter(None, map(_loaded, read(called).terms))
                own = any(_CODE.search(_root(each)) for each in codes)
                return own or _CARED_FOR.search(as_code(called.node)) is not None
    return False


def _naming_of(definition: Definition, naming: Naming) -> Iterator[Definition]:
    kernel = kernel_of(definition)
    yield from naming(kernel) if kernel is not None else ()


def _cares(module: Module, node: object) -> bool:
    """Whether the code of a kernel does something for the codes that are no ordinary powers."""
    if not isinstance(node, ast.FunctionDef):
        return False
    first = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    lines = module.source.lines[first[0].lineno - 1 : node.end_lineno] if first else []
    return bool(_CARED_FOR.search("".join(line.partition("#")[0] + "\n" for line in lines)))


def _loaded(term: Term) -> Term | None:
    """The load or parameter that a shifted exponent comes from, None for anything else."""
    if term.op != "bitcast" or term.node is None:
        return None
    code = _shifted(plain(term.args[0]), _FORMATS.get(term.name, 0))
    while code is not None and code.op == "bitcast":
        code = plain(code.args[0])
    return code if code is not None and _root(code) else None


def _root(code: Term) -> str:
    """The pointer that an exponent is loaded through, or the parameter that it is."""
    if code.op == "parameter":
        return code.name
    root = code.args[0].root if code.op == "load" and code.args else None
    return root.name if root is not None else ""


def _shifted(term: Term, bits: int) -> Term | None:
    """What is shifted by so many bits, or multiplied by as much."""
    if term.op == "shift":
        return plain(term.args[0]) if bits and _number(term.args[1]) == bits else None
    if term.op == "product" and bits:
        for one, other in (term.args, term.args[::-1]):
            if _number(other) == 1 << bits:
                return plain(one)
    return None


def _number(term: Term) -> int | None:
    """The integer that a constant is, powers of two too."""
    if term.op == "constexpr" and term.name.isdigit():
        return int(term.name)
    if isinstance(term.node, ast.BinOp) and isinstance(term.node.op, ast.Pow):
        base, power = map(_number, term.args)
        if base == 2 and power is not None and power < 64:
            return 1 << power
    return None
