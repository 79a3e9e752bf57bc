"""Attributes that are kept as bytes: all that a file gives one of this name is viewed as bytes, and
functions of the file view it as floats again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from tritonlint.dtypes import ElementTypes, from_torch
from tritonlint.facts.hazards.raw_bytes.made import views_as_bytes
from tritonlint.facts.hazards.raw_bytes.names import attribute_called
from tritonlint.facts.hazards.torch_code import float_type, viewed
from tritonlint.facts.host.memory.tensors import PARTS, SHAPES
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import assigned, last_name, nodes
from tritonlint.frozen import dataclass
from tritonlint.source import Span

_AS_FLOATS = re.compile(
    r"view(?<!\wview)\s*\((?:\s|#[^\n]*\n)*[^,]{0,200}?(?i:fp8|float|half|e4m3)"
)
# Give an attribute of their first argument, or of what they are a method of, something by its name.
_GIVING = {"setattr": 1, "register_buffer": 0, "register_parameter": 0}
_WRAPPERS = frozenset(("Parameter", "Buffer"))


@dataclass(frozen=True)
class Named:
    """A tensor of bytes that is viewed as numbers of `types`: where it is made, and where
    viewed."""

    made: Span
    viewed: Span
    types: ElementTypes


def may_keep_bytes(text: str) -> bool:
    """Whether a file may view tensors as bytes, and tensors as floats."""
    return views_as_bytes(text) and _AS_FLOATS.search(text) is not None


@kept(64)
def kept_as_bytes(module: Module) -> Mapping[str, Named]:
    """The attributes that a file keeps as bytes, by their names with a dot before them."""
    if not may_keep_bytes(module.source.text):
        return {}
    given: dict[str, list[ast.expr]] = {}
    for node in nodes(module.tree, ast.Assign, ast.AnnAssign, ast.Call):
        for name, value in _given(node):
            given.setdefault(name, []).append(value)
    others = _otherwise_given(module)
    made = {
        name: next(filter(_is_bytes, values))
        for name, values in given.items()
        if name not in others
        if any(map(_is_bytes, values)) and all(map(_is_bytes_or_nothing, values))
    }
    found: dict[str, Named] = {}
    for function in module.functions if made else ():
        for name, types, view in _viewed(function.as_function):
            if name in made:
                spans = module.source.span(made[name]), module.source.span(view)
                found.setdefault(name, Named(*spans, types))
    return found


def _otherwise_given(module: Module) -> frozenset[str]:
    """The attributes that a file gives something of which no expression says what it is: in a
    tuple that is taken apart, in a loop, by a field of what a class makes."""
    plain = {
        id(target)
        for each in nodes(module.tree, ast.Assign, ast.AnnAssign)
        for target, _ in assigned(each)
    }
    stored = (x for x in nodes(module.tree, ast.Attribute) if isinstance(x.ctx, ast.Store))
    found = {attribute(each) for each in stored if id(each) not in plain}
    for each in nodes(module.tree, ast.Call):
        if last_name(each.func)[:1].isupper():
            found |= {attribute_called(x.arg) for x in each.keywords if x.arg is not None}
    return frozenset(found)


def attribute(node: ast.expr) -> str:
    """The name of the attribute that an expression reads, with a dot before it: `x.name`, or
    `getattr(x, "name")`; empty where it is none, or one that can be anything."""
    match node:
        case ast.Attribute(attr=name):
            return attribute_called(name)
        case ast.Call(
            func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_], keywords=[]
        ):
            return attribute_called(name)
    return ""


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What a statement or a call gives attributes, by their names."""
    match node:
        case ast.Assign() | ast.AnnAssign():
            yield from ((attribute(target), value) for target, value in assigned(node))
        case ast.Call(args=[*args]) if (place := _GIVING.get(last_name(node.func), 9)) < len(args):
            named = args[place]
            values = [*args[place + 1 : place + 2], *(each.value for each in node.keywords[:1])]
            if isinstance(named, ast.Constant) and isinstance(named.value, str) and values:
                yield attribute_called(named.value), values[0]


def _is_bytes_or_nothing(value: ast.expr) -> bool:
    return _is_bytes(value) or (isinstance(value, ast.Constant) and value.value is None)


def _is_bytes(value: ast.expr) -> bool:
    """Whether an expression views something as bytes, in whatever shape."""
    while isinstance(value, ast.Call):
        view = viewed(value)
        element = from_torch(last_name(view[1])) if view is not None else None
        if element is not None:
            return element.is_byte
        if last_name(value.func) in _WRAPPERS and value.args:
            value = value.args[0]
        elif isinstance(value.func, ast.Attribute) and value.func.attr in SHAPES | PARTS:
            value = value.func.value
        else:
            return False
    return False


def _viewed(function: ast.AST) -> Iterator[tuple[str, ElementTypes, ast.expr]]:
    """The attributes that a function views as floats, by themselves or by a name that it gives
    them once: as what, and where."""
    aliases: dict[str, list[str]] = {}
    for statement in nodes(function, ast.Assign, ast.AnnAssign):
        for target, value in assigned(statement):
            view = viewed(value)
            again = view is not None and last_name(view[0]) == last_name(target)
            if isinstance(target, ast.Name) and not again:  # but `x = x.view(dtype)`
                aliases.setdefault(target.id, []).append(attribute(value))
    for node in nodes(function, ast.Call):
        view = viewed(node)
        types = float_type(view[1]) if view is not None else None
        if view is not None and types is not None:
            owner = view[0]
            names = aliases.get(owner.id, []) if isinstance(owner, ast.Name) else [attribute(owner)]
            if len(names) == 1 and names[0]:
                yield names[0], types, node
