"""Offsets that kernels compute in 32 bits although their own code, or that of a twin, says that
they need 64."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from tritonlint.facts.device.reading.offsets import (
    Offset,
    begins_within,
    offsets,
    pointers_of,
    reached_in_blocks,
    stays_in_part,
    widened_with,
)
from tritonlint.facts.device.reading.terms import Term, is_only_loaded
from tritonlint.facts.hazards.dimensions import (
    has_more_dimensions,
    has_several_more,
    is_beside_rows,
    is_inside_larger,
    is_last,
    is_outer,
    is_row_of_program,
    is_smaller,
    parameters,
)
from tritonlint.facts.hazards.kernel_arms import has_wide_arm
from tritonlint.facts.hazards.observation import InKernel
from tritonlint.facts.hazards.told_indices import told_narrow
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Module
from tritonlint.frozen import dataclass, replace
from tritonlint.source import Span

# Parameters that are strides, or the length of a row, by their names.
_PITCH = re.compile(r"stride|(?:^|_)(?:n|num|ld|row)?_?col(?:umn)?s?(?:_|$)", re.IGNORECASE)
# What holds the numbers of blocks, pages, experts or rows, by its name.
_TABLE = re.compile(r"table|page|block|slot|indices|index|idx|expert|loc|req", re.IGNORECASE)
# What holds places inside of a block or a page.
_INSIDE = re.compile(r"local|inner|within|offsets?(?:_ptr)?$", re.IGNORECASE)
# A product without one of these in its function is in 32 bits on purpose, or never widened.
_WIDE = "int64"
# What says that a product needs 64 bits.
Signal = Literal["late", "sibling", "inside", "told", "sized"]


@dataclass(frozen=True)
class NarrowOffset(InKernel):
    """A product of an index and a stride, at `place`, that the kernel adds to its pointer `pointer`
    and computes in 32 bits. `strides` are the parameters that it multiplies by, `factors` the
    number of its factors that are no written numbers. It is `loaded` when its index comes from
    memory whose type only the launch tells, and of `single` entries when nothing but one element
    at a time is reached through the pointer. `table` is the pointer that such an index is loaded
    through, `counts` are those of all in it, `pitches` the strides that are passed as such.

    The signal is `late` when the product is widened at `wide`, after it was computed; `sibling`
    when the kernel `twin`, at `wide`, widens the same index before it multiplies by the same
    stride; `inside` when the kernel widens, at `wide`, the index of an inner dimension of the same
    memory; `told` when the file says, at `wide`, that the index is an entry of 32 bits of `table`.
    `sized` when the memory that a launch passes is allocated, at `wide`, with more than 2**31
    elements. `operand` is where the index stands, if it can be widened there, `others` where those
    do of the products that are widened together with it.
    """

    pointer: str
    strides: tuple[str, ...]
    factors: int
    loaded: bool
    signal: Signal
    wide: Span
    twin: str = ""
    operand: Span | None = None
    others: tuple[Span, ...] = ()
    single: bool = False
    table: str = ""
    counts: tuple[str, ...] = ()
    pitches: frozenset[str] = frozenset()

    @property
    def tables(self) -> tuple[str, ...]:
        """The pointers that tell how wide a loaded index is."""
        return (self.table,) if self.table else self.counts


@dataclass(frozen=True)
class Widened:
    """What one kernel widens: its offsets by index and stride."""

    kernel: Kernel
    offset: Offset


Companions = Mapping[str, Sequence[Widened]]
Twins = dict[tuple[str, str], list[Widened]]


def may_widen(text: str) -> bool:
    """Whether a file can have a kernel that widens offsets."""
    return _WIDE in text and "jit" in text


def late(kernel: Kernel) -> Iterator[NarrowOffset]:
    """The products of `kernel` that are widened after they were computed."""
    called: set[tuple[ast.expr, str]] = set()
    for offset in narrow(kernel):
        if offset.late is None or offset.late.node is None or not _reaches(kernel, offset):
            continue
        if is_smaller(offset, offsets(kernel), in_64_bits=True):
            continue
        node = offset.late.node
        if offset.node is node:  # several products of one function
            if (node, offset.pointer) in called:
                continue
            called.add((node, offset.pointer))
        yield observed(kernel, offset, "late", kernel.span(node))


def told(kernel: Kernel, module: Module) -> Iterator[NarrowOffset]:
    """The products of entries of a table of blocks, pages or rows, of which the file says that they
    are 32 bits wide, and that nothing widens."""
    for offset in narrow(kernel) if any(map(_TABLE.search, parameters(kernel))) else ():
        table = offset.table
        if offset.late is not None or not _TABLE.search(table) or _INSIDE.search(table):
            continue
        within = stays_in_part(kernel, offset)
        if not within and offset.pointer in reached_in_blocks(kernel) and _reaches(kernel, offset):
            place = told_narrow(module, kernel, table)
            if place is not None:
                yield replace(observed(kernel, offset, "told", place), loaded=False)


def siblings(kernel: Kernel, twins: Twins, named: bool = False) -> Iterator[NarrowOffset]:
    """The products of `kernel` that one of `twins` widens in time; by the names of their indices
    too where these are `named` alike because the kernels are. A larger product hides the smaller
    ones that overflow after it: any in 32 bits, or of kernels of one name those that are found; and
    rows hide what has one element for each of them. Of the dimensions of one memory that are found,
    the outer ones hide those inside them."""
    scaled = {stride for _, stride in twins}
    found = [
        (offset, twin)
        for offset in (narrow(kernel) if not scaled.isdisjoint(parameters(kernel)) else ())
        if offset.late is None and (twin := _twin(kernel, offset, twins, named)) is not None
    ]
    larger = [offset for offset, _ in found] if named else [*offsets(kernel)]
    for offset, twin in found:
        hidden = is_smaller(offset, larger) or is_beside_rows(kernel, offset)
        hidden = hidden or any(is_outer(kernel, other, offset) for other, _ in found)
        hidden = hidden or is_inside_larger(kernel, offset)
        if not hidden and may_need_more(kernel, offset):
            yield widened_beside(kernel, offset, twin)


def _twin(kernel: Kernel, offset: Offset, twins: Twins, named: bool) -> Widened | None:
    """The first of `twins` that widens what `kernel` does not."""
    keys = [(offset.index.text, each) for each in offset.strides]
    keys += [(f"entry of {offset.table}", s) for s in offset.strides if offset.table]
    keys += [(offset.spelled, each) for each in offset.strides if named and offset.spelled]
    for twin in (each for key in keys for each in twins.get(key, ())):
        if twin.kernel.node is not kernel.node and _alike(offset, twin.offset):
            strides = (twin.offset.strides, offset.strides)
            larger = has_more_dimensions(twin.kernel, kernel, offset.strides)
            if named or not (larger or has_several_more(twin.kernel, kernel, *strides)):
                return twin
    return None


def widened_indices(kernels: Iterable[Kernel]) -> Companions:
    """The products of `kernels` of which an index is widened, by that index."""
    wide: dict[str, list[Widened]] = {}
    for other in kernels:
        for offset in offsets(other):
            if offset.widened is not None and offset.product.node is not None:
                wide.setdefault(offset.index.text, []).append(Widened(other, offset))
    return wide


def companions(kernel: Kernel, wide: Companions) -> Iterator[tuple[Offset, Widened]]:
    """The products of `kernel` in 32 bits, each with one that widens the same index for other
    memory: where both are of one shape, the first should too."""
    for offset in narrow(kernel) if wide else ():
        if offset.late is None and may_need_more(kernel, offset):
            for each in wide.get(offset.index.text, ()):
                same = each.kernel.node is kernel.node
                strides = (*offset.strides, *each.offset.strides)
                larger = not same and has_more_dimensions(each.kernel, kernel, strides)
                if not larger and not (same and each.offset.pointer == offset.pointer):
                    yield offset, each


def widened_beside(kernel: Kernel, offset: Offset, other: Widened) -> NarrowOffset:
    """The product of a companion."""
    assert other.offset.product.node is not None
    wide = other.kernel.span(other.offset.product.node)
    return observed(kernel, offset, "sibling", wide, other.kernel.name)


def _alike(one: Offset, other: Offset) -> bool:
    """Whether the memory of two products is of one kind: they are scaled by strides or the length
    of rows, which say so by their names, or added to pointers of one name."""
    return one.pointer == other.pointer or any(
        _PITCH.search(each) for each in one.strides if each in other.strides
    )


def may_need_more(kernel: Kernel, offset: Offset) -> bool:
    """Whether an offset is added to a pointer, and is no row of a program, nor one of a part where
    the pointer was moved, nor along the last of several dimensions: neighbours."""
    within = is_last(kernel, offset.strides) or begins_within(kernel, offset)
    return not within and _reaches(kernel, offset) and not is_row_of_program(kernel, offset)


def twins_of(kernels: Iterable[Kernel], written: bool = False) -> Twins:
    """What `kernels` widen before they multiply. When it must be `written`, not what a function
    that they call for the index does, and by the names of the indices too."""
    found: Twins = {}
    for kernel in kernels:
        for offset in offsets(kernel):
            if offset.widened is None or offset.product.node is None:
                continue
            if written and offset.widened.node is None:
                continue
            for stride in offset.strides:
                spelled = offset.spelled if written else ""
                entry = f"entry of {offset.table}" if offset.table else ""
                for index in {offset.index.text, entry, spelled} - {""}:
                    found.setdefault((index, stride), []).append(Widened(kernel, offset))
    return found


def narrow(kernel: Kernel) -> Iterator[Offset]:
    """The products in 32 bits that a kernel adds to what may be a pointer, by strides of a launch;
    not where a flag chooses the width."""
    for offset in offsets(kernel):
        if offset.narrow and offset.strides and offset.node is not None:
            if not has_wide_arm(kernel, offset.node):
                yield offset


def observed(
    kernel: Kernel, offset: Offset, signal: Signal, wide: Span, twin: str = ""
) -> NarrowOffset:
    assert offset.node is not None
    counted = [each for each in offset.scales if not each.name.lstrip("-").isdigit()]
    return NarrowOffset(
        kernel.span(offset.node),
        kernel.name,
        kernel.path,
        kernel.line,
        offset.pointer,
        offset.strides,
        1 + len(counted),
        is_only_loaded(offset.product) if signal == "late" else offset.product.loaded,
        signal,
        wide,
        twin,
        _operand(kernel, offset.index, offset.operand),
        tuple(span for each in widened_with(offset) if (span := _operand(kernel, *each))),
        offset.pointer not in reached_in_blocks(kernel),
        offset.table,
        offset.counts,
    )


def _reaches(kernel: Kernel, offset: Offset) -> bool:
    """Whether what an offset is added to is a pointer."""
    return offset.pointer in pointers_of(kernel)


def _operand(kernel: Kernel, index: Term, node: ast.expr | None) -> Span | None:
    """Where an index stands in its product, when it can be widened there: a number that the kernel
    has when it runs, in an expression that takes a method."""
    counted_while_compiling = index.op == "loop" and index.name == "static_range"
    if counted_while_compiling or not isinstance(node, (ast.Name, ast.Subscript, ast.Call)):
        return None
    return kernel.span(node)
