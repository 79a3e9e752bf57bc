"""Finding the functions again that launches were seen in: by their text, wherever they stand
now."""

from __future__ import annotations

import ast
import hashlib
import os
import textwrap
from collections.abc import Iterator
from pathlib import Path

from tritonlint.facts.hazards.launched.seen import Code
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import ModuleScope, kernel_of
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.project import Project
from tritonlint.facts.project.tree import FUNCTION, nodes
from tritonlint.source import Span


def digest(text: str) -> str:
    """Sixteen hexadecimal digits for a text, whatever its indentation and line ends."""
    lines = textwrap.dedent("\n".join(text.splitlines())).split("\n")
    return hashlib.sha256("\n".join(map(str.rstrip, lines)).encode()).hexdigest()[:16]


def code_of(module: Module, definition: Definition | None, span: Span) -> Code:
    """The function `definition` of a module as data; None: what stands at `span`."""
    if definition is None:
        return Code(module.path, "", span.line, digest(module.source.snippet(span)))
    return Code(
        module.path,
        definition.name,
        definition.line,
        digest(definition.module.source.lines_of(definition.as_function)),
    )


def found(project: Project, code: Code) -> tuple[Module, Definition | None, int] | None:
    """The module and the function that `code` was, and by how many lines it has moved. None when
    there is no such function with that text. Raises SourceError for a file that cannot be read or
    parsed."""
    file = os.path.abspath(code.path)
    module = project.cached(file) or project.module(Path(file))
    if not code.name:
        return module, None, 0
    same = [
        each
        for each in module.functions
        if each.name == code.name
        and digest(each.module.source.lines_of(each.as_function)) == code.digest
    ]
    if not same:
        return None
    nearest = min(same, key=lambda each: abs(each.line - code.line))
    return module, nearest, nearest.line - code.line


def kernel_from(definition: Definition) -> Kernel:
    """The kernel that a function is, which was launched: however it was made one."""
    known = kernel_of(definition)
    if known is not None:
        return known
    node = definition.node
    assert isinstance(node, ast.FunctionDef)
    scope = ModuleScope(definition.module, definition.enclosing)
    return Kernel(node.name, definition.module.path, node, scope)


def defined_at(module: Module, name: str, line: int) -> Definition | None:
    """The function `name` whose first decorator, or `def`, stands in a line."""
    for each in module.functions:
        if each.name == name and _first_line(each.node) <= line <= each.line:
            return each
    return None


def call_at(module: Module, span: Span) -> ast.Call | None:
    """The call at a place; where only its line is known (the columns are 0), the call in that line
    that is a launch, or the first."""
    calls = list(_calls(module, span.line))
    if span.column:
        return next((each for each in calls if module.source.span(each) == span), None)
    launches = [each for each in calls if isinstance(each.func, ast.Subscript)]
    return next(iter(launches or calls), None)


def _calls(module: Module, line: int) -> Iterator[ast.Call]:
    """The calls that a line is a part of, those that begin last first."""
    calls = [
        each
        for each in nodes(module.tree, ast.Call)
        if each.lineno <= line <= (each.end_lineno or 0)
    ]
    yield from sorted(calls, key=lambda each: (each.lineno, each.col_offset), reverse=True)


def _first_line(node: object) -> int:
    """The line of the first decorator of a function, else that of its `def`."""
    assert isinstance(node, FUNCTION)
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])
