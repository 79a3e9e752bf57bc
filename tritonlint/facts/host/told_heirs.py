"""Objects of which an annotation tells a class, and what is read of them that they are of the only
heir of that which has it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from tritonlint.facts.host.changing import stored_by_others
from tritonlint.facts.host.heirs import heirs
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.structural import members_of
from tritonlint.facts.host.symbols import Made
from tritonlint.facts.host.values import Instance
from tritonlint.facts.kept import kept
from tritonlint.facts.project.tree import SCOPE, dotted_name, nodes
from tritonlint.frozen import dataclass, replace

# What may not be run, though what stands before it is: the arms of these.
_ARMS = (ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.For, ast.While, ast.Match, ast.comprehension)
_LEAVING = (ast.Return, ast.Continue, ast.Break)


@dataclass(frozen=True)
class _Read:
    """An attribute that is read of what is spelled as `of`, in which arms of its function."""

    of: str
    name: str
    arms: tuple[int, ...]
    at: tuple[int, int]


def as_heir(frame: Frame, owner: Instance, node: ast.expr) -> Instance:
    """`owner`, of which nothing but an annotation tells the class, as an object of the only heir of
    that in its file that has all the attributes and methods which are read of it wherever `node`
    is, where the class itself lacks some: else to read these would fail."""
    if owner.symbol is None or isinstance(owner.symbol, Made) or not frame.enclosing:
        return owner
    found = heirs(owner.definition) if isinstance(node, ast.Attribute) else ()
    own = members_of(owner.definition) if found else None
    if own is None or not isinstance(node, ast.Attribute):
        return owner
    given = stored_by_others(owner.definition.module)
    more = {each for each in _read_too(frame.enclosing[-1], node) if each not in own | given.keys()}
    fitting = [each for each in found if more and more <= (members_of(each) or frozenset())]
    return replace(owner, definition=fitting[0]) if len(fitting) == 1 else owner


def _read_too(function: ast.AST, node: ast.Attribute) -> Iterator[str]:
    """The attributes that are read of the same object wherever this one is: in the same arm, or
    before it around that."""
    every, leaving = _reads(function)
    at, spelled = (node.lineno, node.col_offset), dotted_name(node.value)
    own = next((each for each in every if each.at == at and each.name == node.attr), None)
    for each in every if own is not None and spelled is not None else ():
        assert own is not None
        if (
            each.of != spelled
            or each.name.startswith("__")
            or own.arms[: len(each.arms)] != each.arms
        ):
            continue
        same = each.arms == own.arms and not any(own.at < left < each.at for left in leaving)
        if each.at < own.at or same:
            yield each.name


@kept(1024)
def _reads(function: ast.AST) -> tuple[Sequence[_Read], Sequence[tuple[int, int]]]:
    """The attributes that a function reads, and where it, or a loop of it, may be left."""
    found: list[_Read] = []
    waiting: list[tuple[ast.AST, tuple[int, ...]]] = [(function, ())]
    while waiting:
        node, arms = waiting.pop()
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            owner = dotted_name(node.value)
            if owner is not None:
                found.append(_Read(owner, node.attr, arms, (node.lineno, node.col_offset)))
        waiting += [(each, inner) for each, inner in _inside(node, arms)]
    leaving = [(each.lineno, each.col_offset) for each in nodes(function, *_LEAVING)]
    return found, leaving


def _inside(node: ast.AST, arms: tuple[int, ...]) -> Iterator[tuple[ast.AST, tuple[int, ...]]]:
    """What a node is made of, each with the arms that it is in."""
    for field, value in ast.iter_fields(node):
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, SCOPE + (ast.Lambda,)):
                continue
            if isinstance(each, ast.AST):
                always = field in ("test", "iter", "subject") or not isinstance(node, _ARMS)
                yield each, arms if always else (*arms, hash((id(node), field)))
