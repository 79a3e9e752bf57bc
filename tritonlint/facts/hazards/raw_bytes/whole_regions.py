"""Regions of buffers into which a file writes whole numbers: masks, counts, integers of 8 bits that
a kernel rounds to. Nothing is missing where these are read as numbers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.dtypes import UINT8, from_torch
from tritonlint.facts.device.contract import Specialization, Store
from tritonlint.facts.device.contracts import contract
from tritonlint.facts.hazards.raw_bytes.cuts import as_slice, cutting, sliced
from tritonlint.facts.hazards.torch_code import viewed
from tritonlint.facts.hazards.written_launches import given, launched
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.memory.tensors import CONSTRUCTORS, SHAPES
from tritonlint.facts.host.memory.whole_numbers import is_whole
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import (
    FUNCTION,
    assigned,
    attributes_of,
    last_name,
    nodes,
    walk,
)

# Put the numbers of a tensor, or one number, into memory.
_WRITING = frozenset("copy_ index_copy_ fill_ masked_fill_ index_fill_ scatter_ add_ sub_".split())
# Put whole numbers into memory by themselves.
_DRAWING = frozenset("bernoulli_ random_ logical_not_ logical_and_ logical_or_".split())
# Make tensors of whole numbers that differ, where others only reset memory.
_NUMBERED = frozenset(("randint", "randint_like", "randperm", "arange"))
_BYTES = frozenset(("uint8", "int8"))
_BITS = (ast.BitOr, ast.BitAnd, ast.BitXor, ast.LShift, ast.RShift)
_FROM_START = re.compile(r"\[0(?=:)")
# A class, or None for the functions of a file, and a slice as it is written there.
_Region = tuple[str | None, str]


def holds_whole_numbers(event: LaunchEvent, tensor: Tensor) -> bool:
    """Whether the file that cuts a tensor from its buffer writes whole numbers into the region."""
    module = cutting(event, tensor)
    node = sliced(module, tensor)
    if node is None or tensor.part is None:
        return False
    region = _region(module.function_at(tensor.part.span.line), node)
    if region in _host_writes(module, codes=True):
        return False
    return region in _host_writes(module) or region in _kernel_writes(module)


def _region(function: Definition | None, node: ast.Subscript) -> _Region:
    """A slice, `[0:n]` as `[:n]`; of an attribute of `self` with the class."""
    text = _FROM_START.sub("[", ast.unparse(node))
    owner = function.owner if function is not None and text.startswith("self.") else None
    return (owner.name if owner is not None else None, text)


@kept(64)
def _host_writes(module: Module, codes: bool = False) -> frozenset[_Region]:
    """Where launching code itself writes whole numbers, or what is viewed as bytes."""
    found: set[_Region] = set()
    for function in module.functions:
        node = function.as_function
        for target, value in _writes(node):
            if _is_view(value) if codes else _is_number(node, value):
                found.update(_region(function, each) for each in _cuts(function, target))
                found.update(_entries(module).get(_key(target), ()))
    return frozenset(found)


def _key(node: ast.expr) -> str:
    """The written key under which something stands in a table, or an item of that."""
    while isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            return node.slice.value
        node = node.value
    return ""


@kept(64)
def _entries(module: Module) -> Mapping[str, set[_Region]]:
    """By written keys, the slices that tables of the file have under them."""
    found: dict[str, set[_Region]] = {}
    for function in module.functions:
        for table in nodes(function.as_function, ast.Dict):
            for key, value in zip(table.keys, table.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    cuts = (_region(function, each) for each in _cuts(function, value))
                    found.setdefault(key.value, set()).update(cuts)
    return found


def _writes(function: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The items and tensors that a function writes into, each with what it writes."""
    for node in nodes(function, ast.Assign, ast.AugAssign, ast.Call):
        match node:
            case ast.Assign():
                pairs = assigned(node)
                yield from (pair for pair in pairs if isinstance(pair[0], ast.Subscript))
            case ast.AugAssign(target=target, op=ast.Add() | ast.Sub(), value=value):
                yield target, value
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in _DRAWING:
                yield owner, ast.Constant(1)
            case ast.Call(func=ast.Attribute(value=owner, attr=name), args=[*_, value]) if (
                name in _WRITING
            ):
                yield owner, value
            case ast.Call(keywords=[*_, ast.keyword(arg="out", value=owner)]):
                yield owner, node


def _is_number(function: ast.AST, node: ast.expr) -> bool:
    """Whether a function writes whole numbers: one, which no code begins as, or what it converts to
    bytes where it makes no codes of it before."""
    match node:
        case ast.Constant(value=value):
            return value == 1
        case ast.Call() if last_name(node.func) in CONSTRUCTORS - _NUMBERED:
            return False
        case ast.Call(func=ast.Attribute(attr="to"), args=[dtype]) if last_name(dtype) in _BYTES:
            return not _makes_codes(node)
        case ast.Call(func=ast.Attribute(attr="byte" | "char"), args=[]):
            return not _makes_codes(node)
    return is_whole(function, node)


def _is_view(node: ast.expr) -> bool:
    """Whether an expression is of something that is viewed as another type."""
    views = filter(None, map(viewed, nodes(node, ast.Call)))
    return any(from_torch(last_name(dtype)) is not None for _, dtype in views)


def _makes_codes(node: ast.expr) -> bool:
    """Whether an expression picks bits, or speaks of codes."""
    bits = (isinstance(each, ast.BinOp) and isinstance(each.op, _BITS) for each in walk(node))
    text = ast.unparse(node).lower()
    return any(bits) or any(word in text for word in ("view", "fp8", "float8", "code", "pack"))


def _cuts(function: Definition, node: ast.expr, names: bool = True) -> Iterator[ast.Subscript]:
    """The slices that an expression is, or is an item of: as it is written, as its name or
    attribute is bound, as a method of the class gives it."""
    part = as_slice(node)
    if part is not None:
        yield part
        yield from _cuts(function, part.value, names)
        return
    match node:
        case ast.Name(id=name) if names:
            for each, index in _bound(function.as_function).get(name, ()):
                values = [each] if index is None else _items(function, each, index)
                for value in values:
                    yield from _cuts(function, value, names=False)
        case ast.Attribute(value=ast.Name(id="self")) if names and function.owner is not None:
            for value in attributes_of(function.owner).get(ast.unparse(node), ()):
                yield from _cuts(function, value, names=False)
        case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in SHAPES or (
            name == "view" and viewed(node) is None
        ):
            yield from _cuts(function, owner, names)
        case ast.Call():
            for each in _returned(function, node):
                yield from _cuts(function, each, names=False)


def _items(function: Definition, node: ast.expr, index: int) -> Iterator[ast.expr]:
    """The items of the tuples that a call of a method gives."""
    for each in _returned(function, node):
        if isinstance(each, ast.Tuple) and index < len(each.elts):
            yield each.elts[index]


def _returned(function: Definition, node: ast.expr) -> Iterator[ast.expr]:
    """What a call of a method of the class of `function` gives."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
            for each in function.owner.body if function.owner is not None else ():
                if isinstance(each, FUNCTION) and each.name == name:
                    values = (x.value for x in nodes(each, ast.Return))
                    yield from (value for value in values if value is not None)


@kept(64)
def _bound(function: ast.AST) -> Mapping[str, list[tuple[ast.expr, int | None]]]:
    """What the names of a function are bound to; to an item of it, to which."""
    found: dict[str, list[tuple[ast.expr, int | None]]] = {}
    for statement in nodes(function, ast.Assign, ast.AnnAssign):
        for target, value in assigned(statement):
            match target:
                case ast.Name(id=name):
                    found.setdefault(name, []).append((value, None))
                case ast.Tuple(elts=targets):
                    for index, each in enumerate(targets):
                        if isinstance(each, ast.Name):
                            found.setdefault(each.id, []).append((value, index))
    return found


@kept(64)
def _kernel_writes(module: Module) -> frozenset[_Region]:
    """Where kernels that the file launches write integers that they round to."""
    found: set[_Region] = set()
    for name, launches in launched(module).items():
        for function, launch in launches:
            target = module.resolve(name, function.inside) if function is not None else None
            kernel = kernel_of(target) if target is not None else None
            if function is None or kernel is None:
                continue
            for parameter, value in given(kernel, launch).items():
                cuts = list(_cuts(function, value))
                if cuts and _rounds_to(kernel, parameter):
                    found.update(_region(function, each) for each in cuts)
    return frozenset(found)


def _rounds_to(kernel: Kernel, parameter: str) -> bool:
    """Whether all that a kernel stores through a parameter are integers that it rounds to, masks,
    or floats that it keeps within what a byte holds."""
    made = contract(kernel, Specialization({parameter: UINT8}, {}))
    stores = [each for each in made.stores if each.parameter == parameter]
    return bool(stores) and all(
        each.kind == "bool" or (each.effect == "float_to_int" and (each.rounded or _fits(each)))
        for each in stores
    )


def _fits(store: Store) -> bool:
    return store.kind == "float" and store.fits_byte
