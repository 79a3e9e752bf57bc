"""Offsets that kernels compute in 32 bits along one dimension of memory, and in 64 along another
one inside it."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.facts.device.reading.offsets import offsets
from tritonlint.facts.device.reading.terms import Term, plain
from tritonlint.facts.hazards.dimensions import is_outer
from tritonlint.facts.hazards.narrow_offsets import (
    NarrowOffset,
    may_need_more,
    narrow,
    observed,
)
from tritonlint.facts.project.kernel import Kernel


def inside(kernel: Kernel) -> Iterator[NarrowOffset]:
    """The products of `kernel` of the number of a program and an outer stride of memory, where it
    widens the number of another one along an inner dimension, and none along one further out: what
    needs 64 bits is a part of what does not have them."""
    wide = [
        each
        for each in offsets(kernel)
        if each.widened is not None
        and each.widened.node is not None
        and _is_number(each.widened.args[0])
    ]
    for offset in narrow(kernel) if wide else ():
        within = any(is_outer(kernel, each, offset) for each in wide)
        if offset.late is None and not within and _is_number(offset.index):
            if may_need_more(kernel, offset):
                inner = next((each for each in wide if is_outer(kernel, offset, each)), None)
                if inner is not None and inner.product.node is not None:
                    yield observed(kernel, offset, "inside", kernel.span(inner.product.node))


def _is_number(term: Term) -> bool:
    """Whether a term is the number of a program, or a quotient of it."""
    inner = plain(term)
    while inner.op == "quotient":
        inner = plain(inner.args[0])
    return inner.op == "program"
