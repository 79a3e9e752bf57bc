"""Differences that are computed in eight unsigned bits."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tritonlint.facts.device.reading.reader import read
from tritonlint.facts.device.reading.terms import Term, span_in
from tritonlint.facts.hazards.observation import InKernel
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Module
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# Operations that leave a byte a byte.
_SAME = ("bits", "join", "shift")


@dataclass(frozen=True)
class ByteDifference(InKernel):
    """`byte - bias`, of a byte that the kernel makes unsigned at `unsigned`, and that is used as a
    number at `used`. `operand` is where the byte stands in the difference."""

    bias: int
    unsigned: Span
    used: Span
    operand: Span | None


def may_subtract(text: str) -> bool:
    """Whether a file can have a kernel that subtracts from an unsigned byte."""
    return "uint8" in text and "-" in text and "jit" in text


def byte_differences(module: Module, kernel: Kernel) -> Iterator[ByteDifference]:
    """The differences of `kernel` that wrap around below zero."""
    terms = read(kernel).terms
    for term in terms:
        if term.op != "sum" or term.name != "-" or term.node is None:
            continue
        byte, bias = term.args
        made, amount = _unsigned(byte), _number(bias)
        if made is None or made.node is None or amount is None or not 0 < amount < 256:
            continue
        if _no_less(byte, amount):
            continue
        used = next((each for each in terms if _uses(each, term)), None)
        if used is not None:
            left = getattr(term.node, "left", None)
            operand = span_in(kernel, Term("call", node=left)) if left is not None else None
            where = (span_in(kernel, term), kernel.name, kernel.path, kernel.line)
            places = (span_in(kernel, made), span_in(kernel, used))
            yield ByteDifference(*where, amount, *places, operand)


def _unsigned(term: Term) -> Term | None:
    """The cast that makes a value an unsigned byte, if it still is one."""
    if term.op in ("cast", "bitcast"):
        return term if term.name == "uint8" else None
    if term.op in _SAME:
        made = [_unsigned(each) for each in term.args if _number(each) is None]
        return made[0] if made and None not in made else None
    return None


def _no_less(byte: Term, bias: int) -> bool:
    """Whether bits that are set make a byte no less than `bias`."""
    if not isinstance(byte.node, ast.BinOp) or not isinstance(byte.node.op, ast.BitOr):
        return False
    return any((number := _number(each)) is not None and number >= bias for each in byte.args)


def _number(term: Term) -> int | None:
    if term.op == "constexpr" and re.fullmatch(r"\d+", term.name):
        return int(term.name)
    return None


def _uses(term: Term, difference: Term) -> bool:
    """Whether a difference is widened or made a float there: a number."""
    if term.node is None or not any(each is difference for each in term.args):
        return False
    if term.op == "cast":
        return term.name not in ("uint8", "int8", "")
    return term.op in ("product", "division") or (term.op == "call" and term.name in _FLOAT)


_FLOAT = frozenset({"exp2", "exp", "ldexp", "pow"})
