"""Triton's raw IR as a graph of values: which conversions lie between a pointer and the numbers.

Each value knows the values that it is made of: operands, what a loop carries, what a branch yields,
what a call passes and returns. Functions are joined without regard to the call site; Triton makes
one function for each combination of argument types, so a conversion belongs to the types that it
was compiled for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tritonlint.rule.signature import FLOAT_TO_INTEGER, INTEGER_TO_FLOAT

FLOAT_TO_FLOAT = ("tt.fp_to_fp",)
CONVERSIONS = FLOAT_TO_INTEGER + INTEGER_TO_FLOAT + FLOAT_TO_FLOAT
LOADS = ("tt.load", "tt.descriptor_load", "tt.descriptor_gather")
# The operand that is stored, by operation; the pointer is the first.
STORES = {
    "tt.store": 1,
    "tt.descriptor_store": -1,
    "tt.descriptor_reduce": -1,
    "tt.descriptor_scatter": -1,
    "tt.atomic_rmw": 1,
    "tt.atomic_cas": 2,
}
# The operand of these that stays what it is: a pointer, or a loaded value.
_MOVES = {
    **dict.fromkeys(("tt.addptr", "tt.advance", "tt.splat", "tt.broadcast", "tt.expand_dims"), 0),
    **dict.fromkeys(("tt.reshape", "tt.trans", "tt.gather", "tt.split"), 0),
    **dict.fromkeys(("tt.bitcast", "arith.bitcast", "tt.ptr_to_int", "tt.int_to_ptr"), 0),
    **dict.fromkeys(("tt.make_tensor_ptr", "tt.make_tensor_descriptor"), 0),
}
# An address that a kernel computes as a number is one of what it is computed from.
_ADDRESS_ARITHMETIC = ("arith.addi", "arith.subi", "arith.andi", "arith.ori")
# A loaded integer stays the number that it is through these; through shifts and masks it does not.
_ARITHMETIC = ("arith.extui", "arith.extsi", "arith.addi", "arith.subi", "arith.muli")

# What tells apart what it is computed of.
_LINEAR = ("tt.addptr", "arith.addi", "arith.subi", "arith.muli", "arith.extsi", "arith.extui")


@dataclass(eq=False)
class Op:
    """An operation: its operands as values in order, the types that its text ends with, its place
    (file and line), and the values that it defines. `function` is what an operation of the
    vendor's library computes, the same for every vendor and width (`rint`), what an atomic does
    (`fadd`), or the axis of a program; `constant` the number that it is, as the IR writes it,
    `within` the function and `loops` the loops that it stands in; the `types` of a call are the
    function that it calls. The values of a `round` are those that each round of a loop begins
    with."""

    name: str
    operands: tuple[int, ...] = ()
    types: str = ""
    place: tuple[str, int] | None = None
    results: tuple[int, ...] = ()
    function: str = ""
    constant: str = ""
    within: str = ""
    loops: tuple[Op, ...] = ()
    round: list[int] = field(default_factory=list)

    @property
    def is_conversion(self) -> bool:
        return self.name in CONVERSIONS


@dataclass
class Graph:
    """The values of a module, by number. `sources` are the values that a value is made of, `ops`
    the operation that defines it; `parameters` are the arguments of the kernel, in order."""

    parameters: list[int] = field(default_factory=list)
    sources: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    ops: dict[int, Op] = field(default_factory=dict)
    all_ops: list[Op] = field(default_factory=list)

    def stores(self, parameter: int) -> list[Op]:
        """The stores and atomics through the pointer parameter of that index."""
        return [op for op in self.all_ops if op.name in STORES and self._reaches(op, parameter)]

    def loads(self, parameter: int) -> list[Op]:
        """The loads through the pointer parameter of that index."""
        return [op for op in self.all_ops if op.name in LOADS and self._reaches(op, parameter)]

    def _reaches(self, op: Op, parameter: int) -> bool:
        pointed = self._walk(op.operands[0], self._pointed)
        return self.parameters[parameter] in pointed

    def computed_from(self, value: int) -> Iterator[Op]:
        """The operations that a value is computed from, back to the nearest loads and conversions,
        which are among them."""
        found = (self.ops.get(each) for each in self._walk(value, self._computed))
        return (op for op in found if op is not None)

    def called_from(self, op: Op) -> Iterator[Op]:
        """The calls that lead to the function that an operation stands in, from the inside out."""
        seen, waiting = {op.within}, [op.within]
        while waiting:
            name = waiting.pop()
            for call in self.all_ops:
                if call.name == "tt.call" and call.types == name:
                    yield call
                    waiting += {call.within} - seen
                    seen.add(call.within)

    def made_of(self, parameter: int) -> Iterator[Op]:
        """The operations with an operand that is computed from the parameter of that index, which
        is passed by value."""
        start = self.parameters[parameter]
        for op in self.all_ops:
            if any(start in self._walk(each, self._computed) for each in op.operands):
                yield op

    def behind(self, store: Op) -> list[Op]:
        """The conversions that feed a store's value. A load ends the search: what memory held is
        another matter; so does a conversion, of which the last one counts."""
        value = store.operands[STORES[store.name]]
        found = (self.ops.get(each) for each in self._walk(value, self._computed))
        return [op for op in found if op is not None and op.is_conversion]

    def all_behind(self, store: Op) -> list[Op]:
        """The conversions that feed a store's value, over one another too."""
        value = store.operands[STORES[store.name]]
        found = (self.ops.get(each) for each in self._walk(value, self._until_load))
        return [op for op in found if op is not None and op.is_conversion]

    def made_until_load(self, value: int) -> Iterator[int]:
        """The values that a value is computed from, back to what was loaded."""
        return self._walk(value, self._until_load)

    def made_linearly(self, value: int) -> Iterator[Op]:
        """The operations that an address is computed from by sums and products alone."""
        found = (self.ops.get(each) for each in self._walk(value, self._linear))
        return (op for op in found if op is not None)

    def all_made_of(self, value: int) -> Iterator[int]:
        """The values that a value is computed from in any way, through memory's addresses too."""
        return self._walk(value, self.sources.__getitem__)

    def _linear(self, value: int) -> Sequence[int]:
        op = self.ops.get(value)
        return op.operands if op is not None and op.name in _LINEAR else self._moved(value)

    def _until_load(self, value: int) -> Sequence[int]:
        op = self.ops.get(value)
        return () if op is not None and op.name in LOADS else self.sources[value]

    def ahead(self, load: Op) -> list[Op]:
        """The conversions that a loaded value meets as a number: moved, carried, passed, widened,
        added or multiplied. Shifts and masks take it apart, and end the search."""
        uses: dict[int, list[int]] = defaultdict(list)
        for value in list(self.sources):
            for source in self._carried(value):
                uses[source].append(value)
        found = (
            self.ops.get(each)
            for start in load.results
            for each in self._walk(start, uses.__getitem__)
        )
        return [op for op in found if op is not None and op.is_conversion]

    def _walk(self, start: int, step: Callable[[int], Sequence[int]]) -> Iterator[int]:
        seen, waiting = {start}, [start]
        while waiting:
            each = waiting.pop()
            yield each
            fresh = [value for value in step(each) if value not in seen]
            seen.update(fresh)
            waiting += fresh

    def _moved(self, value: int) -> Sequence[int]:
        """Where a value comes from when nothing computes it: a move's operand, a selection's, or
        what a block, a loop or a call hands over."""
        op = self.ops.get(value)
        if op is None or op.name in ("tt.call", "scf.for", "scf.if", "scf.while"):
            return self.sources[value]
        if op.name == "arith.select":
            return op.operands[1:]
        if op.name in ("tt.join", "tt.cat"):
            return op.operands
        return op.operands[_MOVES[op.name] :][:1] if op.name in _MOVES else ()

    def _pointed(self, value: int) -> Sequence[int]:
        """Where a pointer comes from: as moved, or by arithmetic on its address."""
        op = self.ops.get(value)
        if op is not None and op.name in _ADDRESS_ARITHMETIC:
            return op.operands
        return self._moved(value)

    def _carried(self, value: int) -> Sequence[int]:
        """Where a value comes from: as moved, by one conversion, or by integer arithmetic."""
        op = self.ops.get(value)
        if op is not None and (op.is_conversion or op.name in _ARITHMETIC):
            return op.operands
        return self._moved(value)

    def _computed(self, value: int) -> Sequence[int]:
        """Where a value comes from, through arithmetic too, up to a load or a conversion."""
        op = self.ops.get(value)
        return (
            () if op is not None and (op.is_conversion or op.name in LOADS) else self.sources[value]
        )
