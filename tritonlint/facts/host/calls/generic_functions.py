"""Functions of which the class of the first argument chooses one of several implementations:
`functools.singledispatch` and `functools.singledispatchmethod`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.kept import kept
from tritonlint.facts.project.modules import Definition, External, Module
from tritonlint.facts.project.tree import FUNCTION, Enclosing, dotted_name, last_name, nodes
from tritonlint.frozen import dataclass

_GENERIC = frozenset(("functools.singledispatch", "functools.singledispatchmethod"))


@dataclass(frozen=True)
class Registered:
    """An implementation, with the class that it is registered for: one of the project, or one from
    outside of it by its name."""

    kind: Definition | str
    implementation: Definition


@kept(4096)
def is_generic(function: Definition) -> bool:
    """Whether a function is the one that is run for classes that nothing is registered for."""
    decorators = function.as_function.decorator_list
    names = map(dotted_name, decorators) if decorators else ()
    known = (function.module.qualified(name, function.enclosing) for name in names if name)
    return any(each in _GENERIC for each in known)


@kept(1024)
def registered(module: Module, generic: Definition) -> Sequence[Registered] | None:
    """What the code of a module registers for such a function; None where it is not known what, or
    for which class."""
    if ".register" not in module.source.text:
        return ()
    found: list[Registered] = []
    asked = 0
    for function in module.functions:
        for each in function.as_function.decorator_list:
            if _registers(module, each, generic, function.enclosing):
                kinds = each.args if isinstance(each, ast.Call) else _annotated(function, generic)
                found += _for(module, kinds, function)
                asked += 1
    for call in nodes(module.tree, ast.Call):
        around = module.function_at(call.lineno)
        enclosing = around.inside if around is not None else ()
        match call:
            case ast.Call(args=[kind, function_]) if _registers(module, call, generic, enclosing):
                pass
            case ast.Call(func=ast.Call(args=[kind]) as inner, args=[function_]) if _registers(
                module, inner, generic, enclosing
            ):
                pass
            case _:
                continue
        meant = module.meant(function_, enclosing)
        if meant is not None and isinstance(meant.node, FUNCTION):
            found += _for(module, [kind], meant)
        asked += 1
    named = (x for x in nodes(module.tree, ast.Attribute) if x.attr == "register")
    every = sum(last_name(each.value) == generic.name for each in named)
    return found if asked >= every and len(found) >= asked else None


def _registers(module: Module, node: ast.expr, generic: Definition, enclosing: Enclosing) -> bool:
    """Whether an expression is `f.register` of this function, or a call of that."""
    method = node.func if isinstance(node, ast.Call) else node
    match method:
        case ast.Attribute(value=owner, attr="register"):
            meant = module.meant(owner, enclosing)
            return meant is not None and meant.qualified == generic.qualified
    return False


def _annotated(function: Definition, generic: Definition) -> list[ast.expr]:
    """The classes that the annotation of the parameter names that decides."""
    named = signature(function.as_function).positional[generic.owner is not None :]
    return _alternatives(named[0].annotation) if named else []


def _alternatives(annotation: ast.expr | None) -> list[ast.expr]:
    """The classes that an annotation names: several by `|` or `Union[...]`."""
    match annotation:
        case None:
            return []
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [*_alternatives(left), *_alternatives(right)]
        case ast.Subscript(value=owner, slice=ast.Tuple(elts=several)) if (
            last_name(owner) == "Union"
        ):
            return [one for each in several for one in _alternatives(each)]
        case ast.Constant(value=str(text)):
            try:
                return _alternatives(ast.parse(text, mode="eval").body)
            except SyntaxError:
                return []
    return [annotation]


def _for(
    module: Module, kinds: Sequence[ast.expr], implementation: Definition
) -> Iterator[Registered]:
    """An implementation for each of some classes."""
    for each in kinds:
        name = dotted_name(each)
        match module.target(name, implementation.enclosing) if name else None:
            case Definition(node=ast.ClassDef()) as kind:
                yield Registered(kind, implementation)
            case External(qualified=qualified):
                yield Registered(qualified, implementation)
            case None if name and name.isidentifier():
                yield Registered(name, implementation)
