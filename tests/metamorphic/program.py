"""A program of one file as the rewritings see it: its kernels, its launches, its host functions, and
where statements can be put."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

Function = ast.FunctionDef | ast.AsyncFunctionDef
# What has names of its own: an expression in it cannot be moved to a statement outside.
_NAMES_OF_ITS_OWN = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Program:
    """A parsed file, changed in place; `text` is what it reads after that."""

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        self._names = {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)}
        self._names |= {node.arg for node in ast.walk(self.tree) if isinstance(node, ast.arg)}
        self._names |= {node.name for node in ast.walk(self.tree) if isinstance(node, Function)}
        self._names |= {n.attr for n in ast.walk(self.tree) if isinstance(n, ast.Attribute)}

    @property
    def text(self) -> str:
        return ast.unparse(ast.fix_missing_locations(self.tree)) + "\n"

    def free(self, name: str) -> str:
        """`name`, or that name with a number, such that the program has no such name yet."""
        number, wanted = 1, name
        while wanted in self._names:
            number += 1
            wanted = f"{name}_{number}"
        self._names.add(wanted)
        return wanted

    def uses(self, name: str) -> bool:
        return name in self._names

    def define(self, code: str) -> None:
        """Put the statements of `code` below the imports."""
        body = self.tree.body
        at = max((i for i, each in enumerate(body) if isinstance(each, _IMPORTS)), default=-1) + 1
        if at == 0 and body and ast.get_docstring(self.tree) is not None:
            at = 1
        body[at:at] = ast.parse(code).body

    def bring(self, code: str) -> None:
        """Put the imports of `code` first."""
        at = 0 if ast.get_docstring(self.tree) is None else 1
        while at < len(self.tree.body) and _is_future(self.tree.body[at]):
            at += 1
        self.tree.body[at:at] = ast.parse(code).body

    def functions(self) -> Iterator[Function]:
        """The functions of the module that run on the host."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function) and not is_kernel(node):
                yield node

    def kernels(self) -> list[ast.FunctionDef]:
        return [n for n in ast.walk(self.tree) if isinstance(n, ast.FunctionDef) and is_kernel(n)]

    def places(self) -> dict[ast.AST, Place]:
        """For each node the statement that it is in, and the list of statements which holds that."""
        found: dict[ast.AST, Place] = {}
        _fill(self.tree, None, None, False, (), found)
        return found

    def launches(self) -> list[Launch]:
        """Each `kernel[grid](...)` of the host, in the order of the file."""
        kernels = {each.name: each for each in self.kernels()}
        found = []
        for node, place in self.places().items():
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Subscript):
                continue
            kernel = node.func.value
            if not isinstance(kernel, ast.Name) or any(is_kernel(f) for f in place.functions):
                continue
            if kernel.id in kernels or kernel.id.endswith("kernel"):
                found.append(Launch(node, place, kernels.get(kernel.id)))
        return sorted(found, key=lambda each: (each.call.lineno, each.call.col_offset))


_IMPORTS = (ast.Import, ast.ImportFrom)


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def is_kernel(function: Function) -> bool:
    return any("jit" in ast.unparse(each) for each in function.decorator_list)


@dataclass(frozen=True)
class Place:
    """Where a node stands. `apart`: inside a lambda or a comprehension of the statement."""

    statement: ast.stmt
    body: list[ast.stmt]
    parent: ast.AST
    apart: bool
    functions: tuple[Function, ...]

    def before(self, code: str) -> None:
        """Put the statements of `code` before the statement."""
        at = next(i for i, each in enumerate(self.body) if each is self.statement)
        self.body[at:at] = ast.parse(code).body

    def instead(self, code: str) -> None:
        """Put the statements of `code` in the place of the statement."""
        at = next(i for i, each in enumerate(self.body) if each is self.statement)
        self.body[at : at + 1] = ast.parse(code).body


@dataclass(frozen=True)
class Launch:
    call: ast.Call
    place: Place
    kernel: ast.FunctionDef | None

    @property
    def grid(self) -> str:
        assert isinstance(self.call.func, ast.Subscript)
        grid = ast.unparse(self.call.func.slice)
        return grid if grid.startswith("(") or "," not in grid else f"({grid})"

    @property
    def name(self) -> str:
        assert isinstance(self.call.func, ast.Subscript)
        return ast.unparse(self.call.func.value)

    @property
    def alone(self) -> bool:
        """Whether it is a statement by itself."""
        return isinstance(self.place.statement, ast.Expr) and self.place.statement.value is self.call

    @property
    def plain(self) -> bool:
        """Whether its arguments are written one by one."""
        return not any(isinstance(each, ast.Starred) for each in self.call.args) and all(
            each.arg is not None for each in self.call.keywords
        )


def _fill(
    node: ast.AST,
    statement: ast.stmt | None,
    body: list[ast.stmt] | None,
    apart: bool,
    functions: tuple[Function, ...],
    found: dict[ast.AST, Place],
) -> None:
    for field, value in ast.iter_fields(node):
        within = functions
        if isinstance(node, Function) and field == "body":
            within = (*functions, node)
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST):
                continue
            if isinstance(child, ast.stmt):
                assert isinstance(value, list)
                found[child] = Place(child, value, node, False, within)
                _fill(child, child, value, False, within, found)
                continue
            inner = apart or isinstance(node, _NAMES_OF_ITS_OWN)
            if statement is not None and body is not None:
                found[child] = Place(statement, body, node, inner, within)
            _fill(child, statement, body, inner, within, found)


def replace(parent: ast.AST, old: ast.AST, new: ast.AST) -> None:
    """Put `new` where `old` is in `parent`."""
    for field, value in ast.iter_fields(parent):
        if value is old:
            setattr(parent, field, new)
        elif isinstance(value, list):
            for i, each in enumerate(value):
                if each is old:
                    value[i] = new


def expression(code: str) -> ast.expr:
    return ast.parse(code, mode="eval").body


def names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
