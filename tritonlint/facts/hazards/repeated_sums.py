"""Sums in memory of 16 bits that a kernel adds to once, and that is launched again and again."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tritonlint.dtypes import ElementType
from tritonlint.facts.device.contracts import roles_of
from tritonlint.facts.device.reading.read_back import updated
from tritonlint.facts.device.sums import NarrowSum
from tritonlint.facts.hazards.flavours.vendors import function_at
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.state import Run
from tritonlint.facts.host.values import Tensor, options
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import walk
from tritonlint.source import Span


def repeated_sums(
    run: Run, event: LaunchEvent, narrow: Mapping[str, ElementType]
) -> Iterator[NarrowSum]:
    """The sums that a launch in a loop keeps in what the function made of zeros before it, of the
    types that are `narrow`, by parameter."""
    kernel = event.kernel
    sums = updated(kernel.node)
    loop = _loop_around(event) if sums and narrow else None
    if loop is None:
        return
    for load, store in sums.values():
        parameter = _pointer(kernel, store.args[0])
        if parameter in narrow and _made_before(run, event, parameter, loop):
            place, loads = _span(kernel, store), frozenset((_span(kernel, load),))
            head = event.module.source.span(loop.iter if isinstance(loop, ast.For) else loop.test)
            parameters = frozenset((parameter,))
            yield NarrowSum(place, (), "update", False, narrow[parameter], parameters, loads, head)


def launches_in_loop(function: ast.AST | Module, kernel: str) -> bool:
    """Whether a function launches a kernel in a loop, by its name."""
    return not isinstance(function, Module) and any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Subscript)
        and isinstance(each.func.value, ast.Name)
        and each.func.value.id == kernel
        for loop in _loops(function)
        for statement in loop.body
        for each in walk(statement)
    )


@kept(256)
def _loops(function: ast.AST) -> tuple[ast.For | ast.While, ...]:
    return tuple(each for each in walk(function) if isinstance(each, (ast.For, ast.While)))


def _loop_around(event: LaunchEvent) -> ast.For | ast.While | None:
    """The outermost loop of the launching function that a launch stands in."""
    function = function_at(event.module, event.span)
    if function is None or isinstance(function.node, Module):
        return None
    line = event.span.line
    around = (
        each
        for each in _loops(function.node)
        if each.body[0].lineno <= line <= (each.end_lineno or each.lineno)
    )
    return next(around, None)


def _pointer(kernel: Kernel, address: ast.expr) -> str:
    """The pointer that an address is computed from, where there is one in it."""
    names = {each.id for each in walk(address) if isinstance(each, ast.Name)}
    found = names & set(roles_of(kernel).pointers)
    return found.pop() if len(found) == 1 else ""


def _made_before(run: Run, event: LaunchEvent, parameter: str, loop: ast.For | ast.While) -> bool:
    """Whether what is passed is made of zeros, before the loop and in the same file."""
    tensors = [each for _, each in options(event.arguments[parameter].value)]
    if len(tensors) != 1 or not isinstance(tensors[0], Tensor):
        return False
    for note in run.notes:
        if note.kind == "allocated" and note.buffer == tensors[0].buffer:
            within = loop.lineno <= note.span.line <= (loop.end_lineno or loop.lineno)
            same = note.span.path == event.span.path
            made = event.module.source.snippet(note.span) if same else ""
            return same and not within and "zeros" in made
    return False


def _span(kernel: Kernel, node: ast.expr) -> Span:
    last, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return Span(kernel.path, node.lineno, node.col_offset + 1, last, end + 1)
