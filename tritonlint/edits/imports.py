"""Imports that a fix needs: what is imported already, and where another one goes."""

from __future__ import annotations

import ast

from tritonlint.edits.surroundings import Placed, Scope, Surroundings, bound
from tritonlint.findings import Edit, Span


def module_name(around: Surroundings, module: str, at: Placed) -> str | None:
    """The name that stands for `module` where `at` is, at run time; None when nothing does."""
    names = [
        bound(alias)
        for placed, node, alias in around.imports()
        if isinstance(node, ast.Import)
        and (alias.name == module or (alias.asname is None and bound(alias) == module))
        and _reaches(placed, at)
    ]
    return names[0] if names else None


def imported_from(around: Surroundings, module: str, at: Placed) -> dict[str, str]:
    """What is imported from `module` for the place `at`: the name there to the name here."""
    return {
        alias.name: bound(alias)
        for placed, node, alias in around.imports()
        if isinstance(node, ast.ImportFrom)
        and node.module == module
        and node.level == 0
        and _reaches(placed, at)
    }


def _reaches(imported: Placed, at: Placed) -> bool:
    """Whether the import has run, and its name is seen, where `at` is."""
    around = imported.scopes
    if not around:
        return True
    return around == at.scopes[-len(around) :] and (
        imported.start < at.start and imported.blocks <= at.blocks
    )


def import_edits(around: Surroundings, statement: str) -> list[Edit]:
    """The edit that adds the import `statement` at the top of the module: none when it holds there
    at run time already.

    It goes below the imports at the top, and so below the docstring and `__future__`.
    """
    wanted = {each for node in ast.parse(statement).body for each in _bindings(node)}
    there = {
        each
        for placed, node, _ in around.imports()
        if not placed.scopes
        for each in _bindings(node)
    }
    if wanted <= there:
        return []
    source = around.source
    line = _line_for_import(around.module)
    if line > len(source.lines) and source.lines and not source.lines[-1].endswith(("\n", "\r")):
        end = len(source.lines[-1]) + 1
        place = Span(source.path, line - 1, end, line - 1, end)
        return [Edit(place, f"\n{statement.strip()}")]
    return [Edit(Span(source.path, line, 1, line, 1), f"{statement.strip()}\n")]


def _bindings(node: ast.stmt) -> set[tuple[str, str, str]]:
    """What an import binds: the module, the name in it (empty for the module), the name here."""
    match node:
        case ast.Import(names=names):
            return {(each.name, "", bound(each)) for each in names}
        case ast.ImportFrom(names=names):
            origin = "." * node.level + (node.module or "")
            return {(origin, each.name, bound(each)) for each in names}
    return set()


def _line_for_import(module: ast.Module) -> int:
    """The line before which an import goes."""
    line = None
    for index, node in enumerate(module.body):
        if isinstance(node, (ast.Import, ast.ImportFrom)) or _is_docstring(node, index):
            line = (node.end_lineno or node.lineno) + 1
        elif isinstance(node, (ast.If, ast.Try)) and _imports_only(node):
            # Not into it, and not between it and the imports above that it belongs to.
            line = (node.end_lineno or node.lineno) + 1 if line else line
        elif isinstance(node, Scope):
            break
    if line is None:
        first = module.body[0] if module.body else None
        decorators = getattr(first, "decorator_list", [])
        return min([each.lineno for each in (first, *decorators) if each is not None], default=1)
    # After a semicolon another statement may begin in the import's line, and end lines below.
    for node in module.body:
        if node.lineno < line <= (node.end_lineno or node.lineno):
            line = (node.end_lineno or node.lineno) + 1
    return line


def _is_docstring(node: ast.stmt, index: int) -> bool:
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return index == 0
    return False


def _imports_only(node: ast.If | ast.Try) -> bool:
    """Whether a block is about imports: it imports, and what it defines are fallbacks."""
    return any(isinstance(each, (ast.Import, ast.ImportFrom)) for each in node.body)
