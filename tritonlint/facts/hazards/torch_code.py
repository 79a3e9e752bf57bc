"""What expressions of PyTorch's say by themselves: views, the dtypes that they name, slices."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.dtypes import PLATFORM_FP8, ElementTypes, from_torch
from tritonlint.facts.host.memory.named_dtypes import named_fp8
from tritonlint.facts.project.tree import last_name, nodes


def viewed(node: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    """What `x.view(dtype)` or `x.view(dtype=dtype)` views, and as what; of another node None."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="view"), args=[to], keywords=[]):
            return owner, to
        case ast.Call(
            func=ast.Attribute(value=owner, attr="view"),
            args=[],
            keywords=[ast.keyword(arg="dtype", value=to)],
        ):
            return owner, to
    return None


def views_of_names(function: ast.AST) -> Iterator[tuple[str, ast.expr, ast.Call]]:
    """The views in a function of what it has a plain name for: the name, as what it is viewed, and
    the call."""
    for node in nodes(function, ast.Call):
        owner, dtype = viewed(node) or (None, None)
        if isinstance(owner, ast.Name) and dtype is not None:
            yield owner.id, dtype, node


def given_dtype(call: ast.Call) -> ast.expr | None:
    """The dtype that a call is given by name."""
    return next((each.value for each in call.keywords if each.arg == "dtype"), None)


def float_type(node: ast.expr) -> ElementTypes | None:
    """The float types that an expression names: one of torch's, or the platform's fp8 type."""
    if isinstance(node, ast.Call) and not node.args:
        node = node.func
    name = last_name(node)
    known = from_torch(name) if isinstance(node, ast.Attribute) else None
    if known is not None and known.is_float:
        return ElementTypes.of(known)
    return PLATFORM_FP8 if named_fp8(name) else None


def last_slice(node: ast.Subscript) -> ast.Slice | None:
    """The slice of the last dimension that is cut out."""
    last = node.slice
    if isinstance(last, ast.Tuple) and last.elts:
        last = last.elts[-1]
    return last if isinstance(last, ast.Slice) else None


def begins_later(part: ast.Slice) -> bool:
    """Whether a slice leaves something out at its beginning."""
    return part.lower is not None and ast.unparse(part.lower) != "0"
