"""Offsets that kernels compute in 32 bits along one dimension of memory, and in 64 along another
one inside it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.facts.device.reading.offsets import Offset, offsets
from tritonlint.facts.device.reading.terms import Term, plain
from tritonlint.facts.hazards.dimensions import is_outer
from tritonlint.facts.hazards.narrow_offsets import (
    NarrowOffset,
    may_need_more,
    narrow,
    observed,
)
from tritonlint.facts.hazards.stated_sizes import cares_for_the_limit
from tritonlint.facts.hazards.written_launches import given, launches_of
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import as_code


def inside(module: Module, kernel: Kernel) -> Iterator[NarrowOffset]:
    """The products of `kernel` of the number of a program and an outer stride of memory, where it
    widens the number of another one along an inner dimension, and none along one further out: what
    needs 64 bits is a part of what does not have them. Which is which is told by the launches in
    its file."""
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
                    if _passed_in_order(module, kernel, offset, inner):
                        yield observed(kernel, offset, "inside", kernel.span(inner.product.node))


def _passed_in_order(module: Module, kernel: Kernel, one: Offset, other: Offset) -> bool:
    """Whether all launches in the file pass the stride of an outer axis of some tensor for `one`,
    and that of an inner one for `other`; in functions that do not care for the limit, with a number
    of programs that is not written out."""
    launches = launches_of(module, kernel)
    for host, launch in launches:
        passed = given(kernel, launch)
        outer, inner = (_axis(passed.get(each.strides[0])) for each in (one, other))
        if host is None or cares_for_the_limit(host) or outer is None or inner is None:
            return False
        same = outer[0] == inner[0] and (outer[1] < 0) == (inner[1] < 0)
        if not same or outer[1] >= inner[1] or _is_written(launch, plain(one.index)):
            return False
    return bool(launches)


def _axis(stride: ast.expr | None) -> tuple[str, int] | None:
    """The tensor and the axis of `x.stride(1)`, or of `x.stride()[1]`."""
    match stride:
        case (
            ast.Call(func=ast.Attribute(value=owner, attr="stride"), args=[axis])
            | ast.Subscript(
                value=ast.Call(func=ast.Attribute(value=owner, attr="stride"), args=[]), slice=axis
            )
        ):
            try:
                number = ast.literal_eval(axis)
            except ValueError:
                return None
            return (as_code(owner), number) if isinstance(number, int) else None
    return None


def _is_written(launch: ast.Call, index: Term) -> bool:
    """Whether the number of programs along the axis that an index counts is written out."""
    match launch.func:
        case ast.Subscript(slice=ast.Tuple(elts=sizes)) if index.name.isdigit():
            number = int(index.name)
            return number < len(sizes) and isinstance(sizes[number], ast.Constant)
    return False


def _is_number(term: Term) -> bool:
    """Whether a term is the number of a program, or a quotient of it."""
    inner = plain(term)
    while inner.op == "quotient":
        inner = plain(inner.args[0])
    return inner.op == "program"
