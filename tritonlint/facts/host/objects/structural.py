"""Objects of which only the use is known: what a function, or a class, asks of one tells its class,
where one class of the file alone has all of that."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.attributes.assigned import assigned_in
from tritonlint.facts.host.attributes.changing import stored_by_others
from tritonlint.facts.host.memory.tensors import CONSTRUCTORS, CONVERSIONS, PARTS, SHAPES
from tritonlint.facts.host.objects.heirs import members
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.values import Instance, Tensor
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import FUNCTION, dotted_name, last_name, nodes

# One attribute alone says too little, unless it is a method whose name is no common one.
_LEAST = 2
_COMMON = frozenset(
    (*dir(dict), *dir(list), *dir(set), *dir(str), *SHAPES, *PARTS, *CONSTRUCTORS, *CONVERSIONS)
) | frozenset(
    """
    acquire apply backward build call close compute dim execute forward init initialize load log max
    mean min new numel parameters plan prepare process put release reset run save select setup size
    start state_dict step stop store stride sum to train type wait write
    """.split()
)
# Classes outside of the project that give their heirs nothing which is asked for here.
_PLAIN_BASES = frozenset(
    "ABC Enum Exception Function Generic IntEnum Module NamedTuple Protocol object".split()
)


def as_its_class(frame: Frame, owner: Tensor, node: ast.Attribute) -> Instance | None:
    """`owner`, of which `node` asks for an attribute, as an object of the only class of the file
    that has all the attributes and methods that are asked of it. What is found by that is supposed
    (`Run.supposed`), but where a method is meant that is asked about (`Run.meant`)."""
    if node.attr in frame.run.meant:
        return Instance(frame.run.meant[node.attr], owner.buffer)
    found = fitting(frame, owner, node)
    if len(found) != 1:
        return None
    frame.run.supposed.add(found[0])
    return Instance(found[0], owner.buffer)


def fitting(frame: Frame, owner: Tensor, node: ast.Attribute) -> Sequence[Definition]:
    """The classes of the file that have all that the function asks of `owner`, of which `node` asks
    for an attribute: where there are some, it is no tensor. One that inherits from what is not
    known may have anything, but is not meant where none has a name of its own that is asked for."""
    spelled = dotted_name(node.value)
    if not frame.enclosing or spelled is None or owner.types or owner.part or owner.view:
        return ()
    here, everywhere = (_asked(each).get(spelled, frozenset()) for each in _around(frame, spelled))
    told = len(here) >= _LEAST
    told = told or (node.attr not in _COMMON and node.attr in _methods(frame.module))
    fits = {
        each: known is not None or not _named(each.as_class).isdisjoint(everywhere)
        for each, known in _members(frame.module)
        if told and (known is None or everywhere <= known)
    }
    found = list(fits)
    methods = everywhere & _methods(frame.module)
    if (
        not any(fits.values())
        or any(each.enclosing for each in found)
        or _is_annotated(frame.enclosing[-1], spelled)
        or _is_asked_for(frame.enclosing[-1], spelled)
        or not methods.isdisjoint(stored_by_others(frame.module))
    ):
        return ()
    # Where a class of another file has these methods too, it may be one of that.
    return () if methods and frame.run.in_other_files(frame.module, methods) else found


@kept(4096)
def members_of(kind: Definition) -> frozenset[str] | None:
    """The names of what objects of a class have; None where it inherits from what is not known."""
    return members(kind, _named, _PLAIN_BASES)


def _is_annotated(function: ast.AST, name: str) -> bool:
    """Whether a name is a parameter of a function that is annotated: what that means is known, or
    is no class of the project."""
    if not isinstance(function, FUNCTION):
        return False
    return any(each.arg == name and each.annotation for each in signature(function).named)


def _around(frame: Frame, spelled: str) -> tuple[ast.AST, ast.AST]:
    """The function that asks something of what is spelled so, and what else does: of an attribute
    of `self` the whole class."""
    *_, outer, around = (frame.enclosing[-1], *frame.enclosing)
    own = spelled.startswith("self.") and isinstance(outer, ast.ClassDef)
    return around, outer if own else around


@kept(4096)
def _asked(function: ast.AST) -> Mapping[str, frozenset[str]]:
    """By what stands before the dot, the attributes that a function or a class reads, or asks for
    by their names."""
    found: dict[str, set[str]] = {}
    for each in nodes(function, ast.Attribute, ast.Call):
        match each:
            case ast.Attribute(value=of, attr=name, ctx=ast.Load()):
                pass
            case ast.Call(
                func=ast.Name(id="hasattr" | "getattr"),
                args=[of, ast.Constant(value=str(name)), *_],
            ):
                pass
            case _:
                continue
        owner = dotted_name(of)
        if owner is not None:
            found.setdefault(owner, set()).add(name)
    return {owner: frozenset(names) for owner, names in found.items()}


@kept(512)
def _methods(module: Module) -> frozenset[str]:
    """The names of the methods of a file, those that are called."""
    return frozenset(
        one.name
        for each in module.classes
        for one in each.as_class.body
        if isinstance(one, FUNCTION)
        if not any((last_name(x) or "").endswith("property") for x in one.decorator_list)
    )


@kept(4096)
def _is_asked_for(function: ast.AST, name: str) -> bool:
    """Whether a function asks of which class something is that it calls so."""
    return any(
        isinstance(each.func, ast.Name)
        and each.func.id in ("isinstance", "type", "issubclass")
        and any(dotted_name(one) == name for one in each.args[:1])
        for each in nodes(function, ast.Call)
    )


@kept(512)
def _members(module: Module) -> Sequence[tuple[Definition, frozenset[str] | None]]:
    """The classes of a file, with the names of what their objects have; None of one that inherits
    from what is not known."""
    return [(each, members_of(each)) for each in module.classes]


def _named(kind: ast.ClassDef) -> frozenset[str]:
    """The names that the body of a class gives, and its methods to `self`."""
    found: set[str] = set()
    for each in kind.body:
        match each:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found |= {name, *assigned_in(each)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {one.id for one in targets if isinstance(one, ast.Name)}
    return frozenset(found)
