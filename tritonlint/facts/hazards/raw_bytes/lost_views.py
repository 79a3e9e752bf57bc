"""Views that come to nothing: their result is dropped, or is given to the name that was viewed when
what is passed had been taken from it already."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.facts.hazards.raw_bytes.cuts import cutting
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.packing import reshaped
from tritonlint.facts.host.events import LaunchEvent, Note
from tritonlint.facts.host.memory.element_types import all_bytes
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import nodes
from tritonlint.source import Span


def lost_views(
    event: LaunchEvent, parameter: str, tensor: Tensor, notes: list[Note]
) -> Iterator[Evidence]:
    """Evidence from a view of the memory of `tensor`, which is not viewed, that no launch can be
    passed: somebody meant to view it. A view that this launch is passed beside it is not lost."""
    viewed = {each.view for _, each in event.viewed}
    module = cutting(event, tensor)
    for note in notes:
        if note.kind != "view" or all_bytes(note.types) or note.span in viewed:
            continue
        if note.span.path == module.path and _is_lost(module, note.span, event, parameter):
            asked = not note.types.known
            what = "another type" if asked else note.types
            message = f"viewed as {what} here, but not for what is passed: these are raw bytes"
            yield Evidence(note.span, message, "likely", note.path, note.types, asked=asked)


def _is_lost(module: Module, view: Span, event: LaunchEvent, parameter: str) -> bool:
    """Whether nothing but the name that was viewed has the result of a view: another name is passed
    later in the same function, or the name is not read any more."""
    function = module.function_at(view.line)
    around = function.as_function if function is not None else module.tree
    passed = event.arguments[parameter].place
    at = passed.span.line if passed.source is module.source else 0
    beside = view.line < at and module.function_at(at) == function
    for statement in nodes(around, ast.Assign, ast.AnnAssign, ast.Expr):
        if not statement.lineno <= view.line <= (statement.end_lineno or statement.lineno):
            continue
        call = reshaped(statement.value) if statement.value is not None else None
        if not isinstance(call, ast.Call) or module.source.span(call) != view:
            continue
        match statement, call.func:
            case ast.Expr(), _:
                return True
            case (
                ast.Assign(targets=[ast.Name(id=given)]) | ast.AnnAssign(target=ast.Name(id=given)),
                ast.Attribute(value=ast.Name(id=name)),
            ) if given == name:
                read = beside and name != _root(passed.node)
                return read or not _is_read_after(around, name, statement)
    return False


def _is_read_after(around: ast.AST, name: str, statement: ast.stmt) -> bool:
    last = statement.end_lineno or statement.lineno
    names = (each for each in nodes(around, ast.Name) if each.id == name)
    return any(isinstance(each.ctx, ast.Load) and each.lineno > last for each in names)


def _root(node: ast.expr) -> str:
    """The name that an expression begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
