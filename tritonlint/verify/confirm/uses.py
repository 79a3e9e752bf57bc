"""How a kernel uses its compile-time parameters, which tells what values they can have."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import dotted_name

# How many calls of device functions a parameter is followed through.
_DEPTH = 4
_DTYPE_WORDS = ("dtype", "DTYPE")
_MAKERS = {"zeros": 1, "full": 2, "cast": 1, "zeros_like": 1}


@dataclass
class Use:
    """What one parameter is used as: tested for truth, compared with constants, an element type,
    the number of turns of a loop that is unrolled, a table of addresses that become pointers."""

    tested: bool = False
    compared: set[str | int] = field(default_factory=set)
    is_dtype: bool = False
    unrolled: bool = False
    addresses: bool = False


def uses_of(kernel: Kernel) -> dict[str, Use]:
    """The use of each name of the kernel, through the device functions that it is handed to."""
    return _uses(kernel, _DEPTH, {})


def _uses(kernel: Kernel, depth: int, known: dict[ast.AST, dict[str, Use]]) -> dict[str, Use]:
    if kernel.node in known:
        return known[kernel.node]
    found: dict[str, Use] = defaultdict(Use)
    known[kernel.node] = found  # for a function that calls itself
    for node in ast.walk(kernel.node):
        for name in _tested(node):
            found[name].tested = True
        for name, constants in _compared(node):
            found[name].compared |= constants
        for name in _dtypes(node):
            found[name].is_dtype = True
        for name in _addresses(node, kernel.node):
            found[name].addresses = True
        match node:
            case ast.Call(func=ast.Attribute(attr="static_range"), args=args):
                for name in (each.id for each in args if isinstance(each, ast.Name)):
                    found[name].unrolled = True
            case ast.Call() if depth:
                _handed_on(kernel, node, depth, known, found)
    for name in list(found):
        found[name].is_dtype |= name.endswith(_DTYPE_WORDS)
    return found


def _handed_on(
    kernel: Kernel,
    call: ast.Call,
    depth: int,
    known: dict[ast.AST, dict[str, Use]],
    found: dict[str, Use],
) -> None:
    """Add what a device function does with the names that it is handed."""
    spelled = dotted_name(call.func)
    callee = kernel.scope.lookup(spelled) if spelled and "." not in spelled else None
    if not isinstance(callee, Kernel):
        return
    inner = _uses(callee, depth - 1, known)
    parameters = [each.arg for each in (*callee.node.args.posonlyargs, *callee.node.args.args)]
    passed = list(zip(parameters, call.args, strict=False))
    passed += [(each.arg, each.value) for each in call.keywords if each.arg]
    for parameter, value in passed:
        if isinstance(value, ast.Name) and parameter in inner:
            use, outer = inner[parameter], found[value.id]
            outer.tested |= use.tested
            outer.compared |= use.compared
            outer.is_dtype |= use.is_dtype
            outer.unrolled |= use.unrolled
            outer.addresses |= use.addresses


def _tested(node: ast.AST) -> Iterator[str]:
    """The names whose truth decides something."""
    match node:
        case ast.If(test=ast.Name(id=name)) | ast.IfExp(test=ast.Name(id=name)):
            yield name
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)):
            yield name
        case ast.BoolOp(values=values):
            yield from (each.id for each in values if isinstance(each, ast.Name))


def _compared(node: ast.AST) -> Iterator[tuple[str, set[str | int]]]:
    """The names that are compared with constants, and those."""
    match node:
        case ast.Compare(
            left=ast.Name(id=name),
            ops=[ast.Eq() | ast.NotEq()],
            comparators=[ast.Constant(value=v)],
        ) if isinstance(v, (str, int)):
            yield name, {v}
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.In() | ast.NotIn()], comparators=[listed]
        ) if isinstance(listed, (ast.Tuple, ast.List, ast.Set)):
            values = (each.value for each in listed.elts if isinstance(each, ast.Constant))
            yield name, {each for each in values if isinstance(each, (str, int))}


def _dtypes(node: ast.AST) -> Iterator[str]:
    """The names that stand for element types."""
    if not isinstance(node, ast.Call):
        return
    named = [each.value for each in node.keywords if each.arg == "dtype"]
    match node.func:
        case ast.Attribute(attr="to") if node.args:
            named.append(node.args[0])
        case ast.Attribute(attr=maker) if maker in _MAKERS and len(node.args) > _MAKERS[maker]:
            named.append(node.args[_MAKERS[maker]])
        case ast.Attribute(value=ast.Name(id=name), attr="is_fp8" | "is_floating"):
            yield name
    yield from (each.id for each in named if isinstance(each, ast.Name))


def _addresses(node: ast.AST, function: ast.FunctionDef) -> Iterator[str]:
    """The names in what is loaded and becomes a pointer, in one go or by a name."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="to"), args=[kind, *_]):
            pass
        case ast.Call(func=ast.Attribute(attr="cast"), args=[value, kind, *_]):
            pass
        case _:
            return
    match kind:
        case ast.Call(func=ast.Attribute(attr="pointer_type")):
            loaded = [value, *_given(function, value)]
            names = (each for one in loaded for each in ast.walk(one))
            yield from (each.id for each in names if isinstance(each, ast.Name))


def _given(function: ast.FunctionDef, value: ast.expr) -> Iterator[ast.expr]:
    """What a name is given in a function."""
    named = value.id if isinstance(value, ast.Name) else None
    for each in ast.walk(function) if named else ():
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=given) if name == named:
                yield given
