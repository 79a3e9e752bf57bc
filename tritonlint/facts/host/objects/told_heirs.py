"""Objects of which an annotation tells a class, and what is read of them that they are of the only
heir of that which has it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from tritonlint.facts.host.attributes.changing import stored_by_others
from tritonlint.facts.host.objects.heirs import heirs, method_names
from tritonlint.facts.host.objects.structural import members_of
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.symbols import Made
from tritonlint.facts.host.values.values import Instance
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import SCOPE, dotted_name, nodes
from tritonlint.frozen import dataclass, replace

# What may not be run, though what stands before it is: the arms of these.
_ARMS = (ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.For, ast.While, ast.Match, ast.comprehension)
_LEAVING: tuple[type[ast.stmt], ...] = (ast.Return, ast.Continue, ast.Break, ast.Raise)
# What gives an object attributes by their names, or has any.
_ANY = ("setattr(", "__dict__", "__getattr__", "__getattribute__")

Place = tuple[int, int]


@dataclass(frozen=True)
class _Read:
    """An attribute that is read of what is spelled as `of`, in which arms of its function."""

    of: str
    name: str
    arms: tuple[int, ...]
    at: Place


@dataclass(frozen=True)
class _Uses:
    """The attributes that a function reads; where it, or a loop of it, may be left; and where what
    is given something."""

    reads: Sequence[_Read]
    leaving: Sequence[Place]
    given: Sequence[tuple[str, Place]]


def as_heir(frame: Frame, owner: Instance, node: ast.expr) -> Instance:
    """`owner`, of which nothing but an annotation tells the class, as an object of the only heir of
    that which has all the attributes and methods that are read of it wherever `node` is, where the
    class itself lacks some: else to read these would fail."""
    if owner.symbol is None or isinstance(owner.symbol, Made) or not frame.enclosing:
        return owner
    found = heirs(owner.definition) if isinstance(node, ast.Attribute) else ()
    own = members_of(owner.definition) if found else None
    if own is None or not isinstance(node, ast.Attribute):
        return owner
    more = {each for each in _read_too(frame.enclosing[-1], node) if each not in own}
    fitting = [each for each in found if more and more <= (members_of(each) or frozenset())]
    if len(fitting) != 1 or _may_be_others(frame, owner.definition, fitting[0], more):
        return owner
    return replace(owner, definition=fitting[0])


def _may_be_others(frame: Frame, kind: Definition, heir: Definition, names: set[str]) -> bool:
    """Whether other code may give objects of a class attributes of these names, or define heirs of
    it in another file."""
    if any(each in kind.module.source.text for each in _ANY):
        return True
    files = (kind.module, *(x for name in names for x in frame.run.binding(kind.module, (name,))))
    if any(not names.isdisjoint(stored_by_others(each)) for each in files):
        return True
    methods = {"__init__", *method_names(heir)}
    others = (x for name in methods for x in frame.run.overriding(kind, name))
    return any(each.module.path != kind.module.path for each in others)


def _read_too(function: ast.AST, node: ast.Attribute) -> Iterator[str]:
    """The attributes that are read of the same object wherever this one is: in the same arm, or
    before it around that, where nothing else is given the name in between."""
    uses, spelled = _uses(function), dotted_name(node.value)
    at = (node.lineno, node.col_offset)
    own = next((each for each in uses.reads if each.at == at and each.name == node.attr), None)
    if own is None or spelled is None:
        return
    given = [place for name, place in uses.given if f"{spelled}.".startswith(f"{name}.")]
    for each in uses.reads:
        first, last = min(each.at, at), max(each.at, at)
        around = own.arms[: len(each.arms)] == each.arms
        if each.of != spelled or not around or each.name.startswith("__"):
            continue
        same = each.arms == own.arms and not any(at < left < each.at for left in uses.leaving)
        if (each.at < at or same) and not any(first < place < last for place in given):
            yield each.name


@kept(1024)
def _uses(function: ast.AST) -> _Uses:
    found: list[_Read] = []
    given: list[tuple[str, Place]] = []
    waiting: list[tuple[ast.AST, tuple[int, ...]]] = [(function, ())]
    while waiting:
        node, arms = waiting.pop()
        if isinstance(node, (ast.Attribute, ast.Name)) and not isinstance(node.ctx, ast.Load):
            given.append((dotted_name(node) or "", (node.lineno, node.col_offset)))
        elif isinstance(node, ast.Attribute) and (owner := dotted_name(node.value)) is not None:
            found.append(_Read(owner, node.attr, arms, (node.lineno, node.col_offset)))
        waiting += _inside(node, arms)
    leaving = [(x.lineno, x.col_offset) for kind in _LEAVING for x in nodes(function, kind)]
    return _Uses(found, leaving, given)


def _inside(node: ast.AST, arms: tuple[int, ...]) -> Iterator[tuple[ast.AST, tuple[int, ...]]]:
    """What a node is made of, each with the arms that it is in: each case and each handler is one
    of its own."""
    for field, value in ast.iter_fields(node):
        apart = field in ("cases", "handlers", "values")
        for index, each in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(each, ast.AST) and not isinstance(each, (*SCOPE, ast.Lambda)):
                always = field in ("test", "iter", "subject") or not isinstance(node, _ARMS)
                arm = hash((id(node), field, index if apart else 0))
                yield each, arms if always else (*arms, arm)
