"""Sums that a loop keeps in memory: each round loads what the last one stored, adds to it, and
stores it at the same address."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from tritonlint.facts.kept import kept
from tritonlint.facts.project.tree import (
    as_code,
    given_names,
    last_name,
    nodes,
    statements_in,
    walk,
)

# Calls that load or store, and the name that the address begins with, where one stands there.
_BEGIN = r"\s*\((?:[\s(\\]|#[^\n]*)*(\w*)"
_LOADED = re.compile("load" + _BEGIN)
_STORED = re.compile("store" + _BEGIN)


def may_come_back(text: str) -> bool:
    """Whether a function, which is written as `text`, may store at an address that it loads from
    too."""
    stored = set(_STORED.findall(text))
    return bool(stored) and not stored.isdisjoint(_LOADED.findall(text))


def may_keep(text: str) -> bool:
    """Whether a function, which is written as `text`, may add to what is in memory."""
    return "atomic_add" in text or may_come_back(text)


@kept(256)
def updated(function: ast.FunctionDef) -> Mapping[int, tuple[ast.Call, ast.Call]]:
    """The stores of sums with what was at the same address before, outside of loops: each by its
    node, with the load and the store. What launches the function again and again keeps a sum
    there."""
    if not _comes_back(function):
        return {}
    inside = [each for statement in function.body for each in walk(statement)]
    loops = (each for each in inside if isinstance(each, (ast.For, ast.While)))
    repeated = {id(each) for loop in loops for each in walk(loop)}
    once = [each for each in inside if id(each) not in repeated] if repeated else inside
    loads = {as_code(each.args[0]): each for each in _calls(once, "load")}
    found: dict[int, tuple[ast.Call, ast.Call]] = {}
    for store in (each for each in _calls(once, "store") if as_code(each.args[0]) in loads):
        load, value = loads[as_code(store.args[0])], _stored(store)
        if value is not None and _adds(value, load, inside):
            found[id(store)] = (load, store)
    return found


@kept(256)
def taken_back(function: ast.FunctionDef) -> tuple[tuple[ast.Call, ast.Call, ast.Call], ...]:
    """The stores, outside of loops, of sums with what the function itself has computed and stored
    before through the same pointer: each with that store and the load in between."""
    arms = _arms(function) if updated(function) else {}
    found: list[tuple[ast.Call, ast.Call, ast.Call]] = []
    for load, store in updated(function).values():
        begin = _first_name(store.args[0])
        for each in _calls(list(walk(function)), "store"):
            before = each.lineno < load.lineno and _first_name(each.args[0]) == begin != ""
            inside = arms.get(id(each), ()) == arms.get(id(load), ())[: len(arms.get(id(each), ()))]
            if before and inside and _is_computed(function, each):
                found.append((each, load, store))
                break
    return tuple(found)


def _arms(function: ast.FunctionDef) -> dict[int, tuple[tuple[int, bool], ...]]:
    """The arms of branches that each call of a function stands in, outermost first."""
    found: dict[int, tuple[tuple[int, bool], ...]] = {}
    waiting: list[tuple[ast.AST, tuple[tuple[int, bool], ...]]] = [(function, ())]
    while waiting:
        node, around = waiting.pop()
        if isinstance(node, ast.Call):
            found[id(node)] = around
        for name, value in ast.iter_fields(node):
            arm = (
                ((id(node), name == "body"),) if isinstance(node, ast.If) and name != "test" else ()
            )
            values = value if isinstance(value, list) else [value]
            waiting += [(x, (*around, *arm)) for x in values if isinstance(x, ast.AST)]
    return found


def _is_computed(function: ast.FunctionDef, store: ast.Call) -> bool:
    """Whether a store is of what the function computes, and not of what it loads."""
    value = _stored(store)
    if isinstance(value, ast.Name):
        given = given_names(function).get(value.id, ())
        return any(next(nodes(each, ast.BinOp), None) for each in given if not _loads(each))
    return value is not None and next(nodes(value, ast.BinOp), None) is not None


@kept(256)
def read_back(function: ast.FunctionDef) -> Mapping[int, ast.Call]:
    """The stores of such sums in the loops of a function, each by its node, with the load."""
    found: dict[int, ast.Call] = {}
    for loop in walk(function) if _comes_back(function) else ():
        if isinstance(loop, (ast.For, ast.While)):
            inside = [each for statement in loop.body for each in walk(statement)]
            bound = set(_bound(loop))
            loads = {as_code(each.args[0]): each for each in _calls(inside, "load")}
            for store in _calls(inside, "store"):
                load = loads.get(as_code(store.args[0]))
                value = _stored(store)
                if load is None or value is None or _names(store.args[0]) & bound:
                    continue
                if _adds(value, load, inside):
                    found[id(store)] = load
    return found


@kept(256)
def added_atomically(function: ast.FunctionDef) -> tuple[ast.Call, ...]:
    """The calls of a function that add to memory which other programs may add to as well, and whose
    result nothing uses."""
    return tuple(
        each.value
        for each, _ in statements_in(function.body)
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Call)
        for call in _calls([each.value], "atomic_add")
        if _stored(call) is not None
    )


def states_wide(call: ast.Call) -> bool:
    """Whether what a call adds to memory is cast to float32 or float64 as it stands there, as for
    memory of that type."""
    match _stored(call):
        case ast.Call(func=ast.Attribute(attr="to"), args=[to, *_]):
            return last_name(to) in ("float32", "float64")
    return False


@kept(256)
def _comes_back(function: ast.FunctionDef) -> bool:
    """Whether a function stores at an address, as it is written, that it loads from too."""
    stored = [each for each, _ in statements_in(function.body) if isinstance(each, ast.Expr)]
    stores = [*_calls([each.value for each in stored], "store")]
    begins = {_first_name(each.args[0]) for each in stores}
    calls = list(nodes(function, ast.Call)) if begins else []
    loads = [each for each in _calls(calls, "load") if _first_name(each.args[0]) in begins]
    written = {as_code(each.args[0]) for each in stores} if loads else set()
    return any(as_code(each.args[0]) in written for each in loads)


def _first_name(node: ast.AST) -> str:
    """The name that an address begins with, as far as it is a sum; empty where it is none."""
    while isinstance(node, ast.BinOp):
        node = node.left
    return node.id if isinstance(node, ast.Name) else ""


def _bound(loop: ast.AST) -> Iterator[str]:
    """The names that a loop gives a value."""
    for each in walk(loop):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id


def _calls(inside: Sequence[ast.AST], name: str) -> Iterator[ast.Call]:
    for each in inside:
        match each:
            case ast.Call(func=ast.Attribute(value=ast.Name(), attr=attr), args=[_, *_]):
                if attr == name:
                    yield each


def pointer_in(function: ast.FunctionDef, address: ast.expr, pointers: Collection[str]) -> str:
    """The one of `pointers` that an address is computed from, by the names in it too; empty where
    there is none, or several."""
    names, waiting = set[str](), [*_names(address)]
    given = given_names(function)
    while waiting:
        name = waiting.pop()
        values = given.get(name, ()) if name not in names and name not in pointers else ()
        names.add(name)
        waiting += [inner for value in values if not _loads(value) for inner in _names(value)]
    found = names & {*pointers}
    return found.pop() if len(found) == 1 else ""


def _loads(value: ast.expr) -> bool:
    return any(isinstance(each, ast.Attribute) and each.attr == "load" for each in walk(value))


def _stored(store: ast.Call) -> ast.expr | None:
    named = (each.value for each in store.keywords if each.arg == "value")
    return store.args[1] if len(store.args) > 1 else next(named, None)


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in nodes(node, ast.Name)}


def _adds(value: ast.expr, load: ast.Call, inside: list[ast.AST]) -> bool:
    """Whether a value is a sum with what was loaded: as it stands, or by the names it goes
    through."""
    held: set[str] = set()  # what was loaded
    sums: set[str] = set()  # that with something added

    def is_sum(node: ast.expr, named: set[str], touched: bool) -> bool:
        if not named.isdisjoint(sums):
            return True
        return touched and any(
            isinstance(each.op, (ast.Add, ast.Sub))
            and any(_is_kept(side, load, held) for side in (each.left, each.right))
            for each in nodes(node, ast.BinOp)
        )

    def touches(node: ast.expr, named: set[str]) -> bool:
        return not named.isdisjoint(held) or _stands_in(load, node)

    for each in inside:
        match each:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=given)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as given)
            ):
                named = _names(given)
                touched = touches(given, named)
                if is_sum(given, named, touched):
                    sums.add(name)
                elif touched:
                    held.add(name)
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Sub()):
                if name in held:
                    sums.add(name)
    named = _names(value)
    return is_sum(value, named, touches(value, named))


def _stands_in(load: ast.Call, node: ast.expr) -> bool:
    """Whether a load is a part of an expression."""
    near = node.lineno <= load.lineno <= (node.end_lineno or node.lineno)
    return near and any(each is load for each in walk(node))


def _is_kept(node: ast.expr, load: ast.Call, held: set[str]) -> bool:
    """Whether an operand is what was loaded, in another type perhaps."""
    match node:
        case ast.Name(id=name):
            return name in held
        case ast.Call(func=ast.Attribute(value=inner, attr="to")):
            return _is_kept(inner, load, held)
    return node is load
