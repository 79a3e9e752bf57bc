"""Whether what an operation of Triton's IR makes comes back to it: carried by a loop as a value, or
in memory that a loop or several programs come back to."""

from __future__ import annotations

from collections.abc import Iterator

from tritonlint.rule.signature import FLOAT_ARITHMETIC, Carried
from tritonlint.verify.compiler.ttir import LOADS, Graph, Op

_ADDED = (*FLOAT_ARITHMETIC, "tt.dot", "math.fma")


def comes_back(graph: Graph, op: Op, how: Carried) -> bool:
    """Whether the result of an operation is an operand of its own next round, as a `value` that
    something is computed of in between; or, in `memory`, whether a store or an atomic comes back to
    the address that it wrote."""
    if how == "value":
        return any(_carries(graph, loop, op) for loop in _around(graph, op))
    if any(_stays(graph, loop, op.operands[0]) for loop in _around(graph, op)):
        return True
    return op.name == "tt.atomic_rmw" and _is_shared(graph, op.operands[0])


def _around(graph: Graph, op: Op) -> Iterator[Op]:
    """The loops that an operation is in, and those that call its function."""
    yield from op.loops
    for call in graph.called_from(op):
        yield from call.loops


def _carries(graph: Graph, loop: Op, op: Op) -> bool:
    """Whether a loop hands the result of an operation on to the next round, which computes that
    operation's operand from it by arithmetic."""
    behind = {each for value in op.operands for each in graph.made_until_load(value)}
    for begins in behind & {*loop.round}:
        # What comes from the loop's own yield.
        handed = {each for one in graph.sources[begins] for each in graph.made_until_load(one)}
        if handed & {*op.results} and _computes(graph, behind, begins):
            return True
    return False


def _computes(graph: Graph, values: set[int], begins: int) -> bool:
    """Whether one of the values is computed by arithmetic from what a round begins with."""
    computed = (each for each in values if (op := graph.ops.get(each)) and op.name in _ADDED)
    return any(begins in graph.made_until_load(each) for each in computed)


def _stays(graph: Graph, loop: Op, address: int) -> bool:
    """Whether an address is the same in each round of a loop."""
    return {*loop.round}.isdisjoint(graph.all_made_of(address))


def _is_shared(graph: Graph, address: int) -> bool:
    """Whether several programs may have the same address: it does not tell apart all the axes of
    programs that the kernel asks for, or it comes from memory."""
    made = (graph.ops.get(each) for each in graph.all_made_of(address))
    if any(op is not None and op.name in LOADS for op in made):
        return True
    told = {op.function for op in graph.made_linearly(address) if _is_program(op)}
    axes = {op.function for op in graph.all_ops if _is_program(op)}
    return not axes or not axes <= told


def _is_program(op: Op) -> bool:
    return op.name == "tt.get_program_id"
