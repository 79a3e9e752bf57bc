"""Attributes that trade what they hold (`self.front, self.back = self.back, self.front`), or keep
memory of the same type: `self.page = self.page.to(device)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from tritonlint.facts.kept import kept
from tritonlint.facts.project.tree import FUNCTION, Function, dotted_name, statements_in

# Methods that keep the type of a tensor, or make more memory of that type; and what joins tensors.
_KEEPING = frozenset(
    """clone contiguous cpu cuda detach pin_memory narrow new_empty new_zeros new_ones new_full
    repeat share_memory_ requires_grad_ reshape flatten unflatten squeeze unsqueeze transpose
    permute expand index_select""".split()
)
# Those that may give a tensor of another type.
RETYPING = frozenset("view to type float half bfloat16".split())
_JOINING = ("torch.cat", "torch.concat", "torch.concatenate", "torch.stack")
# What `to` is told beside a type.
_MOVING = frozenset(("device", "non_blocking", "copy", "memory_format"))
_DEVICE = re.compile(r"(?:^|[._])device$")

# The attribute that something is made of (None: it is memory of its own, "": not known), and
# whether it may be of another type.
_Made = tuple[str | None, bool]


@kept(1024)
def traded(owner: ast.ClassDef) -> Mapping[str, frozenset[str]]:
    """The attributes of `self` that methods other than `__init__` assign, where all of those give
    it nothing but what other attributes hold, and all the attributes whose value it may have."""
    given: dict[str, set[str | None]] = {}
    for method in owner.body:
        if isinstance(method, FUNCTION):
            for name, source in _moves(method, _own) if method.name != "__init__" else ():
                given.setdefault(name, {name}).add(source)
    for _ in given:
        for sources in given.values():
            sources |= {each for source in sources & given.keys() for each in given[source]}  # type: ignore[index]
    return {
        name: frozenset(each for each in sources if each is not None)
        for name, sources in given.items()
        if None not in sources
    }


def _moves(
    method: Function, source_of: Callable[[ast.expr | None], str | None]
) -> Iterator[tuple[str, str | None]]:
    """The attributes of `self` that a method assigns, and the one that each gets its value of, by
    `source_of`."""
    names: dict[str, str | None] = {}
    for statement, _ in statements_in(method.body):
        for target, value in _pairs(statement):
            source = source_of(value)
            if isinstance(value, ast.Name):
                source = names.get(value.id)
            if isinstance(target, ast.Name):
                names[target.id] = source if names.get(target.id, source) == source else None
            elif (name := _own(target)) is not None:
                yield name, source


@kept(4096)
def kept_by(method: Function) -> frozenset[str]:
    """The attributes of `self` that a method assigns, but gives nothing but what they hold
    already, or memory of the same type with it."""
    moves = [*_moves(method, _made_of)]
    others = {name for name, source in moves if source != name}
    return frozenset(name for name, _ in moves if name not in others)


@kept(4096)
def retyped_by(method: Function) -> frozenset[str]:
    """The attributes of `self` that a method makes another type of (`self.page =
    self.page.view(codes).to(dtype)`), or makes anew of a type that it names."""
    found: set[str] = set()
    made: dict[str, _Made] = {}
    for statement, _ in statements_in(method.body):
        for target, value in (*_pairs(statement), *_registered(statement)):
            of, retyped = _of(value, made)
            if isinstance(target, ast.Attribute) and target.attr == "data":
                target = target.value
            if isinstance(target, ast.Name):
                made[target.id] = of, retyped
            elif (name := _own(target)) is not None and retyped and of in (name, None):
                found.add(name)
    return frozenset(found)


def _of(value: ast.expr | None, made: Mapping[str, _Made]) -> _Made:
    """The attribute of `self` that an expression is made of, maybe by names that were `made`, and
    whether it may be of another type; of none, whether it is made with a type by its name."""
    match value:
        case ast.Name(id=name):
            return made.get(name, ("", False))
        case ast.Call(func=ast.Attribute(attr="Parameter" | "Buffer"), args=[inner, *_]):
            return _of(inner, made)
        case ast.Call(keywords=keywords) if any(
            each.arg == "dtype" and isinstance(each.value, ast.Attribute) for each in keywords
        ):
            return None, True
        case ast.Call(func=ast.Attribute(value=inner, attr=method)):
            of, retyped = _of(inner, made)
            again = method in RETYPING and not (method in ("to", "view") and _keeps_type(value))
            return of, retyped or again
        case ast.Attribute() if (held := _own(value)) is not None:
            return held, False
        case ast.Attribute(value=inner) | ast.Subscript(value=inner):
            return _of(inner, made)
    return "", False


def _registered(statement: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What a statement registers as a buffer or a parameter of `self`, as if it were assigned."""
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(
                    value=ast.Name(id="self") as owner,
                    attr="register_buffer" | "register_parameter",
                ),
                args=[ast.Constant(value=str(name)), value, *_],
            )
        ):
            yield ast.Attribute(owner, name, ast.Store()), value


def _own(node: ast.expr | None) -> str | None:
    match node:
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            return name
    return None


def _made_of(node: ast.expr | None) -> str | None:
    """The attribute of `self` that an expression is, or is made of without another type."""
    match node:
        case ast.Subscript(value=inner, slice=ast.Slice()):
            return _made_of(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr=method)) if method in _KEEPING:
            typed = any(each.arg in ("dtype", None) for each in node.keywords)
            return None if typed else _made_of(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr="to" | "view")) if _keeps_type(node):
            return _made_of(inner)
        case ast.Call(func=function, args=[ast.List(elts=parts) | ast.Tuple(elts=parts), *_]):
            joins = dotted_name(function) in _JOINING
            each = {_made_of(part) for part in parts} if joins else {None}
            return each.pop() if len(each) == 1 else None
    return _own(node)


def _keeps_type(call: ast.Call) -> bool:
    """Whether `x.to(...)` only moves, or `x.view(...)` only shapes."""
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr == "view":
        numbers = [x for each in call.args for x in ast.walk(each) if isinstance(x, ast.Constant)]
        return len(call.args) > 1 or any(type(each.value) is int for each in numbers)
    moves = all(each.arg in _MOVING for each in call.keywords)
    return moves and all(
        (isinstance(each, ast.Constant) and isinstance(each.value, str))
        or _DEVICE.search(dotted_name(each.func if isinstance(each, ast.Call) else each) or "")
        for each in call.args
    )


def _pairs(statement: ast.stmt) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """What a statement binds, and the expression that it is bound to, where there is one."""
    bound = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    for target in bound:
        given = getattr(statement, "value", None)
        match target, given:
            case (ast.Tuple(elts=targets), ast.Tuple(elts=values)) if len(targets) == len(values):
                yield from zip(targets, values, strict=True)
            case ast.Tuple(elts=targets), _:
                yield from ((each, None) for each in targets)
            case ast.expr(), _:
                yield target, None if isinstance(statement, ast.AugAssign) else given
