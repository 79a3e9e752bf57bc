"""Comparisons of a pointer's own type with an element type in a kernel: they are never equal."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tritonlint.dtypes import from_triton
from tritonlint.facts.device.contracts import roles_of
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.guards.dead_guards import DeadGuard
from tritonlint.facts.hazards.launched.specializations import parameter_span
from tritonlint.facts.hazards.observation import Naming
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import dotted_name, nodes, walk

# A type that is compared, and one that stands behind what may be a comparison.
_COMPARED = re.compile(r"\.d?type\s*(?:[!=]=|(?:not\s+)?in\b)")
_BEHIND = re.compile(r"=\s*\w+\.d?type\b")
# What descriptors have, whose `dtype` is the element type.
_DESCRIPTOR = frozenset("load store gather scatter atomic_add block_shape block_type shape".split())


def may_compare_pointers(text: str) -> bool:
    """Whether a file can have a kernel that compares so."""
    if "jit" not in text or (".dtype" not in text and ".type" not in text):
        return False
    return _COMPARED.search(text) is not None or any(
        text[max(0, each.start() - 1)] in "!=" for each in _BEHIND.finditer(text)
    )


def pointer_guards(module: Module, kernel: Kernel, naming: Naming) -> Iterator[DeadGuard]:
    """The comparisons of a kernel with the type of a pointer that it is given, in place of what it
    points to."""
    code = module.source.lines_of(kernel.node)
    if ".dtype" not in code and ".type" not in code:
        return
    asserted = {
        id(each) for statement in nodes(kernel.node, ast.Assert) for each in walk(statement.test)
    }
    compared = list(nodes(kernel.node, ast.Compare))
    pointers = frozenset[str]()
    if any(map(_sides, compared)):
        pointers = _pointers(kernel) or _handed_on(kernel, naming)
    for each in compared:
        for side, name, other in _sides(each):
            if name in pointers and _is_element_type(module, kernel, other):
                yield _guard(module, kernel, each, side, other, id(each) in asserted)


def _guard(
    module: Module,
    kernel: Kernel,
    node: ast.Compare,
    side: ast.Attribute,
    other: ast.expr,
    asserted: bool,
) -> DeadGuard:
    source = module.source
    text = source.snippet(source.span(side))
    name = text.partition(".")[0]
    return DeadGuard(
        source.span(node),
        kernel.name,
        source.span(side),
        text,
        "a pointer's type",
        source.snippet(source.span(other)),
        isinstance(node.ops[0], (ast.NotEq, ast.IsNot, ast.NotIn)),
        parameter_span(kernel, name),
        True,
        asserted,
        source.span(side),
        f"{name}.dtype.element_ty",
    )


def _sides(node: ast.Compare) -> list[tuple[ast.Attribute, str, ast.expr]]:
    """The sides that are `name.dtype` or `name.type`, the name, and the other side."""
    if len(node.ops) != 1 or not isinstance(node.ops[0], (ast.Eq, ast.NotEq, ast.In, ast.NotIn)):
        return []
    left, right = node.left, node.comparators[0]
    return [
        (side, side.value.id, other)
        for side, other in ((left, right), (right, left))
        if isinstance(side, ast.Attribute) and side.attr in ("dtype", "type")
        if isinstance(side.value, ast.Name)
    ]


def _is_element_type(module: Module, kernel: Kernel, node: ast.expr) -> bool:
    """Whether it is an element type of Triton's, or several, or what a pointer points to."""
    if isinstance(node, (ast.Tuple, ast.List)):
        return bool(node.elts) and all(_is_element_type(module, kernel, each) for each in node.elts)
    if isinstance(node, ast.Attribute) and node.attr == "element_ty":
        return True
    qualified = module.qualified(dotted_name(node) or "", (kernel.node,)) or ""
    head, _, last = qualified.rpartition(".")
    return head == "triton.language" and from_triton(last) is not None


def _pointers(kernel: Kernel) -> frozenset[str]:
    """The parameters that are pointers wherever they are named."""
    other: set[str] = set()
    for each in walk(kernel.node):
        match each:
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if attr in _DESCRIPTOR:
                other.add(name)
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id=name), attr="dtype" | "type"),
                attr="is_ptr" | "is_block" | "is_floating" | "is_int",
            ):
                other.add(name)  # asked what it is: numbers are passed too
            case ast.Assign(targets=targets, value=value):
                other.update(
                    inner.id
                    for target in targets
                    for inner in nodes(target, ast.Name)
                    if not _advances(value, inner.id)
                )
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.NamedExpr(target=ast.Name(id=name)):
                other.add(name)
    return frozenset(roles_of(kernel).pointers) - other


def _handed_on(kernel: Kernel, naming: Naming) -> frozenset[str]:
    """The parameters of a device function that all who call it pass pointers of their own as."""
    parameters = signature(kernel.node)
    given: dict[str, set[bool]] = {}
    for definition in naming(kernel):
        caller = kernel_of(definition)
        pointers = _pointers(caller) if caller is not None else frozenset[str]()
        for call in walk(definition.node) if isinstance(definition.node, ast.AST) else ():
            if isinstance(call, ast.Call) and dotted_name(call.func) == kernel.node.name:
                for name, value in parameters.given(call).items():
                    own = isinstance(value, ast.Name) and value.id in pointers
                    given.setdefault(name, set()).add(own)
    stored = {each.id for each in nodes(kernel.node, ast.Name) if isinstance(each.ctx, ast.Store)}
    return frozenset(name for name, found in given.items() if found == {True}) - stored


def _advances(value: ast.expr, name: str) -> bool:
    """Whether it is the pointer of that name, moved."""
    while isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub)):
        value = value.left
    return isinstance(value, ast.Name) and value.id == name
