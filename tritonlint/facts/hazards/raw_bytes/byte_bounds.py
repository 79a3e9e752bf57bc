"""Slices whose bounds are counted in bytes: `page[:, n : n + tiles * 4]` cuts out `tiles` elements
of four bytes each."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tritonlint.facts.hazards.launched.functions import call_at
from tritonlint.facts.hazards.raw_bytes.cuts import cutting, sliced
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.row_widths import row_width
from tritonlint.facts.hazards.torch_code import begins_later, last_slice
from tritonlint.facts.host.events import LaunchEvent, Note
from tritonlint.facts.host.memory.element_types import FLOATS
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import only_given
from tritonlint.source import Span

_SIZES = ("element_size", "itemsize")
_SPELLED = ("element_size()", "itemsize")


# The size of an element, and how many there are, as they are spelled.
Counted = tuple[str, str]


def counted(event: LaunchEvent, tensor: Tensor, notes: Sequence[Note]) -> Iterator[Evidence]:
    """Evidence that bytes are those of elements of another type: they are as many as these take."""
    for note in notes:
        if note.kind == "counted":
            meaning = note.types if note.types.known else FLOATS
            of = f"of {note.types}" if note.types.known else "of the type that is asked for"
            message = f"as many bytes are made here as elements {of} take"
            yield Evidence(note.span, message, "likely", note.path, meaning=meaning)
    found = counts_bytes(cutting(event, tensor), tensor) if tensor.part is not None else None
    if found is not None and tensor.part is not None and found[0].endswith(_SPELLED):
        message = f"the bounds of this region count elements of {found[0]} bytes"
        yield Evidence(tensor.part.span, message, "likely", meaning=FLOATS)


def counts_bytes(module: Module, tensor: Tensor) -> Counted | None:
    """The size by which the last dimension of a slice is multiplied, as it is spelled: `4`, `8`,
    `x.element_size()`, and `2` of a slice that does not begin at 0; that of a few bytes that one
    element takes there; and what it multiplies. None of other slices."""
    node = sliced(module, tensor)
    last = last_slice(node) if node is not None else None
    if last is None:
        return None
    assert tensor.part is not None
    around = module.function_at(tensor.part.span.line)
    names = only_given(around.as_function if around is not None else module.tree)
    later = begins_later(last)
    if last.upper is None:
        found = _from_the_end(_spelled_out(last.lower, names) if last.lower else None)
        if found is not None or node is None or not later:
            return found
        width = row_width(module, around, node.value)
        return None if width is None else _behind(width, last.lower, names)
    upper, lower = _spelled_out(last.upper, names), last.lower
    return _behind(upper, lower, names) if later else _size(upper, later)


def _behind(end: ast.expr, lower: ast.expr | None, names: Mapping[str, ast.expr]) -> Counted | None:
    """The size of the elements between the beginning of a slice and its `end`, which is counted
    from there: `n : n + tiles * 4`."""
    if lower is None or not (isinstance(end, ast.BinOp) and isinstance(end.op, ast.Add)):
        return None
    begin = names.get(lower.id, lower) if isinstance(lower, ast.Name) else lower
    if ast.unparse(end.left) not in (ast.unparse(lower), ast.unparse(begin)):
        return None
    return _size(_spelled_out(end.right, names), True)


def _from_the_end(lower: ast.expr | None) -> Counted | None:
    """The size of elements that are counted from the end of a row: `page.shape[1] - 2 * n`."""
    match lower:
        case ast.BinOp(op=ast.Sub(), left=left, right=right) if "shape" in ast.unparse(left):
            return _size(right, True)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _size(operand, True)
    return None


def _size(width: ast.expr, later: bool) -> Counted | None:
    match width:
        case ast.Constant(value=4 | 8) if later:
            return ast.unparse(width), "1"
        case ast.BinOp(op=ast.Mult(), left=left, right=right):
            for each, count in ((right, left), (left, right)):
                match each:
                    case ast.Constant(value=4 | 8):
                        return ast.unparse(each), ast.unparse(count)
                    case ast.Constant(value=2) if later:
                        return ast.unparse(each), ast.unparse(count)
                    case ast.Call(func=ast.Attribute(attr=name)) | ast.Attribute(attr=name):
                        if name in _SIZES:
                            return ast.unparse(each), ast.unparse(count)
    return None


def _spelled_out(node: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    """What a name is assigned in the function, where that is computed."""
    value = names.get(node.id) if isinstance(node, ast.Name) else None
    return value if isinstance(value, ast.BinOp) else node


def behind_the_codes(run: Run, module: Module, tensor: Tensor) -> Span | None:
    """Where the rows of a buffer are made four bytes longer, `torch.empty((n, width + 4), ...)`, of
    which a slice takes what is left behind others: one number of four bytes each."""
    node = sliced(module, tensor)
    last = last_slice(node) if node is not None else None
    if last is None or last.upper is not None or not begins_later(last):
        return None
    for note in run.notes.by_buffer(tensor.buffer):
        made = run.project.cached(str(Path(note.span.path).absolute()))
        if note.kind == "allocated" and made is not None and _is_longer(made, note.span):
            return note.span
    return None


def _is_longer(module: Module, made: Span) -> bool:
    """Whether the last dimension of what is made there is a number and four bytes."""
    call = call_at(module, made)
    match call.args if call is not None else []:
        case [ast.Tuple(elts=[*_, last]) | ast.List(elts=[*_, last]), *_] | [*_, last]:
            return isinstance(last, ast.BinOp) and ast.unparse(last).endswith(" + 4")
    return False
