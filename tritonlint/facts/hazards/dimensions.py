"""What the names of the strides of a kernel say of the dimensions of its memory (`stride_x_n` and
`stride_x_d` are of one, and so are `stride_xn` and `stride_xd`), what is added to their products,
and which of two products is the smaller one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set

from tritonlint.facts.device.reading.offsets import Offset, amounts, handed_on, offsets, sums_with
from tritonlint.facts.device.reading.reader import read
from tritonlint.facts.device.reading.terms import Term, addends, factors, plain
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import is_under_test

# A stride of memory that is called by a letter or two, along a dimension of one letter.
_SHORT = re.compile(r"stride_[a-z]{1,2}(?=[a-z]$)")
# So many letters of such a name are the first of its memory.
_FIRST = len("stride_x")
# What goes through neighbours, or may.
_COUNTED = frozenset({"range", "loop", "load", "call", "tuple"})


def parameters(kernel: Kernel) -> Iterator[str]:
    """The names of the parameters of a kernel, in order."""
    return (each.arg for each in signature(kernel.node).named)


def has_more_dimensions(twin: Kernel, kernel: Kernel, strides: Iterable[str]) -> bool:
    """Whether the memory that `twin` scales by one of `strides` has a dimension that it has not in
    `kernel`, by the names of its strides: a step of a decoder is not as large as the sequence."""
    for each in strides:
        memory = _memory(each)
        if memory:
            of_twin, own = ({*_of(one, memory)} for one in (twin, kernel))
            if own < of_twin:
                return True
    return False


def has_several_more(
    twin: Kernel, kernel: Kernel, of_twin: Iterable[str], own: Iterable[str]
) -> bool:
    """Whether the memory that `twin` scales by one of its strides has two dimensions more than what
    `kernel` scales, by short names: the stride of neighbours need not be passed."""
    short = [found[0] for each in of_twin if (found := _SHORT.match(each))]
    counted = [len({*_called(kernel, each[:_FIRST])}) for each in own if _SHORT.match(each)]
    most = max((sum(len(e) == len(s) + 1 for e in _called(twin, s)) for s in short), default=0)
    return bool(counted) and max(counted) + 1 < most


def is_last(kernel: Kernel, strides: Sequence[str]) -> bool:
    """Whether a stride is the last of several of its memory, by their names: that of neighbours."""
    memory = _memory(strides[0])
    same = [*_of(kernel, memory)] if "stride" in memory.lower() else []
    return len(same) > 1 and tuple(strides) == (same[-1],)


def is_outer(kernel: Kernel, one: Offset, other: Offset) -> bool:
    """Whether a product counts along an outer dimension of the memory of another one: its stride is
    passed before the other's."""
    order = [*parameters(kernel)]
    first, second = (
        [order.index(each) for each in offset.strides if each in order] for offset in (one, other)
    )
    return one.pointer == other.pointer and bool(first and second) and max(first) < min(second)


def is_inside_larger(kernel: Kernel, offset: Offset) -> bool:
    """Whether a product that is added to the same pointer, in 32 bits too, is scaled by all that
    scales this one, and more: along an outer dimension, which overflows first."""
    own = _scaled_by(offset)
    return bool(own) and any(
        each.narrow and each.pointer == offset.pointer and own < _scaled_by(each)
        for each in offsets(kernel)
        if each.node is not None and not is_under_test(kernel.node, each.node.lineno)
    )


def _scaled_by(offset: Offset) -> frozenset[str]:
    """The parameters that the scales of a product are computed from; none where one of them is a
    part of another: it is not larger than that."""
    leaves = [each for scale in offset.scales for each in scale.walk()]
    if any(each.op in ("quotient", "remainder") for each in leaves):
        return frozenset()
    return frozenset(each.name for each in leaves if each.op in ("parameter", "constexpr"))


def _memory(stride: str) -> str:
    """What a stride is called but for its dimension; empty where it names no memory."""
    memory = stride.rpartition("_")[0]
    return "" if memory.lower().strip("_") in ("", "stride", "strides") else memory


def _of(kernel: Kernel, memory: str) -> Iterator[str]:
    """The strides of what is called so, in the order of the parameters."""
    return (each for each in parameters(kernel) if memory and each.rpartition("_")[0] == memory)


def _called(kernel: Kernel, begin: str) -> Iterator[str]:
    """The strides with short names that begin so."""
    return (each for each in parameters(kernel) if each.startswith(begin) and _SHORT.match(each))


def is_beside_rows(kernel: Kernel, offset: Offset) -> bool:
    """Whether a kernel reaches one element for each index here, and a block by the same index in
    other memory."""
    return _reaches_one_each(kernel, offset) and any(
        other.index.text == offset.index.text
        and other.pointer != offset.pointer
        and not _reaches_one_each(kernel, other)
        for other in offsets(kernel)
    )


def _reaches_one_each(kernel: Kernel, offset: Offset) -> bool:
    """Whether nothing that counts is added to a product but what is the same for all its indices,
    nor by a function: there is one element for each."""
    if offset.pointer in handed_on(kernel):
        return False
    added = (each for term in sums_with(kernel, offset) for each in addends(term))
    others = (each for each in added if each is not offset.product)
    return not any(each.op in _COUNTED for one in others for each in one.walk())


def is_row_of_program(kernel: Kernel, offset: Offset) -> bool:
    """Whether a product is where each of a few programs has a row of its own, that it reaches at
    once: they share out the work by how many they are."""
    index, terms = plain(offset.index), read(kernel).terms
    if index.op != "program" or len(offset.scales) != 1:
        return False
    if not any(each.op == "programs" and each.name == index.name for each in terms):
        return False
    added = {
        plain(each).op
        for term in terms
        for pointer, amount in (amounts(term) if term.op == "sum" else ())
        if pointer == offset.pointer
        for each in addends(amount)
    }
    return "range" in added and added <= {"product", "range"}


def is_smaller(offset: Offset, others: Iterable[Offset], in_64_bits: bool = False) -> bool:
    """Whether a kernel reaches larger memory by another product in 32 bits, or `in_64_bits`, of all
    that is multiplied in this one and more: sums of rows do not overflow before their rows do."""
    own = _leaves(offset.product)
    return any(
        (other.widened is not None if in_64_bits else other.narrow)
        and other.pointer != offset.pointer
        and own < _leaves(other.product)
        and any(_is_more(each, own) for each in factors(other.product))
        for other in others
    )


def _is_more(factor: Term, own: Set[str]) -> bool:
    """Whether a factor of a product is none of these: a number or a dimension of its own."""
    inner = plain(factor)
    number = inner.name.isdigit() and int(inner.name) > 1
    return inner.op in ("parameter", "constexpr") and (number or inner.text not in own)


def _leaves(product: Term) -> frozenset[str]:
    """What a product is computed from."""
    return frozenset(each.text for each in product.walk() if not each.args)
