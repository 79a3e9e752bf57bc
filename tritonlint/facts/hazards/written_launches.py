"""Launches as they are written in the file of their kernel: `kernel[grid](...)`."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import as_code, given_names, nodes, only_given

# What hands a kernel to the compiler.
WRAPS = ("wrap_triton", "capture_triton")


def launches_of(module: Module, kernel: Kernel) -> Sequence[tuple[Definition | None, ast.Call]]:
    """The launches of a kernel in its file, each with the innermost function that it stands in."""
    return launched(module).get(kernel.name, ())


def given(
    kernel: Kernel, launch: ast.Call, host: Definition | None = None
) -> Mapping[str, ast.expr]:
    """What a launch passes, by the names of the parameters, as far as no `*args` hide it: of
    `*x.stride()[:2]` it is known what they are, and of a tuple that the `host` function writes."""
    written = only_given(host.as_function) if host is not None else {}
    spread = [part for each in launch.args for part in _spread(each, written)]
    return signature(kernel.node).given(ast.Call(launch.func, spread, launch.keywords))


def _spread(argument: ast.expr, written: Mapping[str, ast.expr]) -> Sequence[ast.expr]:
    """The arguments that one stands for: the first of the strides of a tensor, the items of a tuple
    that is `written`, or itself."""
    match argument:
        case ast.Starred(value=ast.Name(id=name)):
            items = written.get(name)
            return items.elts if isinstance(items, (ast.Tuple, ast.List)) else (argument,)
        case ast.Starred(
            value=ast.Subscript(
                value=ast.Call(func=ast.Attribute(attr="stride") as strides, args=[]) as call,
                slice=ast.Slice(lower=None, upper=ast.Constant(value=int(count)), step=None),
            )
        ):
            axes = (ast.copy_location(ast.Constant(axis), call) for axis in range(count))
            return [ast.copy_location(ast.Call(strides, [axis], []), call) for axis in axes]
    return (argument,)


def passed_strides(module: Module, kernel: Kernel) -> frozenset[str]:
    """The parameters that every launch in the file of a kernel passes a stride of a tensor to."""
    return _passed_by_all(module, kernel, _is_stride)


def passed_ones(module: Module, kernel: Kernel) -> frozenset[str]:
    """The parameters that every launch in the file of a kernel passes the number one to; none where
    the kernel is named there for something else."""
    named = [x for x in nodes(module.tree, ast.Name) if x.id == kernel.name]
    if len(named) > len(launches_of(module, kernel)):
        return frozenset()
    return _passed_by_all(module, kernel, _is_one)


def _passed_by_all(
    module: Module, kernel: Kernel, asked: Callable[[ast.expr], bool]
) -> frozenset[str]:
    """The parameters that every launch in the file of a kernel passes such an expression to."""
    found = [
        frozenset(name for name, value in given(kernel, launch).items() if asked(value))
        for _, launch in launches_of(module, kernel)
    ]
    return frozenset.intersection(*found) if found else frozenset()


def _is_stride(value: ast.expr) -> bool:
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and value.func.attr == "stride"
    )


def _is_one(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value == 1


@kept(4)
def launched(module: Module) -> Mapping[str, list[tuple[Definition | None, ast.Call]]]:
    """The launches of a file by the names of what they launch, each with its function."""
    found: dict[int, tuple[str, Definition | None, ast.Call]] = {}
    for node in nodes(module.tree, ast.Call):
        name = _launched(node)
        if name:
            found[id(node)] = name, None, node
    lines = sorted(launch.lineno for _, _, launch in found.values())
    for function in module.functions if found else ():
        around = function.as_function
        first = bisect_left(lines, around.lineno)
        if first == len(lines) or lines[first] > (around.end_lineno or around.lineno):
            continue  # nothing is launched between its first and its last line
        for each in nodes(around, ast.Call):
            if id(each) in found:
                found[id(each)] = found[id(each)][0], function, each
    launches: dict[str, list[tuple[Definition | None, ast.Call]]] = {}
    for name, host, launch in found.values():
        launches.setdefault(name, []).append((host, launch))
    return launches


def launched_by_choice(module: Module, kernel: Kernel) -> Iterator[ast.Call]:
    """The launches in a file by a name that stands for one of several kernels, of which this is
    one."""
    for name, launches in launched(module).items():
        for host, launch in launches:
            if host is not None and kernel.name in _chosen(host.as_function, name):
                yield launch


def _chosen(function: ast.AST, name: str) -> Iterator[str]:
    """The names that a name of a function stands for, one or another: `kernel = a if x else b`."""
    for value in given_names(function).get(name, ()):
        arms = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
        yield from (each.id for each in arms if isinstance(each, ast.Name))


def _launched(node: ast.AST) -> str:
    """The name of the kernel that a call launches; empty for any other node."""
    match node:
        case ast.Call(func=ast.Subscript(value=ast.Name(id=name))):
            return name
        case ast.Call(func=ast.Subscript(value=ast.Call(args=[ast.Name(id=name)]) as call)):
            return name if as_code(call.func).rpartition(".")[2] in WRAPS else ""
    return ""
