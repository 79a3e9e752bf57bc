"""Floats that a launch passes to a kernel as they are: `torch.compile` makes them float64. And what
a kernel computes in float64 by its own words, and keeps in float32."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from tritonlint.facts.hazards.observation import InKernel, Naming
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# How far into an argument, and from name to name, a float is looked for.
_DEPTH = 4
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
# What says that launches of a file are compiled.
_COMPILED = re.compile(r"torch\.compile\b|\bwrap_triton\b|\btriton_op\b|torch\._dynamo\b")


@dataclass(frozen=True)
class FloatScalar(InKernel):
    """Arithmetic with the parameter `parameter`, for which the launch at `launch` passes a float of
    Python's at `passed`. `compiled` is whether its file speaks of compiling."""

    parameter: str
    launch: Span
    passed: Span
    compiled: bool


@dataclass(frozen=True)
class Detour(InKernel):
    """A cast to float64 of what becomes a float32 at `narrowed`."""

    narrowed: Span


def may_widen_floats(text: str) -> bool:
    """Whether a file can have a kernel of that kind."""
    return "jit" in text and ("float64" in text or "](" in text)


def float_scalars(module: Module, kernel: Kernel, _: Naming) -> Iterator[FloatScalar | Detour]:
    """What `kernel` computes in float64 where it is compiled, or by its own words."""
    where = (kernel.name, kernel.path, kernel.line)
    source = module.source
    for wide, narrow in _detours(kernel) if "float64" in source.text else ():
        yield Detour(source.span(wide), *where, source.span(narrow))
    given = {
        name: (launch, passed)
        for host, launch in _launches(module).get(kernel.name, ())
        for name, passed in _bound(kernel, launch)
        if _is_float(host, passed)
    }
    uses = dict(_uses(kernel)) if given else {}
    for name in (each for each in given if each in uses):
        launch, passed = given[name]
        spans = source.span(launch), source.span(passed)
        compiled = _COMPILED.search(source.text) is not None
        yield FloatScalar(source.span(uses[name]), *where, name, *spans, compiled)


def _uses(kernel: Kernel) -> Iterator[tuple[str, ast.expr]]:
    """The parameters that can be floats and are operands as they come, with where first."""
    arguments = kernel.node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    names = {each.arg for each in every if each.annotation is None}
    found: dict[str, ast.expr] = {}
    for node in ast.walk(kernel.node):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                names.discard(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="to")):
                names.discard(name)
            case ast.Call(func=ast.Attribute(attr="cast"), args=[ast.Name(id=name), *_]):
                names.discard(name)
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _ARITHMETIC):
                for each in (left, right):
                    if isinstance(each, ast.Name) and each.id in names:
                        found.setdefault(each.id, node)
    yield from ((name, node) for name, node in found.items() if name in names)


@kept(4)
def _launches(module: Module) -> Mapping[str, Sequence[tuple[Definition, ast.Call]]]:
    """The launches in the functions of a file, by the name of the kernel."""
    found: dict[str, list[tuple[Definition, ast.Call]]] = {}
    for function in module.functions:
        nodes = ast.walk(function.node) if isinstance(function.node, ast.AST) else ()
        for node in nodes if kernel_of(function) is None else ():
            match node:
                case ast.Call(func=ast.Subscript(value=ast.Name(id=name))):
                    found.setdefault(name, []).append((function, node))
    return found


def _bound(kernel: Kernel, launch: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """What a launch passes, by the names of the parameters."""
    arguments = kernel.node.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    if not any(isinstance(each, ast.Starred) for each in launch.args):
        yield from zip(names, launch.args, strict=False)
    yield from ((each.arg, each.value) for each in launch.keywords if each.arg)


def _is_float(host: Definition, node: ast.expr, depth: int = _DEPTH) -> bool:
    """Whether an argument is a float of Python's for certain."""
    match node:
        case ast.Constant(value=float()) | ast.Call(func=ast.Name(id="float")):
            return True
        case ast.UnaryOp(operand=operand):
            return depth > 0 and _is_float(host, operand, depth - 1)
        case ast.BinOp(left=left, op=ast.Mult() | ast.Add() | ast.Sub(), right=right):
            if depth == 0:
                return False
            floats = [_is_float(host, each, depth - 1) for each in (left, right)]
            numbers = (_is_number(host, each) for each in (left, right))
            return any(floats) and all(map(max, floats, numbers))
        case ast.Name(id=name):
            return _is_float_name(host, name, depth)
    return False


def _is_number(host: Definition, node: ast.expr) -> bool:
    """Whether it is an integer that is written out, or a parameter that is declared one."""
    match node:
        case ast.Constant(value=int()):
            return True
        case ast.Name(id=name):
            return _declared(host, name) == "int"
    return False


def _declared(host: Definition, name: str) -> str:
    """The annotation of a parameter of the launching function."""
    function = host.node
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return ""
    every = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    annotation = next((each.annotation for each in every if each.arg == name), None)
    return as_code(annotation) if annotation is not None else ""


def _is_float_name(host: Definition, name: str, depth: int) -> bool:
    function = host.node
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    bound = host.module.scope_bindings(function).get(name, ())
    if len(bound) == 1 and isinstance(bound[0].node, ast.expr):
        return depth > 0 and _is_float(host, bound[0].node, depth - 1)
    return len(bound) == 1 and _declared(host, name) == "float"


def _detours(kernel: Kernel) -> Sequence[tuple[ast.Call, ast.Call]]:
    """The casts to float64, each with the one back to float32 around it."""
    found: dict[int, tuple[ast.Call, ast.Call]] = {}
    for node in ast.walk(kernel.node):
        if isinstance(node, ast.Call) and _cast_to(node) == "float32":
            for inner in ast.walk(node.func):
                if isinstance(inner, ast.Call) and _cast_to(inner) == "float64":
                    found.setdefault(id(inner), (inner, node))
    return list(found.values())


def _cast_to(call: ast.Call) -> str:
    match call:
        case ast.Call(func=ast.Attribute(attr="to"), args=[ast.Attribute(attr=name), *_]):
            return name
    return ""
