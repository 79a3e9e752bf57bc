"""The arguments of a call, evaluated."""

from __future__ import annotations

import ast

from tritonlint.facts.host import expressions
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.tensors import Arguments
from tritonlint.facts.host.values import (
    Partial,
    Place,
    Sequence,
    Table,
    Tensor,
    Value,
    choose,
    options,
)
from tritonlint.frozen import dataclass


@dataclass(frozen=True)
class Given:
    """The values of the arguments, and the place of each (by position or keyword). `complete` is
    whether these are all: it is False where a `*x` or `**x` cannot be unpacked; positional ones
    after it are left out."""

    arguments: Arguments
    places: dict[int | str, Place]
    complete: bool = True

    def after(self, partial: Partial) -> Given:
        """These after the arguments that `partial` has already."""
        ahead = len(partial.positional)
        values = tuple(value for value, _ in partial.positional)
        keywords = {name: value for name, value, _ in partial.keywords}
        places: dict[int | str, Place] = {i: at for i, (_, at) in enumerate(partial.positional)}
        places |= {name: place for name, _, place in partial.keywords}
        places |= {
            key + ahead if isinstance(key, int) else key: place
            for key, place in self.places.items()
        }
        arguments = Arguments(
            values + self.arguments.positional, {**keywords, **self.arguments.keywords}
        )
        return Given(arguments, places, self.complete)

    def rest(self, count: int = 1) -> Given:
        """These without the first `count`."""
        places = {
            key - count if isinstance(key, int) else key: place
            for key, place in self.places.items()
            if not isinstance(key, int) or key >= count
        }
        arguments = Arguments(self.arguments.positional[count:], self.arguments.keywords)
        return Given(arguments, places, self.complete)

    def partial(self, function: Value) -> Partial:
        """`function` with these as its first arguments."""
        positional = enumerate(self.arguments.positional)
        keywords = self.arguments.keywords.items()
        return Partial(
            function,
            tuple((value, self.places[index]) for index, value in positional),
            tuple((name, value, self.places[name]) for name, value in keywords),
        )


def positional(frame: Frame, node: ast.expr, *values: Value) -> Given:
    """These values as arguments, all of which stand at `node`."""
    place = frame.place(node)
    return Given(Arguments(values, {}), dict.fromkeys(range(len(values)), place))


def arguments_of(frame: Frame, node: ast.Call) -> Given:
    """The arguments of a call."""
    values: list[Value] = []
    keywords: dict[str, Value] = {}
    places: dict[int | str, Place] = {}
    complete = True
    for argument in node.args:
        if not isinstance(argument, ast.Starred):
            if complete:
                places[len(values)] = frame.place(argument)
                values.append(expressions.evaluate(frame, argument))
            continue
        inner = _unpackable(frame, argument, expressions.evaluate(frame, argument.value))
        if inner is None:
            complete = False
            continue
        origins = inner.places or (frame.place(argument.value),) * len(inner.items)
        for origin, item in zip(origins, inner.items, strict=True):
            places[len(values)] = origin
            values.append(item)
    for keyword in node.keywords:
        value = expressions.evaluate(frame, keyword.value)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
            places[keyword.arg] = frame.place(keyword.value)
        elif isinstance(value, Table):
            complete = complete and not value.open
            for name, item in value.items:
                keywords[str(name)] = item
                places[str(name)] = frame.place(keyword.value)
        else:
            complete = False
    return Given(Arguments(tuple(values), keywords), places, complete)


def _unpackable(frame: Frame, node: ast.Starred, value: Value) -> Sequence | None:
    """The items of a starred value. Of `*(f() if x else (0, 8))` one arm tells the number; the
    other has as many."""
    known = [each for _, each in options(value) if isinstance(each, Sequence)]
    if not known or len({len(each.items) for each in known}) > 1:
        return None
    if any(each.repeated for each in known):
        return None
    if len(known) == len(list(options(value))) == 1:
        return known[0]
    alternatives = [
        choose(*(((), item) for item in items))
        for items in zip(*(each.items for each in known), strict=True)
    ]
    if len(known) < len(list(options(value))):
        own = expressions.unknown(frame, node).buffer
        return Sequence(tuple(Tensor(f"{own}#{index}") for index in range(len(alternatives))))
    return Sequence(tuple(alternatives))
