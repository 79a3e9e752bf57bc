"""Which functions of a file an edit can concern, told quickly and from this file alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from tritonlint.findings.moving import Moved
from tritonlint.frozen import dataclass, replace
from tritonlint.source import SourceFile, Span

T = TypeVar("T")

_WORD = re.compile(r"\w+")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Unit:
    """Some lines of a file, from `first` to `last`: a function, a method, the rest of a class, or a
    statement at the top. `names` are what it defines; None for a statement that can do anything."""

    first: int
    last: int
    names: frozenset[str] | None

    def meets(self, lines: range) -> bool:
        """Whether one of `lines`, or the gap that they are when there are none, is inside."""
        if not lines:
            return self.first < lines.start <= self.last
        return self.first < lines.stop and lines.start <= self.last


class Touched:
    """The functions of `new` that the edit from `old` can concern: those with lines that changed,
    and those that name what these define, directly or over others. Raises SourceError."""

    def __init__(self, old: SourceFile, new: SourceFile, moved: Moved) -> None:
        self._units = list(_units(new.tree))
        changed = [each for each in _units(old.tree) if each.meets(moved.before)]
        changed += [each for each in self._units if each.meets(moved.now)]
        self._touched = {each for each in changed if each in self._units}
        self.everything = any(each.names is None for each in changed)
        names = {name for each in changed for name in each.names or ()}
        self._spread(names, new.lines)

    def _spread(self, names: set[str], lines: Sequence[str]) -> None:
        """Add what names one of `names`, and what names that."""
        words = {
            each: frozenset(_WORD.findall("".join(lines[each.first - 1 : each.last])))
            for each in self._units
        }
        fresh = names
        while fresh and not self.everything:
            met = {each for each in words if not fresh.isdisjoint(words[each])} - self._touched
            self._touched |= met
            self.everything = any(each.names is None for each in met)
            fresh = {name for each in met for name in each.names or ()} - names
            names |= fresh

    def __contains__(self, line: int) -> bool:
        """Whether the function that begins in a line can be concerned."""
        if self.everything:
            return True
        around = [each for each in self._units if each.first <= line <= each.last]
        return not around or any(each in self._touched for each in around)


def _units(tree: ast.Module) -> Iterator[Unit]:
    for node in tree.body:
        last = node.end_lineno or node.lineno
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield Unit(_first(node), last, frozenset((node.name,)))
            case ast.ClassDef():
                yield from _of_class(node)
            case ast.Import() | ast.ImportFrom():
                bound = ((each.asname or each.name.partition(".")[0]) for each in node.names)
                names = frozenset(bound)
                yield Unit(node.lineno, last, None if "*" in names else names)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                stored = (each for each in ast.walk(node) if isinstance(each, ast.Name))
                names = frozenset(n.id for n in stored if isinstance(n.ctx, ast.Store))
                yield Unit(node.lineno, last, names or None)
            case ast.Expr(ast.Constant()):
                yield Unit(node.lineno, last, frozenset())
            case _:
                yield Unit(node.lineno, last, None)


def _of_class(node: ast.ClassDef) -> Iterator[Unit]:
    """The methods of a class, and the rest of it. What `__init__` or the rest says concerns all."""
    methods = [each for each in node.body if isinstance(each, _FUNCTIONS)]
    everyone = frozenset((node.name, *(each.name for each in methods)))
    start = _first(node)
    for each in methods:
        if start < _first(each):
            yield Unit(start, _first(each) - 1, everyone)
        last = each.end_lineno or each.lineno
        yield Unit(
            _first(each), last, everyone if each.name == "__init__" else frozenset((each.name,))
        )
        start = last + 1
    end = node.end_lineno or node.lineno
    if start <= end:
        yield Unit(start, end, everyone)


def _first(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    """The first line, that of a decorator if there is one."""
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


class Lost(Exception):
    """Something in the data is not where it was, or is no data."""


def moved_data(value: Any, moved: Moved) -> Any:
    """`value`, plain data, with each place of the file where it is now, and each number of a line
    that a field named so holds. Raises Lost."""
    match value:
        case None | bool() | int() | float() | str() | bytes():
            return value
        case Span():
            return _found(moved.span(value))
        case tuple() | list() | set() | frozenset():
            return type(value)(moved_data(each, moved) for each in value)
        case dict():
            return {key: moved_data(each, moved) for key, each in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        raise Lost
    here = {getattr(value, name, moved.path) for name in ("path", "kernel_path")} == {moved.path}
    changed = {}
    for each in fields(value):
        old = getattr(value, each.name)
        is_line = each.name.endswith("line") and type(old) is int
        new = _found(moved.line(old)) if is_line and here else moved_data(old, moved)
        if new != old:
            changed[each.name] = new
    return replace(value, **changed) if changed else value


def _found(place: T | None) -> T:
    if place is None:
        raise Lost
    return place
