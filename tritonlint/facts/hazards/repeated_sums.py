"""Sums in memory of 16 bits that a kernel adds to once: it is launched again and again, or has
stored there before."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.dtypes import ElementType
from tritonlint.facts.device.contracts import roles_of
from tritonlint.facts.device.reading.own_elements import is_own
from tritonlint.facts.device.reading.read_back import (
    added_atomically,
    pointer_in,
    states_wide,
    taken_back,
    updated,
)
from tritonlint.facts.device.sums import NarrowSum
from tritonlint.facts.hazards.launched.functions import call_at
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Allocation
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import nodes, only_given, walk

# Memory made of zeros, as its expression begins.
_ZEROS = re.compile(r"[\w.]*zeros")


def repeated_sums(
    event: LaunchEvent, narrow: Mapping[str, ElementType], may_be: Mapping[str, ElementType]
) -> Iterator[NarrowSum]:
    """The sums that a launch in a loop keeps in what the function made of zeros before it, of the
    types that are `narrow`, by parameter; and, in what is or `may_be` of 16 bits, those that
    programs of one launch add up there, or that one program makes with what it has stored."""
    kernel = event.kernel
    if not may_be or not keeps_sums(kernel.node):
        return
    for call in added_atomically(kernel.node):
        if is_own(kernel.node, call) and _loop_around(event) is None and _has_one_axis(event):
            continue
        parameter = _pointer(kernel, call.args[0])
        added_to = narrow if states_wide(call) else may_be
        if parameter in added_to and _made_before(event, parameter, None):
            place, added = kernel.span(call), frozenset((parameter,))
            yield NarrowSum(
                place, (), "update", False, may_be[parameter], added, frozenset(), place
            )
    for before, load, store in taken_back(kernel.node):
        parameter = _pointer(kernel, store.args[0])
        if parameter in may_be:
            place, loads = kernel.span(store), frozenset((kernel.span(load),))
            added, use = frozenset((parameter,)), kernel.span(before)
            yield NarrowSum(place, (), "update", False, may_be[parameter], added, loads, use)
    sums = updated(kernel.node)
    loop = _loop_around(event) if sums else None
    for load, store in sums.values() if loop is not None else ():
        parameter = _pointer(kernel, store.args[0])
        if loop is not None and parameter in narrow and _made_before(event, parameter, loop):
            place, loads = kernel.span(store), frozenset((kernel.span(load),))
            head = event.module.source.span(loop.iter if isinstance(loop, ast.For) else loop.test)
            added = frozenset((parameter,))
            yield NarrowSum(place, (), "update", False, narrow[parameter], added, loads, head)


def _has_one_axis(event: LaunchEvent) -> bool:
    """Whether the grid of a launch is written with one axis."""
    call = call_at(event.module, event.span)
    grid = call.func.slice if call is not None and isinstance(call.func, ast.Subscript) else None
    around = event.module.function_at(event.span.line)
    if isinstance(grid, ast.Name) and around is not None:
        grid = only_given(around.as_function).get(grid.id)
    grid = grid.body if isinstance(grid, ast.Lambda) else grid
    return isinstance(grid, ast.Tuple) and len(grid.elts) == 1


def keeps_sums(function: ast.FunctionDef) -> bool:
    """Whether a kernel adds to what is in memory."""
    return bool(updated(function) or added_atomically(function))


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
    return tuple(nodes(function, ast.For, ast.While))


def _loop_around(event: LaunchEvent) -> ast.For | ast.While | None:
    """The outermost loop of the launching function that a launch stands in."""
    function = event.module.function_at(event.span.line)
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
    return pointer_in(kernel.node, address, roles_of(kernel).pointers)


def _made_before(event: LaunchEvent, parameter: str, loop: ast.For | ast.While | None) -> bool:
    """Whether what is passed is made of zeros in the same file, before the loop if there is one."""
    match [each for _, each in options(event.arguments[parameter].value)]:
        case [Tensor(buffer=Allocation(path=event.span.path, line=line, column=column))]:
            first, last = (loop.lineno, loop.end_lineno) if loop is not None else (0, 0)
            within = first <= line <= (last or first)
            return (
                not within
                and _ZEROS.match(event.module.source.lines[line - 1], column - 1) is not None
            )
    return False
