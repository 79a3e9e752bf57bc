"""Calls of functions of which the class of the first argument chooses one of several
implementations."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from tritonlint.facts.host.calls import entering
from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.calls.generic_functions import Registered, registered
from tritonlint.facts.host.conditions import branching
from tritonlint.facts.host.memory.element_types import all_bytes
from tritonlint.facts.host.objects import heirs
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose, options
from tritonlint.facts.host.values.naming import symbol
from tritonlint.facts.host.values.symbols import Made, OfClass
from tritonlint.facts.host.values.values import (
    Callable,
    Class,
    Const,
    DType,
    Instance,
    Path,
    Tensor,
    Value,
)
from tritonlint.facts.project.inheriting import linearized
from tritonlint.facts.project.modules import Definition
from tritonlint.facts.project.tree import as_code, last_name, nodes
from tritonlint.frozen import replace

# Bases outside of the project for which nobody registers an implementation.
_PLAIN = frozenset("object ABC Protocol Generic Enum".split())
_DTYPE = "torch.dtype"


def call(frame: Frame, node: ast.Call, generic: Callable, given: Given) -> Value:
    """What a call of such a function gives: what the implementation does that is registered for the
    class of the first argument, or for the first of its bases that one is. Where the class is not
    known, any is run, and what some of them view counts as viewed."""
    known = _known(frame, generic.definition)
    if known is None or not given.arguments.positional:
        return frame.unknown(node)
    found: list[tuple[Path, Value]] = []
    first, *rest = given.arguments.positional
    for path, value in options(first):
        own = replace(given, arguments=Arguments((value, *rest), given.arguments.keywords))
        chosen = _meant(known, generic.definition, value)
        if len(chosen) == 1:
            function = Callable(chosen[0], generic.instance)
            found.append((path, entering.enter(frame, node, function, own)))
            continue
        found += [(path, each) for each in _any(frame, node, generic, own, known, chosen)]
        found += _tried(frame, node, generic, own, known)
    return choose(*found)


def _known(frame: Frame, generic: Definition) -> Sequence[Registered] | None:
    """What is registered for a function, in its file and in others; None where that is not
    known."""
    found: list[Registered] = []
    for each in (generic.module, *frame.run.registering(generic)):
        own = registered(each, generic)
        if own is None:
            return None
        found += own
    return found


def _any(
    frame: Frame,
    node: ast.Call,
    generic: Callable,
    given: Given,
    known: Sequence[Registered],
    chosen: Iterable[Definition],
) -> Iterator[Value]:
    """What each of several implementations gives; it launches what it does on the path on which the
    first argument is of a class that it is for, and of none that another one is for."""
    before = frame.path
    one = symbol(given.arguments.positional[0], node.args[0] if node.args else node)
    for each in chosen:
        tests = ((OfClass(one, _name(x.kind)), x.implementation.node is each.node) for x in known)
        frame.path = before + tuple(test for test in tests if test not in before)
        yield entering.enter(frame, node, Callable(each, generic.instance), given)
        frame.path = before


def _tried(
    frame: Frame, node: ast.Call, generic: Callable, given: Given, known: Sequence[Registered]
) -> Iterator[tuple[Path, Value]]:
    """The bytes that are handed on as they are for classes of which the function around the call
    asks whether the argument is of them, and for which nothing is registered, each on that path."""
    around = frame.enclosing[-1] if frame.enclosing and node.args else None
    for each in nodes(around, ast.Call) if around is not None else ():
        match each:
            case ast.Call(func=ast.Name(id="isinstance"), args=[asked, ast.Name() as kind]):
                value = frame.evaluate(kind)
                if not isinstance(value, Class) or as_code(asked) != as_code(node.args[0]):
                    continue
                chosen = _of_class(known, generic.definition, value.definition)
                by_default = [each.node for each in chosen] == [generic.definition.node]
                if not by_default or frame.run.leads is None or frame.run.leads(chosen[0]):
                    continue
                path = ((branching.condition(frame, each).key, True),)
                function = Callable(chosen[0], generic.instance)
                left = entering.enter(frame, node, function, given)
                if isinstance(left, Tensor) and left.view is None:
                    if all_bytes(left.types or frame.known(left.buffer)):
                        yield path, replace(left, bare=True)


def _meant(
    known: Sequence[Registered], generic: Definition, value: Value
) -> tuple[Definition, ...]:
    """The implementations that may be meant for a value."""
    match value:
        case Instance(definition=kind, symbol=Made()):
            return _of_class(known, generic, kind)
        case Instance(definition=kind):  # or of a class that inherits from it
            below = (
                each.implementation
                for each in known
                if isinstance(each.kind, Definition)
                if any(above.qualified == kind.qualified for above in linearized(each.kind))
            )
            return _once((*_of_class(known, generic, kind), *below))
        case Const(value=constant):
            return _of_names(known, generic, [each.__name__ for each in type(constant).__mro__])
        case DType():
            return _of_names(known, generic, [_DTYPE])
    return _every(known, generic)


def _of_class(
    known: Sequence[Registered], generic: Definition, kind: Definition
) -> tuple[Definition, ...]:
    """The implementation for objects of a class; all that may be, where it has bases outside of the
    project and something is registered for such."""
    above = linearized(kind)
    for owner in above:
        for each in known:
            if isinstance(each.kind, Definition) and each.kind.qualified == owner.qualified:
                return (each.implementation,)
    named = {
        last_name(base.value if isinstance(base, ast.Subscript) else base)
        for owner in above
        for base in owner.as_class.bases
    } - {each.name for each in above}
    outside = [each.implementation for each in known if isinstance(each.kind, str)]
    return _once((generic, *(outside if named - _PLAIN else ())))


def _of_names(
    known: Sequence[Registered], generic: Definition, names: Iterable[str]
) -> tuple[Definition, ...]:
    """The implementation for the first of some classes from outside of the project that one is
    registered for."""
    by_name = {each.kind: each.implementation for each in known if isinstance(each.kind, str)}
    return (next((by_name[each] for each in names if each in by_name), generic),)


def _every(known: Sequence[Registered], generic: Definition) -> tuple[Definition, ...]:
    """All implementations, the one that is left where none is registered too, unless that only
    raises."""
    own = () if heirs.is_left_to_heirs(generic.as_function) else (generic,)
    return _once((*own, *(each.implementation for each in known)))


def _once(implementations: Iterable[Definition]) -> tuple[Definition, ...]:
    return tuple({id(each.node): each for each in implementations}.values())


def _name(kind: Definition | str) -> str:
    return kind if isinstance(kind, str) else kind.qualified
