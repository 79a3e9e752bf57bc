"""The arguments of a call, evaluated."""

from __future__ import annotations

import ast

from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.objects.classes import as_tuple
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import choose, on_path, options
from tritonlint.facts.host.values.places import Place
from tritonlint.facts.host.values.symbols import Item, Parameter, Share
from tritonlint.facts.host.values.values import Instance, Sequence, Table, Tensor, Value
from tritonlint.facts.project.tree import FUNCTION, nodes


def positional(frame: Frame, node: ast.expr, *values: Value) -> Given:
    """These values as arguments, all of which stand at `node`."""
    place = frame.place(node)
    return Given(Arguments(values, {}), dict.fromkeys(range(len(values)), place))


def arguments_of(frame: Frame, node: ast.Call) -> Given:
    """The arguments of a call."""
    values: list[Value] = []
    keywords: dict[str, Value] = {}
    places: dict[int | str, Place] = {}
    later: list[tuple[Value | None, Place]] = []
    for argument in node.args:
        if not isinstance(argument, ast.Starred):
            if later:
                later.append((frame.evaluate(argument), frame.place(argument)))
                continue
            places[len(values)] = frame.place(argument)
            values.append(frame.evaluate(argument))
            continue
        inner = _unpackable(frame, argument, frame.evaluate(argument.value))
        place = frame.place(argument.value)
        if inner is None:
            later.append((None, place))
            continue
        origins = inner.places or (place,) * len(inner.items)
        for origin, item in zip(origins, inner.items, strict=True):
            if later:
                later.append((item, origin))
                continue
            places[len(values)] = origin
            values.append(item)
    complete = not node.keywords or _keywords(frame, node, keywords, places)
    complete = complete and not later
    return Given(Arguments(tuple(values), keywords), places, complete, tuple(later))


def _keywords(
    frame: Frame, node: ast.Call, keywords: dict[str, Value], places: dict[int | str, Place]
) -> bool:
    """Add what is given by name; whether that is all of it."""
    complete = True
    for keyword in node.keywords:
        value = frame.evaluate(keyword.value)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
            places[keyword.arg] = frame.place(keyword.value)
        elif isinstance(value, Table):
            named = {name: item for name, item in value.items if isinstance(name, str)}
            complete = complete and not value.open and len(named) == len(value.items)
            keywords.update(named)
            places.update(dict.fromkeys(named, frame.place(keyword.value)))
        else:
            named = _put(frame, keyword.value, value)
            keywords.update(named)
            places.update(dict.fromkeys(named, frame.place(keyword.value)))
            complete = False
    return complete


def _put(frame: Frame, node: ast.expr, value: Value) -> dict[str, Value]:
    """What a function put under keys of its `**more`, which stands at `node`, before it hands that
    on: by statements that always run, where it does nothing else with it."""
    around = frame.enclosing[-1] if frame.enclosing else None
    match value, node:
        case Tensor(buffer=Parameter(name=given) as more), ast.Name(id=name):
            if given != f"**{name}" or not isinstance(around, FUNCTION):
                return {}
            keys = [key for each in around.body for key in _keys(name, each)]
            places = [each for each in nodes(around, ast.Name) if each.id == name]
            if not keys or len(places) != 1 + sum(bool(_keys(name, x)) for x in around.body):
                return {}
            held = {key: frame.env.get(Item(more, repr(key))) for key in keys}
            return {key: each for key, each in held.items() if each is not None}
    return {}


def _keys(name: str, statement: ast.stmt) -> list[str]:
    """The keys under which a statement puts something into the dict of this name."""
    match statement:
        case ast.Assign(
            targets=[ast.Subscript(ast.Name(id=owner), ast.Constant(value=str() as key))]
        ):
            return [key] if owner == name else []
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(id=owner), "update")) as call):
            keys = [x for each in call.args if isinstance(each, ast.Dict) for x in each.keys]
            found = [x.value for x in keys if isinstance(x, ast.Constant)]
            named = [each.arg for each in call.keywords]
            return [str(each) for each in (*found, *named) if each] if owner == name else []
    return []


def _unpackable(frame: Frame, node: ast.Starred, value: Value) -> Sequence | None:
    """The items of a starred value. Of `*(f() if x else (0, 8))` one arm tells the number; the
    other has as many."""
    value = on_path(value, frame.path)
    every = [as_tuple(x) if isinstance(x, Instance) else x for _, x in options(value)]
    known = [each for each in every if isinstance(each, Sequence)]
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
        own = frame.unknown(node).buffer
        return Sequence(tuple(Tensor(Share(own, str(index))) for index in range(len(alternatives))))
    return Sequence(tuple(alternatives))
