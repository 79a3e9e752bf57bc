"""Functions that are handed to others, which call them: `pool.submit(f, x)`, `Thread(target=f,
args=(x,))`, `torch.compile(f)`."""

from __future__ import annotations

import ast

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host.calls import builtins
from tritonlint.facts.host.calls.arguments import Given
from tritonlint.facts.host.calls.given import positional
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.values import (
    Callable,
    Launchable,
    Partial,
    Sequence,
    Table,
    Value,
)

_MAPS = frozenset(("map", "imap", "imap_unordered"))


def call(frame: Frame, node: ast.Call, given: Given) -> Value:
    """What an unknown function gives. One that is given a function and nothing else (a decorator)
    is taken to give it back, one that is given arguments for it too, to call it with them."""
    values, keywords = given.arguments.positional, given.arguments.keywords
    if isinstance(node.func, ast.Attribute) and node.func.attr in _MAPS:
        mapped = builtins.call(frame, node, "map", given)  # `pool.map(f, xs, ys)`
        if mapped is not None:
            return mapped
    match values:
        case (Callable() | Partial() | Launchable(gridded=True) as function,):
            return function
        case (Callable() | Partial() | Launchable(gridded=True) as function, *_):
            if _takes(function, len(values) - 1):
                return frame.apply(node, function, given.rest())
        case (_, (Callable() | Partial()) as function, *_):
            if _takes(function, len(values) - 2):  # `run_in_executor(pool, f, x)`
                return frame.apply(node, function, given.rest(2))
    target = keywords.get("target")
    if isinstance(target, (Callable, Partial)):
        passed, named = keywords.get("args", Sequence(())), keywords.get("kwargs")
        if isinstance(passed, Sequence) and not passed.repeated:
            arguments = positional(frame, node, *passed.items)
            if passed.places:
                arguments.places.update(enumerate(passed.places))
            if isinstance(named, Table):
                arguments.arguments.keywords.update((str(k), v) for k, v in named.items)
                arguments.places.update((str(k), frame.place(node)) for k, _ in named.items)
            frame.apply(node, target, arguments)
    return frame.unknown(node)


def _takes(function: Value, count: int) -> bool:
    """Whether a function can be called with so many arguments by position."""
    match function:
        case Callable(definition=definition):
            node = definition.as_function
            own = 1 if function.instance is not None else 0
            most = len(signature(node).positional) - own
            return most - len(node.args.defaults) <= count <= most
        case Partial():
            return True
    return True
