"""Elements that one program of a kernel alone comes to, and once: what is added there is no sum."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from tritonlint.facts.project.tree import as_code, given_names, last_name, nodes, walk

_ID = re.compile(r"[\w.]*program_id\((?:axis=)?\d\)")
# What changes the shape of a range, and not what it counts.
_SHAPES = frozenset(("expand_dims", "multiple_of", "max_contiguous", "to"))


def is_own(function: ast.FunctionDef, access: ast.Call) -> bool:
    """Whether an access is of rows that are numbered by blocks of the only program id that the
    kernel asks for, and of columns of them that the only loop around it counts in blocks up to the
    length of a row: `base + rows[:, None] * n + columns[None, :]`, in `for start in range(0, n,
    BLOCK)`. Other kernels, and such that call functions, may come to an element twice."""
    calls = list(nodes(function, ast.Call))
    ids = [each for each in calls if last_name(each.func) == "program_id"]
    called = {each.func.id for each in calls if isinstance(each.func, ast.Name)}
    if len(ids) != 1 or called - {"range"}:
        return False
    given = _given_once(function)
    if _is_changed(function, given, access.args[0]):
        return False
    loops = list(_loops(function, access))
    terms = list(_terms(given, access.args[0]))
    columns = [_range(given, each) for each in terms]
    rows = [each for each in terms if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Mult)]
    match loops, rows:
        case [], []:
            found = [each for each in columns if each is not None]
            return len(terms) == 2 and len(found) == 1 and _is_id(given, found[0])
        case [ast.For(target=ast.Name(id=count), iter=ast.Call(args=[start, end, step]))], [row]:
            width, block = as_code(row.right), as_code(step)
            found = [each for each in columns if each == (count, block)]
            numbers = _range(given, row.left)
            return (
                len(terms) == 3
                and len(found) == 1
                and as_code(start) == "0"
                and as_code(end) == width
                and numbers is not None
                and _is_id(given, numbers)
            )
    return False


def _given_once(function: ast.FunctionDef) -> dict[str, ast.expr]:
    """What the names of a function are given that are no parameters and given something once."""
    stored = Counter(x.id for x in nodes(function, ast.Name) if isinstance(x.ctx, ast.Store))
    handed = {each.arg for each in nodes(function.args, ast.arg)}
    every = given_names(function).items()
    return {name: x[0] for name, x in every if stored[name] == 1 and name not in handed}


def _is_changed(
    function: ast.FunctionDef, given: Mapping[str, ast.expr], address: ast.expr
) -> bool:
    """Whether a name that an address is reckoned from is given something more than once, but by a
    loop that counts."""
    counts = {each.id for loop in nodes(function, ast.For) for each in nodes(loop.target, ast.Name)}
    stored = {each.id for each in nodes(function, ast.Name) if isinstance(each.ctx, ast.Store)}
    waiting, known = [address], set[str]()
    while waiting:
        names = {each.id for each in nodes(waiting.pop(), ast.Name)} - known
        if names & stored - counts - given.keys():
            return True
        known |= names
        waiting += [given[name] for name in names & given.keys()]
    return False


def _loops(function: ast.FunctionDef, access: ast.Call) -> Iterator[ast.For | ast.While]:
    for loop in nodes(function, ast.For, ast.While):
        if any(inner is access for each in loop.body for inner in walk(each)):
            yield loop


def _terms(given: Mapping[str, ast.expr], node: ast.expr) -> Iterator[ast.expr]:
    """The terms of a sum, with those of the names in it that stand for sums with a pointer."""
    node = _plain(node)
    if isinstance(node, ast.Name) and isinstance(given.get(node.id), ast.BinOp):
        inner = given[node.id]
        if _range(given, inner) is None and isinstance(inner, ast.BinOp):
            node = inner
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _range(given, node) is None:
        yield from _terms(given, node.left)
        yield from _terms(given, node.right)
    else:
        yield node


def _range(given: Mapping[str, ast.expr], node: ast.expr) -> tuple[str, str] | None:
    """What a block of numbers begins with, and how many there are: `start + tl.arange(0, BLOCK)`
    for a name, `pid * BLOCK + tl.arange(0, BLOCK)`; None for another expression."""
    node = _plain(node)
    if isinstance(node, ast.Name):
        node = _plain(given.get(node.id, node))
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Call(args=[_, length]) as call):
            size = as_code(length)
            if last_name(call.func) != "arange" or as_code(call.args[0]) != "0":
                return None
            match left:
                case ast.Name(id=name):
                    return name, size
                case ast.BinOp(left=number, op=ast.Mult(), right=by) if as_code(by) == size:
                    return as_code(_plain(number)), size
    return None


def _is_id(given: Mapping[str, ast.expr], numbers: tuple[str, str]) -> bool:
    """Whether a block of numbers is that of a program id."""
    name = numbers[0]
    value = given.get(name)
    spelled = as_code(_plain(value)) if value is not None else name
    return _ID.fullmatch(spelled) is not None


def _plain(node: ast.expr) -> ast.expr:
    """An expression without what only changes its shape or its width."""
    while True:
        match node:
            case ast.Subscript(value=inner):
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr="to")):
                node = inner
            case ast.Call(func=called, args=[inner, *_]) if last_name(called) in _SHAPES:
                node = inner
            case _:
                return node
