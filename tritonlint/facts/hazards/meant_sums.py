"""Whether a sum of 16 bits is meant: by a comment, by how its memory is made, or since it has one
value alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from tritonlint.dtypes import BFLOAT16, FLOAT16
from tritonlint.facts.host.events import LaunchEvent, Note
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import HasType
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.project.comments import computes_in_16_bits, means_16_bits
from tritonlint.facts.project.tree import walk
from tritonlint.source import SourceFile, Span


def asked_for(run: Run, event: LaunchEvent, parameter: str) -> bool:
    """Whether what is passed is made of 32 bits unless a caller, or a test, asks for another type:
    who asks for 16 bits means them."""
    values = [each for _, each in options(event.arguments[parameter].value)]
    buffers = {each.buffer for each in values if isinstance(each, Tensor)}
    for each in list(buffers):
        buffers |= run.alike.get(each, frozenset())
    return any(_is_wide(note) for each in buffers for note in run.notes.by_buffer(each))


def _is_wide(note: Note) -> bool:
    """Whether a note says that memory is of 32 bits unless something is asked. A test of one type
    of 16 bits forgets the other."""
    types = note.types.types or ()
    asked = [key.types for key, _ in note.path if isinstance(key, HasType)]
    return (
        note.kind in ("default", "may_be")
        and any(t.is_float and t.width > 16 for t in types)
        and all(str(FLOAT16) in each and str(BFLOAT16) in each for each in asked)
    )


def is_of_one(place: Span, source: SourceFile) -> bool:
    """Whether a sum stands where a constant of its kernel or device function is tested for one: it
    may be along an axis of one value."""
    return any(
        (arm[0].lineno, arm[0].col_offset) <= (place.line, place.column - 1)
        and place.line <= (arm[-1].end_lineno or arm[-1].lineno)
        for statement in _around(place, source)
        for node in walk(statement)
        for arm in _of_one(node)
    )


def _around(place: Span, source: SourceFile) -> list[ast.stmt]:
    """What a place stands in at the top level of `source`."""
    body = source.tree.body if place.path == source.path else ()
    return [each for each in body if each.lineno <= place.line <= (each.end_lineno or 0)]


def _of_one(node: ast.AST) -> Iterator[Sequence[ast.stmt | ast.expr]]:
    """What runs where a test finds that a name is one."""
    match node:
        case ast.If(test=ast.Compare(left=ast.Name(), ops=[op], comparators=[ast.Constant(1)])):
            arms: tuple[Sequence[ast.stmt | ast.expr], ...] = (node.body, node.orelse)
        case ast.IfExp(test=ast.Compare(left=ast.Name(), ops=[op], comparators=[ast.Constant(1)])):
            arms = ([node.body], [node.orelse])
        case _:
            return
    if isinstance(op, ast.Eq):
        yield arms[0]
    elif isinstance(op, (ast.NotEq, ast.Gt)) and arms[1]:
        yield arms[1]


def is_stated(place: Span, source: SourceFile) -> bool:
    """Whether a comment at a sum, or in the function around it, says that 16 bits are meant."""
    return any(
        means_16_bits(source.lines, place.line, place.end_line)
        or computes_in_16_bits(source.lines[each.lineno - 1 : each.end_lineno])
        for each in _around(place, source)
    )
