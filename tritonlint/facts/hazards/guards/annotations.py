"""What an annotation says: a string, a number, a tensor."""

from __future__ import annotations

import ast
from typing import Literal

from tritonlint.facts.project.modules import Definition, External, Module
from tritonlint.facts.project.tree import Enclosing, dotted_name

Kind = Literal["str", "int", "tensor", "type", "dtype", "dtypes", "strings"]
_ANNOTATED: dict[str, Kind] = {"str": "str", "int": "int"}
_TENSORS = frozenset(("torch.Tensor", "torch.nn.Parameter"))


def annotated(module: Module, node: ast.expr, enclosing: Enclosing = ()) -> Kind | None:
    """What an annotation says: a `str`, an `int` or a tensor, or None beside it; None for anything
    else."""
    match node:
        case ast.Constant(value=str() as text):
            try:
                return annotated(module, ast.parse(text, mode="eval").body, enclosing)
            except SyntaxError:
                return None
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _union(module, [left, right], enclosing)
        case ast.Subscript(value=value, slice=inner):
            name = (dotted_name(value) or "").rpartition(".")[2]
            items = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
            if name == "Literal":
                texts = (isinstance(e, ast.Constant) and isinstance(e.value, str) for e in items)
                return "str" if all(texts) else None
            if name == "Annotated":
                return annotated(module, items[0], enclosing)
            return _union(module, items, enclosing) if name in ("Optional", "Union") else None
    return _by_name(module, node, enclosing)


def _by_name(module: Module, node: ast.expr, enclosing: Enclosing) -> Kind | None:
    spelled = dotted_name(node)
    if spelled is None:
        return None
    target = module.target(spelled, tuple(e for e in enclosing if not isinstance(e, ast.ClassDef)))
    match target:
        case External(qualified=qualified):
            return "tensor" if qualified in _TENSORS else None
        case Definition(node=ast.Subscript() | ast.BinOp() as alias, module=inner):
            return annotated(inner, alias)
        case None:
            return _ANNOTATED.get(spelled)
    return None


def _union(module: Module, items: list[ast.expr], enclosing: Enclosing) -> Kind | None:
    kept = [e for e in items if not isinstance(e, ast.Constant) or e.value is not None]
    kinds = {annotated(module, each, enclosing) for each in kept}
    return kinds.pop() if len(kinds) == 1 else None
