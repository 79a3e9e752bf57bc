"""Tensors that are known by their names alone: what one function of a file makes of bytes and
another one views as codes, a third one takes by the same name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.dtypes import UNKNOWN, ElementType, ElementTypes, from_torch
from tritonlint.facts.hazards.raw_bytes.evidence import Evidence
from tritonlint.facts.hazards.raw_bytes.kept_as_bytes import (
    Named,
    attribute,
    kept_as_bytes,
    may_keep_bytes,
)
from tritonlint.facts.hazards.raw_bytes.made import codes_of, views_as_bytes
from tritonlint.facts.hazards.raw_bytes.names import attribute_called, says_bytes, speaks_of_codes
from tritonlint.facts.hazards.torch_code import float_type, given_dtype, viewed
from tritonlint.facts.host.attributes.changing import spelled_out
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.memory.element_types import wide_floats
from tritonlint.facts.host.memory.tensors import CONSTRUCTORS, PARTS, SHAPES
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.symbols import Attribute, Item, Parameter, Symbol
from tritonlint.facts.host.values.values import Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import assigned, nodes, walk
from tritonlint.source import Span

# A view of what is called after bytes.
_SAID_BYTES = re.compile(r"\w_(?:u8|uint8|bytes)\s*\.\s*view\b")
# A view as what may be a type of 8-bit floats.
_AS_CODES = re.compile(r"view(?<!\wview)\s*\((?:\s|#[^\n]*\n)*[^,]{0,200}?(?i:fp8|float8|e4m3)")


def may_name_codes(text: str) -> bool:
    """Whether a file may make tensors of bytes, or call them so, and view tensors as floats, or
    those as bytes."""
    if "view" not in text:
        return False
    if may_keep_bytes(text):
        return True
    if ("u8" in text or "bytes" in text) and _SAID_BYTES.search(text):
        return True
    if "int8" not in text:
        return False
    return _AS_CODES.search(text) is not None or _makes_codes(text)


def _makes_codes(text: str) -> bool:
    return views_as_bytes(text) and speaks_of_codes(text)


def names_codes(module: Module, function: ast.AST) -> bool:
    """Whether a function names what others make of bytes and view as codes."""
    known = _by_name(module)
    return bool(known) and any(name in known for each in walk(function) for name in _names(each))


def by_name(run: Run, event: LaunchEvent, tensor: Tensor) -> Iterator[Evidence]:
    """Evidence for a tensor of which nothing else is known, from the other functions of the file:
    under this name they make bytes, and view them as codes; or the name of a parameter says that
    these are bytes, and they view it as floats."""
    name = "" if tensor.view is not None else _symbol(tensor.buffer)
    named = _by_name(event.module).get(name)
    if named is None:
        return
    if says_bytes(name) and name[0] != ".":
        message = f"what is called `{name}` is viewed as {named.types} here"
        yield Evidence(named.viewed, message, "likely", (), named.types, meaning=named.types)
        return
    if name not in kept_as_bytes(event.module) and (
        run.passed_by_callers(tensor.buffer) or run.passed_by_tests(tensor.buffer)
    ):
        return
    yield Evidence(named.made, "what has this name is made of bytes here", "likely", encoded=False)
    message = f"and viewed as {named.types} here"
    if named.viewed == named.made:
        message = f"which are codes of {named.types}"
    wide = named.types if wide_floats(named.types) else UNKNOWN
    yield Evidence(named.viewed, message, "likely", (), named.types, meaning=wide)


def _name(node: ast.expr) -> str:
    """What a tensor is called: an attribute (`.codes`) or an entry of a table (`[codes]`); empty
    where that says nothing; or a plain name that says itself that these are bytes."""
    match node:
        case ast.Name(id=name) if says_bytes(name):
            return name
        case ast.Attribute(attr=name):
            return _called(name, ".")
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return _called(name, "[")
        case ast.Subscript(value=owner):
            return _name(owner)
        case ast.Call(func=ast.Attribute(value=owner, attr=how)) if how in SHAPES | PARTS:
            return _name(owner)
    return ""


def _symbol(buffer: Symbol) -> str:
    """What a buffer is called: an attribute, or an entry under a written key. The name of a
    parameter says too little, it may be passed viewed, unless it says that these are bytes."""
    match buffer:
        case Parameter(name=name) if says_bytes(name):
            return name
        case Item(key=key) if key[:1] in ("'", '"'):
            return _called(key[1:-1], "[")
        case Attribute(name=name):
            return _called(name, ".")
    return ""


def _called(name: str, before: str) -> str:
    """`name` as that of an attribute or an entry, by what stands `before` it; empty where it can be
    anything."""
    if before == "[":
        return f"[{name}]"
    return attribute_called(name)


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.Attribute, ast.Subscript, ast.Name)):
        yield _name(node)
    elif isinstance(node, ast.Call):
        yield attribute(node)


@kept(64)
def _by_name(module: Module) -> Mapping[str, Named]:
    """What a file makes of bytes under one name, and of nothing else, and views as codes."""
    if not may_name_codes(module.source.text):
        return {}
    made: dict[str, Span] = {}
    others: set[str] = set()
    as_codes: dict[str, tuple[ElementTypes, Span]] = {}
    for node in nodes(module.tree, ast.ClassDef, *_GIVING):
        owned = _fields(node, node) if isinstance(node, ast.ClassDef) else ()
        for name, value in (*_given(node), *owned):
            element = _made(value)
            if element is not None and element.is_byte:
                made.setdefault(name, module.source.span(value))
            elif element is not None or (
                isinstance(node, ast.Assign) and _is_typed(spelled_out(module, value))
            ):
                others.add(name)
        match node:
            case ast.Call(func=ast.Attribute(attr="view")) if view := viewed(node):
                types = float_type(view[1])
                name, span = _name(view[0]), module.source.span(node)
                if isinstance(view[0], ast.Name) and types is not None:
                    made.setdefault(name, span)
                    as_codes.setdefault(name, (types, span))
                elif types is not None and all(each.is_fp8 for each in types.types or ()):
                    as_codes.setdefault(name, (types, span))
    for name, types, value in _codes(module):
        span = module.source.span(value)
        made.setdefault(name, span)
        as_codes.setdefault(name, (types, span))
    known = made.keys() & as_codes.keys() - others - {""}
    found = {name: Named(made[name], as_codes[name][1], as_codes[name][0]) for name in known}
    return {**kept_as_bytes(module), **found}


def _codes(module: Module) -> Iterator[tuple[str, ElementTypes, ast.expr]]:
    """The names of what functions of a file make bytes of that are codes, as what, and where."""
    for function in module.functions if _makes_codes(module.source.text) else ():
        node = function.as_function
        owned = _fields(function.owner, node) if function.owner is not None else ()
        given = (each for inner in nodes(node, *_GIVING) for each in _given(inner))
        for name, value in (*given, *owned):
            types = codes_of(module, node, value) if name else None
            if types is not None:
                yield name, types, value


# What gives something a name.
_GIVING = (ast.Assign, ast.AnnAssign, ast.Dict, ast.Call)


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What a statement or an expression gives a name, by that name."""
    match node:
        case ast.Assign() | ast.AnnAssign():
            yield from ((_name(target), value) for target, value in assigned(node))
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant):
                    yield _called(str(key.value), "["), value
        case ast.Call(keywords=keywords):
            for each in keywords:
                if each.arg is not None:
                    yield _called(each.arg, "."), each.value
                    yield _called(each.arg, "["), each.value


def _fields(owner: ast.ClassDef, within: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What the methods of a class that declares its fields make objects of (`cls(x, y)`) `within`
    one or all of them, by the names of the fields."""
    declared = [each.target for each in owner.body if isinstance(each, ast.AnnAssign)]
    names = [each.id for each in declared if isinstance(each, ast.Name)]
    for each in nodes(within, ast.Call) if names else ():
        if ast.unparse(each.func) in ("cls", owner.name):
            for name, value in zip(names, each.args, strict=False):
                yield _called(name, "."), value


def _is_typed(value: ast.expr) -> bool:
    """Whether an expression is a view as floats, in whatever shape: what is given that is no bytes
    any more."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        view = viewed(value)
        if view is not None and float_type(view[1]) is not None:
            return True
        value = value.func.value
    return False


def _made(value: ast.expr) -> ElementType | None:
    """The type of the tensor that an expression makes, where it says so."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr in CONSTRUCTORS:
            dtype = given_dtype(value)
            return from_torch(dtype.attr) if isinstance(dtype, ast.Attribute) else None
        value = value.func.value
    return None
