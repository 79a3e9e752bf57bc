"""Memory that is cut by counts of items: those of another type than it has itself."""

from __future__ import annotations

import ast

from tritonlint.dtypes import INT8, UNKNOWN
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.values import Tensor, Value
from tritonlint.facts.project.tree import only_given, walk

# So many names are followed from a stride to the division.
_STEPS = 3


def note_strides(frame: Frame, node: ast.Call, strided: Value) -> None:
    """Note that 8-bit integers are meant to be of another type where `as_strided` cuts them by
    bytes divided by the size of its items (`page_bytes // dtype.itemsize`)."""
    for path, each in options(strided):
        if isinstance(each, Tensor) and each.types is None:
            if frame.known(each.buffer).single == INT8 and _counts_items(frame, node):
                frame.note("view", each.buffer, UNKNOWN, frame.span(node), each.part, path)


def _counts_items(frame: Frame, node: ast.Call) -> bool:
    """Whether an argument of a call is computed with a division by the size of an item."""
    given = only_given(frame.enclosing[-1]) if frame.enclosing else {}
    waiting: list[tuple[ast.expr, int]] = [
        (each, _STEPS) for each in (*node.args, *(each.value for each in node.keywords))
    ]
    while waiting:
        each, steps = waiting.pop()
        for part in walk(each):
            match part:
                case ast.BinOp(op=ast.FloorDiv(), right=ast.Attribute(attr="itemsize")):
                    return True
                case ast.Name(id=name) if steps and name in given:
                    waiting.append((given[name], steps - 1))
    return False
