"""What shows that something is not what it is declared as."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Module
from tritonlint.facts.project.tree import last_name, nodes, walk

_TAKES_DTYPE = frozenset(("to", "view", "type", "finfo", "iinfo", "astype", "empty_strided"))


@kept(16)
def doubted_in(owner: ast.ClassDef) -> frozenset[str]:
    """The expressions that any method of a class shows to be something else."""
    return frozenset(each for node in walk(owner) for each in doubts(node))


def doubts(node: ast.AST) -> Iterator[str]:
    """The expressions that `node` shows to be something else than what they are declared as."""
    match node:
        case ast.Call(func=ast.Name(id="isinstance" | "hasattr" | "getattr"), args=[subject, *_]):
            yield ast.unparse(subject)
        case ast.Call(func=ast.Attribute(attr=name), args=[argument]) if name in _TAKES_DTYPE:
            yield ast.unparse(argument)
        case ast.Attribute(value=value, attr="itemsize" | "is_floating_point" | "is_complex"):
            yield ast.unparse(value)
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in ("dtype", "out_dtype", "output_dtype"):
                yield ast.unparse(keyword.value)


def keeps_a_string(module: Module, owner: ast.ClassDef, name: str) -> bool:
    """Whether the objects of a class have a string under a name, as far as its file tells: it gives
    them one, alone or as a plain dataclass, has no heirs there, and nothing gives them anything
    else, by a name that is not written either."""
    plain = all(last_name(getattr(x, "func", x)) == "dataclass" for x in owner.decorator_list)
    given = [each for each in nodes(module.tree, ast.Attribute) if _is_given(each, name)]
    inside = {id(each) for each in nodes(owner, ast.Attribute)}
    elsewhere = any(id(each) not in inside for each in given)
    heirs = any(owner.name in map(last_name, x.bases) for x in nodes(module.tree, ast.ClassDef))
    if not plain or elsewhere or heirs or any(map(_sets_any, nodes(owner, ast.Call))):
        return False
    default = any(
        isinstance(each, ast.AnnAssign)
        and last_name(each.target) == name
        and isinstance(each.value, ast.Constant)
        for each in owner.body
    )
    return default or bool(given)


def _is_given(node: ast.Attribute, name: str) -> bool:
    return node.attr == name and isinstance(node.ctx, ast.Store)


def _sets_any(call: ast.Call) -> bool:
    """Whether a call gives an attribute something by its name."""
    return last_name(call.func) in ("setattr", "__setattr__")


def bound_otherwise(owner: ast.AST, name: str) -> bool:
    """Whether a name may be bound in `owner` by more than statements that assign it a value, or in
    a statement that may end before."""
    for each in walk(owner):
        match each:
            case ast.Nonlocal(names=names) | ast.Global(names=names):
                found = name in names
            case ast.NamedExpr(target=target) | ast.comprehension(target=target):
                found = any(isinstance(x, ast.Name) and x.id == name for x in walk(target))
            case ast.MatchAs(name=bound) | ast.MatchStar(name=bound):
                found = bound == name
            case ast.Try(body=body):
                stored = (x for one in body for x in walk(one) if isinstance(x, ast.Name))
                found = any(x.id == name and isinstance(x.ctx, ast.Store) for x in stored)
            case _:
                found = False
        if found:
            return True
    return False
