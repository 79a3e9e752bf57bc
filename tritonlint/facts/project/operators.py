"""Custom operators: which function of the project `torch.ops.<namespace>.<name>` calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import dotted_name, nodes

_DECORATOR = re.compile(r"(?:^|_|\.)(?:custom|triton)_op$")


# What a file that registers operators without decorators names.
_REGISTERING = (b"op_func", b"impl(", b"register")


def operators(module: Module) -> dict[str, Definition]:
    """The functions that `module` registers as operators, by the operator's name without its
    namespace."""
    return dict(_registered(module))


def _registered(module: Module) -> Iterator[tuple[str, Definition]]:
    for definition in module.functions:
        for decorator in getattr(definition.node, "decorator_list", ()):
            name = _decorated(decorator, definition.name)
            if name is not None:
                yield name, definition
    data = module.source.data
    for node, _ in module.statements if any(each in data for each in _REGISTERING) else ():
        if isinstance(node, (ast.Expr, ast.Assign, ast.AnnAssign)) and isinstance(
            node.value, ast.Call
        ):
            yield from _passed(module, node.value)
            yield from _implemented(module, node.value)
            yield from _by_helper(module, node.value)


def _decorated(decorator: ast.expr, function: str) -> str | None:
    """The name of the operator that a decorator makes of `function`: `@custom_op("ns::name")`; None
    for another one."""
    call = decorator if isinstance(decorator, ast.Call) else None
    spelled = dotted_name(call.func if call else decorator)
    if spelled is not None and call is not None and spelled.rpartition(".")[2] == "impl":
        return _first_name(call)
    if spelled is None or not _DECORATOR.search(spelled):
        return None
    match call.args if call else []:
        case [ast.Constant(value=str(name)), *_]:
            return name.rpartition("::")[2]
    return function


def _passed(module: Module, call: ast.Call) -> Iterator[tuple[str, Definition]]:
    """`register(op_name="name", op_func=function)`."""
    named = {each.arg: each.value for each in call.keywords}
    match named.get("op_name", call.args[0] if call.args else None), named.get("op_func"):
        case ast.Constant(value=str(name)), ast.expr() as function:
            target = module.meant(function)
            if target is not None and isinstance(target.node, ast.FunctionDef):
                yield name.rpartition("::")[2], target


def _implemented(module: Module, call: ast.Call) -> Iterator[tuple[str, Definition]]:
    """`library.impl("name", function)`, `torch.library.impl(library, "name", "CUDA")(function)`."""
    match call:
        case ast.Call(func=ast.Attribute(attr="impl"), args=[_, function, *_]):
            name = _first_name(call)
        case ast.Call(func=ast.Call(func=ast.Attribute(attr="impl")) as inner, args=[function]):
            name = _first_name(inner)
        case _:
            return
    target = module.meant(function)
    if name and target is not None and isinstance(target.node, ast.FunctionDef):
        yield name, target


def _by_helper(module: Module, call: ast.Call) -> Iterator[tuple[str, Definition]]:
    """`register("name", schema, function)`, where that is a function of the project which hands the
    name and the function on to `library.impl(name, function)`."""
    helper = module.meant(call.func)
    if helper is None or not isinstance(helper.node, ast.FunctionDef):
        return
    names = (each.arg for each in helper.node.args.args)
    given = dict(zip(names, call.args, strict=False))
    given |= {each.arg: each.value for each in call.keywords if each.arg is not None}
    changed = {x.id for x in nodes(helper.node, ast.Name) if isinstance(x.ctx, ast.Store)}
    for each in nodes(helper.node, ast.Call):
        match each:
            case ast.Call(
                func=ast.Attribute(attr="impl"), args=[ast.Name(id=name), ast.Name(id=made), *_]
            ) if changed.isdisjoint((name, made)):
                pass
            case _:
                continue
        match given.get(name), given.get(made):
            case ast.Constant(value=str(spelled)), ast.expr() as function:
                target = module.meant(function)
                if target is not None and isinstance(target.node, ast.FunctionDef):
                    yield spelled.rpartition("::")[2].partition(".")[0], target


def _first_name(call: ast.Call) -> str | None:
    """The operator that a call names by the first string that it is given, without its namespace
    and overload."""
    for each in call.args[:2]:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            return each.value.rpartition("::")[2].partition(".")[0]
    return None
