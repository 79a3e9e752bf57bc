"""The value of an expression of launching code."""

from __future__ import annotations

import ast

from tritonlint.dtypes import ElementTypes, from_torch, from_triton
from tritonlint.facts.host import branching, calls, objects, tensors
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import (
    Callable,
    Class,
    Const,
    DType,
    Instance,
    Launchable,
    Method,
    Namespace,
    Place,
    Sequence,
    Table,
    Tensor,
    Value,
    choose,
    only_tensor,
    options,
)
from tritonlint.facts.project.jit import kernel_of
from tritonlint.facts.project.modules import Definition, External, Module
from tritonlint.facts.project.tree import dotted_name

_MODULE_DEPTH = 6
MAX_ITEMS = 64


def evaluate(frame: Frame, node: ast.expr) -> Value:
    """The value of `node` in `frame`. What is not understood is an unknown of its own."""
    match node:
        case ast.Name(id=name):
            return _name(frame, name, node)
        case ast.Attribute():
            return _attribute(frame, node)
        case ast.Constant(value=value):
            return Const(value)
        case ast.Call():
            return calls.call(frame, node)
        case ast.Subscript():
            return _subscript(frame, node)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return _sequence(frame, items, node)
        case ast.Dict():
            return _table(frame, node)
        case ast.IfExp():
            return branching.conditional(frame, node)
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return branching.tested(frame, node)
        case ast.NamedExpr(target=target, value=value):
            result = evaluate(frame, value)
            frame.env[target.id] = result
            return result
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return Const(-number)
        case ast.Lambda():
            return unknown(frame, node)
        case ast.BinOp(left=left, op=ast.Mult() | ast.Add() as op, right=right):
            both = _sequences(op, evaluate(frame, left), evaluate(frame, right))
            return both or unknown(frame, node)
    return unknown(frame, node)


def unknown(frame: Frame, node: ast.expr) -> Tensor:
    """A value of which nothing is known but where it is computed."""
    return Tensor(f"{frame.module.path}:{node.lineno}:{node.col_offset}")


def _name(frame: Frame, name: str, node: ast.expr) -> Value:
    if name in frame.env:
        return frame.env[name]
    return definition_value(frame, frame.module.target(name, frame.enclosing), name, node)


def definition_value(
    frame: Frame, target: Definition | External | None, name: str, node: ast.expr
) -> Value:
    """The value of what a name outside of the function stands for."""
    match target:
        case External(qualified=qualified):
            return external(frame, qualified, node)
        case Definition(node=Module()):
            return Namespace(target.qualified, target)
        case Definition(node=ast.ClassDef()):
            return Class(target)
        case Definition(node=ast.FunctionDef() | ast.AsyncFunctionDef()):
            kernel = kernel_of(target)
            return Launchable(kernel) if kernel else Callable(target)
        case Definition(node=ast.expr() as value):
            kernel = kernel_of(target)
            if kernel:
                return Launchable(kernel)
            found = _module_level(frame, target, value)
            if isinstance(found, Tensor):
                return tensors.named_dtype(name) or found
            return found
    return tensors.named_dtype(name) or unknown(frame, node)


def external(frame: Frame, qualified: str, node: ast.expr) -> Value:
    """The value of a dotted name outside of the project, such as `torch.uint8` or `tl.uint8`."""
    head, _, last = qualified.rpartition(".")
    if head in ("torch", "triton.language"):
        known = from_torch(last) if head == "torch" else from_triton(last)
        if known is not None:
            return DType(ElementTypes.of(known), text=qualified)
    if qualified.split(".")[0] != "torch":
        by_name = tensors.named_dtype(last)
        if by_name is not None:
            return by_name
    return Namespace(qualified)


def _module_level(frame: Frame, definition: Definition, value: ast.expr) -> Value:
    """The value of a module's or a class's assignment, evaluated where it stands."""
    key = id(value)
    if key in frame.run.stack or len(frame.run.stack) > _MODULE_DEPTH + frame.depth:
        return unknown(frame, value)
    frame.run.stack.append(key)
    inner = Frame(frame.run, definition.module, definition.enclosing, {}, frame.types, (), None)
    inner.depth = frame.depth + 1
    try:
        return evaluate(inner, value)
    finally:
        frame.run.stack.pop()


def _attribute(frame: Frame, node: ast.Attribute) -> Value:
    owner = evaluate(frame, node.value)
    name = node.attr
    if name == "dtype":
        owner = calls.as_tensor(frame, owner)
        owner = only_tensor(owner) or owner
    match owner:
        case Namespace(definition=Definition(node=Module() as module)):
            # A submodule is not bound in its package: `package.module` is known by the import here.
            target = module.target(name) or frame.module.target(
                dotted_name(node) or "", frame.enclosing
            )
            return definition_value(frame, target, name, node)
        case Namespace(name=qualified):
            return external(frame, f"{qualified}.{name}", node)
        case Tensor() if name == "dtype":
            return DType(
                owner.types or frame.known(owner.buffer),
                owner.buffer if owner.types is None else None,
            )
        case Tensor():
            return _opaque_attribute(frame, owner, name, node)
        case Instance():
            return objects.instance_attribute(frame, owner, name, node)
        case Class(definition=definition):
            return definition_value(frame, definition.module.member(definition, name), name, node)
        case Launchable() if name == "fn":
            return owner
    if name == "dtype":
        return DType(tensors.tensor_types(frame, owner))
    return Method(owner, name, node)


def _opaque_attribute(frame: Frame, owner: Tensor, name: str, node: ast.Attribute) -> Value:
    """An attribute of something unknown: a tensor's method or property, or an unknown of its
    own."""
    if name in tensors.SHAPES and name in ("T", "mT", "H", "data"):
        return owner
    stored = frame.env.get(f"{owner.buffer}.{name}")
    if stored is not None:
        return stored
    if name == "type":  # `x.type(dtype)`, not an attribute that names one
        return Method(owner, name, node)
    return tensors.named_dtype(name) or Method(owner, name, node)


def _sequences(op: ast.operator, left: Value, right: Value) -> Sequence | None:
    """`sequence * n` and `sequence + sequence`; None for other operands."""
    match op, left, right:
        case ast.Mult(), Sequence() as repeated, Const(value=int() as times):
            return Sequence(repeated.items * min(times, MAX_ITEMS))
        case ast.Add(), Sequence() as one, Sequence() as other:
            known = one.places and other.places
            return Sequence(one.items + other.items, one.places + other.places if known else ())
    return None


def _sequence(frame: Frame, items: list[ast.expr], node: ast.expr) -> Value:
    values: list[Value] = []
    places: list[Place] = []
    for item in items:
        if isinstance(item, ast.Starred):
            inner = evaluate(frame, item.value)
            if not isinstance(inner, Sequence):
                return unknown(frame, node)
            values.extend(inner.items)
            places.extend(inner.places or [frame.place(item.value)] * len(inner.items))
        else:
            values.append(evaluate(frame, item))
            places.append(frame.place(item))
    return Sequence(tuple(values), tuple(places))


def _table(frame: Frame, node: ast.Dict) -> Value:
    entries: list[tuple[object, Value]] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            inner = evaluate(frame, value)
            if not isinstance(inner, Table):
                return unknown(frame, node)
            entries.extend(inner.items)
            continue
        evaluated = evaluate(frame, key)
        label: object = evaluated.value if isinstance(evaluated, Const) else ast.unparse(key)
        entries.append((label, evaluate(frame, value)))
    return Table(tuple(entries), frame.span(node))


def _subscript(frame: Frame, node: ast.Subscript) -> Value:
    owner = evaluate(frame, node.value)
    found = [_element(frame, each, node) for _, each in options(owner)]
    return choose(*(((), each) for each in found))


def _element(frame: Frame, owner: Value, node: ast.Subscript) -> Value:
    match owner:
        case Method():
            owner = calls.as_tensor(frame, owner)
        case Sequence(items=items):
            index = evaluate(frame, node.slice)
            if (
                isinstance(index, Const)
                and isinstance(index.value, int)
                and -len(items) <= index.value < len(items)
            ):
                return items[index.value]
            return choose(*(((), item) for item in items)) if items else unknown(frame, node)
        case Table():
            return calls.look_up(frame, owner, evaluate(frame, node.slice), node)
        case Launchable():
            return owner
    if not isinstance(owner, Tensor):
        return unknown(frame, node)
    if _is_key(node.slice):
        return Tensor(f"{owner.buffer}[{ast.unparse(node.slice)}]")
    return tensors.cut(owner, frame.span(node))


def _is_key(index: ast.expr) -> bool:
    """Whether a subscript names an entry of a container rather than a part of a tensor."""
    return isinstance(index, ast.Constant) and isinstance(index.value, str)
