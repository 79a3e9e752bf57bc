"""Syntax trees as Python's `ast` gives them, in a third of the room: each of its nodes has a
dictionary, half of it empty, and each line number is an object of its own. The nodes of a compact
tree have slots. They are of subclasses, so that `isinstance` and patterns do not tell a difference:
only a table by kind of node does, see `by_kind`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

N = TypeVar("N", bound=ast.AST)
T = TypeVar("T")
_Making = Callable[[Any], Any]

# Fields that hold no node of their own: names, and what all nodes share.
_PLAIN = frozenset(("id", "attr", "ctx", "op"))
_LINES = ("lineno", "end_lineno")
# What stands for all empty lists: nobody changes a tree.
_empty: list[ast.AST] = []
_kinds: dict[type[ast.AST], type[ast.AST]] = {}


def compact(tree: ast.Module) -> ast.Module:
    """`tree` with compact nodes; itself where it is nested too deeply for that."""
    try:
        made: ast.Module = _making[ast.Module](tree)
    except RecursionError:
        return tree
    return made


def by_kind(table: Mapping[type[N], T]) -> dict[type[N], T]:
    """A table by kind of node for the nodes of compact trees too."""
    return {**table, **{_kind(each): entry for each, entry in table.items()}}


def _kind(kind: type[N]) -> type[N]:
    """The kind with slots for what nodes of a kind hold."""
    if kind not in _kinds:
        slots = (*kind._fields, *kind._attributes)
        held = {"__slots__": slots, "__module__": __name__, "__doc__": kind.__doc__}
        _kinds[kind] = type(kind.__name__, (kind,), held)
    return _kinds[kind]  # type: ignore[return-value]


class _Numbers(dict[int, int]):
    """Each number once."""

    def __missing__(self, number: int) -> int:
        self[number] = number
        return number


class _Makings(dict[type, _Making]):
    """By the kind of what a node holds, how its compact form is made."""

    def __missing__(self, kind: type) -> _Making:
        shared = not issubclass(kind, ast.AST) or not kind._fields + kind._attributes
        self[kind] = _same if shared else _maker(kind)
        return self[kind]


def _same(value: Any) -> Any:
    return value


def _listed(values: list[Any]) -> list[Any]:
    return [_making[each.__class__](each) for each in values] if values else _empty


def _maker(kind: type[ast.AST]) -> _Making:
    """A function that makes the compact form of a node of a kind: written out for its fields, as
    `dataclasses` does, since that takes half the time of a loop over their names."""
    code = ["def make(node):", " held = node.__dict__", " made = new(kind)"]
    for each in kind._fields:
        made = "value" if each in _PLAIN else "making[value.__class__](value)"
        code += [f" value = held.get({each!r})", f" made.{each} = {made}"]
    for each in kind._attributes:
        value = f"held[{each!r}]"
        code.append(f" made.{each} = {f'numbers[{value}]' if each in _LINES else value}")
    own = _kind(kind)
    names = {"kind": own, "new": own.__new__, "making": _making, "numbers": _numbers}
    exec("\n".join([*code, " return made"]), names)
    return names["make"]  # type: ignore[return-value]


_numbers = _Numbers()
_making = _Makings({list: _listed})
