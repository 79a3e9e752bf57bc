"""Which functions Triton compiles: `@triton.jit` in all its spellings, at any depth of decorators
and of nesting."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.facts.project.modules import Definition, External, Module
from tritonlint.facts.project.tree import Enclosing, dotted_name, nodes, walk

_JIT = frozenset(
    {
        "triton.jit",
        "triton.runtime.jit",
        "triton.runtime.jit.jit",
        "triton.experimental.gluon.jit",
        "triton.experimental.gluon._runtime.jit",
    }
)
# How deep decorators of the project, and wrappers around `triton.jit(f)`, are followed.
_DEPTH = 4


def compiled(definition: Definition) -> Definition | None:
    """The function that a definition has Triton compile: a decorated one itself, or the one that
    the value `triton.jit(function)` is given; else None."""
    node, known = definition.node, definition.module.compiled
    match node:
        case ast.FunctionDef(decorator_list=[_, *_] as decorators):
            if node not in known:
                around = definition.module, definition.enclosing
                jitted = any(_is_jit(each, *around) for each in decorators)
                known[node] = definition if jitted else None
            return known[node] and definition
        case ast.Call():
            if node not in known:
                known[node] = _jitted(node, definition.module, definition.enclosing)
            return known[node]
    return None


def _is_jit(decorator: ast.expr, module: Module, enclosing: Enclosing, depth: int = _DEPTH) -> bool:
    """Whether a decorator makes a jit function: `triton.jit`, a call or `functools.partial` of it,
    or a decorator of the project that applies it to its argument."""
    if isinstance(decorator, ast.Call):
        if any(_names_jit(each, module, enclosing) for each in decorator.args[:1]):
            return (
                module.qualified(dotted_name(decorator.func) or "", enclosing)
                == "functools.partial"
            )
        decorator = decorator.func
    if _names_jit(decorator, module, enclosing):
        return True
    spelled = dotted_name(decorator)
    target = module.target(spelled, enclosing) if spelled and depth else None
    match target:
        case Definition(node=ast.FunctionDef()):
            return _applies_jit(target, depth)
        case Definition(node=ast.Call() as call):
            return _is_jit(call, target.module, target.enclosing, depth - 1)
    return False


def _names_jit(node: ast.expr, module: Module, enclosing: Enclosing) -> bool:
    spelled = dotted_name(node)
    if not spelled:
        return False
    target = module.target(spelled, enclosing)
    return isinstance(target, External) and target.qualified in _JIT


def _applies_jit(decorator: Definition, depth: int) -> bool:
    """Whether a function of the project calls `triton.jit` (or a decorator that does) on one of its
    parameters."""
    known = decorator.module.jit_decorators
    if decorator.node not in known:
        known[decorator.node] = False  # for a decorator that calls itself
        known[decorator.node] = any(
            _is_jit(call.func, decorator.module, (*decorator.enclosing, *inner), depth - 1)
            for call, inner in _calls_on_parameters(decorator)
        )
    return known[decorator.node]


def _calls_on_parameters(decorator: Definition) -> Iterator[tuple[ast.Call, Enclosing]]:
    assert isinstance(decorator.node, ast.FunctionDef)
    functions = list(nodes(decorator.node, ast.FunctionDef))
    parameters = {each.arg for node in functions for each in node.args.args}
    for node in walk(decorator.node):
        match node:
            case ast.Call(args=[ast.Name(id=name), *_]) if name in parameters:
                yield node, (decorator.node,)


def _jitted(
    call: ast.expr, module: Module, enclosing: Enclosing, depth: int = _DEPTH
) -> Definition | None:
    """The function that `triton.jit(f)`, `triton.jit(...)(f)` or a wrapper around either compiles,
    or None."""
    if not isinstance(call, ast.Call) or not call.args or not depth:
        return None
    maker = call.func.func if isinstance(call.func, ast.Call) else call.func
    if _names_jit(maker, module, enclosing):
        spelled = dotted_name(call.args[0])
        if spelled is None:
            return None
        # `kernel.fn` is the function under a jit function.
        target = module.target(spelled.removesuffix(".fn"), enclosing)
        return (
            target
            if isinstance(target, Definition) and isinstance(target.node, ast.FunctionDef)
            else None
        )
    return _jitted(call.args[0], module, enclosing, depth - 1)
