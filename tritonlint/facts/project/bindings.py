"""The bindings of names in a block of statements: which statement gives a name its value."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from tritonlint.facts.project.tree import SCOPE, as_code, inner_statements
from tritonlint.frozen import dataclass


@dataclass(frozen=True)
class Import:
    """`import module as alias` (`name` is None) or `from <level dots>module import name as
    alias`."""

    module: str
    name: str | None
    level: int = 0


@dataclass(frozen=True)
class Item:
    """One of the values that a call gives back together: `name, other = call()`."""

    call: ast.Call
    index: int


Bound = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr | Import | Item | None


@dataclass(frozen=True)
class Binding:
    """What a name is bound to: a definition, an assigned expression, an import, or None for what is
    not known before running (a loop variable, a parameter). `conditional` when it happens under an
    `if`, `try`, `with` or loop."""

    node: Bound
    conditional: bool = False


# What makes a container.
_DISPLAYS = (ast.Dict, ast.List, ast.Tuple, ast.Set)
# Those of a parameter.
_GIVEN: tuple[Binding, ...] = (Binding(None),)


def bindings(
    body: Sequence[ast.stmt], parameters: ast.arguments | None = None, grows: bool = False
) -> Mapping[str, Sequence[Binding]]:
    """Every binding of every name in `body`, in source order, without the bodies of functions and
    classes inside it; what adds to a container (`TABLE |= more`) is none where it `grows`."""
    names = (each.arg for each in _arguments(parameters)) if parameters is not None else ()
    given = dict.fromkeys(names, _GIVEN)
    found: dict[str, list[Binding]] = {}
    for name, binding in _block(body, False, grows):
        found.setdefault(name, []).append(binding)
    return {**given, **{name: (*given.get(name, ()), *each) for name, each in found.items()}}


def preferred(alternatives: Sequence[Binding]) -> Binding:
    """The binding that a reader would follow: the last one, and of the alternatives of an `if` or
    `try` the first that is not a placeholder such as `name = None`."""
    start = 0
    for index, binding in enumerate(alternatives):
        if not binding.conditional:
            start = index
    return min(alternatives[start:], key=_rank)


def star_imports(body: Sequence[ast.stmt]) -> tuple[Import, ...]:
    """The modules of the `from module import *` statements of a block, in order."""
    stars: list[Import] = []
    for node, _ in _flat(body, False):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            stars.append(Import(node.module or "", None, node.level))
    return tuple(stars)


def _rank(binding: Binding) -> int:
    match binding.node:
        case None | ast.Constant(value=None):
            return 2
        case ast.Name() | ast.Attribute():
            # An alias of something that may be there, before a stand-in that is defined when it is
            # not.
            return 0
        case ast.expr() | Item():
            return 1
        case _:
            return 0


def _arguments(parameters: ast.arguments) -> list[ast.arg]:
    starred = [each for each in (parameters.vararg, parameters.kwarg) if each is not None]
    return [*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs, *starred]


def _flat(body: Sequence[ast.stmt], conditional: bool) -> Iterator[tuple[ast.stmt, bool]]:
    """The statements of a block and of the control flow inside it, without those of functions and
    classes."""
    stack = [(node, conditional) for node in reversed(body)]
    while stack:
        node, under = stack.pop()
        yield node, under
        if isinstance(node, SCOPE):
            continue
        stack.extend((each, True) for each in reversed(inner_statements(node)))


def _block(
    body: Sequence[ast.stmt], conditional: bool, grows: bool = False
) -> Iterator[tuple[str, Binding]]:
    made: set[str] = set()
    for node, under in _flat(body, conditional):
        if grows and isinstance(node, ast.AugAssign) and isinstance(node.op, ast.BitOr | ast.Add):
            if isinstance(node.target, ast.Name) and node.target.id in made:
                continue  # more of what it is
        for name, bound in bound_by(node):
            if isinstance(bound, _DISPLAYS):
                made.add(name)
            else:
                made.discard(name)
            yield name, Binding(bound, under)


def bound_by(node: ast.stmt) -> Iterator[tuple[str, Bound]]:
    """The names that a statement gives something, and what."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name, node
        case ast.Import():
            for alias in node.names:
                if alias.asname:
                    yield alias.asname, Import(alias.name, None)
                else:
                    top = alias.name.split(".")[0]
                    yield top, Import(top, None)
        case ast.ImportFrom():
            for alias in node.names:
                if alias.name != "*":
                    yield (
                        alias.asname or alias.name,
                        Import(node.module or "", alias.name, node.level),
                    )
        case ast.Assign():
            for target in node.targets:
                yield from _targets(target, node.value)
        case ast.AnnAssign(value=ast.expr() as value):
            yield from _targets(node.target, value)
        case ast.AugAssign() | ast.For() | ast.AsyncFor():
            yield from _targets(node.target, None)
        case ast.With() | ast.AsyncWith():
            for item in node.items:
                if item.optional_vars is not None:
                    yield from _targets(item.optional_vars, None)


def _targets(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, Bound]]:
    match target, value:
        case ast.Name(), _:
            yield target.id, value
        case ast.Starred(), _:
            yield from _targets(target.value, None)
        case (
            (ast.Tuple(elts=names) | ast.List(elts=names)),
            (ast.Tuple(elts=values) | ast.List(elts=values)),
        ) if len(names) == len(values) and not any(
            isinstance(each, ast.Starred) for each in (*names, *values)
        ):
            for inner, each in zip(names, values, strict=False):
                yield from _targets(inner, each)
        case (ast.Tuple(elts=names), ast.Call()) if all(isinstance(x, ast.Name) for x in names):
            yield from ((as_code(each), Item(value, index)) for index, each in enumerate(names))
        case ((ast.Tuple(elts=names) | ast.List(elts=names)), _):
            for inner in names:
                yield from _targets(inner, None)
