"""Launches: `kernel[grid](...)` with every argument bound to its parameter."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tritonlint.facts.flow.items import item
from tritonlint.facts.flow.parameters import Signature, signature
from tritonlint.facts.host.calls import heuristics
from tritonlint.facts.host.calls.arguments import Given
from tritonlint.facts.host.events import LaunchEvent, Passed
from tritonlint.facts.host.objects.classes import as_tuple
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose, options
from tritonlint.facts.host.values.naming import as_tensor
from tritonlint.facts.host.values.places import Place
from tritonlint.facts.host.values.values import Choice, Instance, Path, Sequence, Tensor, Value
from tritonlint.facts.kept import kept
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.tree import as_code, nodes


def record(frame: Frame, node: ast.Call, kernel: Kernel, given: Given) -> None:
    """Bind the arguments of a launch of `kernel` and add it to the run."""
    parameters, places = signature(kernel.node), given.places
    positional = enumerate(given.arguments.positional)
    keywords = given.arguments.keywords.items()
    by_name = {name: _passed(value, places[name]) for name, value in keywords}
    by_name |= _after_strides(parameters, given)
    bound = parameters.bind(
        [_passed(value, places[index]) for index, value in positional], by_name
    ).values
    bound = {**heuristics.decided(frame, node, kernel, bound), **bound}
    for name, passed in [*bound.items()]:
        if passed.value.__class__ in (Sequence, Choice, Instance):
            bound.update(_items(kernel, name, passed))
    frame.run.launches.append(
        LaunchEvent(
            kernel,
            frame.module,
            frame.span(node),
            bound,
            frame.path + _picked(frame, bound),
            dict(frame.types),
            frame.function,
            frame.run.root,
            # All arguments but those that tuning gives.
            given.complete
            and all(x.arg in bound or _is_constexpr(x.annotation) for x in parameters.required),
        )
    )


def _passed(value: Value, place: Place) -> Passed:
    """An argument; what it is one of several, it is where the tests came out that picked it."""
    if isinstance(value, Choice):
        every = value.options
        value = Choice(tuple((at + getattr(each, "tested", ()), each) for at, each in every))
    return Passed(as_tensor(value), place)


def _items(kernel: Kernel, name: str, passed: Passed) -> Iterator[tuple[str, Passed]]:
    """The items of a tuple that is passed as one argument, and theirs, by their names. Of one of
    several tuples they are one of several values."""
    rows = [(path, _tuple_of(each)) for path, each in options(passed.value)]
    lengths = {-1 if row is None or row.repeated else len(row.items) for _, row in rows}
    if len(lengths) > 1 or lengths == {-1}:
        return
    every = [(path, row) for path, row in rows if row is not None]
    places = every[0][1].places if len(every) == 1 else ()
    for index in range(lengths.pop()):
        value = choose(*((path, row.items[index]) for path, row in every))
        inner = _passed(value, places[index] if places else passed.place)
        own = item(name, _field(kernel, name, passed.value, index))
        yield own, inner
        yield from _items(kernel, own, inner)


def _tuple_of(value: Value) -> Sequence | None:
    match value:
        case Sequence():
            return value
        case Instance():
            return as_tuple(value)
    return None


def _field(kernel: Kernel, name: str, value: Value, index: int) -> int | str:
    """The index of an item, or the name of the field that it is where the kernel asks for it."""
    match value:
        case Instance(attributes=attributes) if attributes[index][0] in _asked_of(kernel.node):
            return attributes[index][0]
    return index


@kept(1024)
def _asked_of(kernel: ast.FunctionDef) -> frozenset[str]:
    """The attributes that a kernel asks for."""
    return frozenset(each.attr for each in nodes(kernel, ast.Attribute))


def _picked(frame: Frame, bound: Mapping[str, Passed]) -> Path:
    """How the tests came out that picked what is passed out of several, but where one picked one
    argument and turned another one away."""
    passed = (each.value for each in bound.values())
    tested = {test: None for each in passed if isinstance(each, Tensor) for test in each.tested}
    denied = {(test, not outcome) for test, outcome in (*frame.path, *tested)}
    return tuple(each for each in tested if each not in denied and each not in frame.path)


def _after_strides(parameters: Signature, given: Given) -> dict[str, Passed]:
    """The arguments behind `*x.stride()`, of which the number is not known: as many as there are
    parameters that are called strides. Nothing where other things cannot be unpacked, or where the
    names do not agree."""
    names = [each.arg for each in parameters.positional]
    index, bound, stars = len(given.arguments.positional), dict[str, Passed](), 0
    for value, place in given.later:
        if value is None and as_code(place.node).endswith(".stride()"):
            stars += 1
            continue
        first = index
        while stars and index < len(names) and "stride" in names[index]:
            index += 1
        unlike = index - first < stars or (stars > 0 and "stride" in as_code(place.node))
        unlike = unlike or index == len(names) or names[index] in given.arguments.keywords
        if value is None or unlike:
            return {}
        bound[names[index]] = Passed(as_tensor(value), place)
        index, stars = index + 1, 0
    return bound


def _is_constexpr(annotation: ast.expr | None) -> bool:
    return annotation is not None and "constexpr" in as_code(annotation)
