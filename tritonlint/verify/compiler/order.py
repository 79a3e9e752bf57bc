"""The compile oracle's second question: are operations of a kernel in an order that is wrong?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tritonlint.errors import VerifyError
from tritonlint.rule.signature import Order
from tritonlint.verify.case import OrderProbe
from tritonlint.verify.compiler.extract import extract
from tritonlint.verify.compiler.located import kernel_named
from tritonlint.verify.compiler.raw_ir import raw_ir
from tritonlint.verify.compiler.rounds import comes_back
from tritonlint.verify.compiler.ttir import LOADS, Graph, Op
from tritonlint.verify.compiler.ttir_text import read_graph
from tritonlint.verify.compiler.values import Values


def wrong(
    graph: Graph, order: Order, loads: frozenset[Op] | None = None
) -> Iterator[tuple[Op, list[Op]]]:
    """The operations of `graph` that the order finds wrong, each with those of its `first` that it
    is computed from. With `loads`, a load counts as a `first` only if it is one of them."""
    made_of = {
        op: _behind(graph, op)
        for op in graph.all_ops
        if {op.name, op.function} & {*order.then} and _fits(op, order)
    }
    others = [op for op, behind in made_of.items() if _is_of(behind, order.beside)]
    if order.beside and not others:
        return
    for op, behind in made_of.items():
        if op in others or _is_of(behind, order.unless):
            continue
        if order.also and not _is_of(behind, order.also):
            continue
        if order.carried and not comes_back(graph, op, order.carried):
            continue
        firsts = [each for each in behind if each.name in order.first]
        firsts = [each for each in firsts if _wide(_types(each)[1], order.made)]
        if order.beyond:
            firsts = [each for each in firsts if _is_of(_behind(graph, each), order.beyond)]
        if loads is not None:
            firsts = [each for each in firsts if each.name not in LOADS or each in loads]
        if firsts or not order.first:
            yield op, firsts


def _behind(graph: Graph, op: Op) -> list[Op]:
    """What the operands of an operation are computed from."""
    return [each for value in op.operands for each in graph.computed_from(value)]


def _is_of(behind: Iterable[Op], names: tuple[str, ...]) -> bool:
    """Whether one of the operations has one of these names, functions or constants."""
    return any({each.name, each.function, each.constant} & {*names} for each in behind)


def alone(op: Op, order: Order) -> bool:
    """Whether an operation is wrong without any order."""
    gives_byte = _wide(_types(op)[1], 8)
    return op.name in order.alone or (op.name in order.narrow and gives_byte)


def _fits(op: Op, order: Order) -> bool:
    """Whether the widths of the numbers that an operation takes and gives are the order's."""
    taken, given = _types(op)
    return _wide(taken, order.takes) and _wide(given, order.gives)


def _types(op: Op) -> tuple[str, str]:
    """What an operation takes and gives, as the text of its types says it: `tensor<64xi8> to
    tensor<64xi32>`, with an arrow in some dialects, or one type for both."""
    taken, _, given = op.types.replace(" -> ", " to ").rpartition(" to ")
    return taken or given, given


def _wide(types: str, width: int) -> bool:
    return not width or bool(re.search(rf"(?:^|\W|x)(?:i|b?f){width}(?:E\w+)?>*\s*$", types))


def places(
    path: Path, probe: OrderProbe, target: str, values: Values
) -> list[tuple[str, str, int]]:
    """The operations of the probed kernel that are in the wrong order: name, file and line.

    Raises VerifyError when the kernel cannot be extracted or compiled for the target.
    """
    kernel = extract(kernel_named(path, probe.kernel), values).function
    names = [each for each in kernel.arg_names if each not in probe.constexprs]
    absent = [each for each in names if each not in probe.signature]
    if absent:
        raise VerifyError(f"{probe.kernel}: the probe gives no type for {', '.join(absent)}")
    graph = read_graph(raw_ir(kernel, probe.signature, probe.constexprs, target))
    loads = None
    if probe.parameter:
        loads = frozenset(graph.loads(names.index(probe.parameter)))
    seen = ((op.name, *(op.place or ("", 0))) for op, _ in wrong(graph, probe.order, loads))
    return sorted(dict.fromkeys(seen))
