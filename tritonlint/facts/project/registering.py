"""What puts something into the tables of a module: functions, and what they decorate."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import dotted_name, last_name, nodes

# Methods that put something into what they are called on.
PUTTING = frozenset("append add insert extend setdefault update copy_ index_copy_".split())
_REPLACING = frozenset(("update",))
# And those that take something out, or put it elsewhere.
TAKING = frozenset("clear pop popitem popleft remove reverse sort rotate".split())


@kept(1024)
def filling(module: Module, name: str) -> Mapping[str, Definition]:
    """The functions of a module that put something into what `name` stands for there."""
    functions = (each for each in module.functions if not each.enclosing)
    return {each.name: each for each in functions if name in filled_in(each.node)}  # type: ignore[arg-type]


@kept(1024)
def registered(module: Module, name: str) -> Sequence[tuple[Definition, ast.expr, Definition]]:
    """What decorators put into what `name` stands for in a module, in order: the function that
    fills it, the decorator, and the function or class that this decorates."""
    fillers = {id(each.node): each for each in filling(module, name).values() if _decorates(each)}
    found = []
    for statement in module.tree.body if fillers else ():
        for decorator in reversed(getattr(statement, "decorator_list", ())):
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            target = module.resolve(dotted_name(called) or "")
            own = module.resolve(statement.name)  # type: ignore[attr-defined]
            if target is not None and id(target.node) in fillers and own is not None:
                if own.node is statement:
                    found.append((fillers[id(target.node)], decorator, own))
    return found


def first_inside(function: Definition) -> Definition | None:
    """The first of the functions that stand in a function, with none between."""
    every = (each for each in function.module.functions if each.enclosing)
    return next((each for each in every if each.enclosing[-1] is function.node), None)


def _decorates(function: Definition) -> bool:
    """Whether a function can be a decorator, or make one: it takes something, and returns it or a
    function of its own."""
    node = function.as_function
    kept_names = {each.arg for each in node.args.args} | {
        each.name for each in node.body if isinstance(each, ast.FunctionDef)
    }
    returned = (each.value for each in nodes(node, ast.Return))
    return any(isinstance(each, ast.Name) and each.id in kept_names for each in returned)


@kept(8192)
def filled_in(node: ast.AST, methods: frozenset[str] = PUTTING) -> frozenset[str]:
    """The names, and the attributes of objects, that a piece of code puts items into, under a key,
    by these `methods` or by `|=` and `+=`."""
    found: set[str] = set()
    for each in nodes(node, ast.Subscript, ast.Call, ast.AugAssign):
        match each:
            case ast.AugAssign(op=ast.BitOr() | ast.Add(), target=ast.Name() | ast.Attribute()):
                found.add(last_name(each.target))
            case ast.Subscript(value=(ast.Name() | ast.Attribute()) as owner, ctx=ctx) if (
                not isinstance(ctx, ast.Load)
            ):
                found.add(last_name(owner))
            case ast.Call(func=ast.Attribute(value=owner, attr=how)) if how in methods:
                while isinstance(owner, ast.Subscript):
                    owner = owner.value
                if isinstance(owner, (ast.Name, ast.Attribute)):
                    found.add(last_name(owner))
    return frozenset(found)


def replaced_in(node: ast.AST) -> frozenset[str]:
    """The same, where these may stand in the place of other items: under a key, or by `update`."""
    return filled_in(node, _REPLACING)


@kept(4096)
def declared_global(function: ast.AST) -> frozenset[str]:
    """The names of its module that a function gives something."""
    found: list[str] = []
    for each in nodes(function, ast.Global, ast.Subscript):
        match each:
            case ast.Global(names=names):
                found += names
            case ast.Subscript(
                value=ast.Call(func=ast.Name(id="globals")),
                slice=ast.Constant(value=str(name)),
                ctx=ast.Store(),
            ):
                found.append(name)
    return frozenset(found)


def may_declare(module: Module) -> bool:
    """Whether functions of a module may give its names something."""
    return "global " in module.source.text or "globals()" in module.source.text
