"""Floats that a launch passes to a kernel as they are: `torch.compile` makes them float64. And what
a kernel computes in float64 by its own words, and keeps in float32."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from tritonlint.facts.hazards.observation import InKernel, Naming
from tritonlint.facts.hazards.written_launches import given, launches_of
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code, dotted_name, walk
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# How far into an argument, and from name to name, a float is looked for.
_DEPTH = 4
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
# What makes an operator that the compiler does not look into.
_OPAQUE = "custom_op"
# What hands kernels to the compiler, or decorates functions that are compiled.
_COMPILES = re.compile(r"\btorch\.compile\b|\btriton_op\b|\b(?:wrap|capture)_triton\b")
_INTEGER = re.compile(r"^u?int(?:8|16|32)$")


@dataclass(frozen=True)
class FloatScalar(InKernel):
    """Arithmetic with the parameter `parameter`, for which the launch at `launch` passes a float of
    Python's at `passed`, and is compiled."""

    parameter: str
    launch: Span
    passed: Span


@dataclass(frozen=True)
class Detour(InKernel):
    """A cast to float64 of an integer of which at most a power of two becomes a float32, at
    `narrowed`: nothing is gained."""

    narrowed: Span


def may_widen_floats(text: str) -> bool:
    """Whether a file can have a kernel of that kind."""
    return "jit" in text and ("float64" in text or _COMPILES.search(text) is not None)


def float_scalars(module: Module, kernel: Kernel, _: Naming) -> Iterator[FloatScalar | Detour]:
    """What `kernel` computes in float64 where it is compiled, or by its own words."""
    where = (kernel.name, kernel.path, kernel.line)
    source = module.source
    for wide, narrow in _detours(kernel) if "float64" in source.text else ():
        if _is_exact(kernel, wide, narrow):
            yield Detour(source.span(wide), *where, source.span(narrow))
    if not _COMPILES.search(source.text):
        return
    launches = (each for each in launched_with_floats(module, kernel) if _is_compiled(*each[:2]))
    floats = {
        name: (launch, passed) for _, launch, found in launches for name, passed in found.items()
    }
    uses = used_as_passed(kernel) if floats else {}
    for name in (each for each in floats if each in uses):
        launch, passed = floats[name]
        spans = source.span(launch), source.span(passed)
        if not _is_narrowed(kernel, uses[name]):
            yield FloatScalar(source.span(uses[name]), *where, name, *spans)


def _is_narrowed(kernel: Kernel, operation: ast.expr) -> bool:
    """Whether what an operation gives is cast at once: no more than that is computed in float64."""
    return any(
        isinstance(each, ast.Attribute) and each.attr == "to" and each.value is operation
        for each in ast.walk(kernel.node)
    )


def launched_with_floats(
    module: Module, kernel: Kernel
) -> Sequence[tuple[Definition, ast.Call, Mapping[str, ast.expr]]]:
    """The launches of a kernel in its file, each with the function that it stands in and the
    parameters for which it passes floats of Python's."""
    return [
        (host, launch, {n: e for n, e in given(kernel, launch).items() if _is_float(host, e)})
        for host, launch in launches_of(module, kernel)
        if host is not None
    ]


def used_as_passed(kernel: Kernel) -> Mapping[str, ast.expr]:
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
    return {name: node for name, node in found.items() if name in names}


def _called(call: ast.Call) -> str:
    return as_code(call.func).rpartition(".")[2]


def _is_compiled(host: Definition, launch: ast.Call) -> bool:
    """Whether a launch is handed to the compiler: by what wraps the kernel, or by the decorator of
    the function that it stands in. Into an operator that is opaque the compiler does not look."""
    decorators = getattr(host.node, "decorator_list", ())
    if any(_is_opaque(host, each) for each in decorators):
        return False
    wrapped = launch.func.value if isinstance(launch.func, ast.Subscript) else None
    if isinstance(wrapped, ast.Call):
        return True
    return any(_COMPILES.search(as_code(each)) for each in decorators)


def _is_opaque(host: Definition, decorator: ast.expr) -> bool:
    """Whether a decorator makes an operator that is opaque, or is a function of the project that
    may do so."""
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    spelled = dotted_name(node) or ""
    if spelled.rpartition(".")[2] == _OPAQUE:
        return True
    made_by = host.module.resolve(spelled, host.enclosing) if spelled else None
    inside = walk(made_by.node) if made_by and isinstance(made_by.node, ast.AST) else ()
    return any(_OPAQUE in (getattr(e, "id", ""), getattr(e, "attr", "")) for e in inside)


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
    """The casts to float64, each with the one back to float32 around it, over one name too."""
    found: dict[int, tuple[ast.Call, ast.Call]] = {}
    named = _given(kernel)
    for node in ast.walk(kernel.node):
        narrowed = _cast(node, "float32")
        if narrowed is None or not isinstance(node, ast.Call):
            continue
        inside = [*ast.walk(narrowed)]
        names = (each.id for each in inside if isinstance(each, ast.Name))
        inside += [named[each] for each in names if each in named]
        for inner in inside:
            if isinstance(inner, ast.Call) and _cast(inner, "float64") is not None:
                found.setdefault(id(inner), (inner, node))
    return list(found.values())


def _given(kernel: Kernel) -> dict[str, ast.expr]:
    """What each name of a kernel is given that is given one value only."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(kernel.node):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, []).append(value)
            case ast.Name(id=name, ctx=ast.Store()):
                found.setdefault(name, [])
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def _is_exact(kernel: Kernel, wide: ast.Call, narrow: ast.Call) -> bool:
    """Whether an integer is widened and nothing but a power of two made of it."""
    given, powers = _given(kernel), 0
    inner = _cast(narrow, "float32")
    while inner is not None and inner is not wide:
        match inner:
            case ast.Name(id=name) if name in given:
                inner = given[name]
            case ast.Call(args=[one]) if _called(inner) in ("exp2", "ldexp"):
                inner, powers = one, powers + 1
            case _:
                return False
    integer = _cast(wide, "float64")
    return inner is wide and integer is not None and _is_integer(integer, given)


def _is_integer(node: ast.expr, given: Mapping[str, ast.expr], depth: int = _DEPTH) -> bool:
    """Whether an expression is an integer of 32 bits at most: cast to one, and at most a number
    added to it since."""
    match node:
        case ast.Name(id=name) if name in given and depth > 0:
            return _is_integer(given[name], given, depth - 1)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=ast.Constant(value=int())):
            return _is_integer(left, given, depth)
        case ast.Call(func=ast.Attribute(attr="to"), args=[ast.Attribute(attr=name), *_]):
            return _INTEGER.match(name) is not None
    return False


def _cast(node: ast.AST, element: str) -> ast.expr | None:
    """What a call casts to the type of that name."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="to"), args=[ast.Attribute(attr=name)]):
            return value if name == element else None
        case ast.Call(func=ast.Attribute(attr="cast"), args=[value, ast.Attribute(attr=name)]):
            return value if name == element else None
    return None
