"""Syntax trees: nodes as code, walks, and statements with the functions and classes around them."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, TypeVar, overload

from tritonlint.facts.kept import kept
from tritonlint.syntax import by_kind

N = TypeVar("N", bound=ast.AST)
M = TypeVar("M", bound=ast.AST)
K = TypeVar("K", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef
# For `isinstance`, which takes less time over a tuple.
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPE = (*FUNCTION, ast.ClassDef)
Enclosing = tuple[Function | ast.ClassDef, ...]
# Statements without others inside them, the most frequent ones.
_SIMPLE = (ast.Assign, ast.Expr, ast.Return, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.Assert)


# Fields that hold no nodes, or those that `walk` leaves out; and by the kind of a node the others.
_NO_NODES = frozenset(
    "ctx id attr kind type_comment level module asname is_async conversion rest simple".split()
)
_LARGE: tuple[type[ast.AST], ...] = (ast.Module, *SCOPE)
# What is walked through many times; and the attribute of such a node that has those in it.
_WALKED_OFTEN = frozenset(by_kind(dict.fromkeys(_LARGE, True)))
_WITHIN = "_nodes_within"
_INSIDE: dict[type[ast.AST], tuple[str, ...]] = {}
# What stands in the other fields of nodes beside nodes and lists of them.
_PLAIN = frozenset((type(None), str, bytes, bool, int, float, complex, type(...)))
_NOT_OWN: frozenset[type] = _PLAIN.union(by_kind(dict.fromkeys(SCOPE, True)))


def dotted_name(node: ast.AST) -> str | None:
    """`a.b.c` as it is spelled, or None for any other expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def last_name(node: ast.AST | None) -> str:
    """The name that `a` or `x.a` ends with, nothing of another expression."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def assigned(statement: ast.Assign | ast.AnnAssign) -> Sequence[tuple[ast.expr, ast.expr]]:
    """What a statement gives values to, each with its value; the items of a tuple one by one."""
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
            return list(zip(targets, values, strict=False))
    return given(statement)


def given(statement: ast.Assign | ast.AnnAssign) -> Sequence[tuple[ast.expr, ast.expr]]:
    """What a statement gives values to, each with its value; a tuple as one."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            return [(each, value) for each in targets]
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return [(target, value)]
    return ()


@kept(16)
def attributes_of(owner: ast.ClassDef) -> Mapping[str, Sequence[ast.expr]]:
    """What the attributes of `self` are assigned in a class, by `self.name`."""
    found: dict[str, list[ast.expr]] = {}
    for each in nodes(owner, ast.Assign, ast.AnnAssign):
        for target, value in given(each):
            if isinstance(target, ast.Attribute):
                found.setdefault(dotted_name(target) or "", []).append(value)
    return found


@kept(64)
def only_given(function: ast.AST) -> Mapping[str, ast.expr]:
    """What each name of a function is given that is given one value only."""
    found: dict[str, list[ast.expr]] = {}
    for node in walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, []).append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                found.setdefault(name, []).append(value)
            case ast.Name(id=name, ctx=ast.Store()):
                found.setdefault(name, [])
    return {name: values[0] for name, values in found.items() if len(values) == 1}


@kept(1024)
def given_names(function: ast.AST) -> Mapping[str, list[ast.expr]]:
    """By name, what a function assigns to it."""
    found: dict[str, list[ast.expr]] = {}
    for each in nodes(function, ast.Assign, ast.AnnAssign):
        for target, value in assigned(each):
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(value)
    return found


def as_code(node: ast.AST) -> str:
    """A node as code, each the same way, however it is spelled."""
    return dotted_name(node) or _unparsed(node)


@kept(8192)
def _unparsed(node: ast.AST) -> str:
    return ast.unparse(node)


def walk(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a tree as `ast.walk` gives them, in less time: without those that only say
    whether a name is read or written, and those of a function, a class or a file from the second
    time on as they were found the first time."""
    if tree.__class__ in _WALKED_OFTEN:
        return _within(tree)
    return iter(_walk(tree))


@overload
def nodes(tree: ast.AST, kind: type[N], /) -> Iterator[N]: ...
@overload
def nodes(tree: ast.AST, kind: type[N], other: type[M], /) -> Iterator[N | M]: ...
@overload
def nodes(
    tree: ast.AST, kind: type[N], other: type[M], third: type[K], /
) -> Iterator[N | M | K]: ...
@overload
def nodes(tree: ast.AST, /, *kinds: type[ast.AST]) -> Iterator[ast.AST]: ...
def nodes(tree: ast.AST, /, *kinds: type[ast.AST]) -> Iterator[Any]:
    """The nodes of a tree that are of one of `kinds`, as `walk` gives them."""
    classes = _classes(kinds)
    return (each for each in walk(tree) if each.__class__ in classes)


@cache
def _classes(kinds: tuple[type[ast.AST], ...]) -> frozenset[type[ast.AST]]:
    """The classes of nodes that are of one of `kinds`: to look one up takes half of the time of
    `isinstance`."""
    of_python = [each for kind in kinds for each in _with_heirs(kind)]
    return frozenset(by_kind(dict.fromkeys(of_python, True)))


def _with_heirs(kind: type[ast.AST]) -> Iterator[type[ast.AST]]:
    yield kind
    for each in kind.__subclasses__():
        if each.__module__ == kind.__module__:  # no compact one, which is made when it is needed
            yield from _with_heirs(each)


def _within(tree: ast.AST) -> Iterator[ast.AST]:
    # Kept with the node, and so as long as it; without itself, since it would be kept for ever.
    known: tuple[ast.AST, ...] | None = tree.__dict__.get(_WITHIN)
    if known is None:
        known = tuple(_walk(tree)[1:])
        setattr(tree, _WITHIN, known)
    return chain((tree,), known)


def own_nodes(function: ast.AST) -> list[ast.AST]:
    """What a function consists of, without the functions and classes inside it."""
    return _walk(function, _NOT_OWN)[1:]


def _walk(tree: ast.AST, left_out: Container[type] = _PLAIN) -> list[ast.AST]:
    found = [tree]
    more = found.append
    for node in found:  # which grows on the way
        kind = node.__class__
        inside = _INSIDE.get(kind)
        if inside is None:
            inside = _INSIDE[kind] = tuple(each for each in node._fields if each not in _NO_NODES)
        for name in inside:
            value: Any = getattr(node, name, None)
            if value.__class__ is list:
                for each in value:
                    if each.__class__ not in left_out:
                        more(each)
            elif value.__class__ not in left_out:
                more(value)
    return found


def statements_in(
    body: Sequence[ast.stmt], enclosing: Enclosing = ()
) -> Iterator[tuple[ast.stmt, Enclosing]]:
    """Every statement at any depth, in source order, with the functions and classes around it."""
    stack: list[tuple[ast.stmt, Enclosing]] = [(node, enclosing) for node in reversed(body)]
    while stack:
        node, around = stack.pop()
        yield node, around
        if isinstance(node, SCOPE):
            around = (*around, node)
        stack.extend((inner, around) for inner in reversed(inner_statements(node)))


def is_under_test(function: ast.AST, line: int) -> bool:
    """Whether a line of a function is in an arm of a branch, or in an expression that has one."""
    return any(
        (each.body[0] if isinstance(each, ast.If) else each).lineno
        <= line
        <= (each.end_lineno or 0)
        for each in nodes(function, ast.If, ast.IfExp)
        if isinstance(each, (ast.If, ast.IfExp))
    )


def functions_around(tree: ast.AST, line: int) -> list[Function]:
    """The functions in a tree that a line is in, outermost first."""
    functions = nodes(tree, ast.FunctionDef, ast.AsyncFunctionDef)
    return [each for each in functions if each.lineno <= line <= (each.end_lineno or 0)]


def inner_statements(node: ast.stmt) -> list[ast.stmt]:
    """The statements that stand in one, not those in these."""
    if isinstance(node, _SIMPLE):
        return []
    inner: list[ast.stmt] = list(getattr(node, "body", ()))
    for handler in getattr(node, "handlers", ()):
        inner += handler.body
    for case in getattr(node, "cases", ()):
        inner += case.body
    return inner + list(getattr(node, "orelse", ())) + list(getattr(node, "finalbody", ()))


def scopes_in(body: Sequence[ast.stmt]) -> Iterator[Function | ast.ClassDef]:
    """The functions and classes that are defined in a block, not those inside them."""
    for each in body:
        if isinstance(each, SCOPE):
            yield each
        else:
            yield from scopes_in(inner_statements(each))
