"""Floats that a launch passes to a kernel as they are: `torch.compile` makes them float64."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.compiled_launches import compiles, is_compiled
from tritonlint.facts.hazards.detours import Detour, detours
from tritonlint.facts.hazards.observation import InKernel, Naming
from tritonlint.facts.hazards.sizes import Sizes, only_set
from tritonlint.facts.hazards.written_launches import given, launches_of
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code, walk
from tritonlint.frozen import dataclass
from tritonlint.source import Span

# How far into an argument, and from name to name, a float is looked for.
_DEPTH = 4
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)


@dataclass(frozen=True)
class FloatScalar(InKernel):
    """Arithmetic with the parameter `parameter`, for which the launch at `launch` passes a float of
    Python's at `passed`, and is compiled."""

    parameter: str
    launch: Span
    passed: Span


def may_widen_floats(text: str) -> bool:
    """Whether a file can have a kernel of that kind."""
    return "jit" in text and ("float64" in text or compiles(text))


def float_scalars(module: Module, kernel: Kernel, naming: Naming) -> Iterator[FloatScalar | Detour]:
    """What `kernel` computes in float64 where it is compiled, or by its own words."""
    where = (kernel.name, kernel.path, kernel.line)
    source = module.source
    if "float64" in source.text:
        yield from detours(module, kernel, naming)
    if not compiles(source.text):
        return
    launches = (each for each in launched_with_floats(module, kernel) if is_compiled(*each[:2]))
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
        for each in walk(kernel.node)
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
    names = {each.arg for each in signature(kernel.node).named if each.annotation is None}
    found: dict[str, ast.expr] = {}
    for node in walk(kernel.node):
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
        case ast.Attribute(value=owner, attr=name) if depth > 0:
            made = Sizes(host.module, node).class_of(owner)
            return made is not None and _is_float_field(made, name, depth)
    return False


def _is_float_field(made: Definition, name: str, depth: int) -> bool:
    """Whether an attribute of an object is a float: as its class declares it, or by the only value
    that it is set to."""
    for each in made.node.body if isinstance(made.node, ast.ClassDef) else ():
        match each:
            case ast.AnnAssign(target=ast.Name(id=found), annotation=kind) if found == name:
                return as_code(kind) == "float"
    value = only_set(made, name)
    method = made.module.function_at(value.lineno) if value is not None else None
    return value is not None and method is not None and _is_float(method, value, depth - 1)


def _is_number(host: Definition, node: ast.expr) -> bool:
    """Whether it is an integer that is written out, or a parameter that is declared one."""
    match node:
        case ast.Constant(value=int()):
            return True
        case ast.Name(id=name):
            return _declared(host, name) == "int"
    return False


def _declared(host: Definition, name: str) -> str:
    """The annotation of a parameter of the launching function, or what it is by its default."""
    parameters = signature(host.as_function)
    annotation = next((each.annotation for each in parameters.named if each.arg == name), None)
    if annotation is not None:
        return as_code(annotation)
    default = parameters.defaults.get(name)
    known = isinstance(default, ast.Constant) and isinstance(default.value, float)
    return "float" if known else ""


def _is_float_name(host: Definition, name: str, depth: int) -> bool:
    bound = host.module.scope_bindings(host.as_function).get(name, ())
    if len(bound) == 1 and isinstance(bound[0].node, ast.expr):
        return depth > 0 and _is_float(host, bound[0].node, depth - 1)
    return len(bound) == 1 and _declared(host, name) == "float"
