"""What names from outside of a function stand for: definitions of the project, or what lies outside
of it."""

from __future__ import annotations

import ast
import builtins

from tritonlint.dtypes import ElementTypes, from_torch, from_triton
from tritonlint.facts.host.calls.closures import changed_inside
from tritonlint.facts.host.calls.decorators import decorated
from tritonlint.facts.host.containers.registries import filled
from tritonlint.facts.host.memory.named_dtypes import named_dtype
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.values import (
    Callable,
    Class,
    Const,
    DType,
    Launchable,
    Namespace,
    Tensor,
    Value,
)
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, External, Module
from tritonlint.facts.project.tree import FUNCTION

_MODULE_DEPTH = 6


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
            return Launchable(kernel) if kernel else decorated(frame, Callable(target))
        case Definition(node=ast.expr() as value):
            kernel = kernel_of(target)
            if kernel:
                return Launchable(kernel)
            if _is_bound_again(target):
                return frame.unknown(node)
            found = _module_level(frame, target, value)
            if isinstance(found, Const) and (found.value is None or isinstance(found.value, bool)):
                # A switch of a module can be set elsewhere, and decides nothing.
                return frame.unknown(node)
            if isinstance(found, Tensor):
                return named_dtype(name) or found
            return found
    if isinstance(node, ast.Name) and hasattr(builtins, name):
        return frame.unknown(node)  # Python's own: `type` is no dtype
    return named_dtype(name) or frame.unknown(node)


def _is_bound_again(local: Definition) -> bool:
    """Whether a function around gives a name several things: which of them it holds when what is
    inside is called, that function alone tells."""
    if not local.enclosing or not isinstance(local.enclosing[-1], FUNCTION):
        return False
    bound = local.module.scope_bindings(local.enclosing[-1]).get(local.name, ())
    return len({id(each.node) for each in bound}) > 1


def external(frame: Frame, qualified: str, node: ast.expr) -> Value:
    """The value of a dotted name outside of the project, such as `torch.uint8` or `tl.uint8`."""
    head, _, last = qualified.rpartition(".")
    if head in ("torch", "triton.language", "numpy", "cupy"):
        known = from_triton(last) if head == "triton.language" else from_torch(last)
        if known is not None:
            return DType(ElementTypes.of(known), text=qualified)
    if qualified.split(".")[0] != "torch":
        by_name = named_dtype(last)
        if by_name is not None:
            return by_name
    return Namespace(qualified)


def _module_level(frame: Frame, definition: Definition, value: ast.expr) -> Value:
    """The value of a module's or a class's assignment, evaluated where it stands."""
    key = id(value)
    if key in frame.run.stack or len(frame.run.stack) > _MODULE_DEPTH + frame.depth:
        return frame.unknown(value)
    frame.run.stack.append(key)
    inner = frame.elsewhere(definition.module, definition.enclosing, frame.types)
    try:
        made = inner.evaluate(value)
        if definition.enclosing:
            return changed_inside(frame, definition, made)
        return filled(frame, definition, made)
    finally:
        frame.run.stack.pop()
